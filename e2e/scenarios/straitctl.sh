# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# straitctl on the real control plane: a workflow's file is run and followed, and every knob is turned

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	many_begin &
	apply_fleet
	watch_operations
	controller controller
	within 10 "the cluster is ready" condition_is "targetcluster/$TARGET" Ready '^True'
	refused_file
	file_is_run
	left_and_turned
	approved
	skipped
	retried
	single_task
	two_of_one_name
	told
	completed
	many_are_listed
	installed
}

ctl() { "$TOP/build/straitctl" "$@" --namespace "$NS"; }
# exits STATUS COMMAND...: of straitctl; what it prints is in $STATE/out and $STATE/err.
exits()
{
	local expected=$1 status=0
	shift
	ctl "$@" >"$STATE/out" 2>"$STATE/err" || status=$?
	((status == expected)) || { say "exit status $status of $*"; cat "$STATE/out" "$STATE/err"; return 1; }
}
out() { says "$@" <"$STATE/out"; }
err() { says "$@" <"$STATE/err"; }
# made COMMAND...: the name of the operation that was made.
made() { ctl job run "$@" --cluster "$TARGET" --detach; }

# More operations than a page of the API server's has, in a namespace that no controller looks after.
MANY=501

many_begin()
{
	kubectl create namespace "$NS-many" >/dev/null
	for ((i = 1; i <= MANY; i++)); do
		printf '{"apiVersion": "strait.dev/v1alpha1", "kind": "ClusterOperation", "metadata": {"name": "op-%d"},
			"spec": {"cluster": "c", "workflow": "rolling-restart"}}\n' "$i"
	done | kubectl --namespace "$NS-many" create -f - >/dev/null
	say done >"$STATE/many"
}

many_are_listed()
{
	within 30 "there are $MANY" test -s "$STATE/many"
	check "all are listed, page by page" listed --namespace "$NS-many" -o name
	check "each once" test "$(sort -u "$STATE/out" | wc -l)" = "$MANY"
	check "as a table too" "$TOP/build/straitctl" job list --namespace "$NS-many" --cluster c
	check "of all namespaces those are some" eval '"$TOP/build/straitctl" job list -A | says "^$NS-many +op-$MANY +c "'
	check "so are ours" eval '"$TOP/build/straitctl" clusters -A | says "^$NS +$TARGET "'
	kubectl delete --raw "/apis/strait.dev/v1alpha1/namespaces/$NS-many/clusteroperations" >/dev/null
}

listed()
{
	"$TOP/build/straitctl" job list "$@" >"$STATE/out"
	(($(wc -l <"$STATE/out") == MANY)) || { wc -l "$STATE/out"; return 1; }
}

installed()
{
	local file root=$STATE/root
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$TOP" install DESTDIR="$root" PREFIX=/usr >"$STATE/out"
	for file in bin/strait-controller bin/straitctl bin/kubectl-strait share/man/man1/straitctl.1 \
		share/bash-completion/completions/straitctl share/zsh/site-functions/_straitctl \
		share/fish/vendor_completions.d/straitctl.fish; do
		check "make install: $file" test -s "$root/usr/$file"
	done
	check "as kubectl's plugin it calls itself so" eval '"$root/usr/bin/kubectl-strait" help | says "kubectl strait"'
}

refused_file()
{
	sed -e '/^---$/,$d' -e 's/!scylla-drain/scylla-drain/' "$TOP/manifests/examples/scp.yaml" >"$STATE/mistaken.yaml"
	check "a file with a mistake is refused" exits 3 job run "$STATE/mistaken.yaml" --cluster "$TARGET"
	check "by line and column" err "^$STATE/mistaken.yaml:[0-9]+:[0-9]+: error: task: expected a tag"
	check "an unknown variable is refused by the controller" exits 3 job run rolling-restart --cluster "$TARGET" --var setle=1s
	check "with what was meant" out 'Pending: .*setle.*did you mean "settle"'
	check "a cluster that is not there is refused" exits 1 job run rolling-restart --cluster sim-on
	check "with what was meant" err 'there is no TargetCluster "sim-on" in namespace .*; did you mean "sim-one"'
	check "so is a workflow" exits 1 job run rolling-restrat --cluster "$TARGET"
	check "by name" err 'there is no Workflow "rolling-restrat"'
	check "nothing was sent to any node" untouched
}

file_is_run()
{
	# SCP's text itself, as it stands in the Workflow.
	sed -n -e '/^---$/q' -e 's/^    //p' "$TOP/manifests/examples/scp.yaml" >"$STATE/scp.yaml"
	mark
	check "SCP's YAML is run to its end" exits 0 job run "$STATE/scp.yaml" --cluster "$TARGET" \
		--var compactions_nominal_timeout_seconds=600 --owner '<@1>'
	check "the last line says so" out '^[0-9-]{10} [0-9:.]{12}Z Succeeded: 3 nodes done$'
	check "it names the operation" err 'ClusterOperation drain-and-restart-[0-9a-f]{8}-[a-z0-9]+ on '
	check "each node was drained, stopped and started once" rolled 1
	check "the owner is in its spec" owned_by '<@1>'
	check "a second operation of the same text" exits 0 job run "$STATE/scp.yaml" --cluster "$TARGET" --dry-run
	check "takes the same Workflow, which goes with the last of the two" owned_by_both
}

