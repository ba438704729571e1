# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Redis or the API server away at start, a CRD missing or old, Redis without persistence: said, nothing sent, recovered
# servers: own

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 30
	apply_fleet
	without_redis
	without_apiserver
	without_a_crd
	without_persistence
	with_an_old_crd
	with_a_newer_crd
}

# A short operation, and its end seen.
try() { operate "$1" 'workflow: restart-node, targets: {nodes: [db-a-1]}, variables: {settle: 200ms}'; }
goes_on()
{
	local began
	began=$(now_ms)
	background k wait --for=condition=Succeeded --timeout=30s "clop/$1" >/dev/null || fail "$1 does not succeed"
	say "ok: $1 goes on by itself"
	figure "$1: $(seconds "$began")"
	stop controller
	no_violations
	mark
}

without_redis()
{
	server stop-redis
	try without-redis
	controller controller
	within 5 "it says that Redis is away" why_is without-redis 'Redis does not answer'
	within 2 "it is not ready" not_ready_page
	sleep 1
	check "nothing was sent to any node" untouched
	server start-redis
	goes_on without-redis
}

without_apiserver()
{
	try without-apiserver
	server stop-apiserver
	controller controller
	within 5 "the log says that the API server is away" logged 'cannot (read|connect).*Connection refused'
	within 2 "it is not ready" not_ready_page
	within 2 "it is healthy" healthy
	sleep 1
	check "nothing was sent to any node" untouched
	server start-apiserver
	goes_on without-apiserver
}

without_a_crd()
{
	local crd=workflows.strait.dev
	try without-crd
	kubectl get crd "$crd" -o json >"$STATE/crd.json"
	kubectl delete crd "$crd" >/dev/null
	controller controller
	within 5 "the log says what to install" logged 'the CRD of workflows is not installed: install the chart'
	within 2 "it is not ready" not_ready_page
	sleep 1
	check "nothing was sent to any node" untouched
	k apply --server-side -f "$TOP/crd/workflows.yaml" >/dev/null
	goes_on without-crd
}

with_an_old_crd()
{
	local crd=clusteroperations.strait.dev version
	version=$(kubectl get crd "$crd" -o 'jsonpath={.metadata.annotations.strait\.dev/schema-version}')
	kubectl annotate --overwrite crd "$crd" strait.dev/schema-version=0 >/dev/null
	try with-old-crd
	controller controller
	within 5 "the log says which and why" logged \
		"reason=SchemaMismatch the CRD clusteroperations has schema version 0, this controller needs $version: install the CRDs of this release"
	within 2 "it is not ready" not_ready_page
	sleep 1
	check "nothing was sent to any node" untouched
	kubectl annotate --overwrite crd "$crd" "strait.dev/schema-version=$version" >/dev/null
	goes_on with-old-crd
}

# As after a roll-back by the image alone.
with_a_newer_crd()
{
	local crd=clusteroperations.strait.dev version
	version=$(kubectl get crd "$crd" -o 'jsonpath={.metadata.annotations.strait\.dev/schema-version}')
	kubectl annotate --overwrite crd "$crd" "strait.dev/schema-version=$((version + 1))" >/dev/null
	try with-newer-crd
	controller controller
	goes_on with-newer-crd
	kubectl annotate --overwrite crd "$crd" "strait.dev/schema-version=$version" >/dev/null
}

# It works, and says what is at risk.
without_persistence()
{
	redis-cli -u "$REDIS_URL" config set appendonly no >/dev/null
	try without-aof
	controller controller
	within 5 "a condition says what is at risk" names_risk
	redis-cli -u "$REDIS_URL" config set appendonly yes >/dev/null
	goes_on without-aof
}

server() { say "$1"; "$TOP/e2e/cluster" "$1" KILL; }
why_is() { [[ $(k get clop "$1" -o 'jsonpath={.status.message}') =~ $2 ]]; }
status_of() { curl -sS -m 2 -o "$STATE/page" -w '%{http_code}' "http://127.0.0.1:$PORT$1" 2>/dev/null; }
not_ready_page() { [[ $(status_of /readyz) == 503 ]]; }
healthy() { [[ $(status_of /healthz) == 200 ]]; }
names_risk()
{
	k get clop,targetclusters -o 'jsonpath={.items[*].status.conditions[*].message}' | says -i 'append|AOF|persist'
}
