# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Tables in tablets, and a node without tokens: counted while no tablet moves; else proved by racks, or waited for

scenario()
{
	fleet_up one --layout dc1/a:2,dc1/b:2,dc1/c:2,dc1/x:1z --keyspace app:3+tablets=2x16 --keyspace old:3 \
		--no-system-keyspaces --speed 30
	apply_fleet
	watch_operations
	controller controller
	proved_by_racks
	pairs_wait
}

# Whichever node goes, its rack has one replica of each range: two are left. And a
# repair of tablets, which Scylla sets against their moves itself, closes nothing.
proved_by_racks()
{
	by_hand "/migrate?keyspace=app&tablet=1&from=db-b-1&to=db-b-2&ms=86400000"
	by_hand "/node/db-c-2/repair?keyspace=app&ms=86400000"
	operate roll "$ROLL"
	succeeds roll 90
	check "the audit tells of one clean roll, of the node without tokens too" rolled 1
	check "the tablet is moving still" moving
	check "it was never called Frozen" never_frozen roll
	no_violations
}

# Two nodes of a rack may both be replicas of what moves between them: the second
# waits, until the tablets are still and can be counted.
pairs_wait()
{
	mark
	pairs_workflow
	operate pairs 'workflow: rolling-pairs, variables: {settle: 500ms}'
	within 20 "a node waits, and says for what" a_node_says pairs 'table app[.]t1: .* its tablets are moving'
	within 20 "db-a-1 serves again" happened db-a-1 serving controller
	check "the other one of its rack was not touched meanwhile" one_at_a_time
	check "the tablet is moving still" moving
	by_hand "/migrated?keyspace=app&tablet=1"
	succeeds pairs 90
	check "the audit tells of one clean roll" rolled 2
	check "two were down at once, when nothing moved" two_down
	check "it was never called Frozen" never_frozen pairs
	no_violations
}

a_node_says() { k get clop "$1" -o 'jsonpath={.status.nodes[*].message}' | says "$2"; }
one_at_a_time() { ! two_down; }
# by_hand PATH: of the simulator's control port.
by_hand() { curl -fsS -m 5 -X POST "$STRAIT_SIM_CONTROL$1" >/dev/null; }
moving()
{
	local first
	first=$(fleet nodes | sed -nE '1s/.* address=([^ ]*) .*/\1/p')
	curl -fsS -m 5 "http://$first:10000/task_manager/list_module_tasks/tablets" | says '"type": ?"migration"'
}
never_frozen() { ! was "$1" '^Frozen'; }
