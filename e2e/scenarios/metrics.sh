# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# /metrics, /healthz and /readyz tell how it stands; of two controllers one leads, and the other takes over

scenario()
{
	local began before
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 30
	apply_fleet
	watch_operations
	controller controller
	within 5 "the controller leads" leads
	within 2 "it is healthy" answers /healthz 200
	within 2 "it is ready" answers /readyz 200
	check "other pages are not there" answers /secrets 404
	check "the metrics can be read" well_formed
	within 5 "the cluster is ready" value_is strait_clusters_ready 1

	PORT=$((PORT + 1))
	controller standby
	within 5 "the second is healthy" answers /healthz 200
	check "the second does not lead" value_is strait_leader 0
	PORT=$((PORT - 1))

	operate roll "$ROLL"
	within 5 "a node held down is counted" value_is strait_nodes_held_down 1
	within 5 "an operation at work is counted" value_is 'strait_operations{phase="Running"}' 1
	within 20 "db-a-1 serves" happened db-a-1 serving controller
	began=$(now_ms)
	stop controller
	PORT=$((PORT + 1))
	within 3 "the second leads" leads
	figure "handed over in $(seconds "$began")"
	succeeds roll
	check "the audit tells of one clean roll, by both" rolled 1
	check "the second has counted the success" value_is strait_operations_succeeded_total 1
	check "none is held down" value_is strait_nodes_held_down 0
	check "the gate was judged" counted strait_gate_checks_total
	check "journal writes were counted" counted strait_journal_writes_total
	no_violations
}

page() { curl -sS -m 2 "http://127.0.0.1:$PORT$1"; }
answers() { [[ $(curl -sS -m 2 -o "$STATE/page" -w '%{http_code}' "http://127.0.0.1:$PORT$1" 2>/dev/null) == "$2" ]]; }
value() { page /metrics | awk -v name="$1" '$1 == name { print $2 }'; }
value_is() { [[ $(value "$1") == "$2" ]]; }
counted() { (($(value "$1") > 0)); }

# The text format: each metric with help and type before its samples.
well_formed()
{
	page /metrics | awk '
		/^# HELP [a-z_]+ ./ { helped = $3; next }
		/^# TYPE [a-z_]+ (counter|gauge)$/ && $3 == helped { name = $3; next }
		{ metric = $1; sub(/\{.*/, "", metric) }
		metric == name && $2 ~ /^[0-9]+$/ && NF == 2 { n++; next }
		{ print "odd: " $0; bad = 1 }
		END { exit bad || n < 10 }'
}
