# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# An override of the gate: by whom it may be set, what it lets through, for how long, and who is told

scenario()
{
	local soon
	fleet_up one --layout dc1/a:2,dc1/b:2,dc1/c:2 --no-system-keyspaces --speed 20
	apply_fleet
	watch_operations
	controller controller
	accounts
	operate restart 'workflow: restart-node, targets: {nodes: [db-a-1]}, variables: {settle: 500ms}, suspend: true'
	within 10 "phase Paused" is restart '^Paused'
	hand db-a-2 crash
	sleep 3
	knob restart 'suspend: false'
	within 15 "phase Frozen, WHY names db-a-2" is restart '^Frozen\|.*\|db-a-2 down since'

	within 10 "who may edit may not override" refused_to plain "$(override 2100-01-01T00:00:00Z)" \
		"may not override the gate in namespace $NS: that takes the verb override on clusteroperations.strait.dev"
	check "nor when the operation is new" created_by plain 'may not override the gate'
	check "who may edit may turn other knobs" as plain 'owner: somebody'
	soon=$(date -u -d '+6 seconds' +%Y-%m-%dT%H:%M:%SZ)
	check "an override of a limit is refused" refused_to trusted "$(override "$soon" maxNodesDown)" \
		'is no condition that may be overridden: cluster-normal, quorum-safe'
	check "with the verb it is taken, for another node" as trusted "$(override "$soon" cluster-normal db-b-1)"
	sleep 2
	check "which changes nothing for db-a-1" is restart '^Frozen'
	check "nothing was sent" untouched
	check "who may not set one may take it away" as plain 'overrides: []'
	check "with the verb it is taken, for db-a-1" as trusted "$(override 2100-01-01T00:00:00Z)"
	within 15 "db-a-1 is drained" happened db-a-1 drain controller
	check "an Event tells of it" event GateOverridden 'db-a-1: cluster-normal overridden until 2100-01-01.*the rack is dark'
	within 5 "GateOpen tells of it" condition_is clop/restart GateOpen '^True\|GateOverridden\|.*the rack is dark.*db-a-2'
	check "the audit trail tells of it" trail "gate: cluster-normal overridden until 2100-01-01"
	check "the log tells of it" logged 'reason=GateOverridden cluster-normal overridden until'
	check "a counter tells of it" counted
	succeeds restart
	check "one restart of one node" acted_once
	no_violations
}

# Two people: both may edit operations, one has the verb besides.
accounts()
{
	k apply -f - >/dev/null <<-'YAML'
		apiVersion: v1
		kind: List
		items:
		- {apiVersion: v1, kind: ServiceAccount, metadata: {name: plain}}
		- {apiVersion: v1, kind: ServiceAccount, metadata: {name: trusted}}
		- apiVersion: rbac.authorization.k8s.io/v1
		  kind: Role
		  metadata: {name: edit-operations}
		  rules: [{apiGroups: [strait.dev], resources: [clusteroperations], verbs: [get, create, patch]}]
		- apiVersion: rbac.authorization.k8s.io/v1
		  kind: Role
		  metadata: {name: override-the-gate}
		  rules: [{apiGroups: [strait.dev], resources: [clusteroperations], verbs: [override]}]
	YAML
	k create rolebinding plain --role edit-operations --serviceaccount "$NS:plain" --serviceaccount "$NS:trusted" >/dev/null
	k create rolebinding trusted --role override-the-gate --serviceaccount "$NS:trusted" >/dev/null
}

# override UNTIL [GATE] [NODE]
override() { say "overrides: [{gate: ${2:-cluster-normal}, nodes: [${3:-db-a-1}], reason: the rack is dark, until: \"$1\"}]"; }
# as ACCOUNT PATCH
as() { k --as "system:serviceaccount:$NS:$1" patch clop restart --type merge --patch "spec: {$2}" >/dev/null; }
# refused_to ACCOUNT PATCH SENTENCE
refused_to()
{
	local said
	! said=$(as "$1" "$2" 2>&1) && [[ $said == *"$3"* ]] || { say "the API server: $said"; return 1; }
}
# created_by ACCOUNT SENTENCE: an operation with an override is refused.
created_by()
{
	local said
	! said=$(k --as "system:serviceaccount:$NS:$1" create -f - 2>&1 <<-YAML
		apiVersion: strait.dev/v1alpha1
		kind: ClusterOperation
		metadata: {name: sly}
		spec: {cluster: $TARGET, workflow: restart-node, $(override 2100-01-01T00:00:00Z)}
	YAML
	) && [[ $said == *"$2"* ]]
}
trail() { journal "$(uid restart)" | says "$1"; }
counted() { curl -fsS -m 2 "http://127.0.0.1:$PORT/metrics" | says '^strait_overrides_used_total [1-9]'; }
acted_once() { [[ $(acts) == 'drain:db-a-1 stop:db-a-1 start:db-a-1' ]] || { say "acts: $(acts)"; return 1; }; }
