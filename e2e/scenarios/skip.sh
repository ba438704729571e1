# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Node 7 of 9 cannot be brought back at all: it is left out, the rest is done, and who waits behind has its turn

scenario()
{
	local began
	fleet_up one --layout dc1/a:3,dc1/b:3,dc1/c:3 --no-system-keyspaces --speed 20
	apply_fleet
	watch_operations
	controller controller
	hand db-c-1 mask
	operate roll "$ROLL"
	within 20 "roll is at work" is roll '^Running'
	operate next 'workflow: restart-node, targets: {nodes: [db-a-1]}, variables: {settle: 500ms}'
	within 10 "next is queued behind it" is next '^Queued\|.*behind roll'

	within 120 "roll fails, and shouts who is down" is roll '^Failed\|6/9\|.*\|db-c-1 is OUT OF SERVICE'
	check "an Event shouts it, too" event OutOfService 'db-c-1 is OUT OF SERVICE'
	check "its last two nodes were not begun" not_begun 'db-c-[23]'
	sleep 2
	within 5 "next is still queued, and names the node" is next '^Queued\|.*db-c-1'
	check "nothing of it was sent" acted_times drain db-a-1 1

	knob roll 'skip: [{node: db-x-9, reason: a slip of the pen}]'
	mark
	knob roll 'skip: [{node: db-x-9, reason: a slip of the pen}, {node: db-c-1, reason: its disk is broken}], retry: 1'
	began=$(now_ms)
	within 10 "it is taken up again" is roll '^(Queued|Running)'
	within 30 "a name that is no node of the plan is said" event SkipIneffective 'no effect on db-x-9 now: it is no node'
	within 60 "it ends, and still shouts" is roll '^Succeeded\|8/9\|.*\|db-c-1 is OUT OF SERVICE; 8 nodes done, 1 skipped$'
	figure "skip and retry to the end: $(seconds "$began")"
	check "who was done stays done, and db-c-1 was not begun again" not_begun 'db-[ab]-|drain:db-c-1'
	check "the other two were restarted once each" rest_is_done
	check "the status names who was left out, and why" left_out
	check "so does an Event" event NodeSkipped 'db-c-1 is left out: its disk is broken'
	check "so does the audit trail" trail 'db-c-1: spec.skip: its disk is broken'
	check "a skip cannot be taken back" refused roll 'skip: []' 'entries cannot be taken back once the operation has begun'

	within 15 "next has its turn, and waits for the ring" is next '^Frozen\|.*db-c-1 down since'
	hand db-c-1 unmask
	hand db-c-1 start
	began=$(now_ms)
	succeeds next
	figure "unmasked to the next one's end: $(seconds "$began")"
	check "which restarted its node" acted_times drain db-a-1 1
	no_violations
}

not_begun() { ! acts | tr ' ' '\n' | says "$1"; }
acted_times() { [[ $(times "$2" "$1" controller) == "$3" ]] || { say "$1 at $2: $(times "$2" "$1" controller)"; return 1; }; }
rest_is_done()
{
	local acts
	acts=$(acts | tr ' ' '\n' | grep -v ':db-c-1$' | paste -sd' ')
	[[ $acts == 'drain:db-c-2 stop:db-c-2 start:db-c-2 drain:db-c-3 stop:db-c-3 start:db-c-3' ]] || { say "acts: $acts"; return 1; }
}
left_out()
{
	local told
	told=$(k get clop roll -o 'jsonpath={.status.counts.skipped}|{range .status.nodes[*]}{.name}:{.state}:{.message};{end}|{.status.nodesHeldDown[*]}')
	[[ $told == '1|db-c-1:skipped:its disk is broken;|db-c-1' ]] || { say "status: $told"; return 1; }
}
trail() { journal "$(uid roll)" | says "$1"; }
refused()
{
	local said
	! said=$(k patch clop "$1" --type merge --patch "spec: {$2}" 2>&1) && [[ $said == *"$3"* ]]
}
