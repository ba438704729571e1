# shellcheck shell=bash
# What the running operations feel of thousands that have ended: of their objects in the lists, and of their updates.
# shellcheck disable=SC2154,SC2034 # what e2e/bench and lib.sh set

crowd_size=5000 crowd_rate=1000 load_running=50

# crowd COMMAND: its answer.
crowd()
{
	local answer
	printf '%s\n' "$*" >&"$crowd_in"
	read -r -t 20 answer <&"$crowd_out" || die "the crowd does not answer: $(tail -n 1 "$DIR/crowd.log")"
	printf '%s\n' "$answer"
}

listed_since() { (($(crowd listed) > $1)); }

# crowd_of COUNT: from now on so many have ended.
crowd_of()
{
	local lists
	lists=$(crowd listed)
	crowd "count $1" >/dev/null
	crowd expire >/dev/null
	until_true 60 listed_since "$lists" || die 'the controller does not list anew after 410'
	sleep 1
}

# An operation that really ran is what they all look like.
crowd_template()
{
	operation crowd messages-sim-1 bench-look | kubectl create -f - >/dev/null
	until_true 60 operation_ended crowd || die 'operation crowd does not end'
	kubectl get --raw "/apis/strait.dev/v1alpha1/namespaces/$STRAIT_NAMESPACE/clusteroperations/crowd" | tr -d '\n' |
		sed -E 's/"name":"crowd"/"name":"crowd-@N@"/; s/"uid":"[^"]*"/"uid":"crowd-@N@"/;
			s/"resourceVersion":"[^"]*"/"resourceVersion":"@V@"/' >"$DIR/crowd-object"
	kubectl delete clusteroperation crowd >/dev/null
}

# load_round NAME: so many operations at a time; the times from a node's last answer to the next node's first request
# are appended to a file of that name.
load_round()
{
	local i before
	before=$(metric strait_operations_succeeded_total)
	clear_requests
	for ((i = 1; i <= load_running; i++)); do
		operation "$1-$i" "messages-sim-$i" bench-watch
	done >"$DIR/bodies"
	"$DIR/post" "$api_server/apis/strait.dev/v1alpha1/namespaces/$STRAIT_NAMESPACE/clusteroperations" "$DIR/ca.crt" \
		"$api_token" <"$DIR/bodies" >"$DIR/posted"
	sleep 1
	! [[ $1 == loaded-* ]] || crowd expire >/dev/null
	until_true 60 succeeded $((before + load_running)) || die "the operations $1 do not end"
	requests | grep pending_tasks | awk '
		$3 in last && node[$3] != $4 { printf "%.3f\n", ($1 - last[$3]) / 1000 }
		{ last[$3] = $2; node[$3] = $4 }' >>"$DIR/load-${1%-*}"
	delete_operations
}

# cpu_over SECONDS: what the controller uses meanwhile, in ms.
cpu_over()
{
	local cpu
	cpu=$(cpu_ms "$controller")
	sleep "$1"
	printf '%s\n' $(($(cpu_ms "$controller") - cpu))
}

measure_load()
{
	local i port=$((http_port + 2)) plain busy cpu memory_before
	title "$load_running running operations beside $crowd_size that have ended, $crowd_rate updates of these a second, a list anew"
	begin_large
	crowd_template
	stop_controller
	coproc CROWD { "$DIR/crowd" "$port" "$api_server" "$DIR/ca.crt" "$api_token" "$DIR/crowd-object" 2>>"$DIR/crowd.log"; }
	taps+=("$CROWD_PID")
	exec {crowd_in}>&"${CROWD[1]}" {crowd_out}<&"${CROWD[0]}"
	sed "s|server: .*|server: http://127.0.0.1:$port|; /certificate-authority/d" "$STRAIT_KUBECONFIG" >"$DIR/crowd-kubeconfig"
	STRAIT_KUBECONFIG=$DIR/crowd-kubeconfig begin_large
	rm -f "$DIR"/load-*
	settle
	memory_before=$(memory "$controller" VmRSS)
	for ((i = 0; i < loads; i++)); do
		crowd_of 0
		load_round "plain-$i"
		crowd_of "$crowd_size"
		crowd "rate $crowd_rate" >/dev/null
		load_round "loaded-$i"
		crowd 'rate 0' >/dev/null
	done
	plain=$(percentile 99 "$DIR/load-plain") busy=$(percentile 99 "$DIR/load-loaded")
	quantiles 'node -> next node without them' "$DIR/load-plain" ms
	quantiles 'node -> next node beside them' "$DIR/load-loaded" ms
	figure 'beside them by without them, p99' "$(ratio "$busy" "$plain")" '' 2
	load_costs
	figure "resident with none" "$memory_before" MiB
	figure "resident beside them, after all this" "$(memory "$controller" VmRSS)" MiB
	stop_controller
	exec {crowd_in}>&- {crowd_out}<&-
}

# Of processor time, which other processes do not lengthen.
load_costs()
{
	local idle cpu sent
	idle=$(cpu_over 4)
	crowd "rate $crowd_rate" >/dev/null
	sent=$(crowd sent)
	cpu=$(($(cpu_over 4) - idle))
	sent=$(($(crowd sent) - sent))
	crowd 'rate 0' >/dev/null
	figure "CPU of an update, of $(wc -c <"$DIR/crowd-object") bytes" "$(ratio $((cpu * 1000)) "$sent" 1)" us
	cpu=$(cpu_ms "$controller")
	crowd_of "$crowd_size"
	figure "CPU of a list of $crowd_size" "$(($(cpu_ms "$controller") - cpu - idle / 4))" ms
}
