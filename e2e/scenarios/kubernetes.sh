# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Objects applied, patched, awaited, deleted, and a Job, on the real API server; kill -9 between: nothing made twice
# There is neither a Job controller nor a kubelet: the first is played by hand, and a log cannot be had.

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations
	workflows
	controller controller
	missing_right
	grant
	objects
	job_that_fails
	stop controller
	killed_often
	no_violations
}

workflows()
{
	k apply -f - >/dev/null <<-'YAML'
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: apply}
		spec:
		  steps:
		  - task: kubernetes-apply
		    impact: none
		    with:
		      manifest: |
		        apiVersion: v1
		        kind: ConfigMap
		        metadata: {name: maintenance}
		        data: {window: open}
		---
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: chain}
		spec:
		  steps:
		  - task: kubernetes-apply
		    impact: none
		    with:
		      manifest: |
		        {apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {a: x}}
		        ---
		        {apiVersion: v1, kind: ConfigMap, metadata: {name: two}, data: {a: x}}
		  - task: kubernetes-patch
		    impact: none
		    with: {apiVersion: v1, kind: ConfigMap, name: one, patch: "{data: {b: merged}}"}
		  - task: kubernetes-patch
		    impact: none
		    with:
		      apiVersion: v1
		      kind: ConfigMap
		      name: one
		      type: json
		      patch: "[{op: remove, path: /data/a}, {op: add, path: /data/c, value: moved}]"
		  - wait: [{condition: kubernetes-wait, with: {apiVersion: v1, kind: ConfigMap, name: one, jsonPath: .data.go, value: "yes"}, pollInterval: 200ms, timeout: 60s}]
		  - task: kubernetes-delete
		    impact: none
		    with: {apiVersion: v1, kind: ConfigMap, name: two}
		---
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: job}
		spec:
		  steps:
		  - task: kubernetes-apply
		    impact: none
		    with:
		      manifest: |
		        {apiVersion: v1, kind: ConfigMap, metadata: {name: before}}
		  - task: kubernetes-job
		    retries: 0
		    impact: none
		    with:
		      manifest: |
		        apiVersion: batch/v1
		        kind: Job
		        metadata: {name: backup}
		        spec:
		          backoffLimit: 0
		          template:
		            spec:
		              restartPolicy: Never
		              containers: [{name: c, image: none}]
	YAML
}

missing_right()
{
	operate refused 'workflow: apply'
	within 20 "without the right it fails" is refused '^Failed'
	check "and says which rule is missing" errors_say refused \
		'may not patch configmaps \(API group ""\) in namespace "'"$NS"'".*verbs: \[patch\]'
}

errors_say() { k get clop "$1" -o 'jsonpath={.status.recentErrors[*].message}' | says "$2"; }

grant()
{
	local user
	user=$(kubectl --kubeconfig "$STRAIT_KUBECONFIG" auth whoami -o 'jsonpath={.status.userInfo.username}')
	k apply -f - >/dev/null <<-YAML
		apiVersion: rbac.authorization.k8s.io/v1
		kind: Role
		metadata: {name: tasks}
		rules:
		- {apiGroups: [""], resources: [configmaps], verbs: [get, create, patch, delete]}
		- {apiGroups: [batch], resources: [jobs], verbs: [get, create, delete]}
		- {apiGroups: [""], resources: [pods], verbs: [list]}
		- {apiGroups: [""], resources: [pods/log], verbs: [get]}
		---
		apiVersion: rbac.authorization.k8s.io/v1
		kind: RoleBinding
		metadata: {name: tasks}
		roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: tasks}
		subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: "$user"}]
	YAML
}

data() { k get configmap "$1" -o 'jsonpath={.data}'; }
data_is() { [[ $(data "$1") == "$2" ]]; }

