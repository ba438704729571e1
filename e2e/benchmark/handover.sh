# shellcheck shell=bash
# How long it takes until somebody else goes on, or the same one after a crash: always in the middle of a rolling
# restart, the gate on. A round is a roll of its own.
# shellcheck disable=SC2154,SC2034 # what e2e/bench and lib.sh set

# Scaled down from 15 s and 5 s; the settle time follows from the connect timeout as it does by default.
replica_lease_ms=3000 replica_connect_ms=500
replica_settle_ms=$((1000 + replica_connect_ms + 1000))

handover_nodes=(db-a-1 db-b-1 db-c-1)
declare -A replicas=() # their process ids

# replica NAME OPTION...: its log begins anew.
replica()
{
	local name=$1
	shift
	mkdir -p "$DIR/$name"
	"$BUILD/strait-controller" --kubeconfig "$STRAIT_KUBECONFIG" --redis-url "$redis_url" --log-level info \
		--http-address '' --runtime-dir "$DIR/$name" --identity "$name" --stable-window 300ms \
		--lease-duration "${replica_lease_ms}ms" --connect-timeout "${replica_connect_ms}ms" \
		--lease-namespace "$STRAIT_NAMESPACE" "$@" </dev/null >"$DIR/$name.log" 2>&1 &
	replicas[$name]=$!
	disown # its end is no news
}

# dismiss NAME: at once, and whatever state it is in.
dismiss()
{
	kill -KILL "${replicas[$1]}" 2>/dev/null || :
	until_true 5 has_gone "${replicas[$1]}" || die "replica $1 does not end"
	unset "replicas[$1]"
}

has_gone() { ! kill -0 "$1" 2>/dev/null; }
logged() { grep -q "$2" "$DIR/$1.log"; }

# logged_at NAME TEXT: when it said so first, in us since the epoch; nothing if never.
logged_at()
{
	local time
	time=$(sed -nE "/$2/{s/^time=([^ ]*) .*/\\1/p;q}" "$DIR/$1.log")
	[[ ! $time ]] || date -d "$time" +%s%6N
}

