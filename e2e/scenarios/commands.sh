# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Commands and highstates as units on the hosts: once each, though ssh is cut and the controller killed; salt starts the server

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 10
	apply_fleet
	watch_operations
	declared
	controller controller --record "$STATE/recording"
	commanded
	refused
	salted
	no_violations
}

declared()
{
	k patch targetcluster "$TARGET" --type merge --patch 'spec: {commands: [
		{name: greet, args: [/usr/bin/echo, hello, "{whom}"], impact: none},
		{name: fail, args: [/usr/bin/false], impact: none}]}' >/dev/null
}

commanded()
{
	operate greeting 'nodeTask: {type: run-command, with: {command: greet, whom: world}}, targets: {nodes: [db-a-1]}'
	succeeds greeting 20
	check "it was run once" ran db-a-1 '/usr/bin/echo hello world' 1
	check "what it printed is told" told greeting 'greet has ended: hello world'
	check "its unit and its output are gone" gone db-a-1 "strait-$(uid greeting)-1.1-db-a-1"
	operate failing 'nodeTask: {type: run-command, with: {command: fail}}, targets: {nodes: [db-a-1]}'
	within 20 "a command that fails fails its operation" is failing '^Failed\|.*fail failed: exit status 1'
	check "it was not run again" ran db-a-1 /usr/bin/false 1
}

refused()
{
	operate unknown 'nodeTask: {type: run-command, with: {command: gret}}, targets: {nodes: [db-a-1]}'
	within 10 "an unknown command is refused with the nearest name" condition_is clop/unknown Accepted \
		'^False\|PlanRefused\|.*spec.commands has no "gret"; did you mean "greet"'
	operate unsafe 'nodeTask: {type: run-command, with: {command: greet, whom: "a; reboot"}}, targets: {nodes: [db-a-1]}'
	within 10 "so is an argument that is more than a word" condition_is clop/unsafe Accepted '^False\|PlanRefused\|.*a; reboot'
	k delete clop unknown unsafe >/dev/null
}

# Each node's highstate starts the server that was stopped. Cut, killed, and found busy meanwhile.
salted()
{
	salt_workflow
	fleet hand db-a-1 'salt?ms=30000'
	fleet hand db-b-1 'salt?ms=30000'
	fleet hand db-c-1 'salt?ms=5000&busy=300000&states=700'
	operate states 'workflow: salted'
	within 60 "db-a-1's highstate runs" ran db-a-1 salt-call 1
	hand db-a-1 away
	sleep 1
	hand db-a-1 back
	within 60 "db-b-1's highstate runs" ran db-b-1 salt-call 1
	check "db-a-1 serves, salt has started it" happened db-a-1 serving controller
	stop controller KILL
	check "the recording of a killed one decides the same again" replays "$STATE/recording"
	controller controller
	within 60 "another highstate on db-c-1 is waited for" was states 'another highstate runs there as PID 4711'
	succeeds states 120
	check "one highstate on db-a-1, though ssh was cut" ran db-a-1 salt-call 1
	check "one on db-b-1, though the controller was killed" ran db-b-1 salt-call 1
	check "on db-c-1 one that found the other, and one" ran db-c-1 salt-call 2
	check "salt alone has started the servers, once each" started_once
	check "the states are counted" told states '701 states are as they should be'
	failed_state
}

failed_state()
{
	fleet hand db-a-1 'salt?ms=2000&fail=mount-data'
	operate broken 'nodeTask: {type: salt-highstate}, targets: {nodes: [db-a-1]}'
	within 60 "a highstate with a state that fails fails its operation" is broken '^Failed\|'
	check "the state is named" told broken '1 of 13 states failed: mount-data \(Source file'
}

salt_workflow()
{
	k apply -f - >/dev/null <<-'YAML'
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: salted}
		spec:
		  steps:
		  - eachNode:
		      steps:
		      - {task: scylla-drain}
		      - {task: systemd-stop-scylla-server}
		      - {task: salt-highstate, impact: bringsNodeUp}
		      - wait: [{condition: is-up-normal, successWindow: 500ms, pollInterval: 200ms}]
	YAML
}

runs() { audit | grep -E " event=run " | grep -F "node=$1 " | grep -cE "command=.*$2"; }
# ran NODE WORDS TIMES
ran() { local count; count=$(runs "$1" "$2") || :; [[ $count == "$3" ]] || { say "$1 ran $2 $count times"; return 1; }; }
started_once()
{
	local node
	for node in db-a-1 db-b-1 db-c-1; do
		[[ $(audit | grep -F "node=$node " | grep -c ' event=start source=controller') == 1 ]] || return 1
	done
}
# gone NODE UNIT
gone() { [[ $(on_host "$1" "systemctl show $2.service --property=LoadState") == *LoadState=not-found* ]]; }
on_host()
{
	local address
	address=$(curl -fsS "$STRAIT_SIM_CONTROL/nodes" | sed -n "s/.* node=$1 address=\([^ ]*\).*/\1/p")
	curl -fsS --data "$2" "$STRAIT_SIM_CONTROL/command?address=$address"
}
told() { k get clop "$1" -o yaml | says "$2"; }
