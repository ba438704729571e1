# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A dry run, suspend and resume, cancel, retry after a failure, and a single task

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 12
	apply_fleet
	watch_operations
	controller controller
	planned
	suspend_and_resume
	cancelled
	failed_and_retried
	single_task
}

planned()
{
	operate plan "$ROLL, dryRun: true"
	check "kubectl wait returns when it is Planned" k wait "--for=jsonpath={.status.phase}=Planned" --timeout=10s clop/plan
	within 2 "WHY tells what the gate says" is plan '^Planned\|0/3\|.*3 nodes planned; the gate is open for db-a-1$'
	check "the plan is in order" tells plan '{range .status.plan.blocks[*].zones[*]}{.zone}:{.nodes[*]} {end}' \
		'dc1/a:db-a-1 dc1/b:db-b-1 dc1/c:db-c-1 '
	check "with its steps" tells plan '{.status.plan.blocks[0].steps[0]}' '1.1 scylla-drain'
	check "it has a hash" tells plan '{.status.planHash}' '[0-9a-f]*'
	check "it holds no finalizer" tells plan '{.metadata.finalizers}' ''
	check "nothing of it is in the journal" not_journaled plan
	check "a knob has no meaning" refused plan 'suspend: true' 'a dry run does nothing'
	check "nothing was sent" untouched
}

suspend_and_resume()
{
	operate paused "$ROLL"
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	knob paused 'suspend: true'
	within 15 "phase Paused" is paused '^Paused\|1/3'
	check "db-a-1 serves" happened db-a-1 serving controller
	sleep 2
	check "no other node was begun" acted 'drain:db-a-1 stop:db-a-1 start:db-a-1'
	knob paused 'suspend: false'
	succeeds paused
	check "the audit tells of one clean roll" rolled 1
	no_violations
}

cancelled()
{
	mark
	operate unwanted "$ROLL"
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	knob unwanted 'cancel: true'
	within 15 "phase Cancelled" is unwanted '^Cancelled\|'
	check "db-a-1 serves" happened db-a-1 serving controller
	check "no other node was begun" acted 'drain:db-a-1 stop:db-a-1 start:db-a-1'
	check "Succeeded is False" condition_is clop/unwanted Succeeded '^False\|Cancelled\|'
	check "a cancel cannot be taken back" refused unwanted 'cancel: false' 'a cancel cannot be taken back'
	no_violations
}

# db-b-1's peers hear of it late: its wait times out.
failed_and_retried()
{
	mark
	impatient_workflow
	operate failing 'workflow: impatient'
	within 20 "db-b-1 is drained" happened db-b-1 drained
	hand db-b-1 'lag?ms=5000'
	within 40 "phase Failed" is failing '^Failed\|1/3'
	check "Succeeded is False" condition_is clop/failing Succeeded '^False\|StepFailed\|db-b-1: '
	check "kubectl wait does not take it for a success" not_waited_for failing
	check "the error names the node and a remedy" error_of failing '^db-b-1\|.*\|.+'
	check "an Event says so" event NodeFailed 'db-b-1'
	check "db-c-1 was not begun" not_begun db-c-1
	hand db-b-1 'lag?ms=0'
	no_violations
	mark
	knob failing 'retry: 1'
	within 10 "it is taken up again" is failing '^(Queued|Running)'
	succeeds failing
	check "what was finished stays finished" not_begun db-a-1
	check "the other two were restarted" acted \
		'drain:db-b-1 stop:db-b-1 start:db-b-1 drain:db-c-1 stop:db-c-1 start:db-c-1'
	no_violations
}

single_task()
{
	mark
	operate single 'nodeTask: {type: systemd-restart-service, with: {service: scylla-server}}, targets: {nodes: [db-c-1]}'
	succeeds single
	check "one restart of one node" acted 'restart:db-c-1'
	check "it serves" happened db-c-1 serving controller
	no_violations
}

# tells NAME JSONPATH PATTERN
# shellcheck disable=SC2053 # a pattern it is
tells() { [[ $(k get clop "$1" -o "jsonpath=$2") == $3 ]]; }
not_journaled() { [[ $(redis-cli -u "$REDIS_URL" exists "strait:{$(uid "$1")}:meta") == 0 ]]; }
not_waited_for() { ! k wait --for=condition=Succeeded --timeout=1s "clop/$1" >/dev/null 2>&1; }
acted() { [[ $(acts) == "$1" ]] || { say "acts: $(acts)"; return 1; }; }
not_begun() { [[ $(acts) != *":$1"* ]]; }
error_of()
{
	local last
	last=$(k get clop "$1" -o 'jsonpath={range .status.recentErrors[*]}{.node}|{.message}|{.remedy}{"\n"}{end}' | head -n 1)
	[[ $last =~ $2 ]] || { say "recentErrors: $last"; return 1; }
}
# refused NAME PATCH SENTENCE: the API server says so.
refused()
{
	local said
	! said=$(k patch clop "$1" --type merge --patch "spec: {$2}" 2>&1) && [[ $said == *"$3"* ]]
}
