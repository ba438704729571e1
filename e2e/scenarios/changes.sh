# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# What people change during a roll: frozen, the SSH key, a zone, a node that leaves, one that joins

scenario()
{
	fleet_up one --layout dc1/a:2,dc1/b:2,dc1/c:2 --speed 20
	KEYS=$STRAIT_E2E_DIR/fleet-$FLEET
	apply_fleet
	watch_operations
	controller controller
	operate roll "$ROLL"
	within 15 "db-a-1's drain has arrived" happened db-a-1 drain controller
	target_patch '{"spec":{"limits":{"frozen":true}}}'
	within 30 "phase Frozen" is roll '^Frozen\|1/6\|.*limits.frozen'
	check "db-a-1 was brought back first" acted 'drain:db-a-1 stop:db-a-1 start:db-a-1'
	rotate_key
	leaves_and_joins
	changed_zone
	target_patch '{"spec":{"limits":{"frozen":false}}}'
	stale
	succeeds roll 180
	check "the last message tells who left and who joined" is roll '^Succeeded\|.*\|5 nodes done, 1 skipped; 1 member joined'
	check "by name" condition_is clop/roll Succeeded "^True\|Succeeded\|.*not touched: $NEW"
	check "an Event tells who left" event NodeLeft 'db-c-2 has left the ring'
	check "five nodes were restarted once each, zone by zone" acted "$(once db-a-1 db-a-2 db-b-1 db-b-2 db-c-1)"
	no_violations
}

target_patch() { k patch targetcluster "$TARGET" --type merge -p "$1" >/dev/null; }
acted() { [[ $(acts) == "$1" ]] || { say "acts: $(acts)"; return 1; }; }
once()
{
	local node
	for node; do
		printf 'drain:%s stop:%s start:%s ' "$node" "$node" "$node"
	done | sed 's/ $//'
}

# The hosts take the new key, and then the old one no more.
rotate_key()
{
	ssh-keygen -q -t ed25519 -N '' -C strait-fleet -f "$STATE/rotated"
	printf 'restrict %s\n' "$(<"$STATE/rotated.pub")" >>"$KEYS/authorized_keys"
	secret_patch ssh-privatekey "$STATE/rotated"
	printf 'restrict %s\n' "$(<"$STATE/rotated.pub")" >"$KEYS/authorized_keys"
}

# secret_patch KEY FILE
secret_patch()
{
	k patch secret "fleet-$FLEET-ssh" --type merge -p "{\"data\":{\"$1\":\"$(base64 -w0 <"$2")\"}}" >/dev/null
}

# Nobody is down while it is frozen, so that both can go through.
leaves_and_joins()
{
	local answer address
	hand db-c-2 'decommission?ms=2000'
	within 30 "db-c-2 has left" left db-c-2
	answer=$(curl -fsS -m 5 -X POST "$STRAIT_SIM_CONTROL/add?zone=dc1/b")
	address=$(sed -nE 's/(^|.* )address=([^ ]*).*/\2/p' <<<"$answer")
	# Unnamed in the inventory it is known by its address.
	NEW=$address
	within 60 "$address has joined" joined "$address"
	printf '[%s]:%s %s\n' "$address" "$STRAIT_SSH_PORT" "$(cut -d' ' -f1,2 "$KEYS/host.pub")" |
		cat "$KEYS/known_hosts" - >"$STATE/known_hosts"
	secret_patch known_hosts "$STATE/known_hosts"
}

left() { ! fleet nodes | says " node=$1 .*member=normal"; }
joined() { fleet nodes | says " address=$1 .*mode=NORMAL"; }

changed_zone()
{
	k patch targetcluster "$TARGET" --type json -p '[{"op":"test","path":"/spec/nodes/4/name","value":"db-c-1"},
		{"op":"add","path":"/spec/nodes/4/zone","value":"dc1/x"}]' >/dev/null
}

stale()
{
	local hash
	within 30 "the plan is stale" is roll '^Paused\|1/6\|.*approve plan, plan [0-9a-f]+'
	check "it names node, old and new" condition_is clop/roll Ready 'PlanStale\|.*db-c-1 moved from dc1/c to dc1/x'
	check "an Event says so" event PlanStale 'db-c-1 moved from dc1/c to dc1/x: kubectl patch clop roll'
	hash=$(condition clop/roll Ready | sed -nE 's/.*approve plan, plan ([0-9a-f]+).*/\1/p')
	knob roll "approvals: [{step: plan, planHash: \"$hash\"}]"
	within 20 "the plan that was approved is the operation's" plan_is "$hash"
}

plan_is() { [[ $(k get clop roll -o 'jsonpath={.status.planHash}') == "$1" ]]; }
