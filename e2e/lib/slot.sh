# shellcheck shell=bash
# A slot is four ports and a network 127.a.b.0/24, reserved for one state
# directory so that checkouts on one machine never meet. The ports lie below
# those that the kernel hands out to clients.

SLOTS=/tmp/strait-e2e-$UID
SLOT_COUNT=3000

# slot_place N: sets ports (the first of four) and net.
slot_place() { ports=$((20000 + 4 * $1)) net=127.$((16 + $1 / 240)).$((1 + $1 % 240)); }

# slot_quiet: nobody listens on the ports or in the network. This sees those
# who take no part in the reservations; /proc writes addresses little-endian.
slot_quiet()
{
	local a b network port
	IFS=. read -r _ a b <<<"$net"
	network=$(printf '..%02X%02X7F:....' "$b" "$a")
	port=$(printf '%04X|' "$ports" $((ports + 1)) $((ports + 2)) $((ports + 3)))
	! grep -qE "^ *[0-9]+: ($network|[0-9A-F]+:(${port%|})) [0-9A-F:]+ 0A" /proc/net/tcp /proc/net/tcp6
}

# take_slot: sets slot and notes it in the settings. Begins at a place of the state directory's own, so that
# a checkout mostly keeps its ports. A slot whose directory no longer names it
# was left behind.
take_slot()
{
	local i owner net ports lock
	mkdir -p "$SLOTS"
	exec {lock}>"$SLOTS/lock"
	flock "$lock"
	slot=$(($(cksum <<<"$STATE" | cut -d' ' -f1) % SLOT_COUNT))
	for ((i = 0; i < SLOT_COUNT; i++, slot = (slot + 1) % SLOT_COUNT)); do
		if [[ -f $SLOTS/$slot ]]; then
			owner=$(<"$SLOTS/$slot")
			[[ $(settings_slot "$owner") != "$slot" ]] || continue
		fi
		slot_place "$slot"
		slot_quiet && break
	done
	((i < SLOT_COUNT)) || die "no free ports and network among $SLOT_COUNT; see $SLOTS"
	say "slot=$slot" >>"$STATE/settings"
	say "$STATE" >"$SLOTS/$slot"
	exec {lock}>&-
}

settings_slot() { sed -n 's/^slot=//p' "$1/settings" 2>/dev/null || :; }
