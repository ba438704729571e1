#!/usr/bin/env bash
# What the API server itself refuses of our objects, with the exact sentence, and what it takes.
# Needs KUBECONFIG and the CRDs of crd/ applied; leaves nothing behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

NS=strait-refusals-$$
failures=0
said=$(mktemp)
trap 'rm -f "$said"; kubectl delete namespace "$NS" --wait=false >/dev/null 2>&1 || true' EXIT
kubectl create namespace "$NS" >/dev/null

fail()
{
	printf 'FAIL %s\n     expected: %s\n     got: %s\n' "$1" "$2" "$(tr '\n' ' ' <"$said")"
	failures=$((failures + 1))
}

object()
{
	printf '{"apiVersion":"strait.dev/v1alpha1","kind":"%s","metadata":{"name":"%s"},"spec":%s}' "$1" "$2" "$3"
}

# accepted KIND NAME SPEC: stays, so that later cases can change it
accepted()
{
	object "$1" "$2" "$3" | kubectl -n "$NS" apply --validate=strict -f - >"$said" 2>&1 || fail "$1 $3" accepted
}

# told NAME STATUS: as the controller would.
told()
{
	kubectl -n "$NS" patch clop "$1" --subresource=status --type merge -p "{\"status\":$2}" >"$said" 2>&1 ||
		fail "status of $1" accepted
}

# refused KIND NAME SPEC SENTENCE
refused()
{
	if object "$1" "$2" "$3" | kubectl -n "$NS" apply --dry-run=server --validate=strict -f - >"$said" 2>&1; then
		fail "$1 $3" "$4"
	elif ! grep -qF -- "$4" "$said"; then
		fail "$1 $3" "$4"
	fi
}

O=ClusterOperation
ONE='spec: Invalid value: exactly one of workflow, nodeTask and clusterTask must be set'
FIXED='is immutable after creation; apply a new ClusterOperation instead'
refused $O new '{"cluster":"c"}' "$ONE"
refused $O new '{"cluster":"c","workflow":"w","nodeTask":{"type":"t"}}' "$ONE"
refused $O new '{"workflow":"w"}' 'spec.cluster: Required value'
refused $O new '{"cluster":"c","clusterTask":{"type":"t","impact":"takesNodeDown"}}' \
	'spec.clusterTask.impact: Unsupported value: "takesNodeDown": supported values: "none", "changesTopology"'
refused $O new '{"cluster":"c","nodeTask":{"type":"Bad Type"}}' 'spec.nodeTask.type: Invalid value: "Bad Type"'
refused $O new '{"cluster":"c","nodeTask":{"type":"t"},"variables":{"a":1}}' "spec.variables: Invalid value: \
variables belong to a workflow; a single task's parameters are written under its 'with'"
refused $O new '{"cluster":"c","clusterTask":{"type":"t"},"targets":{"zones":["a/b"]}}' \
	'spec.targets: Invalid value: a clusterTask runs once for the whole cluster and takes no targets'
refused $O new '{"cluster":"c","workflow":"w","targets":{"zones":["a/b"],"nodes":["n"]}}' \
	'spec.targets: Invalid value: targets takes zones or nodes, not both'
refused $O new '{"cluster":"c","workflow":"w","targets":{}}' 'spec.targets in body should have at least 1 properties'
refused $O new '{"cluster":"c","workflow":"w","targets":{"nodes":[]}}' \
	'spec.targets.nodes in body should have at least 1 items'
refused $O new '{"cluster":"c","workflow":"w","targets":{"nodes":["n","n"]}}' 'spec.targets.nodes[1]: Duplicate value'
refused $O new '{"cluster":"c","workflow":"w","targets":{"exclude":[]}}' \
	'spec.targets.exclude in body should have at least 1 items'
refused $O new '{"cluster":"c","workflow":"w","targets":{"versionBelow":"newest"}}' \
	'spec.targets.versionBelow: Invalid value: "newest"'
refused $O new '{"cluster":"c","workflow":"w","targets":{"startedBefore":"yesterday"}}' \
	'spec.targets.startedBefore: Invalid value: "yesterday"'