owned_by() { [[ $(k get clop -o 'jsonpath={.items[*].spec.owner}') == *"$1"* ]]; }
# Kubernetes' own garbage collector deletes what has lost its last owner; there is none here.
owned_by_both()
{
	local uids
	uids=$(k get workflows -o 'jsonpath={.items[*].metadata.ownerReferences[*].uid}' | tr ' ' '\n' | sort)
	[[ $uids == "$(k get clop -o 'jsonpath={range .items[*]}{.spec.workflow} {.metadata.uid}{"\n"}{end}' |
		sed -n 's/^drain-[^ ]* //p' | sort)" ]]
}

# The lines of a task on one node, in their order.
single_task()
{
	mark
	check "a task on one node" exits 0 node-task --node db-c-1 systemd-restart-service --param service=scylla-server
	check "one restart of one node" acts_are 'restart:db-c-1'
	check "its conditions, its start and its end are told" lines_of_task
	check "a type is checked before anything is made" exits 2 node-task --node db-c-1 scylla-drian
	check "with what was meant" err 'did you mean "scylla-drain"'
	check "so is a node" exits 1 node-task --node db-c-9 scylla-drain
	check "with what was meant" err 'no node of any target cluster here is called "db-c-9".*did you mean "db-c-1"'
	check "a parameter is checked by the controller" exits 3 node-task --node db-c-1 systemd-restart-service --param servce=x
	check "with what was meant" out 'did you mean "service"'
	no_violations
}

acts_are() { [[ $(acts) == "$1" ]] || { say "acts: $(acts)"; return 1; }; }
# Times aside, and as often as each duration is one.
lines_of_task()
{
	local seen expected='Condition Check (Node is quorum safe): Start
Condition Check (Node is quorum safe): Condition passed   duration=
All conditions passed
Start
Finished   duration='
	grep -vE '^20[0-9-]{8} [0-9:.]{12}Z ' "$STATE/out" && return 1
	seen=$(sed -nE -e 's/^.{25}//' -e 's/(duration=)[0-9.]+m?s.*/\1/' \
		-e '/quorum safe|^All|^Start|^Finished/p' "$STATE/out")
	[[ $seen == "$expected" ]] || { say "$seen"; return 1; }
}

# Why it waits, and what has happened to it, with and without Redis.
told()
{
	local name
	mark
	name=$(made rolling-restart --var settle=500ms)
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	check "pause" exits 0 job pause "$name"
	within 15 "it pauses" is "$name" '^Paused\|1/3'
	check "why" exits 0 why "$name"
	check "tells since when" out "^$name on $TARGET is Paused since 20[0-9-]{8} [0-9:]{8}Z \([0-9]+s\)$"
	check "what that means" out '^  means    Suspended: '
	check "and the next command" out "^  by       straitctl job resume $name$"
	check "timeline" exits 0 timeline "$name" --redis-url "$REDIS_URL"
	check "is the journal's" out '^20[0-9-]{8} [0-9:.]{12}Z .*1\.1/db-a-1: drain intended \(/storage_service/drain\)'
	check "and says nothing else" test ! -s "$STATE/err"
	check "it goes on afterwards: nothing was taken over" exits 0 job resume "$name"
	check "to its end" exits 0 job watch "$name"
	check "a terminal has colours" coloured "$name"
	check "but not with NO_COLOR" uncoloured "$name"
	check "and a pipe has none" plain
	check "without Redis" exits 0 timeline "$name" --redis-url redis://127.0.0.1:1
	check "the status and the Events are told" out 'Z db-c-1 .*: Finished   duration='
	check "with a note" err '^straitctl: this is what the status and the Events still tell; the journal could not be read: Redis: '
	check "clusters" exits 0 clusters
	check "is a table" out "^$TARGET +True +3/3 "
	check "nodes, as all see them" exits 0 nodes "$TARGET"
	check "with each one's state" out '^db-c-1 .* dc1/c +Up '
	no_violations
}

# On a terminal of its own.
on_terminal() { TERM=xterm script -qec "'$TOP/build/straitctl' job watch $1 --namespace $NS" /dev/null </dev/null; }
coloured() { on_terminal "$1" | says $'\033\\[32mSucceeded\033\\[0m: 3 nodes done'; }
uncoloured() { ! NO_COLOR=1 on_terminal "$1" | says $'\033\\[3'; }
plain() { ! grep -q $'\033' "$STATE/out"; }

# As bash does when somebody presses Tab.
completed()
{
	check "a command is completed" completes "$TOP/build/straitctl job re" 'resume retry'
	check "an option is" completes "$TOP/build/straitctl job run --dr" '--dry-run'
}
completes()
{
	local got
	got=$(
		# shellcheck disable=SC1090
		. <("$TOP/build/straitctl" completion bash)
		read -ra COMP_WORDS <<<"$1"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_straitctl
		say "${COMPREPLY[*]}"
	)
	[[ $got == "$2" ]] || { say "offered: $got"; return 1; }
}

# A node's name is looked up over all target clusters, and never guessed.
two_of_one_name()
{
	k apply -f - >/dev/null <<-'YAML'
		apiVersion: strait.dev/v1alpha1
		kind: TargetCluster
		metadata: {name: other}
		spec:
		  clusterName: other
		  contactPoints: [127.0.0.9]
		  nodes: [{name: db-c-1, address: 127.0.0.9}]
	YAML
	mark
	check "two nodes of one name are refused" exits 1 node-task --node db-c-1 scylla-drain
	check "with both clusters named" err '"db-c-1" is a node of 2 target clusters: other .* and sim-one .*; say which by --cluster'
	check "nothing was sent" untouched
	check "--cluster says which" exits 0 node-task --node db-c-1 --cluster "$TARGET" systemd-restart-service \
		--param service=scylla-server --dry-run
	k delete targetcluster other >/dev/null
}

# Ctrl-C while it is looked on; pause, resume, cancel.
left_and_turned()
{
	local name pid status=0
	mark
	name=$(made rolling-restart --var settle=500ms)
	"$TOP/build/straitctl" job watch "$name" --namespace "$NS" >"$STATE/out" 2>"$STATE/err" &
	pid=$!
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	within 10 "somebody looks on" out 'scylla-drain'
	kill -INT "$pid"
	wait "$pid" || status=$?
	check "Ctrl-C has a status of its own" test "$status" == 130
	check "it is said that the operation goes on" err "^straitctl: $name goes on without you; \"straitctl job watch $name\""
	check "pause" exits 0 job pause "$name"
	within 15 "it pauses" is "$name" '^Paused\|1/3'
	check "a resume" exits 0 job resume "$name"
	within 15 "goes on" is "$name" '^Running'
	check "the field manager is straitctl's own" manager "$name" straitctl
	check "cancel" exits 0 job cancel "$name"
	check "who looks on sees it cancelled" exits 4 job watch "$name"
	check "what has ended cannot be paused" exits 1 job pause "$name"
	check "and that is said" err "$name has ended: Cancelled"
	no_violations
}

manager() { k get clop "$1" -o 'jsonpath={.metadata.managedFields[*].manager}' --show-managed-fields | tr ' ' '\n' | says "^$2$"; }

approved()
{
	local name
	cat >"$STATE/shaped.yaml" <<-'YAML'
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: shaped}
		spec:
		  steps:
		  - eachNode:
		      canary: {nodes: 1, approval: true, message: look at p99}
		      steps:
		      - {task: systemd-restart-service, with: {service: scylla-server}}
		      - wait: [{condition: is-up-normal, successWindow: 500ms, pollInterval: 200ms}]
	YAML
	mark
	name=$(made "$STATE/shaped.yaml")
	within 30 "the canary awaits a person" is "$name" '^AwaitingApproval\|1/3'
	check "another step is not approved" exits 1 job approve "$name" --step 2.1
	check "approve" exits 0 job approve "$name" --step 1.canary
	check "says what" out "^$name: step 1.canary of plan [0-9a-f]{16} is approved"
	check "it goes on to its end" exits 0 job watch "$name"
	check "nothing more waits" exits 1 job approve "$name"
	check "show tells of it" exits 0 job show "$name"
	check "its phase" out '^Phase: +Succeeded'
	no_violations
}

