# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Three controllers share 12 clusters, one is killed, its clusters move; one stopped before an act sends nothing later

CLUSTERS=12
STOPPED_S=${STRAIT_STOPPED_S:-60}
# Lease 2 s and settle time 3 s (the library's flags) and 2 s, on a machine that may be slow; unit/sim/test_leadership has
# the exact times.
AWAY_MOST_S=7

scenario()
{
	stopped_before_an_act
	sharing
	continued_too_late
}

# --- a leader that is stopped between acknowledgement and sending

stopped_before_an_act()
{
	fleet_up alone --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	controller first --http-address '' --pause-before-act 2
	within 10 "the first controller leads" logged_by first 'msg=leading'
	controller second --http-address ''
	operate alone "$ROLL"
	within 20 "the leader is stopped right before an act" logged_by first 'pause-before-act: stopping'
	STOPPED_MS=$(now_ms)
	within "$AWAY_MOST_S" "the other one takes over" logged_by second 'taken over at epoch'
	figure "SIGSTOP to taken over: $(seconds "$STOPPED_MS")"
	background k wait --for=condition=Succeeded --timeout=60s clop/alone >/dev/null || fail "it does not finish"
	check "each node was drained, stopped and started once" rolled 1
}

continued_too_late()
{
	local left
	fleet_use alone
	left=$((STOPPED_MS + STOPPED_S * 1000 - $(now_ms)))
	((left <= 0)) || sleep "$((left / 1000 + 1))"
	mark
	kill -s CONT "$(pid_of first)"
	within 10 "it steps down" logged_by first 'standing by'
	sleep 2
	check "it has sent nothing" untouched
	check "it lives, and stands by" alive first
	no_violations
	figure "stopped for $STOPPED_S s before an act: no act, steps down"
}

logged_by() { says "$2" <"$STATE/$1.log"; }

# --- shards

sharing()
{
	local i killed victim
	fleet_up all --clusters "$CLUSTERS" --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	new_namespace shards
	apply_fleet
	for i in 1 2 3; do
		controller "shard-$i" --http-address '' --shards "$CLUSTERS"
	done
	within 20 "each leads its share, together all" shared 1 2 3
	figure "shards led: $(led 1) $(led 2) $(led 3)"
	for ((i = 1; i <= CLUSTERS; i++)); do
		TARGET=sim-all-$i operate "roll-$i" "$ROLL"
	done
	within 30 "four rolls have done a node each" done_nodes 4
	victim=2
	killed=$(now_ms)
	stop "shard-$victim" KILL
	within "$AWAY_MOST_S" "the others lead all" shared 1 3
	figure "kill -9 to all shards led again: $(seconds "$killed")"
	background k wait --for=condition=Succeeded --timeout=90s clop --all >/dev/null || fail "some roll does not finish"
	for ((i = 1; i <= CLUSTERS; i++)); do
		rolled 1 "sim-all-$i" || fail "cluster sim-all-$i"
	done
	say "ok: in every cluster each node was drained, stopped and started once"
	no_violations
	controller shard-4 --http-address '' --shards "$CLUSTERS"
	within 20 "a newcomer is given a share" shared 1 3 4
	for i in 1 3 4; do
		stop "shard-$i"
	done
	within 5 "who leaves leaves no sign of life behind" signs_of_life 1
}

# led N: how many shards that controller leads, by its log.
led() { sed -nE 's/.*(leading|letting go of) shard [0-9]+: ([0-9]+) of .*/\2/p' "$STATE/shard-$1.log" | tail -n 1; }
# shared N...: these have all among them, none more than his share.
shared()
{
	local n sum=0 share=$(((CLUSTERS + $# - 1) / $#))
	for n; do
		n=$(led "$n")
		((${n:-0} <= share)) || return 1
		sum=$((sum + n))
	done
	((sum == CLUSTERS))
}
done_nodes() { (($(audit | grep -c ' event=serving source=controller') >= $1)); }
signs_of_life()
{
	(($(kubectl get leases -A -l strait.dev/shards,strait.dev/lease="$NS" --no-headers 2>/dev/null | wc -l) == $1))
}
