# shellcheck shell=bash
# The measurements, each a function that prints its figures.
# shellcheck disable=SC2154 # what e2e/bench and lib.sh set

# --- without a cluster ---

measure_binary()
{
	title 'The program'
	figure 'strait-controller' "$(ratio "$(stat -c %s "$BUILD/strait-controller")" 1048576)" MiB 3
}

# The gate's own work, without the requests: what 300 nodes x 256 vnodes x 20 keyspaces answer is made up.
measure_ring()
{
	local what first second third
	title 'The gate, 300 nodes x 256 vnodes x 20 keyspaces'
	while read -r what first second third; do
		if [[ $what == cold ]]; then
			figure 'cold, slow answers (640 MB) -> tables' "$first" ms
			figure 'the tables' "$second" MiB
			figure 'at most, while reading' "$third" MiB
		else
			figure 'warm, a sweep'\''s answers -> verdict, p50 of 41' "$first" ms 50
			figure 'warm, worst' "$second" ms
		fi
	done < <("$DIR/ring")
}

# --- on a small cluster ---

# begin_small OPTION...: a controller that knows it.
begin_small()
{
	start_controller "$@"
	until_true 20 clusters_ready 1 || die 'the target cluster does not become ready'
}

# Until the first request at a node, as the simulator saw it, and until /readyz says so.
measure_start()
{
	local i first
	title 'Start'
	: >"$DIR/start-ready"
	: >"$DIR/start-first"
	for ((i = 0; i < starts; i++)); do
		clear_requests
		begin_small
		first=$(requests | awk 'NR == 1 { print $1 }')
		ratio $((ready - started)) 1000 >>"$DIR/start-ready"
		ratio $((first - started)) 1000 >>"$DIR/start-first"
		stop_controller
	done
	figure "start -> ready, worst of $starts" "$(percentile 100 "$DIR/start-ready")" ms
	figure "start -> first request at a node, worst of $starts" "$(percentile 100 "$DIR/start-first")" ms 50
}

measure_idle()
{
	title 'Idle, one cluster of 6 nodes'
	begin_small
	sleep 2
	figure 'resident' "$(memory "$controller" VmRSS)" MiB 16
	figure 'of it anonymous, so nobody else'\''s' "$(memory "$controller" RssAnon)" MiB 4
	stop_controller
}

# One operation after the other on a node each, its act a drain; the next begins when the last has ended.
measure_first_act()
{
	local i
	title 'Object created -> first act (finalizer, plan and status acknowledged), gate off'
	begin_small --bench-no-gate --stable-window 0s
	clear_requests
	open_post
	: >"$DIR/posts"
	for ((i = 0; i < acts; i++)); do
		create "act-$i" messages-sim bench-restart "${small_nodes[i % ${#small_nodes[@]}]}"
		printf '%s %s\n' "$replied" "$sent" >>"$DIR/posts"
		until_true 30 succeeded $((i + 1)) || die "operation act-$i does not end"
	done
	close_post
	requests | grep ' POST /storage_service/drain' | cut -d' ' -f1 | paste -d' ' - "$DIR/posts" |
		awk '{ printf "%.3f\n", ($1 - $2) / 1000 }' >"$DIR/first-act"
	quantiles 'POST reply -> first act' "$DIR/first-act" ms '' 25
	stop_controller
	delete_operations
}

