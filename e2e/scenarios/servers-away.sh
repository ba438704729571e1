# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# The API server is away for 20 s, then Redis is: the node held down comes back, nothing else begins, then it goes on
# servers: own

scenario()
{
	# Slow enough that a node is down for longer than the lease is valid.
	fleet_up one --layout dc1/a:2,dc1/b:1,dc1/c:1 --speed 6
	apply_fleet
	watch_operations
	controller controller
	operate roll "$ROLL"
	UID_OF_ROLL=$(uid roll)
	without_apiserver
	without_redis
	succeeds roll 90
	check "no act without a journaled intent" intended "$UID_OF_ROLL" db-b-1:start db-b-1:restart
	check "each node was drained once, none of another zone meanwhile" drained_once
	check "every node serves" all_serve
	no_violations
}

without_apiserver()
{
	local began
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	server stop-apiserver
	began=$(now_ms)
	within 20 "db-a-1 serves again, without an API server" happened db-a-1 serving controller
	figure "API server away, node back after $(seconds "$began")"
	pause_until $((began + 20000))
	check "no other node was begun" nobody_but db-a-1
	server start-apiserver
	watch_operations
	began=$(now_ms)
	within 30 "db-a-2 is drained" happened db-a-2 drain controller
	figure "back to next drain: $(seconds "$began")"
	within 20 "progress is told again" is roll '\|1/4\|'
}

without_redis()
{
	local began
	within 30 "db-b-1's drain has arrived" happened db-b-1 drain controller
	server stop-redis
	began=$(now_ms)
	within 20 "db-b-1 serves again, without Redis" happened db-b-1 serving controller
	figure "Redis away, node back after $(seconds "$began")"
	within 5 "WHY tells of Redis" is roll '\|Redis does not answer'
	pause_until $((began + 20000))
	check "no other node was begun" nobody_but 'db-a-.|db-b-1'
	server start-redis
	began=$(now_ms)
	within 20 "db-c-1 is drained" happened db-c-1 drain controller
	figure "back to next drain: $(seconds "$began")"
}

server() { say "$1"; "$TOP/e2e/cluster" "$1" KILL; }
pause_until() { while (($(now_ms) < $1)); do sleep 0.2; done; }
nobody_but() { ! acts | tr ' ' '\n' | grep -vE ":($1)$"; }
drained_once()
{
	[[ $(acts | tr ' ' '\n' | grep '^drain:' | paste -sd' ') == \
		'drain:db-a-1 drain:db-a-2 drain:db-b-1 drain:db-c-1' ]] || { say "acts: $(acts)"; return 1; }
}
all_serve() { ! fleet nodes | grep -v ' mode=NORMAL serving=true '; }
