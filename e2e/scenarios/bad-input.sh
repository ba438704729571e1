# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Bad input is refused with field, reason and remedy, and nothing is sent; it recovers when the cause goes away

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 30
	apply_fleet
	controller controller
	within 5 "the controller leads" leads
	within 5 "the cluster is ready" condition_is "targetcluster/$TARGET" Ready '^True\|Ready\|$'

	refused_at_the_door
	refused_operations
	refused_targets
	check "nothing was sent to any node" untouched
	recovers
	watch_operations
	operate good "$ROLL"
	succeeds good
	check "and nothing but the good one's acts" rolled 1
	no_violations
	refused_map
}

# --- by the API server

# door SENTENCE SPEC: the API server refuses it, saying so.
door()
{
	local said
	! said=$(operate door "$2" 2>&1) || fail "taken: $2"
	[[ $said == *"$1"* ]] || fail "for $2 the API server says: $said"
	say "ok: refused at the door: $1"
}

refused_at_the_door()
{
	door 'spec: Invalid value: exactly one of workflow, nodeTask and clusterTask must be set' \
		'workflow: rolling-restart, nodeTask: {type: scylla-drain}'
	door 'spec: Invalid value: exactly one of workflow, nodeTask and clusterTask must be set' 'suspend: true'
	door 'spec.variables: Invalid value: variables belong to a workflow' \
		'nodeTask: {type: scylla-drain}, variables: {a: b}'
	door 'spec.targets: Invalid value: targets takes zones or nodes, not both' \
		'workflow: rolling-restart, targets: {zones: [dc1/a], nodes: [db-a-1]}'
	local said
	! said=$(target host-name sim-one db.example.com secret 2>&1) || fail "a host name was taken for an address"
	[[ $said == *'spec.contactPoints[0]: Invalid value: "db.example.com": must be a numeric IPv4 or IPv6 address'* ]] ||
		fail "the API server says: $said"
}

# --- operations

# refused NAME REASON MESSAGE SPEC: within a second, by the condition Accepted.
refused()
{
	operate "$1" "$4"
	within 1 "$1 is refused" condition_is "clop/$1" Accepted '^False'
	local said
	said=$(condition "clop/$1" Accepted)
	[[ $said == "False|$2|$3" ]] || fail "$1: expected $2|$3, got $said"
}

refused_operations()
{
	refused no-cluster ClusterNotFound \
		'spec.cluster: there is no TargetCluster "nowhere" in this namespace: create it or name another' \
		'workflow: rolling-restart, cluster: nowhere'
	refused no-workflow WorkflowNotFound \
		"spec.workflow: there is no Workflow \"nothing\" in namespace $NS and no built-in one: create it, or name another" \
		'workflow: nothing'
	refused no-type PlanRefused \
		'spec.nodeTask: unknown task type "scylla-drian"; did you mean "scylla-drain"?' \
		'nodeTask: {type: scylla-drian}'
	refused no-parameter PlanRefused \
		'spec.nodeTask.with: systemd-restart-service has no parameter "sevice"; did you mean "service"? Known: service' \
		'nodeTask: {type: systemd-restart-service, with: {sevice: scylla-server}}'
	refused missing-parameter PlanRefused \
		'spec.nodeTask.with.service: missing; expected a string (the unit'"'"'s name, of letters, digits and . _ @ -)' \
		'nodeTask: {type: systemd-restart-service}'
	refused no-zone PlanRefused \
		'spec.targets.zones[0]: the cluster has no zone "dc1/z"; did you mean "dc1/a"? Known: dc1/a, dc1/b, dc1/c' \
		'workflow: rolling-restart, targets: {zones: [dc1/z]}'
	refused no-node PlanRefused \
		'spec.targets.nodes[0]: the cluster has no node "db-a-9"; did you mean "db-a-1"? Known: db-a-1, db-b-1, db-c-1' \
		'workflow: rolling-restart, targets: {nodes: [db-a-9]}'
	refused_variables
	refused_workflows
}

refused_variables()
{
	refused no-variable PlanRefused \
		'spec.variables: rolling-restart has no variable "setle"; did you mean "settle"? Known: known_node, settle, compactions_timeout' \
		'workflow: rolling-restart, variables: {setle: 5s}'
	refused mistyped PlanRefused \
		'spec.variables.settle: expected a duration such as 90s or 1h30m, got "soon"' \
		'workflow: rolling-restart, variables: {settle: soon}'
	refused no-such-node PlanRefused \
		'spec.variables.known_node: the cluster has no node "db-q-1"; did you mean "db-a-1"? Known: db-a-1, db-b-1, db-c-1' \
		'workflow: rolling-restart, variables: {known_node: db-q-1}'
	workflow needs '{task: scylla-drain}' 'variables: [{name: window, type: duration, required: true, description: how long}]'
	refused missing PlanRefused \
		'spec.variables.window: missing; needs needs it (a duration such as 90s or 1h30m: how long)' 'workflow: needs'
}

