# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# kill -9 at 30 points of a roll: every roll finishes, nothing is done twice
# Each roll is another cluster's, with a namespace and a controller of its own; a few run side by side.

POINTS=30
LANES=5
LAST=190 # the last point; a roll of three nodes has about 220 effects

scenario()
{
	local lanes=() lane began
	[[ ! ${STRAIT_WATCH_NAMESPACE:-} ]] || LANES=1
	began=$(now_ms)
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
	figure "$(sort -n "$STATE/points" | awk '{ n = n " " $1 } END { print NR " kills, at effects" n }')"
	figure "killed to finished at most $(seconds 0 "$(sort -n -k2 "$STATE/points" | tail -n 1 | cut -d' ' -f2)")"
}

# lane N: every LANES-th roll.
lane()
{
	local i
	# A subshell's own: what it starts, the scenario's end stops.
	trap - EXIT
	for ((i = $1; i <= POINTS; i += LANES)); do
		one_roll "$i" $((1 + (i - 1) * (LAST - 1) / (POINTS - 1)))
	done
}

# one_roll I POINT
one_roll()
{
	local cluster=sim-all-$1 name=controller-$1 killed
	TARGET=$cluster
	new_namespace "kills-$1"
	objects_of "$cluster" | k apply -f - >/dev/null
	operate "roll-$1" "$ROLL"

	controller "$name" --http-address '' --crash-after-effects "$2"
	within 40 "roll $1 is killed at effect $2" ended "$name"
	grep -q 'crash-after-effects: ending' "$STATE/$name.log" || fail "roll $1 was not killed at effect $2, but ended"
	killed=$(now_ms)
	say "roll $1 was killed after: $(tail -n 2 "$STATE/$name.log" | head -n 1 | cut -c 1-200)"

	controller "$name" --http-address ''
	background k wait --for=condition=Succeeded --timeout=60s "clop/roll-$1" >/dev/null ||
		fail "roll $1, killed at effect $2, does not finish: $(k get clop "roll-$1")"
	say "$2 $(($(now_ms) - killed))" >>"$STATE/points"
	check "roll $1 finished; each node was drained, stopped and started once" rolled 1 "$cluster"
	stop "$name"
	[[ ! ${STRAIT_WATCH_NAMESPACE:-} ]] || clean_namespace
}

# objects_of CLUSTER: its part of the fleet's objects.
objects_of()
{
	awk -v name="  name: $1" 'BEGIN { RS = "---\n" } NR == 1 || index($0, name "\n") { printf "%s---\n", $0 }' \
		"$STATE/$FLEET.yaml"
}

no_clients() { ! pgrep -f "ssh.*$RUNTIME" >/dev/null; }