refused $O new '{"cluster":"c","workflow":"w","targets":{"uptimeOver":"long"}}' 'spec.targets.uptimeOver: Invalid value: "long"'
refused $O new '{"cluster":"c","workflow":"w","targets":{"notDoneBy":""}}' \
	'spec.targets.notDoneBy in body should be at least 1 chars long'
refused $O new '{"cluster":"c","workflow":"w","targets":{"notDoneBy":"new"}}' \
	'spec.targets.notDoneBy: Invalid value: names this operation itself; name one that has ended'
accepted $O facts '{"cluster":"c","workflow":"w","targets":{"exclude":["n","a/b"],"versionBelow":"2025.1.4-rc1",
	"startedBefore":"2026-11-01T00:00:00Z","uptimeOver":"240h","notDoneBy":"old"}}'
refused $O new '{"cluster":"c","workflow":"w","targets":{"zones":["rack1"]}}' 'spec.targets.zones[0]: Invalid value'
refused $O new '{"cluster":"c","workflow":"w","dryrun":true}' 'unknown field "spec.dryrun"'
accepted $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":1}'
refused $O op '{"cluster":"d","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":1}' \
	"spec.cluster: Invalid value: $FIXED"
refused $O op '{"cluster":"c","workflow":"v","variables":{"a":"x","b":1,"c":true},"retry":1}' \
	"spec.workflow: Invalid value: $FIXED"
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"y","b":1,"c":true},"retry":1}' \
	"spec.variables: Invalid value: $FIXED"
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1},"retry":1}' \
	"spec.variables: Invalid value: $FIXED"
refused $O op '{"cluster":"c","workflow":"w","retry":1}' "spec.variables: Invalid value: $FIXED"
refused $O op '{"cluster":"c","nodeTask":{"type":"t"},"retry":1}' "spec.nodeTask: Invalid value: $FIXED"
refused $O op '{"cluster":"c","clusterTask":{"type":"t"},"retry":1}' "spec.clusterTask: Invalid value: $FIXED"
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":1,"targets":{"nodes":["n"]}}' \
	"spec.targets: Invalid value: $FIXED"
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true}}' \
	'spec.retry: Invalid value: may only grow; each step up runs the failed nodes once more'
accepted $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2,"owner":"o","suspend":true}'
accepted $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2,"urgent":true,"acknowledge":"x"}'
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2,"rebuildJournal":""}' \
	'spec.rebuildJournal in body should be at least 1 chars long'
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2,"ttlSecondsAfterFinished":5}' \
	'spec.ttlSecondsAfterFinished in body should be greater than or equal to 60'
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2,"deleteAfterFinished":1}' \
	'spec.deleteAfterFinished: Invalid value: "integer"'
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2,"urgent":"yes"}' \
	'spec.urgent: Invalid value: "string"'
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2,"acknowledge":""}' \
	'spec.acknowledge in body should be at least 1 chars long'
accepted $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2,"cancel":true}'
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":2}' \
	'spec.cancel: Invalid value: a cancel cannot be taken back; apply a new ClusterOperation instead'
accepted $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"r"}]}'
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n"}]}' 'spec.skip[0].reason: Required value'
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":""}]}' \
	'spec.skip[0].reason in body should be at least 1 chars long'
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"a\nb"}]}' 'spec.skip[0].reason: Invalid value'
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"r"},{"node":"n","reason":"s"}]}' \
	'spec.skip[1]: Duplicate value'
accepted $O left '{"cluster":"c","workflow":"w"}'
accepted $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"r"}]}'
told left '{"phase":"Running","startTime":"2026-01-01T00:00:00Z"}'
refused $O left '{"cluster":"c","workflow":"w"}' 'spec.skip: Invalid value: entries cannot be taken back once the '
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"m","reason":"r"}]}' 'spec.skip: Invalid value: entries cannot'
accepted $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"r"},{"node":"m","reason":"r"}]}'
told left '{"phase":"Succeeded"}'
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"r"},{"node":"m","reason":"r"}],"retry":1}' \
	'spec.retry: Invalid value: the operation has ended and nothing of it has failed; apply a new ClusterOperation'
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"r"},{"node":"m","reason":"r"},{"node":"o",
	"reason":"r"}]}' 'spec.skip: Invalid value: the operation has ended and no node is left to leave out'
