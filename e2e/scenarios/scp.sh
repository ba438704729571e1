# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A workflow in SCP's YAML runs as it is written, applied as a definition or converted; a mistake in it is told by line
scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations
	controller controller
	mistaken
	example | k apply -f - >/dev/null
	operate roll 'workflow: drain-and-restart'
	succeeds roll 90
	check "each node was drained, stopped and started once" rolled 1
	mark
	converted
	operate again 'workflow: converted, targets: {nodes: [db-b-1]}'
	succeeds again 60
	check "converted it does the same" restarted db-b-1
	no_violations
}

# The Workflow of manifests/examples/scp.yaml.
example() { awk '/^---$/ { exit } { print }' "$TOP/manifests/examples/scp.yaml"; }

mistaken()
{
	local line
	example | sed 's/!scylla-drain/scylla-drain/' >"$STATE/mistaken.yaml"
	line=$(grep -n 'task: scylla-drain' "$STATE/mistaken.yaml" | cut -d: -f1)
	if "$TOP/build/straitctl" lint "$STATE/mistaken.yaml" >"$STATE/lint"; then
		fail "lint finds nothing"
	fi
	check "lint tells the line of the file" says "^$STATE/mistaken.yaml:$line:[0-9]+: error: task: expected a tag" <"$STATE/lint"
	k apply -f "$STATE/mistaken.yaml" >/dev/null
	operate mistaken 'workflow: drain-and-restart'
	within 10 "Accepted tells the line of the definition" condition_is clop/mistaken Accepted \
		'^False\|PlanRefused\|.*spec.definition, line 12, column 17: task: expected a tag that names the type, such as !scylla-drain'
	check "nothing was sent to any node" untouched
	k delete clop mistaken >/dev/null
}

converted()
{
	example >"$STATE/scp.yaml"
	"$TOP/build/straitctl" convert "$STATE/scp.yaml" | sed 's/^  name: .*/  name: converted/' | k apply -f - >/dev/null
}

restarted() { [[ $(acts) == "drain:$1 stop:$1 start:$1" ]] || { say "acts: $(acts)"; return 1; }; }
