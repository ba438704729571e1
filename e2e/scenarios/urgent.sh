# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A roll stands frozen on dead db-c-2; an urgent restart of it runs between, over a kill -9; the roll finishes, nothing twice
# Then a drained node keeps the cluster over a kill -9 until it is acknowledged, and a second object of the same nodes is
# refused until the first is gone.

scenario()
{
	fleet_up one --layout dc1/a:2,dc1/b:2,dc1/c:2 --speed 20
	apply_fleet
	watch_operations
	controller controller
	urgent_between
	held_by
	duplicate
}

RESTART='nodeTask: {type: systemd-restart-service, with: {service: scylla-server}}'

urgent_between()
{
	local began
	operate roll "$ROLL"
	within 10 "db-a-1 is drained" happened db-a-1 drained
	hand db-c-2 crash
	within 20 "phase Frozen, WHY names db-c-2" is roll '^Frozen\|1/6\|.*\|db-c-2 down since [0-9][0-9]:[0-9][0-9]$'
	operate behind 'workflow: restart-node, variables: {settle: 500ms}, targets: {nodes: [db-a-1]}'
	within 5 "one that is not urgent waits" is behind '^Queued\|.*\|position 1, behind roll$'
	check "the columns say so" columns 'roll 1'

	began=$(now_ms)
	operate urgent "urgent: true, $RESTART, targets: {nodes: [db-c-2]}"
	within 10 "db-c-2's restart has arrived" happened db-c-2 restart controller
	figure "urgent one to its act: $(seconds "$began")"
	stop controller KILL
	controller controller
	succeeds urgent
	# Not before: a status may lag behind the act, and the kill may have come first.
	check "the roll waited, and said for whom" was roll '^Frozen\|1/6\|.*\|waits behind urgent, which is urgent$'
	figure "urgent one: $(seconds "$began")"
	no_violations
	# From here on db-c-2 may be restarted once more, for the roll's own sake.
	mark
	succeeds roll 90
	check "each was restarted once by the roll, db-c-2 besides by the urgent one" all_acts \
		"$(of db-a-1) restart:db-c-2 $(of db-a-2) $(of db-b-1) $(of db-b-2) $(of db-c-1) $(of db-c-2)" 19
	mark
	succeeds behind
	no_violations
}

held_by()
{
	mark
	operate maintenance 'nodeTask: {type: scylla-drain}, targets: {nodes: [db-b-1]}'
	succeeds maintenance
	operate next "$RESTART, targets: {nodes: [db-a-1]}"
	within 5 "the next one is told by whom the cluster is held" is next '^Queued\|.*\|held by maintenance: db-b-1 drained$'
	stop controller KILL
	controller controller
	within 5 "the controller leads" leads
	sleep 4
	check "it is held all the same" is next '^Queued\|.*\|held by maintenance: db-b-1 drained$'
	check "nobody was touched" acts_are 'drain:db-b-1'
	check "status names the node" names maintenance db-b-1
	check "the column says who has it" columns 'maintenance 1'
	hand db-b-1 restart
	within 10 "db-b-1 serves" happened db-b-1 serving
	within 25 "it is told to acknowledge, by the next look at an idle cluster" is next 'held by maintenance: db-b-1 is up: acknowledge$'
	knob maintenance 'acknowledge: "ticket 4711, the disk is replaced"'
	succeeds next
	check "an Event tells who knows" event Acknowledged 'db-b-1 is left down.*ticket 4711, the disk is replaced'
	check "status goes on naming the node" names maintenance db-b-1
	check "nothing more was done" acts_are 'drain:db-b-1 restart:db-a-1'
	no_violations
}

duplicate()
{
	mark
	sed 's/^  name: sim-one$/  name: again/' "$STATE/$FLEET.yaml" | k apply -f - >/dev/null
	within 10 "the second is not ready" condition_is targetcluster/again Ready \
		"^False\|DuplicateTarget\|TargetCluster $NS/$TARGET has the same nodes and was created first: delete one of the two"
	check "the first is" condition_is "targetcluster/$TARGET" Ready '^True'
	TARGET=again operate elsewhere "$RESTART, targets: {nodes: [db-a-1]}"
	within 5 "nothing is run on it" condition_is clop/elsewhere Accepted '^False\|ClusterNotReady\|.*has the same nodes'
	sleep 2
	check "nobody was touched" untouched
	k delete targetcluster "$TARGET" >/dev/null
	succeeds elsewhere
	check "once the first is gone" acts_are 'restart:db-a-1'
	no_violations
}

of() { printf 'drain:%s stop:%s start:%s' "$1" "$1" "$1"; }
acts_are() { [[ $(acts) == "$1" ]] || { say "acts: $(acts)"; return 1; }; }
# all_acts WISH N: the first N since the fleet was started, over all marks.
all_acts()
{
	local seen
	seen=$(sed -nE 's/.* node=([^ ]*) .* event=(drain|stop|start|restart) source=controller .*/\2:\1/p' "$AUDIT" |
		head -n "$2" | paste -sd' ')
	[[ $seen == "$1" ]] || { say "acts: $seen"; return 1; }
}
names() { [[ $(k get clop "$1" -o 'jsonpath={.status.nodesHeldDown[*]}') == "$2" ]]; }