told left '{"phase":"Cancelled"}'
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"r"},{"node":"m","reason":"r"}],"retry":1}' \
	'spec.retry: Invalid value: the operation has ended and nothing of it has failed; apply a new ClusterOperation'
refused $O left '{"cluster":"c","workflow":"w","skip":[{"node":"n","reason":"r"},{"node":"m","reason":"r"},{"node":"o",
	"reason":"r"}]}' 'spec.skip: Invalid value: the operation has ended and no node is left to leave out'
refused $O op '{"cluster":"c","workflow":"w","variables":{"a":"x","b":1,"c":true},"retry":3,"cancel":true}' \
	'spec.retry: Invalid value: a cancelled operation is not taken up again; apply a new ClusterOperation instead'
lift() { printf '{"cluster":"c","workflow":"w","overrides":[{%s,"reason":"r","until":"%s"}]}' "$1" "${2:-2030-01-01T00:00:00Z}"; }
accepted $O lifted "$(lift '"gate":"cluster-normal","nodes":["n"]')"
accepted $O lifted "$(lift '"gate":"quorum-safe","keyspaces":["ks"]')"
accepted $O lifted '{"cluster":"c","workflow":"w"}'
refused $O lifted "$(lift '"gate":"quorum","nodes":["n"]')" \
	'is no condition that may be overridden: cluster-normal, quorum-safe, schema-agreed, topology-idle, raft-quorum or hints-suffice'
refused $O lifted "$(lift '"gate":"quorum-safe"')" 'exactly one of nodes and keyspaces must be set'
refused $O lifted "$(lift '"gate":"quorum-safe","nodes":["n"],"keyspaces":["k"]')" 'exactly one of nodes and keyspaces'
refused $O lifted "$(lift '"gate":"quorum-safe","nodes":[]')" 'should have at least 1 items'
refused $O lifted "$(lift '"gate":"cluster-normal","keyspaces":["k"]')" \
	'keyspaces belong to the gate quorum-safe; name nodes for any other'
refused $O lifted "$(lift '"gate":"cluster-normal","nodes":["n"]' tomorrow)" 'spec.overrides[0].until: Invalid value: "tomorrow"'
refused $O lifted "$(lift '"gate":"cluster-normal","nodes":["n"]' 2030-01-01T00:00:00+02:00)" 'spec.overrides[0].until: Invalid'
for moment in 2030-01-01t00:00:00Z 2030-01-01T00:00:00z 1969-01-01T00:00:00Z 2030-02-30T00:00:00Z 2030-01-01T24:00:00Z; do
	refused $O lifted "$(lift '"gate":"cluster-normal","nodes":["n"]' $moment)" 'spec.overrides[0].until: Invalid value'
	refused $O new '{"cluster":"c","workflow":"w","targets":{"startedBefore":"'$moment'"}}' 'spec.targets.startedBefore: Invalid'
done
for length in 0s 0h00m '' 5 1d 1s1h; do
	refused $O new '{"cluster":"c","workflow":"w","targets":{"uptimeOver":"'$length'"}}' 'spec.targets.uptimeOver: Invalid'
done
for length in 240h 0h1m 10m0s; do
	accepted $O over-$length '{"cluster":"c","workflow":"w","targets":{"uptimeOver":"'$length'"}}'
done
accepted $O since '{"cluster":"c","workflow":"w","targets":{"startedBefore":"2026-11-01T00:00:00.5Z"}}'
accepted $O dry '{"cluster":"c","workflow":"w","dryRun":true,"owner":"o"}'
refused $O dry '{"cluster":"c","workflow":"w"}' "spec.dryRun: Invalid value: $FIXED"
refused $O lifted '{"cluster":"c","workflow":"w","dryRun":true}' "spec.dryRun: Invalid value: $FIXED"
for knob in '"suspend":true' '"cancel":true' '"retry":1' '"urgent":true' '"skip":[{"node":"n","reason":"r"}]'; do
	refused $O dry "{\"cluster\":\"c\",\"workflow\":\"w\",\"dryRun\":true,$knob}" \
		'a dry run does nothing, so there is nothing to suspend, cancel, retry, hurry, skip, approve or override; leave the knob out'
