# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A newer build takes over in the middle of an act, by SIGTERM; the act is not repeated and the roll goes on at once

scenario()
{
	local began
	newer
	# Slow enough that a drain is under way for seconds.
	fleet_up one --layout dc1/a:2,dc1/b:1,dc1/c:1 --speed 8
	apply_fleet
	controller old --http-address ''
	within 10 "the old build leads" logged_by old 'msg=leading'
	CONTROLLER=$NEXT controller new --http-address ''
	operate roll "$ROLL"
	within 20 "the drain of db-a-1 has arrived" happened db-a-1 drain controller
	began=$(now_ms)
	stop old
	# Exactly, by a clock of its own: at most 1 s, unit/sim/test_leadership.
	within 2 "the newer build takes over" taken_over new 1
	figure "SIGTERM mid-act to taken over: $(seconds "$began")"
	within 20 "db-a-1 serves again" happened db-a-1 serving controller
	background k wait --for=condition=Succeeded --timeout=90s clop/roll >/dev/null || fail "it does not finish"
	check "each node was drained, stopped and started once" rolled 1
	no_violations
	and_back
}

# The build before it reads what the newer one has written: the way back.
and_back()
{
	local began
	mark
	operate again "$ROLL"
	within 20 "the drain of db-a-1 has arrived" happened db-a-1 drain controller
	mv "$STATE/old.log" "$STATE/older.log"
	controller old --http-address ''
	within 10 "the old build is there" logged_by old 'begins, as'
	sleep 1
	began=$(now_ms)
	stop new
	within 2 "the old build takes over" taken_over old 1
	figure "and back: $(seconds "$began")"
	background k wait --for=condition=Succeeded --timeout=90s clop/again >/dev/null || fail "it does not finish"
	check "each node was drained, stopped and started once" rolled 1
	no_violations
}

# newer: this source under another version; STRAIT_NEXT_CONTROLLER is another build to be taken instead.
newer()
{
	NEXT=${STRAIT_NEXT_CONTROLLER:-$TOP/build/next/strait-controller}
	[[ -x $NEXT ]] || make -s -C "$TOP" build/next/strait-controller >&2
	[[ $("$NEXT" --version) != "$("$CONTROLLER" --version)" ]] || fail "$NEXT is the same version"
}
logged_by() { says "$2" <"$STATE/$1.log"; }
# taken_over NAME TIMES
taken_over() { (($(grep -c 'taken over at epoch' "$STATE/$1.log") >= $2)); }
