# shellcheck shell=bash
# The API server's model, on which the simulation's proofs stand, answers random sequences as the real one does

scenario()
{
	local program=$TOP/build/unit/differential/test_api_server seed name
	[[ -x $program ]] || fail "there is no $program; make check makes it"
	for seed in 1 "$RANDOM"; do
		say "seed $seed"
		# Once, and not until it is so: a second try would meet other objects.
		STRAIT_KUBECONFIG="$KUBECONFIG" STRAIT_NAMESPACE="$NS" STRAIT_SEED="$seed" "$program" >"$STATE/seed" 2>&1 ||
			{ cat "$STATE/seed"; fail "the model and the server do not answer alike"; }
		say "ok: the model and the server answer alike"
		grep -q 'API server: ' "$STATE/seed" || fail "nothing was compared"
		figure "$(sed -n 's/^  API server: //p' "$STATE/seed")"
		k delete clop,leases --all --wait=false >/dev/null
		for name in $(k get clop --output name); do
			k patch "$name" --type merge --patch '{"metadata":{"finalizers":null}}' >/dev/null
		done
		within 5 "the namespace is empty" gone
	done
}

gone() { [[ ! $(k get clop,leases --no-headers 2>/dev/null) ]]; }