skipped()
{
	local name
	mark
	name=$(made rolling-restart --var settle=500ms --nodes=db-a-1, db-b-1)
	check "skip wants a reason" exits 2 job skip "$name" db-b-1
	check "skip" exits 0 job skip "$name" db-b-1 --reason 'a disk is awaited'
	check "the other is done" exits 0 job watch "$name"
	check "and this one is left out" out 'Succeeded: .*1 skipped'
	check "acknowledge" exits 0 job acknowledge "$name" --reason 'known'
	no_violations
}

retried()
{
	local name
	mark
	impatient_workflow
	name=$(made impatient)
	within 20 "db-b-1 is drained" happened db-b-1 drained
	hand db-b-1 'lag?ms=5000'
	check "a failure has a status of its own" exits 3 job watch "$name"
	check "the last line names the node" out ' Failed: db-b-1: '
	check "the list has it" exits 0 job list --cluster "$TARGET"
	check "with its phase" out "^$name +$TARGET +impatient +Failed +1/3 "
	hand db-b-1 'lag?ms=0'
	no_violations
	mark
	check "retry" exits 0 job retry "$name"
	within 10 "it is taken up again" is "$name" '^(Queued|Running)'
	check "to its end" exits 0 job watch "$name"
	check "which is not retried" exits 1 job retry "$name"
	check "as is said" err 'only an operation that has failed is retried'
	no_violations
}
