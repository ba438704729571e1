# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# kill -9 at 40 points of a roll, a failure and its retry, a cancel, a hand-over: all end right, nothing is done twice
# Each operation is another cluster's, with a namespace and controllers of its own; a few run side by side.

POINTS=${STRAIT_KILLS:-40}
LANES=5
KINDS=(roll failure cancel handover)
# The last point of each: so many effects there are at least, on a cluster of three nodes.
declare -A LAST=([roll]=190 [failure]=200 [cancel]=60 [handover]=190)

scenario()
{
	local lanes=() lane kind
	[[ ! ${STRAIT_WATCH_NAMESPACE:-} ]] || LANES=1
	fleet_up all --clusters "$POINTS" --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 50
	for ((lane = 1; lane <= LANES; lane++)); do
		lane "$lane" &
		lanes+=($!)
	done
	for lane in "${lanes[@]}"; do
		wait "$lane" || fail "see above"
	done
	no_violations
	check "no ssh client outlived its controller" no_clients
	figure "$(wc -l <"$STATE/points") kills"
	for kind in "${KINDS[@]}"; do
		figure "$kind: $(awk -v kind="$kind" '$1 == kind { n++; if ($3 > most) most = $3 }
			END { printf "%d, ended at most %.1f s after", n, most / 1000 }' "$STATE/points")"
	done
}

# lane N: every LANES-th of them. Neighbours are of different kinds.
lane()
{
	local i kind n of=$((POINTS / ${#KINDS[@]}))
	# A subshell's own: what it starts, the scenario's end stops.
	trap - EXIT
	for ((i = $1; i <= POINTS; i += LANES)); do
		kind=${KINDS[i % ${#KINDS[@]}]} n=$(((i - 1) / ${#KINDS[@]}))
		one "$i" "$kind" $((1 + n * (LAST[$kind] - 1) / (of > 1 ? of - 1 : 1)))
	done
}

# one I KIND POINT
one()
{
	local i=$1 kind=$2 point=$3 restarter
	CLUSTER=sim-all-$i NAME=controller-$i
	TARGET=$CLUSTER
	new_namespace "kills-$i"
	objects_of "$CLUSTER" | k apply -f - >/dev/null
	controller "$NAME" --http-address '' --crash-after-effects "$point"
	[[ $kind != handover ]] || stand_by
	after_the_kill "$kind" &
	restarter=$!
	"kill_$kind"
	grep -q 'crash-after-effects: ending' "$STATE/$NAME.log" || fail "$kind $i was not killed at effect $point, but ended"
	wait "$restarter"
	say "$kind $point $(($(now_ms) - $(<"$STATE/killed-$i")))" >>"$STATE/points"
	say "ok: $kind $i, killed at effect $point: $(grep -B1 'crash-after-effects: ending' "$STATE/$NAME.log" |
		head -n 1 | cut -c 1-160)"
	stop "$NAME"
	stop "$NAME-next"
	[[ ! ${STRAIT_WATCH_NAMESPACE:-} ]] || clean_namespace
}

# stand_by: another controller, once the first one leads, or is dead before it could.
stand_by()
{
	until ended "$NAME" || grep -q 'msg=leading' "$STATE/$NAME.log"; do
		sleep 0.05
	done
	controller "$NAME-next" --http-address ''
}

# after_the_kill KIND: what was killed is started again, unless another one stands by.
after_the_kill()
{
	trap - EXIT
	until ended "$NAME"; do
		sleep 0.05
	done
	now_ms >"$STATE/killed-${NAME#controller-}"
	[[ $1 == handover ]] || controller "$NAME" --http-address ''
}

# --- the four

kill_roll()
{
	operate roll "$ROLL"
	ends roll Succeeded
	rolled 1 "$CLUSTER" || fail "$CLUSTER: not each node once"
}

kill_handover() { kill_roll; }

# db-b-1 hears late that others are back: a wait times out. Then it does not, and a retry is asked for: what had failed and
# what was not begun is done, once, and nothing else.
kill_failure()
{
	local node failed
	fleet hand db-b-1 "lag?ms=5000&cluster=$CLUSTER"
	impatient_workflow
	operate roll 'workflow: impatient'
	ends roll Failed
	failed=$(k get clop roll -o 'jsonpath={.status.nodes[?(@.state=="failed")].name}')
	[[ $failed == db-[ab]-1 ]] || fail "$CLUSTER: failed with \"$failed\""
	acted_on "$failed" 1 || fail "$CLUSTER: see above"
	[[ $(fleet violations "$CLUSTER") == 'violations=0 '* ]] || fail "$CLUSTER: the oracle speaks before the retry"
	fleet mark "$CLUSTER"
	fleet hand db-b-1 "lag?ms=0&cluster=$CLUSTER"
	knob roll 'retry: 1'
	ends roll Succeeded
	for node in db-a-1 db-b-1 db-c-1; do
		if [[ $node < $failed ]]; then
			acted_on "$node" 0 || fail "$CLUSTER: what was finished is done again"
		else
			acted_on "$node" 1 || fail "$CLUSTER: see above"
		fi
	done
}

# Nodes that had been begun when the cancel was known are restarted whole, once; no other is touched. On a busy machine that
# may be more than the first.
kill_cancel()
{
	local known node
	operate roll "$ROLL"
	until audit "$CLUSTER" | says ' event=drain source=controller'; do
		sleep 0.05
	done
	knob roll 'cancel: true'
	known=$(($(now_ms) + 1000))
	ends roll Cancelled
	! audit "$CLUSTER" | grep ' event=drain source=controller' | drained_after "$known" ||
		fail "$CLUSTER: a node was begun after the cancel"
	for node in db-a-1 db-b-1 db-c-1; do
		acted_on "$node" "$(audit "$CLUSTER" | grep -cm 1 " node=$node .* event=drain source=controller")" ||
			fail "$CLUSTER: see above"
	done
	! fleet nodes | grep "^cluster=$CLUSTER " | grep -v ' serving=true ' || fail "$CLUSTER: a node is left down"
}

# drained_after MS: does a line tell of that time or later?
drained_after() { sed -E 's/.* t=([0-9]+) .*/\1/' | awk -v known="$1" '$1 > known { late = 1 } END { exit !late }'; }

# ends NAME PHASE
ends()
{
	background k wait --for="jsonpath={.status.phase}=$2" --timeout=90s "clop/$1" >/dev/null ||
		fail "$CLUSTER: it does not come to $2: $(k get clop "$1")"
}

# acted_on NODE TIMES: drained, stopped and started so often.
acted_on()
{
	local verb times
	for verb in drain stop start; do
		times=$(audit "$CLUSTER" | grep -cE " node=$1 .* event=$verb source=controller( |$)" || :)
		[[ $times == "$2" ]] || { say "$1: $times times $verb, expected $2"; return 1; }
	done
}

# objects_of CLUSTER: its part of the fleet's objects.
objects_of()
{
	awk -v name="  name: $1" 'BEGIN { RS = "---\n" } NR == 1 || index($0, name "\n") { printf "%s---\n", $0 }' \
		"$STATE/$FLEET.yaml"
}

no_clients() { ! pgrep -f "ssh.*$RUNTIME" >/dev/null; }