# since WHEN MOMENT FILE: the time between in ms, appended; nothing when the moment did not come.
since() { [[ ! $2 ]] || awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f\n", (b - a) / 1000 }' >>"$3"; }

# first_after WHEN [POST]: when the first request after it (that may change a node) arrived.
first_after()
{
	requests | awk -v from="$1" -v post="${2:-}" '$1 >= from && (post == "" || $5 == post) { print $1; exit }'
}

acted() { [[ $(requests | grep -c ' POST /storage_service/drain') -ge $1 ]]; }
operation_ended() { kubectl get clusteroperation "$1" -o 'jsonpath={.status.phase}' | grep -qxE 'Succeeded|Failed|Cancelled'; }

# begin_round NAME: a roll that has drained its second node.
begin_round()
{
	control /mark -X POST
	clear_requests
	operation "$1" messages-sim bench-restart "${handover_nodes[@]}" | kubectl create -f - >/dev/null
	until_true 30 acted 2 || die "operation $1 does not begin its second node"
}

# end_round NAME: whoever is there now ends it, and nothing was done twice.
end_round()
{
	until_true 90 operation_ended "$1" || die "operation $1 does not end"
	kubectl get clusteroperation "$1" -o 'jsonpath={.status.phase}' | grep -qx Succeeded || die "operation $1 has failed"
	handover_seen=$((handover_seen + $(control /violations | sed -n 's/^violations=\([0-9]*\).*/\1/p')))
	handover_drains=$((handover_drains + $(requests | grep -c ' POST /storage_service/drain')))
	handover_lanes=$((handover_lanes + ${#handover_nodes[@]}))
}

# hand_over SIGNAL ROUND: from one replica to the other.
hand_over()
{
	local signal=$1 name at taken
	name=over-${signal,,}-$2
	replica first
	until_true 20 logged first 'msg=leading' || die 'the first replica does not lead'
	replica second
	begin_round "$name"
	at=$(now_us)
	kill -s "$signal" "${replicas[first]}"
	until_true 60 logged second 'taken over at epoch' || die "after SIG$signal nobody takes over"
	taken=$(logged_at second 'taken over at epoch')
	since "$at" "$taken" "$DIR/over-$signal-taken"
	end_round "$name"
	since "$at" "$(first_after "$(logged_at second 'msg=leading')")" "$DIR/over-$signal-first"
	since "$at" "$(first_after "$taken" POST)" "$DIR/over-$signal-act"
	if [[ $signal == STOP ]]; then
		at=$(now_us)
		kill -s CONT "${replicas[first]}"
		until_true 10 logged first 'standing by' || die 'one that was stopped does not step down'
		since "$at" "$(logged_at first 'standing by')" "$DIR/over-down"
	fi
	dismiss first
	dismiss second
	kubectl delete lease strait-controller --ignore-not-found >/dev/null
}

measure_handover()
{
	local signal i crash handover_seen=0 handover_drains=0 handover_lanes=0
	crash=$((replica_lease_ms + replica_settle_ms + 1000))
	title "Hand-over in a roll: lease $replica_lease_ms ms, settle time $replica_settle_ms ms (by default 15 s and 7 s)"
	for signal in TERM KILL STOP; do
		rm -f "$DIR/over-$signal"-*
		for ((i = 0; i < handovers; i++)); do
			hand_over "$signal" "$i"
		done
		[[ $signal == TERM ]] && limit=1000 || limit=$crash
		figure "SIG$signal -> the other has taken over, worst of $handovers" \
			"$(percentile 100 "$DIR/over-$signal-taken")" ms "$limit"
		figure "SIG$signal -> its first request at a node, worst" "$(percentile 100 "$DIR/over-$signal-first")" ms "$limit"
		figure "SIG$signal -> its first act over REST, worst" "$(percentile 100 "$DIR/over-$signal-act")" ms
	done
	figure 'SIGCONT -> the stopped one stands by' "$(percentile 100 "$DIR/over-down")" ms
	figure 'drains more than nodes' "$((handover_drains - handover_lanes))" '' 0
	figure 'violations that the oracle saw' "$handover_seen" '' 0
	delete_operations
}

# The only controller dies and is started again at once.
measure_resume()
{
	local i at handover_seen=0 handover_drains=0 handover_lanes=0
	title "Crash of the only controller in a roll, started again at once; settle time $replica_settle_ms ms"
	rm -f "$DIR"/resume-*
	for ((i = 0; i < resumes; i++)); do
		replica only --no-leader-election
		until_true 20 logged only 'msg=leading' || die 'the controller does not begin'
		begin_round "resume-$i"
		dismiss only
		at=$(now_us)
		replica only --no-leader-election
		until_true 20 logged only 'taken over at epoch' || die 'the controller does not resume'
		since "$at" "$(logged_at only 'taken over at epoch')" "$DIR/resume-taken"
		end_round "resume-$i"
		since "$at" "$(first_after "$at")" "$DIR/resume-first"
		since "$at" "$(first_after "$at" POST)" "$DIR/resume-act"
		dismiss only
	done
	figure "process start -> taken over, worst of $resumes" "$(percentile 100 "$DIR/resume-taken")" ms
	figure 'process start -> first request at a node, worst' "$(percentile 100 "$DIR/resume-first")" ms 50
	figure 'process start -> next act over REST, worst' "$(percentile 100 "$DIR/resume-act")" ms
	figure 'drains more than nodes' "$((handover_drains - handover_lanes))" '' 0
	figure 'violations that the oracle saw' "$handover_seen" '' 0
	delete_operations
}

# Seeds 1, 2, …, with their faults, models and checker included, on all processors.
measure_simulation()
{
	local operations steps wall
	title 'Simulation: operations of the shipped workflows with faults, models and checker included'
	STRAIT_QUICK=1 STRAIT_SEEDS=$simulated "$BUILD/unit/sim/test_fleet" >"$DIR/simulation" 2>&1 ||
		die "the simulation fails: $DIR/simulation"
	operations=$(sed -nE 's/^ *([0-9]+) operations on .*/\1/p' "$DIR/simulation")
	steps=$(sed -nE 's/.* operations\/s, ([0-9]+) steps\/s$/\1/p' "$DIR/simulation")
	wall=$(sed -nE 's/.*simulated hours in ([0-9.]+) s.*/\1/p' "$DIR/simulation")
	[[ $operations && $steps && $wall ]] || die "the simulation's figures cannot be read: $DIR/simulation"
	figure "operations a second, $operations of them" "$(ratio "$operations" "$wall" 1)" /s
	least 'core steps a second' "$steps" /s 100000
}