# The whole way with the gate on: what stands between two nodes is one sweep of the ring and the journal.
measure_gate()
{
	local i seen=0
	title 'Rolling restart of 6 nodes, gate on, windows at zero'
	begin_small --stable-window 0s
	clear_requests
	open_post
	for ((i = 0; i < rolls; i++)); do
		control /mark -X POST # a node that is restarted again is no violation then
		create "roll-$i" messages-sim bench-restart
		until_true 60 succeeded $((i + 1)) || die "operation roll-$i does not end"
		seen=$((seen + $(control /violations | sed -n 's/^violations=\([0-9]*\).*/\1/p')))
	done
	close_post
	requests >"$DIR/rolled"
	# Between two nodes: the sweep that found the last one up, from its first question to its last answer; the next
	# node's own first question; its drain.
	awk -v sweeps="$DIR/gate-sweep" -v firsts="$DIR/gate-first" -v acts="$DIR/gate-act" '
		BEGIN { printf "" >sweeps; printf "" >firsts; printf "" >acts }
		$6 == "/storage_service/cluster_name" { begun = $1; own = 0 }
		$6 ~ /^\/(storage_service\/(operation_mode|gossiping)|gossiper\/endpoint\/live)$/ && !own { ended = $2 }
		$6 ~ /pending_tasks$/ && $4 != node && !own { own = $1; asked = $4 }
		/ POST \/storage_service\/drain/ {
			if (node != "" && own && asked == $4 && $1 - begun < 100000) {
				printf "%.3f\n", (ended - begun) / 1000 >sweeps
				printf "%.3f\n", (own - begun) / 1000 >firsts
				printf "%.3f\n", ($1 - begun) / 1000 >acts
			}
			node = $4; own = 0
		}' "$DIR/rolled"
	quantiles 'the sweep' "$DIR/gate-sweep" ms
	quantiles 'sweep begun -> next node'\''s first request' "$DIR/gate-first" ms
	quantiles 'sweep begun -> next node'\''s first act' "$DIR/gate-act" ms
	figure "requests at the ${#small_nodes[@]} nodes, for each one restarted" \
		"$(ratio "$(wc -l <"$DIR/rolled")" $((rolls * ${#small_nodes[@]})) 1)" ''
	figure '  of them for what the gate asks beside the views' \
		"$(ratio "$(grep -cE ' /(raft|task_manager|storage_proxy/schema_versions|storage_service/raft_topology)' "$DIR/rolled")" \
		$((rolls * ${#small_nodes[@]})) 1)" ''
	figure 'violations that the oracle saw' "$seen" '' 0
	stop_controller
	delete_operations
}

measure_journal()
{
	local i tap port=$((http_port + 1)) redis_url=redis://127.0.0.1:$((http_port + 1))
	title 'Journal write, on a Redis that syncs each (appendfsync always)'
	"$DIR/tap" "$port" "${REDIS_URL##*:}" >"$DIR/journal-us" 2>>"$DIR/tap.log" &
	tap=$!
	taps+=("$tap")
	begin_small --bench-no-gate --stable-window 0s
	open_post
	for ((i = 0; i < writes / 12; i++)); do
		create "journal-$i" messages-sim bench-look
		until_true 20 succeeded $((i + 1)) || die "operation journal-$i does not end"
	done
	close_post
	awk '{ printf "%.3f\n", $1 / 1000 }' "$DIR/journal-us" >"$DIR/journal"
	quantiles 'sent -> acknowledged, between the two' "$DIR/journal" ms '' 2
	stop_controller
	kill "$tap" 2>/dev/null || :
	delete_operations
}

# Left behind by operations that really ran, one after the other; and read by a controller that starts anew.
measure_finished()
{
	local i fresh after limit
	((finished)) || return 0
	title "$finished finished operations"
	limit=$(ratio $((2 * finished)) 1000)
	begin_small
	settle
	fresh=$(memory "$controller" VmRSS)
	open_post
	for ((i = 0; i < finished; i++)); do
		create "finished-$i" messages-sim bench-look "${small_nodes[i % ${#small_nodes[@]}]}"
		((i % 10 != 9)) || until_true 30 succeeded $((i + 1)) || die "operation finished-$i does not end"
	done
	close_post
	after=$(memory "$controller" VmRSS)
	stop_controller
	figure 'resident with none' "$fresh" MiB
	figure 'more after they have run' "$(awk -v a="$after" -v b="$fresh" 'BEGIN { print a - b }')" MiB "$limit"
	begin_small
	settle
	figure 'more in a controller started beside them' \
		"$(awk -v a="$(memory "$controller" VmRSS)" -v b="$fresh" 'BEGIN { print a - b }')" MiB "$limit"
	stop_controller
	delete_operations
}

# --- on a hundred clusters of twenty nodes ---

# begin_large: a controller that knows them all.
begin_large()
{
	start_controller --bench-no-gate --stable-window 0s
	until_true 60 clusters_ready 100 || die "only $(metric strait_clusters_ready) of 100 clusters become ready"
	large_ready=$(now_us)
}

measure_fleet()
{
	title 'A fleet of 100 clusters x 20 nodes'
	figure 'start -> all ready' "$(ratio $((large_ready - started)) 1000000)" s
	settle
	figure "resident, after what stands above" "$(memory "$controller" VmRSS)" MiB 64
}

