# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# New nodes are added by SCP's YAML: salt joins them, one at a time and once each, though ssh is cut and the controller killed

scenario()
{
	HOOKS=$STATE/hooks
	mkdir -p "$HOOKS"
	say fine >"$HOOKS/mood"
	"${CC:-cc}" -std=c17 -D_GNU_SOURCE -O2 -pthread -o "$STATE/receiver-program" "$TOP/e2e/hooks/receiver.c"
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 10
	fleet add dc1/a >/dev/null
	fleet add dc1/b >/dev/null
	fleet add dc1/c >/dev/null
	fleet manifests >"$STATE/$FLEET.yaml"
	apply_fleet
	channel
	watch_operations
	controller controller
	within 10 "the cluster is ready, of three members" condition_is "targetcluster/$TARGET" Ready '^True'
	refused
	planned
	applied
	by_file
	no_violations
}

ctl() { "$TOP/build/straitctl" "$@" --namespace "$NS"; }
# The parts of manifests/examples/add-nodes.yaml.
example() { awk '/^---$/ { exit } { print }' "$TOP/manifests/examples/add-nodes.yaml" | quick; }
# A window and an interval of seconds would be most of this scenario's time.
quick() { sed -e 's/success_window_seconds: 30/success_window_seconds: 1/' -e 's/poll_interval_seconds: 5/poll_interval_seconds: 1/'; }

channel()
{
	secret hooks --from-literal="log=http://127.0.0.1:$((PORT + 1))/log"
	k patch targetcluster "$TARGET" --type merge --patch "spec: {channels: [
		{name: ops, type: json, urlSecretRef: {name: hooks, key: log}}]}" >/dev/null
	start receiver "$STATE/receiver-program" $((PORT + 1)) "$HOOKS"
}

refused()
{
	operate early 'nodeTask: {type: scylla-drain}, targets: {nodes: [db-a-2]}'
	within 10 "what is for members is refused for a new node" condition_is clop/early Accepted \
		'^False\|PlanRefused\|db-a-2 is not in the ring, and step 1.1, scylla-drain, is for members'
	k delete clop early >/dev/null
	example | k apply -f - >/dev/null
	operate everybody 'workflow: add-nodes-to-cluster, variables: {known_node: db-c-1}, dryRun: true'
	within 10 "who names no node means the members" is everybody '^Planned\|.*3 nodes planned'
	check "nothing was run on any host" nothing_ran
}

planned()
{
	ctl plan add-nodes-to-cluster --cluster "$TARGET" --nodes db-a-2 --var known_node=db-c-1 >"$STATE/plan"
	check "straitctl plan says that it is new" says 'dc1/a +db-a-2 \(new\)' <"$STATE/plan"
}

# By kubectl; ssh is cut during the highstate, the controller killed during the join.
applied()
{
	fleet hand db-a-2 'salt?ms=30000'
	fleet hand db-b-2 'salt?ms=30000'
	mark
	operate adding 'workflow: add-nodes-to-cluster, variables: {known_node: db-c-1}, targets: {nodes: [db-b-2, db-a-2]}'
	within 30 "db-a-2's highstate runs" ran db-a-2 1
	hand db-a-2 away
	sleep 1
	hand db-a-2 back
	within 30 "it joins" mode_is db-a-2 BOOTSTRAP
	stop controller KILL
	check "db-b-2 is not begun" ran db-b-2 0
	controller controller
	within 60 "its host id is journaled" journaled adding db-a-2
	within 60 "then db-b-2's highstate runs" ran db-b-2 1
	check "db-a-2 serves by then" happened db-a-2 serving controller
	succeeds adding 120
	check "one highstate on db-a-2, though ssh was cut and the controller killed" ran db-a-2 1
	check "one on db-b-2" ran db-b-2 1
	check "salt alone has started them, once each" started_once db-a-2 db-b-2
	check "nobody else was touched" acts_are 'start:db-a-2 start:db-b-2'
	check "never two joined at once" one_joiner
	within 10 "the webhook has what the steps say" hooked 'Adding nodes to' 'The nodes have joined'
	check "an Event tells who has joined" event NodeJoined 'db-a-2 is a member of the ring now'
	check "the cluster has five members" members 5
}

# By straitctl, from SCP's own text.
by_file()
{
	example | sed -n 's/^    //p' >"$STATE/add_nodes.yaml"
	mark
	check "SCP's YAML is run to its end" ctl job run "$STATE/add_nodes.yaml" --cluster "$TARGET" --nodes db-c-2 \
		--var known_node=db-a-1
	check "one highstate, one start" acts_are 'start:db-c-2'
	check "the cluster has six members" members 6
}

nothing_ran() { ! audit | says ' event=run '; }
# ran NODE TIMES
ran()
{
	local count
	count=$(audit | grep -F " node=$1 " | grep -cF 'command=salt-call') || :
	[[ $count == "$2" ]] || { say "$1 ran salt-call $count times"; return 1; }
}
mode_is() { [[ $(fleet nodes | grep -F " node=$1 ") == *" mode=$2 "* ]]; }
journaled()
{
	redis-cli -u "$REDIS_URL" --raw hget "strait:{$(uid "$1")}:steps" "new/$2" |
		says "\"hostId\":\"$(fleet nodes | sed -n "s/.* node=$2 .* host_id=\(.*\)/\1/p")\""
}
started_once()
{
	local node
	for node; do
		[[ $(times "$node" start controller) == 1 ]] || return 1
	done
}
acts_are() { [[ $(acts) == "$1" ]] || { say "acts: $(acts)"; return 1; }; }
# From the start of its process until it is a member, no other's begins.
one_joiner()
{
	audit | awk '
		/ event=process-start / { if (joining != "") { print "two joiners: " $0; failed = 1 }; joining = $3 }
		/ event=normal / && $3 == joining { joining = "" }
		END { exit failed }'
}
hooked()
{
	local text
	for text; do
		grep -qF "$text $TARGET" "$HOOKS/taken" || return 1
	done
}
members() { [[ $(k get targetcluster "$TARGET" -o 'jsonpath={.status.nodes}') == "$1/$1" ]]; }
