# shellcheck shell=bash
# The CRDs refuse what they can see, in words; the chart installs, both ways, with no right too many
scenario()
{
	check "the API server refuses what it can see, with a sentence for each" "$TOP/unit/crd/refusals.sh"
	if [[ ${STRAIT_E2E_KUBECONFIG:-} ]]; then
		return          # the chart's other way to install is not ours to try there
	fi
	check "the chart installs for the whole cluster and for one namespace" "$TOP/e2e/chart" check
}
