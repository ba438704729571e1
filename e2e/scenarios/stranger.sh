# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A stranger crashes while our node is drained: ours comes back, the roll waits and goes on by itself

scenario()
{
	local began
	fleet_up one --layout dc1/a:2,dc1/b:2,dc1/c:2 --speed 20
	apply_fleet
	watch_operations
	controller controller
	operate roll "$ROLL"
	within 10 "db-a-1 is drained" happened db-a-1 drained
	hand db-b-2 crash

	within 10 "db-a-1 is started" happened db-a-1 start controller
	within 10 "db-a-1 serves" happened db-a-1 serving controller
	began=$(now_ms)
	within 10 "phase Frozen, WHY names db-b-2" is roll '^Frozen\|.*\|db-b-2 down since [0-9][0-9]:[0-9][0-9]$'
	figure "node back to Frozen: $(seconds "$began")"
	check "GateOpen is False and names db-b-2" condition_is clop/roll GateOpen '^False\|GateClosed\|.*db-b-2'
	sleep 4
	check "no new drain" only_first
	check "still Frozen" is roll '^Frozen\|1/6'
	check "nothing is held down" nothing_held

	hand db-b-2 start
	began=$(now_ms)
	within 20 "db-a-2 is drained" happened db-a-2 drain controller
	figure "stranger back to next drain: $(seconds "$began")"
	succeeds roll
	check "the audit tells of one clean roll" rolled 1
	no_violations
}

only_first() { [[ $(acts) == 'drain:db-a-1 stop:db-a-1 start:db-a-1' ]]; }
nothing_held() { [[ ! $(k get clop roll -o 'jsonpath={.status.nodesHeldDown[*]}') ]]; }