# Each object on another cluster, one at a time; its task's question is one that no sweep asks.
measure_first_request()
{
	local i before
	title 'Object created -> first request at a node'
	before=$(metric strait_operations_succeeded_total)
	clear_requests
	open_post
	: >"$DIR/posts"
	for ((i = 0; i < objects; i++)); do
		create "first-$i" "messages-sim-$((i % 100 + 1))" bench-look db-a-1
		printf '%s messages-sim-%s\n' "$replied" "$((i % 100 + 1))" >>"$DIR/posts"
		until_true 30 succeeded $((before + i + 1)) || die "operation first-$i does not end"
	done
	close_post
	requests | grep pending_tasks >"$DIR/asked"
	awk 'NR == FNR { at[$3] = at[$3] " " $1; next }
		{ n = split(at[$2], times, " "); i = ++seen[$2]; if (i <= n) printf "%.3f\n", (times[i] - $1) / 1000 }' \
		"$DIR/asked" "$DIR/posts" >"$DIR/first-request"
	quantiles 'POST reply -> first request' "$DIR/first-request" ms '' 3
	delete_operations
}

# From the answer that ends a node to the next node's first question: a journal write lies between.
measure_next_node()
{
	local i before
	title 'Node done -> next node'\''s first request, gate off'
	before=$(metric strait_operations_succeeded_total)
	clear_requests
	open_post
	for ((i = 1; i <= nexts / 19; i++)); do
		create "next-$i" "messages-sim-$i" bench-look
		until_true 30 succeeded $((before + i)) || die "operation next-$i does not end"
	done
	close_post
	requests | grep pending_tasks | awk '
		$3 in last && node[$3] != $4 { printf "%.3f\n", ($1 - last[$3]) / 1000 }
		{ last[$3] = $2; node[$3] = $4 }' >"$DIR/next"
	quantiles 'last answer -> next node'\''s first request' "$DIR/next" ms 2 5
	delete_operations
}

# difference BEFORE AFTER: of two outputs of api_requests; sets api_total and api_detail.
difference()
{
	api_detail=$(awk 'NR == FNR { had[$2 " " $3] = $1; next }
		{ n = $1 - had[$2 " " $3]; if (n && $2 != "POST" || $3 ~ /^events/ && n) print n, $2, $3 }' "$1" "$2" |
		grep -vE ' (GET|LIST|DELETE|DELETECOLLECTION) ' | sort -rn)
	api_total=$(awk '{ n += $1 } END { print n + 0 }' <<<"$api_detail")
}

measure_hundred()
{
	local i before cpu began posted ended wall sweeps idle
	title '100 operations x 20 nodes at once, gates and windows at zero'
	# What looking after 2,000 idle nodes costs, so that it can be told apart: for each sweep of a cluster.
	cpu=$(cpu_ms "$controller") sweeps=$(metric strait_sweeps_total)
	sleep "$looks"
	idle=$(ratio $(($(cpu_ms "$controller") - cpu)) $(($(metric strait_sweeps_total) - sweeps)) 3)
	before=$(metric strait_operations_succeeded_total)
	api_requests >"$DIR/api-before"
	for ((i = 1; i <= 100; i++)); do
		operation "hundred-$i" "messages-sim-$i" bench-look
	done >"$DIR/bodies"
	cpu=$(cpu_ms "$controller") sweeps=$(metric strait_sweeps_total)
	began=$(now_us)
	"$DIR/post" "$api_server/apis/strait.dev/v1alpha1/namespaces/$STRAIT_NAMESPACE/clusteroperations" "$DIR/ca.crt" \
		"$api_token" <"$DIR/bodies" >"$DIR/posted"
	posted=$(now_us)
	until_true 60 succeeded $((before + 100)) || die 'the hundred operations do not end'
	ended=$(now_us)
	cpu=$(($(cpu_ms "$controller") - cpu)) sweeps=$(($(metric strait_sweeps_total) - sweeps))
	api_requests >"$DIR/api-after"
	difference "$DIR/api-before" "$DIR/api-after"
	wall=$((ended - began))
	figure 'first POST sent -> all succeeded, status told, released' "$(ratio "$wall" 1000000)" s 2.5
	figure 'of it until the last POST was answered' "$(ratio $((posted - began)) 1000000)" s
	figure "CPU of the controller, with $sweeps sweeps of idle clusters" "$(ratio "$cpu" 1000)" s
	figure "  without them, at $idle ms each" \
		"$(awk -v cpu="$cpu" -v n="$sweeps" -v each="$idle" 'BEGIN { printf "%.2f\n", (cpu - n * each) / 1000 }')" s 0.45
	figure 'requests to the API server, for each node' "$(ratio "$api_total" 2000 3)" '' 0.1
	sed 's/^/    /' <<<"$api_detail"
	delete_operations
}
