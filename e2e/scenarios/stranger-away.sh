# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A stranger crashes and Redis goes away while our node is drained: ours comes back, the roll waits for both
# servers: own

scenario()
{
	local began
	fleet_up one --layout dc1/a:2,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations
	controller controller
	operate roll "$ROLL"
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	"$TOP/e2e/cluster" stop-redis KILL
	hand db-b-1 crash
	began=$(now_ms)
	within 20 "db-a-1 serves again" happened db-a-1 serving controller
	figure "node back after $(seconds "$began")"
	within 5 "WHY tells of Redis" is roll '\|Redis does not answer'
	sleep 5
	check "no new drain" only_first_drain

	"$TOP/e2e/cluster" start-redis
	within 20 "phase Frozen, WHY names db-b-1" is roll '^Frozen\|.*\|db-b-1 down since [0-9][0-9]:[0-9][0-9]$'
	sleep 2
	check "no new drain" only_first_drain
	hand db-b-1 start
	succeeds roll
	no_violations
}

only_first_drain() { [[ $(acts | tr ' ' '\n' | grep '^drain:') == drain:db-a-1 ]]; }
