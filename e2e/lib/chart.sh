# shellcheck shell=bash
# The chart on the running control plane: what the tests run with is what the
# chart renders.

CHART=$TOP/charts/strait

# k ARGUMENT...: kubectl as the administrator.
k() { kubectl --kubeconfig "$STATE/admin.kubeconfig" "$@"; }

# render ARGUMENT...: the chart for this cluster. Helm tells of every symbolic
# link that it follows; its real complaints come with a failure.
render()
{
	local said
	said=$("$(tool_path helm)" template strait "$CHART" --namespace "$namespace" "$@" 2>"$STATE/helm.log") ||
		{ cat "$STATE/helm.log" >&2; die "helm cannot render charts/strait"; }
	say "$said"
}

make_namespace()
{
	# The warnings that this label brings tell `e2e/chart check` when the
	# Deployment needs more than the strictest standard allows.
	k get namespace "$namespace" >/dev/null 2>&1 ||
		k create namespace "$namespace" >/dev/null
	k label --overwrite namespace "$namespace" pod-security.kubernetes.io/warn=restricted >/dev/null
}

# install_chart: definitions and rights, not the Deployment: the tests run the
# controller themselves.
install_chart()
{
	render --set "watch.namespace=$watch_namespace" --set crds.install=false \
		-s templates/serviceaccount.yaml -s templates/rbac.yaml >"$STATE/rights.yaml"
	apply "$STATE/rights.yaml"
	render -s templates/crds.yaml >"$STATE/crds.yaml"
	apply "$STATE/crds.yaml"
	k wait --for=condition=Established --timeout=20s -f "$STATE/crds.yaml" >/dev/null
	render -s templates/admission.yaml >"$STATE/admission.yaml"
	apply "$STATE/admission.yaml"
}

# By the server: an annotation of the client's could not hold a large CRD.
apply() { k apply --server-side --force-conflicts --field-manager strait-e2e -f "$1" >"$STATE/apply.log" 2>&1 ||
	{ cat "$STATE/apply.log" >&2; die "the API server refuses what charts/strait renders: $1"; }; }

# The service account's own file, made from the administrator's so that it
# serves any cluster.
write_controller_kubeconfig()
{
	local file=$STATE/controller.kubeconfig token
	token=$(k create token strait --namespace "$namespace" --duration 24h)
	k config view --raw --minify --flatten >"$file.new"
	kubectl --kubeconfig "$file.new" config unset users >/dev/null
	kubectl --kubeconfig "$file.new" config set-credentials controller --token "$token" >/dev/null
	kubectl --kubeconfig "$file.new" config set-context --current --user controller >/dev/null
	mv "$file.new" "$file"
}
