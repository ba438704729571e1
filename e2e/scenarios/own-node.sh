# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Our own drained node closes no gate; of two candidates with room for one, one begins; a deletion brings the node back

scenario()
{
	fleet_up one --layout dc1/a:3 --speed 10
	apply_fleet
	watch_operations
	controller controller
	stop_after_a_crash
	never_room_for_two
	room_for_one
	deleted
}

stop_after_a_crash()
{
	local began
	operate roll "$ROLL"
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	stop controller KILL
	within 10 "db-a-1 is drained, without a controller" happened db-a-1 drained
	sleep 1
	began=$(now_ms)
	controller controller
	within 20 "db-a-1 is stopped" happened db-a-1 stop controller
	figure "restart to stop: $(seconds "$began")"
	succeeds roll
	check "the audit tells of one clean roll" rolled 1
	no_violations
}

# Three nodes, three replicas: a quorum bears one down, whichever, and never two.
never_room_for_two()
{
	mark
	pairs_workflow
	operate pairs 'workflow: rolling-pairs, variables: {settle: 500ms}'
	within 10 "two at once are refused, with place and keyspace" refused_for_good
	check "no node was touched" untouched
	k delete clop pairs >/dev/null
}

refused_for_good()
{
	condition_is clop/pairs Accepted '^False\|PlanRefused\|workflow rolling-pairs, spec[.]steps\[0\][.]eachNode[.]concurrencyLimit: 2 nodes at once, but no two of a unit can ever be down together: keyspace .* QUORUM needs 2'
}

# Only two of a rack share no range: of any other two one waits.
room_for_one()
{
	fleet_up two --layout dc1/a:2,dc1/b:1,dc1/c:2 --no-system-keyspaces --speed 10
	apply_fleet
	sed -e 's/name: rolling-restart/name: rolling-datacenter/' -e 's/concurrencyLimit: 1/concurrencyLimit: 2/' \
		-e 's/concurrencyUnit: zone/concurrencyUnit: datacenter/' \
		"$TOP/manifests/workflows/rolling-restart.yaml" | k apply -f - >/dev/null
	operate two 'workflow: rolling-datacenter, variables: {settle: 500ms}'
	succeeds two 60
	check "never two of different zones, though two were allowed" rolled 2 "" any
	check "two of one zone were down at once" two_down
	no_violations
	# A candidate that waits for our own node freezes nothing.
	check "it was never called Frozen" never_frozen two
	fleet_use one
}

never_frozen() { ! was "$1" '^Frozen'; }

deleted()
{
	mark
	operate roll-2 "$ROLL"
	within 10 "db-a-1 is drained" happened db-a-1 drained
	k delete clop roll-2 --wait=false >/dev/null
	check "the object waits" k get clop roll-2 -o name
	within 10 "phase Cancelling" was roll-2 '^Cancelling'
	within 20 "the object is gone" object_gone roll-2
	check "db-a-1 served before it went" happened db-a-1 serving controller
	check "no other node was touched" only_a_1
	no_violations
}

object_gone() { [[ ! $(k get clop "$1" -o name --ignore-not-found) ]]; }
only_a_1() { [[ $(acts) == 'drain:db-a-1 stop:db-a-1 start:db-a-1' ]]; }
