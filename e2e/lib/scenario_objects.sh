# shellcheck shell=bash
# ClusterOperations and what they tell.

# A roll of every node by the built-in workflow, its waiting cut short.
ROLL='workflow: rolling-restart, variables: {settle: 500ms}'

# operate NAME SPEC: SPEC is what follows the cluster, as a YAML flow mapping's inside.
operate()
{
	k apply -f - >/dev/null <<-YAML
		apiVersion: strait.dev/v1alpha1
		kind: ClusterOperation
		metadata: {name: $1}
		spec: {cluster: $TARGET, $2}
	YAML
}

# impatient_workflow: a roll whose wait fails after two seconds, as the Workflow "impatient".
impatient_workflow()
{
	k apply -f - >/dev/null <<-'YAML'
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: impatient}
		spec:
		  steps:
		  - eachNode:
		      steps:
		      - {task: scylla-drain}
		      - {task: systemd-stop-scylla-server}
		      - {task: systemd-start-service, with: {service: scylla-server}}
		      - wait: [{condition: is-up-normal, successWindow: 200ms, pollInterval: 200ms, timeout: 2s}]
	YAML
}

# pairs_workflow: the built-in roll with two nodes at a time, as the Workflow "rolling-pairs".
pairs_workflow()
{
	sed -e 's/name: rolling-restart/name: rolling-pairs/' -e 's/concurrencyLimit: 1/concurrencyLimit: 2/' \
		"$TOP/manifests/workflows/rolling-restart.yaml" | k apply -f - >/dev/null
}

# knob NAME PATCH: such as 'suspend: true'.
knob() { k patch clop "$1" --type merge --patch "spec: {$2}" >/dev/null; }

# watch_operations: from now on, every change of every operation in the
# namespace is a line of $STATE/watch: MS|NAME|PHASE|PROGRESS|ZONE|CURRENT|WHY.
# Asking this file costs nothing, asking the API server does.
watch_operations()
{
	local fields='{.metadata.name}|{.status.phase}|{.status.progress}|{.status.zone}|{.status.current}|{.status.message}'
	stop watch
	stop stamp
	rm -f "$STATE/watch.pipe"
	mkfifo "$STATE/watch.pipe"
	# shellcheck disable=SC2016
	start stamp bash -c 'while IFS= read -r line; do
		t=${EPOCHREALTIME/[.,]/}; printf "%s|%s\n" "${t%???}" "$line"; done <"$1" >>"$2"' - "$STATE/watch.pipe" "$STATE/watch"
	# shellcheck disable=SC2016
	start watch bash -c 'exec kubectl --namespace "$1" get clop -w -o "jsonpath=$2" >"$3"' - "$NS" "$fields{\"\\n\"}" "$STATE/watch.pipe"
}

# last NAME: that operation's newest line.
last() { grep -F "|$1|" "$STATE/watch" 2>/dev/null | tail -n 1; }
# is NAME REGEX: its newest line says so; PHASE|PROGRESS|ZONE|CURRENT|WHY.
is() { [[ $(last "$1" | cut -d'|' -f3-) =~ $2 ]]; }
# was NAME REGEX: some line of it said so.
was() { grep -F "|$1|" "$STATE/watch" | cut -d'|' -f3- | says "$2"; }

# succeeds NAME [SECONDS]: fails as soon as it ends otherwise.
succeeds()
{
	within "${2:-60}" "$1 ends" is "$1" '^(Succeeded|Failed|Cancelled)\|'
	is "$1" '^Succeeded' || fail "$1 did not succeed: $(last "$1")"
}

# condition KIND/NAME TYPE: STATUS|REASON|MESSAGE.
condition()
{
	k get "$1" -o "jsonpath={range .status.conditions[?(@.type==\"$2\")]}{.status}|{.reason}|{.message}{end}" 2>/dev/null
}

# condition_is KIND/NAME TYPE REGEX: of STATUS|REASON|MESSAGE.
condition_is() { [[ $(condition "$1" "$2") =~ $3 ]]; }

# event REASON REGEX: an Event of this namespace says so.
event()
{
	k get events.events.k8s.io -o jsonpath='{range .items[*]}{.reason}|{.note}{"\n"}{end}' | says "^$1\|.*$2"
}

# columns "OPERATION QUEUED": of the TargetCluster, as kubectl get shows them.
columns()
{
	local seen
	seen=$(k get targetcluster "$TARGET" -o 'jsonpath={.status.operation} {.status.queued}')
	[[ $seen == "$1" ]] || { say "columns: '$seen'"; return 1; }
}

uid() { k get clop "$1" -o 'jsonpath={.metadata.uid}'; }

# --- objects with mistakes

# target NAME CLUSTER ADDRESS SECRET
target()
{
	k apply -f - <<-YAML
		apiVersion: strait.dev/v1alpha1
		kind: TargetCluster
		metadata: {name: $1}
		spec:
		  clusterName: $2
		  contactPoints: [$3]
		  access:
		    host: {type: ssh, user: $STRAIT_SSH_USER, port: $STRAIT_SSH_PORT, sshSecretRef: {name: $4}}
	YAML
}

# secret NAME ARGUMENT...: kubectl's.
secret() { k create secret generic "$1" "${@:2}" >/dev/null; }

# not_ready NAME REASON REGEX: its condition Ready, and what an operation on it says.
not_ready()
{
	k apply -f - >/dev/null <<-YAML
		apiVersion: strait.dev/v1alpha1
		kind: ClusterOperation
		metadata: {name: on-$1}
		spec: {cluster: $1, workflow: restart-node, targets: {zones: [dc1/a]}, variables: {settle: 500ms}}
	YAML
	# A second, and as long as a connection may take.
	within 3 "$1 is not ready: $2" condition_is "targetcluster/$1" Ready "^False\|$2\|$3"
	within 2 "on-$1 tells of it" condition_is "clop/on-$1" Accepted \
		"^False\|ClusterNotReady\|TargetCluster $1 is not ready: $3"
}
