# shellcheck shell=bash
# Scylla's REST API on the hosts' loopback alone: asked through ssh, which breaks, and a controller that is killed

scenario()
{
	local shim=$STATE/loopback.so
	"${CC:-cc}" -std=c17 -D_GNU_SOURCE -O2 -fPIC -shared -o "$shim" "$TOP/e2e/hosts/loopback.c"
	# Each host's loopback leads to its Scylla, whose port nobody else is told.
	LD_PRELOAD=$shim STRAIT_API_PORT=10777 fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --port 10777 --speed 30
	sed -i 's/api: {type: direct, /api: {type: ssh, /' "$STATE/$FLEET.yaml"
	apply_fleet
	watch_operations
	controller controller

	# The hosts' sshd allows commands only, so far.
	not_ready "$TARGET" Unreachable 'spec.contactPoints: .*GET http://.*: ssh .*@.*: its sshd forbids to connect to 127.0.0.1:10000; sshd_config must'
	check "nothing was sent to any node" untouched
	k delete clop "on-$TARGET" >/dev/null
	sed -i 's/^restrict /restrict,port-forwarding /' "$STRAIT_E2E_DIR/fleet-$FLEET/authorized_keys"
	check "the API is not reached but through ssh" unreachable
	within 10 "with forwarding allowed the cluster is ready" condition_is "targetcluster/$TARGET" Ready '^True'

	operate roll "$ROLL"
	within 20 "a node is done" was roll '^Running\|1/3'
	check "every connection is cut" cut_ssh
	within 20 "two are done" was roll '^Running\|2/3'
	stop controller KILL
	check "no ssh is left of it" no_ssh
	controller controller
	succeeds roll 60
	check "the audit tells of one clean roll" rolled 1
	no_violations
	stop controller
	check "no ssh is left" no_ssh
}

unreachable() { ! curl -fsS -m 2 "http://$STRAIT_FLEET_ADDRESS:10000/storage_service/hostid/local" >/dev/null 2>&1; }

# masters: of this scenario's controllers.
masters() { pgrep -f -- "-S $RUNTIME/[^ ]* "; }
no_ssh() { ! masters; }

cut_ssh()
{
	local pid
	masters >"$STATE/masters" || return 1
	while read -r pid; do
		kill -s KILL "$pid" 2>/dev/null || :
	done <"$STATE/masters"
}