done
accepted $O task '{"cluster":"c","nodeTask":{"type":"t","with":{"a":1}}}'
refused $O task '{"cluster":"c","nodeTask":{"type":"t","with":{"a":2}}}' "spec.nodeTask: Invalid value: $FIXED"

T=TargetCluster
refused $T bad '{"clusterName":"c","contactPoints":["10.0.0.1"],"access":{"prometheus":{"url":"prometheus:9090"}}}' \
	'spec.access.prometheus.url: Invalid value: "prometheus:9090"'
accepted $T commands '{"clusterName":"c","contactPoints":["10.0.0.1"],"commands":[{"name":"sweep","args":["/usr/bin/nodetool",
	"clearsnapshot","-t","{tag}"],"timeout":"10m","impact":"none"}]}'
refused $T bad '{"clusterName":"c","contactPoints":["10.0.0.1"],"commands":[{"name":"sweep","args":["/bin/sh","-c","a; b"]}]}' \
	'spec.commands[0].args[2]: Invalid value: "a; b"'
refused $T bad '{"clusterName":"c","contactPoints":["10.0.0.1"],"commands":[{"name":"sweep","args":["nodetool"]}]}' \
	"must begin with the program's path, such as /usr/bin/nodetool, without a {gap}"
IP='must be a numeric IPv4 or IPv6 address, such as 10.0.0.1'
accepted $T tc '{"clusterName":"c","contactPoints":["10.0.0.1","fd00::1"]}'
refused $T tc '{"clusterName":"d","contactPoints":["10.0.0.1"]}' \
	'spec.clusterName: Invalid value: "d": is immutable after creation; another cluster is another TargetCluster'
refused $T new '{"contactPoints":["10.0.0.1"]}' 'spec.clusterName: Required value'
refused $T new '{"clusterName":"c","contactPoints":[]}' 'spec.contactPoints in body should have at least 1 items'
refused $T new '{"clusterName":"c","contactPoints":["db-1"]}' "spec.contactPoints[0]: Invalid value: \"db-1\": $IP"
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"nodes":[{"name":"n","address":"10.0.0.256"}]}' \
	"spec.nodes[0].address: Invalid value: \"10.0.0.256\": $IP"
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"nodes":[{"name":"n","address":"10.0.0.2"},{"name":"n",
	"address":"10.0.0.3"}]}' 'spec.nodes[1]: Duplicate value'
channel()
{
	printf '{"clusterName":"c","contactPoints":["10.0.0.1"],"channels":[{"name":"ops","type":"%s","urlSecretRef":%s%s}]}' "$@"
}
refused $T new "$(channel irc '{"name":"h","key":"k"}' '')" 'spec.channels[0].type: Unsupported value: "irc"'
refused $T new "$(channel json '{"name":"h"}' '')" 'spec.channels[0].urlSecretRef.key: Required value'
refused $T new "$(channel slack '{"name":"h","key":"k"}' ',"hmacSecretRef":{"name":"h","key":"s"}')" \
	'spec.channels[0]: Invalid value: hmacSecretRef belongs to type json; the others know no signature'
refused $T new "$(channel json '{"name":"h","key":"k"}' ',"notify":["halt"]')" \
	'spec.channels[0].notify[0]: Unsupported value: "halt"'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"availability":{"hintWindow":"3 hours"}}' \
	'spec.availability.hintWindow: Invalid value: "3 hours"'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"availability":{"hintWindow":3}}' \
	'spec.availability.hintWindow: Invalid value: "integer"'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"availability":{"hintWindow":"59s"}}' \
	'spec.availability.hintWindow: Invalid value: "59s": must be 1m at least'