# What no schema can refuse: these values may be of three types.
refused_map()
{
	operate map 'workflow: rolling-restart, variables: {settle: {a: b}}'
	within 1 "a map for a variable is refused" condition_is clop/map Accepted \
		'^False\|Invalid\|spec.variables.settle: expected a string, an integer or a boolean'
}

# workflow NAME STEP [SPEC]
workflow()
{
	k apply -f - >/dev/null <<-YAML
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: $1}
		spec: {steps: [{eachNode: {steps: [$2]}}]${3:+, $3}}
	YAML
}

refused_workflows()
{
	workflow odd-type '{task: scylla-drian}'
	refused odd-type PlanRefused \
		'workflow odd-type, spec.steps[0].eachNode.steps[0].task: unknown task type "scylla-drian"; did you mean "scylla-drain"?' \
		'workflow: odd-type'
	workflow odd-condition '{wait: [{condition: is-up-norml}]}'
	refused odd-condition PlanRefused \
		'workflow odd-condition, spec.steps[0].eachNode.steps[0].wait[0].condition: unknown condition "is-up-norml"; did you mean "is-up-normal"?' \
		'workflow: odd-condition'
}

# --- target clusters

refused_targets()
{
	local net=${STRAIT_FLEET_ADDRESS%.*} ours=fleet-$FLEET-ssh
	target other-name messages-prd "$net.1" "$ours" >/dev/null
	not_ready other-name WrongCluster 'spec.clusterName is "messages-prd", but .* answers as "sim-one": correct spec.contactPoints or create'
	target nobody sim-one "$net.200" "$ours" >/dev/null
	not_ready nobody Unreachable "spec.contactPoints: $net.200:10000/.*: cannot connect: Connection refused; trying again"
	hand db-c-1 hang
	target silent sim-one "$net.3" "$ours" >/dev/null
	not_ready silent Unreachable "spec.contactPoints: $net.3:10000/.*; trying again"
	k delete clop on-silent >/dev/null
	k delete targetcluster silent >/dev/null
	hand db-c-1 unhang
	target no-secret sim-one "$net.1" later >/dev/null
	not_ready no-secret SecretMissing 'spec.access.host.sshSecretRef: Secret "later" is not there: create it in namespace'
	secret half --from-file="ssh-privatekey=$STRAIT_SSH_KEY"
	target half sim-one "$net.1" half >/dev/null
	not_ready half SecretMissing 'spec.access.host.sshSecretRef: Secret "half" lacks a key: .* ssh-privatekey and known_hosts'
	k delete clop on-half >/dev/null
	k delete targetcluster half >/dev/null
}

# --- the cause goes away

recovers()
{
	mark
	secret later --from-file="ssh-privatekey=$STRAIT_SSH_KEY" --from-file="known_hosts=$STRAIT_SSH_KNOWN_HOSTS"
	within 3 "the Secret came: but its nodes have another object" condition_is targetcluster/no-secret Ready \
		"^False\|DuplicateTarget\|.*/$TARGET has the same nodes and was created first"
	k delete targetcluster "$TARGET" >/dev/null
	within 3 "that one is gone: the cluster is ready" condition_is targetcluster/no-secret Ready '^True'
	k wait --for=condition=Succeeded --timeout=20s clop/on-no-secret >/dev/null || fail "on-no-secret does not succeed"
	k delete targetcluster no-secret >/dev/null

	k patch targetcluster nobody --type merge --patch "spec: {contactPoints: [${STRAIT_FLEET_ADDRESS}]}" >/dev/null
	within 3 "the contact point is right: the cluster is ready" condition_is targetcluster/nobody Ready '^True'
	k wait --for=condition=Succeeded --timeout=20s clop/on-nobody >/dev/null || fail "on-nobody does not succeed"
	k delete targetcluster nobody >/dev/null
	apply_fleet
	within 5 "the first one is back, and ready" condition_is "targetcluster/$TARGET" Ready '^True'

	workflow nothing '{wait: [{condition: is-up-normal, successWindow: 100ms}]}'
	k wait --for=condition=Succeeded --timeout=20s clop/no-workflow >/dev/null || fail "no-workflow does not succeed"
	k patch targetcluster "$TARGET" --type json --patch \
		'[{"op": "replace", "path": "/spec/nodes/0/name", "value": "db-a-9"}]' >/dev/null
	within 5 "the node has got the name: accepted" condition_is clop/no-node Accepted '^True'
	k wait --for=condition=Succeeded --timeout=20s clop/no-node >/dev/null || fail "no-node does not succeed"
	k patch targetcluster "$TARGET" --type json --patch \
		'[{"op": "replace", "path": "/spec/nodes/0/name", "value": "db-a-1"}]' >/dev/null
	k delete clop --all --wait=false >/dev/null
	mark
}
