# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Redis loses its data mid-way: the controller at work writes it anew and goes on; one that starts then stands still
# servers: own

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations
	controller controller
	operate roll "$ROLL"
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	forget
	succeeds roll 40
	check "the audit tells of one clean roll" rolled 1
	check "the journal holds all of it" all_lanes roll
	no_violations

	mark
	operate again "$ROLL"
	within 10 "db-a-1 serves again" happened db-a-1 serving controller
	within 10 "db-b-1's drain has arrived" happened db-b-1 drain controller
	stop controller KILL
	forget
	controller controller
	within 10 "condition Stalled says so" condition_is clop/again Stalled '^True\|JournalLost\|'
	sleep 3
	check "nothing more was sent" nothing_since db-b-1
	no_violations
}

forget() { say "redis-cli flushall"; redis-cli -u "$REDIS_URL" flushall >/dev/null; }
nothing_since() { acts | says "(drain|stop):$1\$"; }
all_lanes() { (($(redis-cli -u "$REDIS_URL" hkeys "strait:{$(uid "$1")}:steps" | grep -c '^lane/') == 3)); }