accepted $T window '{"clusterName":"c","contactPoints":["10.0.0.1"],"availability":{"hintWindow":"1h30m"}}'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"zoneFrom":"inventory"}' \
	'spec.nodes: Invalid value: every node must name its zone when zoneFrom is inventory'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"access":{"api":{"type":"ssh"}}}' \
	'spec.access: Invalid value: api.type ssh logs in as host says, whose type must be ssh too'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"access":{"host":{"type":"ssh"}}}' \
	'spec.access.host: Invalid value: user must be set when type is ssh'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"access":{"host":{"type":"none","sudo":true}}}' \
	'spec.access.host: Invalid value: user, port, sudo and sshSecretRef belong to type ssh'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"availability":{"consistency":"ALL"}}' \
	'spec.availability.consistency: Unsupported value: "ALL"'
accepted $T decided '{"clusterName":"c","contactPoints":["10.0.0.1"],"availability":{"consistency":"EACH_QUORUM",
	"keyspaces":[{"name":"a","require":"none"},{"name":"b","require":"global"},{"name":"c","require":"ONE"}]}}'
refused $T new '{"clusterName":"c","contactPoints":["10.0.0.1"],"availability":{"keyspaces":[{"name":"a","require":"ALL"}]}}' \
	'spec.availability.keyspaces[0].require: Unsupported value: "ALL"'

W=Workflow
accepted $W wf '{"steps":[{"eachNode":{"steps":[{"task":"t","with":{"a":true}},{"wait":[{"condition":"c"}]}]}}],
	"variables":[{"name":"a","type":"integer","default":3}]}'
accepted $W scp '{"definition":"- task: !scylla-drain\n"}'
accepted $W named '{"description":"d","steps":[{"eachNode":{"name":"n","steps":[{"name":"n","task":"t","timeout":"+a+s","retryBackoff":"90s"},
	{"name":"n","wait":[{"name":"n","condition":"c","timeout":"+h+h30m"}]}]}},{"name":"n","task":"t"}]}'
refused $W new '{"steps":[{"task":"t"}],"definition":"x"}' 'exactly one of steps and definition must be set'
refused $W new '{"description":"d"}' 'exactly one of steps and definition must be set'
refused $W new '{"variables":[{"name":"a","type":"string"}],"definition":"x"}' 'a definition has its variables in it'
refused $W new '{"steps":[]}' 'spec.steps in body should have at least 1 items'
refused $W new '{"steps":[{"task":"t","wait":[{"condition":"c"}]}]}' \
	'spec.steps[0]: Invalid value: exactly one of eachNode, task, wait, approval and workflow must be set'
refused $W new '{"steps":[{"wait":[{"condition":"c"}],"retries":1}]}' \
	'spec.steps[0]: Invalid value: with, retries, retryBackoff, timeout and impact belong to a task'
accepted $W other '{"steps":[{"workflow":"wf","with":{"a":"b","c":[1,"d"]}},{"eachNode":{"nodes":["a","b"],"steps":[{"task":"t"}]}},
	{"eachNode":{"nodes":"+v+","steps":[{"task":"t"}]}}],"variables":[{"name":"v","type":"list","enum":["a",3],"default":["a"]},
	{"name":"d","type":"duration","min":"1s","max":"1h"},{"name":"i","type":"integer","min":1,"max":3}]}'
refused $W new '{"steps":[{"workflow":"w","task":"t"}]}' \
	'spec.steps[0]: Invalid value: exactly one of eachNode, task, wait, approval and workflow must be set'
refused $W new '{"steps":[{"workflow":"w","retries":1}]}' \
	'spec.steps[0]: Invalid value: with, retries, retryBackoff, timeout and impact belong to a task'
refused $W new '{"steps":[{"approval":{},"with":{"a":1}}]}' \
	'spec.steps[0]: Invalid value: with belongs to a task or a workflow'
refused $W new '{"steps":[{"workflow":"A b"}]}' 'spec.steps[0].workflow: Invalid value: "A b"'
refused $W new '{"variables":[{"name":"v","type":"set"}],"steps":[{"task":"t"}]}' 'spec.variables[0].type: Unsupported value: "set"'
refused $W new '{"variables":[{"name":"v","type":"string","min":1}],"steps":[{"task":"t"}]}' \
	'spec.variables[0]: Invalid value: min and max bound an integer or a duration'
refused $W new '{"variables":[{"name":"v","type":"boolean","enum":["a"]}],"steps":[{"task":"t"}]}' \
	'spec.variables[0]: Invalid value: a boolean is true or false; nothing is left to choose'
