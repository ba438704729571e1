# shellcheck shell=bash
# Where a cluster's state lies, and what is to be known of it.

STRAIT_E2E_DIR=${STRAIT_E2E_DIR:-build/e2e}
[[ $STRAIT_E2E_DIR == /* ]] || STRAIT_E2E_DIR=$TOP/$STRAIT_E2E_DIR
STATE=$STRAIT_E2E_DIR/cluster # ours alone, so that it may be removed whole

# Discovery of another cluster on the same port must not be remembered.
export KUBECACHEDIR=$STATE/kubectl

# One command at a time changes what runs in a checkout.
lock_checkout() { exec 8<"$TOP" && flock 8; }
unlock_checkout() { exec 8<&-; }

# The slot is noted last, so a state without one was never finished.
made() { [[ $(settings_slot "$STATE") ]]; }

make_state()
{
	local slot external=${STRAIT_E2E_KUBECONFIG:-} namespace=strait
	! made || return 0
	[[ ! $external ]] || namespace=strait-e2e-$(openssl rand -hex 4)
	[[ ! $external || -f $external ]] || die "STRAIT_E2E_KUBECONFIG: there is no $external"
	mkdir -p "$STATE"
	chmod 700 "$STATE"
	# On a cluster that is not ours the rights end at our namespace.
	cat >"$STATE/settings" <<-EOF
		kubeconfig=$(printf %q "${external:+$(realpath "$external")}")
		namespace=$namespace
		watch_namespace=${external:+$namespace}
	EOF
	take_slot
}

# load_state: sets what the other files speak of.
load_state()
{
	declare -gA address
	# shellcheck disable=SC1091
	. "$STATE/settings"
	slot_place "$slot"
	apiserver_port=$ports redis_port=$((ports + 1)) etcd_port=$((ports + 2))
	servers=(redis)
	[[ $kubeconfig ]] || servers=(etcd apiserver redis)
	address=([etcd]=http://127.0.0.1:$etcd_port [apiserver]=https://127.0.0.1:$apiserver_port
		[redis]=redis://127.0.0.1:$redis_port)
}

remove_state()
{
	rm -f "$SLOTS/$slot"
	rm -rf "$STATE"
	rmdir "$STRAIT_E2E_DIR" 2>/dev/null || :
}

# own NAME: that server is ours to stop and start.
own() { [[ " ${servers[*]} " == *" $1 "* ]] || die "$1 is not ours: the cluster is STRAIT_E2E_KUBECONFIG's"; }

print_env()
{
	local name
	printf 'export %s=%q\n' KUBECONFIG "$STATE/admin.kubeconfig" KUBECACHEDIR "$KUBECACHEDIR" \
		REDIS_URL "${address[redis]}" STRAIT_E2E_DIR "$STRAIT_E2E_DIR" STRAIT_FLEET_NET "$net" \
		STRAIT_NAMESPACE "$namespace" STRAIT_WATCH_NAMESPACE "$watch_namespace"
	[[ ! -f $STATE/controller.kubeconfig ]] ||
		printf 'export STRAIT_KUBECONFIG=%q\n' "$STATE/controller.kubeconfig"
	[[ $kubeconfig ]] ||
		printf 'export STRAIT_CERTIFICATE_KUBECONFIG=%q\n' "$STATE/certificate.kubeconfig"
	for name in "${servers[@]}"; do
		printf 'export STRAIT_%s_PID=%s\n' "${name^^}" "$(pid_of "$name")"
	done
}
