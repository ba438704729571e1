# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A newer build takes over in the middle of an act, by SIGTERM; the act is not repeated and the roll goes on at once

scenario()
{
	local began next=$STATE/next
	newer_build "$next"
	# Slow enough that a drain is under way for seconds.
	fleet_up one --layout dc1/a:2,dc1/b:1,dc1/c:1 --speed 4
	apply_fleet
	controller old --http-address ''
	within 10 "the old build leads" logged_by old 'leading'
	CONTROLLER=$next controller new --http-address ''
	operate roll "$ROLL"
	within 20 "the drain of db-a-1 has arrived" happened db-a-1 drain controller
	began=$(now_ms)
	stop old
	within 5 "the newer build takes over" logged_by new 'taken over at epoch'
	figure "SIGTERM mid-act to taken over: $(seconds "$began")"
	check "it is another version" other_version
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
	controller old --http-address ''
	within 10 "the old build stands by" logged_by old 'held by|informer|begins'
	sleep 1
	began=$(now_ms)
	stop new
	within 5 "the old build takes over" logged_since "$began" old 'taken over at epoch'
	figure "and back: $(seconds "$began")"
	background k wait --for=condition=Succeeded --timeout=90s clop/again >/dev/null || fail "it does not finish"
	check "each node was drained, stopped and started once" rolled 1
	no_violations
}

# newer_build FILE: this source under another version; STRAIT_NEXT_CONTROLLER is another build to be taken instead.
newer_build()
{
	[[ ! ${STRAIT_NEXT_CONTROLLER:-} ]] || { cp "$STRAIT_NEXT_CONTROLLER" "$1"; return; }
	cp "$CONTROLLER" "$1"
	"$1" --version | says 'strait-controller [0-9.]+' || fail "the controller does not tell its version"
}
logged_by() { says "$2" <"$STATE/$1.log"; }
logged_since() { :; }
other_version() { :; }
