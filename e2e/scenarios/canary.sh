# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A canary, its soak and its approval, a cool-down, half of a zone at a time

scenario()
{
	fleet_up one --layout dc1/a:2,dc1/b:2,dc1/c:2 --speed 20
	apply_fleet
	watch_operations
	controller controller
	shaped
	operate roll 'workflow: shaped'
	within 40 "the canary soaks" is roll '^Running\|1/6\|.*\|canary soaks until [0-9:]+'
	check "db-a-1 serves" happened db-a-1 serving controller
	check "nobody else was begun" acted 'drain:db-a-1 stop:db-a-1 start:db-a-1'
	within 15 "an approval is awaited" is roll '^AwaitingApproval\|1/6'
	HASH=$(k get clop roll -o 'jsonpath={.status.planHash}')
	check "WHY says what to approve" is roll "\|approve 1.canary, plan $HASH"
	check "the Event says how" event AwaitingApproval 'look at p99: kubectl patch clop roll --type merge -p'
	wrong_hash
	killed_meanwhile
	# As the Event says it.
	bash -c "$(command_of_event) --namespace $NS" >/dev/null
	within 10 "an Event says that it is approved" event Approved "1.canary of plan $HASH"
	within 60 "it cools down after a node" was roll 'cools down until [0-9:]+ after db-a-2'
	succeeds roll 180
	check "the audit tells of one clean roll, one at a time" rolled 1
	no_violations
}

shaped()
{
	k apply -f - >/dev/null <<-'YAML'
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: shaped}
		spec:
		  steps:
		  - eachNode:
		      concurrencyLimit: 50%
		      canary: {nodes: 1, soak: 3s, approval: true, message: look at p99}
		      coolDown: 2s
		      steps:
		      - {task: scylla-drain}
		      - {task: systemd-stop-scylla-server}
		      - {task: systemd-start-service, with: {service: scylla-server}}
		      - wait: [{condition: is-up-normal, successWindow: 500ms, pollInterval: 200ms}]
	YAML
}

wrong_hash()
{
	knob roll 'approvals: [{step: 1.canary, planHash: "0123456789abcdef"}]'
	within 5 "an approval of another plan is said not to count" is roll '^AwaitingApproval\|.*wrong planHash 0123456789abcdef'
	sleep 2
	check "nobody was begun" acted 'drain:db-a-1 stop:db-a-1 start:db-a-1'
}

killed_meanwhile()
{
	stop controller KILL
	controller controller
	within 15 "another controller leads" leads
	sleep 2
	check "it awaits the approval still" is roll '^AwaitingApproval\|1/6'
}

acted() { [[ $(acts) == "$1" ]] || { say "acts: $(acts)"; return 1; }; }
command_of_event()
{
	k get events.events.k8s.io -o jsonpath='{range .items[*]}{.reason}|{.note}{"\n"}{end}' |
		sed -n 's/^AwaitingApproval|.*: \(kubectl patch .*\)$/\1/p' | head -n 1
}