refused $W new '{"variables":[{"name":"zone","type":"string"}],"steps":[{"task":"t"}]}' \
	'is there in every workflow; give the variable another name'
refused $W new '{"variables":[{"name":"v","type":"string","enum":[]}],"steps":[{"task":"t"}]}' \
	'spec.variables[0].enum in body should have at least 1 items'
refused $W new '{"steps":[{"task":"t","impact":"takesNodeDown"}]}' \
	'spec.steps[0].impact: Unsupported value: "takesNodeDown": supported values: "none", "changesTopology"'
refused $W new '{"steps":[{"eachNode":{"steps":[{"wait":[{"condition":"c"}],"impact":"none"}]}}]}' \
	'with, retries, retryBackoff, timeout and impact belong to a task'
refused $W new '{"steps":[{"eachNode":{"steps":[{}]}}]}' \
	'spec.steps[0].eachNode.steps[0]: Invalid value: exactly one of task and wait must be set'
refused $W new '{"steps":[{"eachNode":{"concurrencyLimit":0,"steps":[{"task":"t"}]}}]}' \
	'spec.steps[0].eachNode.concurrencyLimit: Invalid value: 0'
SHARE='in body should match'
refused $W new '{"steps":[{"eachNode":{"concurrencyLimit":"0%","steps":[{"task":"t"}]}}]}' \
	"spec.steps[0].eachNode.concurrencyLimit $SHARE"
refused $W new '{"steps":[{"eachNode":{"maxFailures":"200%","steps":[{"task":"t"}]}}]}' \
	"spec.steps[0].eachNode.maxFailures $SHARE"
refused $W new '{"steps":[{"eachNode":{"canary":{"nodes":1},"steps":[{"task":"t"}]}}]}' \
	'spec.steps[0].eachNode.canary: Invalid value: after its nodes nothing is waited for; set soak, or approval: true'
refused $W new '{"steps":[{"eachNode":{"canary":{"soak":"1m","message":"m"},"steps":[{"task":"t"}]}}]}' \
	'spec.steps[0].eachNode.canary: Invalid value: a message is said while an approval is awaited; set approval: true'
refused $W new '{"steps":[{"eachNode":{"steps":[{"approval":{}}]}}]}' 'unknown field "spec.steps[0].eachNode.steps[0].approval"'
accepted $W shape '{"steps":[{"eachNode":{"concurrencyUnit":"global","concurrencyLimit":"20%","canary":{"nodes":2,
	"soak":"10m","approval":true,"message":"m"},"coolDown":"5m","maxFailures":0,"gateTimeout":"+g+",
	"steps":[{"task":"t"}]}},{"approval":{"message":"go on?"}},{"approval":{}}]}'
refused $O new '{"cluster":"c","workflow":"w","approvals":[{"step":"1.canary"}]}' 'spec.approvals[0].planHash: Required value'
refused $O new '{"cluster":"c","workflow":"w","approvals":[{"step":"1.canary","planHash":"latest"}]}' \
	'spec.approvals[0].planHash: Invalid value: "latest"'
refused $O new '{"cluster":"c","workflow":"w","approvals":[{"step":"2.1","planHash":"a"},{"step":"2.1","planHash":"b"}]}' \
	'spec.approvals[1]: Duplicate value'
accepted $W ways '{"steps":[{"eachNode":{"steps":[{"task":"t","abortOnFailure":false,"onFailure":[{"task":"t","retries":1},
	{"wait":[{"condition":"c"}],"abortOnFailure":false}]}]}},{"task":"t","onFailure":[{"task":"t"}]}]}'
refused $W new '{"steps":[{"approval":{},"abortOnFailure":false}]}' 'abortOnFailure and onFailure belong to a task or a wait'
refused $W new '{"steps":[{"task":"t","onFailure":[]}]}' 'spec.steps[0].onFailure in body should have at least 1 items'
refused $W new '{"steps":[{"task":"t","onFailure":[{"task":"t","wait":[{"condition":"c"}]}]}]}' \
	'exactly one of task and wait must be set'
