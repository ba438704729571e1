# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A host that does not let us in, or is another than it was, is found before a node of it is drained

scenario()
{
	local address
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 30
	address=$STRAIT_FLEET_ADDRESS
	k create -f - >/dev/null <<<"$(sed '/^---/,$d' "$STATE/$FLEET.yaml")"
	watch_operations
	controller controller

	ssh-keygen -q -t ed25519 -N '' -f "$STATE/other"
	secret other-key --from-file="ssh-privatekey=$STATE/other" --from-file="known_hosts=$STRAIT_SSH_KNOWN_HOSTS"
	target refused-key sim-one "$address" other-key >/dev/null
	not_ready refused-key HostRefused 'spec.access.host: the host of .* cannot be commanded: .*the host refuses the key; put '
	check "nothing was sent to any node" untouched
	# Two objects of the same nodes are one too many.
	k delete clop on-refused-key >/dev/null
	k delete targetcluster refused-key >/dev/null

	sed "s,ssh-ed25519 .*,$(cut -d' ' -f1,2 "$STATE/other.pub")," "$STRAIT_SSH_KNOWN_HOSTS" >"$STATE/other-hosts"
	secret other-host --from-file="ssh-privatekey=$STRAIT_SSH_KEY" --from-file="known_hosts=$STATE/other-hosts"
	target other-host sim-one "$address" other-host >/dev/null
	not_ready other-host HostRefused 'spec.access.host: the host of .* cannot be commanded: .*the host.s key is not the one in known_hosts of the Secret'
	check "nothing was sent to any node" untouched

	k delete secret other-host >/dev/null
	secret other-host --from-file="ssh-privatekey=$STRAIT_SSH_KEY" --from-file="known_hosts=$STRAIT_SSH_KNOWN_HOSTS"
	within 5 "with the right host key the cluster is ready" condition_is targetcluster/other-host Ready '^True'
	succeeds on-other-host
	check "one node was restarted" restarted_one
	no_violations
}

restarted_one() { [[ $(acts) == 'drain:db-a-1 stop:db-a-1 start:db-a-1' ]]; }