objects()
{
	knob refused 'retry: 1'
	within 10 "it is taken up again" is refused '^(Queued|Running|Succeeded)'
	succeeds refused
	check "the object is there, applied by strait" data_is maintenance '{"window":"open"}'
	operate chain 'workflow: chain'
	within 20 "it waits for the object" is chain '.*nothing at .data.go'
	check "merged and moved" data_is one '{"b":"merged","c":"moved"}'
	k patch configmap one --type merge --patch '{"data":{"go":"yes"}}' >/dev/null
	succeeds chain
	check "the other is deleted" gone configmap two
}

gone() { ! k get "$1" "$2" >/dev/null 2>&1; }

job_of() { k get jobs -l "strait.dev/operation-uid=$(uid "$1")" -o 'jsonpath={.items[*].metadata.name}'; }
has_job() { [[ $(job_of "$1") ]]; }

# job_ends NAME TYPES: what the Job controller would write.
job_ends()
{
	local now conditions='' type
	now=$(date -u +%FT%TZ)
	for type in $2; do
		conditions+="{\"type\":\"$type\",\"status\":\"True\",\"reason\":\"ByHand\",\"message\":\"as played\",\"lastTransitionTime\":\"$now\"},"
	done
	k patch job "$1" --subresource=status --type merge --patch \
		"{\"status\":{\"startTime\":\"$now\",$3\"conditions\":[${conditions%,}]}}" >/dev/null
}

completes() { job_ends "$1" 'SuccessCriteriaMet Complete' "\"completionTime\":\"$(date -u +%FT%TZ)\",\"succeeded\":1,"; }

job_that_fails()
{
	local name
	operate fails 'workflow: job'
	within 20 "its Job is there" has_job fails
	name=$(job_of fails)
	k apply -f - >/dev/null <<-YAML
		apiVersion: v1
		kind: Pod
		metadata: {name: by-hand, labels: {job-name: $name}}
		spec: {restartPolicy: Never, automountServiceAccountToken: false, serviceAccountName: none, containers: [{name: c, image: none}]}
	YAML
	job_ends "$name" 'FailureTarget Failed' '"failed":1,'
	within 20 "it fails with its Job" is fails '^Failed'
	check "and says why, and that there is no log" errors_say fails "Job $name failed: ByHand: as played; no log of pod by-hand"
	check "the Job stays to be looked at" has_job fails
	check "and is the operation's" owned "$name"
}

owned() { [[ $(k get job "$1" -o 'jsonpath={.metadata.ownerReferences[0].kind}') == ClusterOperation ]]; }

# Dies again and again, each life after one request more, until the operation has ended.
killed_often()
{
	local lives=0
	: >"$STATE/jobs"
	start jobs bash -c 'exec kubectl --namespace "$1" get jobs -w --output-watch-events \
		-o "jsonpath={.type} {.object.metadata.uid}{\"\\n\"}" >"$2"' - "$NS" "$STATE/jobs"
	operate killed 'workflow: job'
	until is killed '^(Succeeded|Failed)'; do
		((++lives < 40)) || fail "it has not ended after $lives lives"
		controller controller --crash-after-effects "$((20 + 12 * lives))"
		play_until_ended
	done
	succeeds killed
	stop jobs
	check "one Job was made in $lives lives" one_job
	check "and cleaned up" job_is_gone killed
	figure "kubernetes: $lives lives, one Job"
}

play_until_ended()
{
	local name
	for _ in {1..100}; do
		alive controller || return 0
		is killed '^(Succeeded|Failed)' && { stop controller; return 0; }
		name=$(job_of killed)
		[[ ! $name ]] || completes "$name" 2>/dev/null || :
		sleep 0.1
	done
	stop controller KILL
}

one_job() { (($(grep -c '^ADDED' <(grep -v "$(k get jobs -o 'jsonpath={.items[0].metadata.uid}' 2>/dev/null || echo none)" "$STATE/jobs")) == 1)); }
job_is_gone() { [[ ! $(job_of "$1") ]]; }