refused $W new '{"steps":[{"eachNode":{"steps":[{"task":"t","onFailure":[{"wait":[{"condition":"c"}],"retries":1}]}]}}]}' \
	'with, retries, retryBackoff, timeout and impact belong to a task'
refused $W new '{"steps":[{"task":"t","onFailure":[{"task":"t","onFailure":[{"task":"t"}]}]}]}' \
	'unknown field "spec.steps[0].onFailure[0].onFailure"'
accepted $W when '{"steps":[{"task":"t","when":"+v+","name":"n"},{"eachNode":{"when":{"step":"n","is":"done"},"batch":{"size":1,
	"then":[{"task":"t","when":"+v+"}]},"steps":[{"task":"t","when":[{"variable":"zone","not":["a","b"]}]}]}},
	{"workflow":"w","when":"+v+"},{"approval":{},"when":"+v+"}],"finally":[{"task":"t","when":"+v+"}]}'
refused $W new '{"steps":[{"task":"t","when":[1,2,3,4,5,6,7,8,9]}]}' 'spec.steps[0].when'
refused $W new '{"steps":[{"task":"t","onFailure":[{"task":"t","when":"+v+"}]}]}' \
	'unknown field "spec.steps[0].onFailure[0].when"'
accepted $W ends '{"steps":[{"eachNode":{"batch":{"size":"20%","then":[{"task":"t","onFailure":[{"task":"t"}]}]},
	"steps":[{"task":"t"}]}}],"finally":[{"task":"t","abortOnFailure":false},{"wait":[{"condition":"c"}]}]}'
refused $W new '{"steps":[{"task":"t"}],"finally":[]}' 'spec.finally in body should have at least 1 items'
refused $W new '{"steps":[{"task":"t"}],"finally":[{"approval":{}}]}' 'unknown field "spec.finally[0].approval"'
refused $W new '{"steps":[{"task":"t"}],"finally":[{"task":"t","wait":[{"condition":"c"}]}]}' \
	'exactly one of task and wait must be set'
refused $W new '{"steps":[{"eachNode":{"batch":{"then":[{"task":"t"}]},"steps":[{"task":"t"}]}}]}' 'batch.size: Required value'
refused $W new '{"steps":[{"eachNode":{"batch":{"size":0,"then":[{"task":"t"}]},"steps":[{"task":"t"}]}}]}' \
	'should be greater than or equal to 1'
accepted $W orders '{"steps":[{"approval":{"timeout":"1h","onTimeout":"cancel"}},{"wait":[{"condition":"c"}],"any":true},
	{"eachNode":{"order":"reverse","steps":[{"wait":[{"condition":"c"}],"any":true}]}}]}'
refused $W new '{"steps":[{"approval":{"onTimeout":"fail"}}]}' \
	'an approval without a timeout is awaited for ever; set timeout too'
refused $W new '{"steps":[{"approval":{"timeout":"1h","onTimeout":"stop"}}]}' 'supported values: "fail", "continue", "cancel"'
refused $W new '{"steps":[{"task":"t","any":true}]}' 'any belongs to a wait: one of its conditions is enough'
refused $W new '{"steps":[{"eachNode":{"order":"random","steps":[{"task":"t"}]}}]}' \
	'supported values: "plan", "reverse", "targets"'
refused $W new '{"definition":"x","finally":[{"task":"t"}]}' 'a definition has its finally in it'
refused $W new '{"steps":[{"task":"t","timeout":"5 minutes"}]}' 'spec.steps[0].timeout: Invalid value: "5 minutes"'
refused $W new '{"steps":[{"task":"t"}],"variables":[{"name":"a","type":"float"}]}' \
	'spec.variables[0].type: Unsupported value: "float"'
refused $W new '{"steps":[{"task":"t"}],"variables":[{"name":"a","type":"string","default":{"b":1}}]}' \
	'spec.variables[0].default: Too many: 1: must have at most 0 items'

for file in manifests/workflows/*.yaml manifests/examples/*.yaml; do
	[[ $file != *.scp.yaml ]] || continue
	kubectl -n "$NS" apply --dry-run=server --validate=strict -f "$file" >"$said" 2>&1 || fail "$file" accepted
done
echo "refusals: $failures failed"
[[ $failures -eq 0 ]]
