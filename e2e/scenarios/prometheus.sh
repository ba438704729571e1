# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A real Prometheus scrapes the nodes, and an operation waits for what it says: nothing, no answer and no series are no yes

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations
	metrics_port=$((PORT + 1))
	scraping
	controller controller
	without_url
	hand db-b-1 'compactions?n=50'
	within 20 "Prometheus has seen the compactions" knows 50
	waits_for_value
	waits_for_prometheus
	waits_for_series
	no_violations
}

scraping()
{
	local targets
	targets=$(fleet nodes | sed -nE 's/.* address=([^ ]*).*/\1:9180/p' | paste -sd,)
	cat >"$STATE/prometheus.yml" <<-YAML
		global: {scrape_interval: 200ms, scrape_timeout: 200ms}
		scrape_configs: [{job_name: scylla, static_configs: [{targets: [$targets]}]}]
	YAML
	promtool check config "$STATE/prometheus.yml" >/dev/null || fail "promtool refuses the configuration"
	prometheus_up
}

prometheus_up()
{
	start prometheus prometheus --config.file "$STATE/prometheus.yml" --storage.tsdb.path "$STATE/tsdb" \
		--web.listen-address "127.0.0.1:$metrics_port" --log.level warn
}

PENDING='sum(scylla_compaction_manager_pending_compactions)'
# What the instant query of now gives.
knows()
{
	curl -fsS -m 2 --get --data-urlencode "query=$PENDING" "http://127.0.0.1:$metrics_port/api/v1/query" 2>/dev/null |
		says "\"$1\"\]"
}

# calm NAME QUERY: a Workflow that restarts db-a-1 when the query is below 10.
calm()
{
	k apply -f - >/dev/null <<-YAML
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: $1}
		spec:
		  steps:
		  - wait: [{condition: prometheus-query, with: {query: "$2", comparison: "<", threshold: "10"},
		      successWindow: 500ms, pollInterval: 200ms, timeout: 5m}]
		  - eachNode:
		      steps:
		      - {task: scylla-drain}
		      - {task: systemd-stop-scylla-server}
		      - {task: systemd-start-service, with: {service: scylla-server}}
		      - wait: [{condition: is-up-normal, successWindow: 200ms, pollInterval: 200ms}]
	YAML
}
on_a() { operate "$1" "workflow: $2, targets: {nodes: [db-a-1]}"; }

without_url()
{
	calm calm "$PENDING"
	on_a blind calm
	within 20 "without its URL the plan is refused" condition_is clop/blind Accepted \
		'^False\|PlanRefused\|.*prometheus-query asks Prometheus, and the TargetCluster has no spec.access.prometheus'
	k delete clop blind >/dev/null
	k patch targetcluster "$TARGET" --type merge \
		--patch "spec: {access: {prometheus: {url: 'http://127.0.0.1:$metrics_port'}}}" >/dev/null
}

waits_for_value()
{
	on_a value calm
	within 20 "it waits, and says for what" was value '50 for \{\}, which is not < 10'
	check "nothing was sent" untouched
	hand db-b-1 'compactions?n=0'
	succeeds value 60
	check "db-a-1 was restarted once" restarts 1
	no_violations
	mark
}

waits_for_prometheus()
{
	stop prometheus
	on_a away calm
	within 20 "without Prometheus it waits" was away 'Prometheus does not tell'
	sleep 1
	check "nothing was sent" untouched
	prometheus_up
	succeeds away 60
	check "db-a-1 was restarted once" restarts 1
}

waits_for_series()
{
	calm nothing 'sum(no_such_metric)'
	on_a series nothing
	within 20 "a query without a series is no yes" was series 'the query gives no series'
	sleep 1
	check "nothing more was sent" restarts 1
	knob series 'cancel: true'
	within 20 "it ends" is series '^Cancelled'
}

restarts() { [[ $(times db-a-1 start controller) == "$1" ]]; }
