# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# With a node down an isolated one may be restarted, a healthy one not; one replica needs a decision

scenario()
{
	fleet_up one --layout dc1/a:2,dc1/b:2,dc1/c:2 --speed 20 --keyspace app:dc1=3 --keyspace scratch:dc1=1
	apply_fleet
	watch_operations
	controller controller
	one_replica_is_refused
	stranger_down
	isolated_is_restarted
	healthy_is_not
}

# A keyspace with one replica closes the door by its name, and a standing decision opens it.
one_replica_is_refused()
{
	operate first "$(restart db-a-2)"
	within 10 "first is refused, and says which keyspace" condition_is clop/first Accepted \
		'^False\|KeyspaceUndecided\|.*keyspace scratch \(RF 1\).*require: none'
	figure "$(condition clop/first Accepted)"
	sleep 3 # until what is written of it has come back: only the decision may wake it
	check "nothing was touched" untouched
	k patch targetcluster "$TARGET" --type merge --patch \
		'{"spec": {"availability": {"keyspaces": [{"name": "scratch", "require": "none"}]}}}' >/dev/null
	succeeds first
	check "db-a-2 was restarted" happened db-a-2 restart controller
	# Its ranges in scratch had no other replica: decided, and so no violation is asked for here.
	mark
}

stranger_down()
{
	hand db-c-2 crash
	within 15 "db-c-2 has crashed" happened db-c-2 crash
	hand db-a-1 isolate
	within 5 "db-a-1 is cut off" happened db-a-1 isolated
}

# NORMAL by its own word and down for everybody else: nothing gets worse.
isolated_is_restarted()
{
	operate cure "$(restart db-a-1)"
	succeeds cure
	check "db-a-1 was restarted" happened db-a-1 restart controller
	within 10 "db-a-1 serves again" happened db-a-1 serving
	no_violations
}

# The same act on a node that serves: refused, and what would be missing is said with who is to blame, and since when.
healthy_is_not()
{
	operate harm "$(restart db-b-1)"
	within 10 "phase Frozen, WHY names db-c-2" is harm '^Frozen\|.*\|db-c-2 down since [0-9][0-9]:[0-9][0-9]$'
	within 2 "GateOpen says which keyspace, how many ranges and who" condition_is clop/harm GateOpen \
		'^False\|GateClosed\|db-c-2 is down since [0-9:]+, as .*; keyspace app: [0-9]+ ranges would keep 1 of 3 replicas, QUORUM needs 2 \(down: db-c-2 since [0-9:]+\)$'
	figure "$(condition clop/harm GateOpen)"
	sleep 4
	check "db-b-1 was not touched" not_touched db-b-1
	check "still Frozen" is harm '^Frozen\|'

	hand db-c-2 start
	succeeds harm
	check "db-b-1 was restarted, once" restarted_once db-b-1
	no_violations
}

# restart NODE: a single task, for operate.
restart() { say "nodeTask: {type: systemd-restart-service, with: {service: scylla-server}}, targets: {nodes: [$1]}"; }
not_touched() { ! happened "$1" '(drain|stop|restart)' controller; }
restarted_once() { [[ $(times "$1" restart controller) == 1 ]]; }
