# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# straitctl plan says offline and online what the controller would do, hash for hash; a hook keeps a mistake out of Git
scenario()
{
	fleet_up one --layout dc1/a:2,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	controller controller
	within 30 "the cluster is ready" condition_is "targetcluster/$TARGET" Ready '^True'
	example | k apply -f - >/dev/null
	operate dry 'workflow: drain-and-restart, dryRun: true'
	within 20 "it is planned" planned
	k get targetcluster "$TARGET" -o yaml >"$STATE/cluster.yaml"
	check "from files the hash is the controller's" same_hash "$TOP/manifests/examples/scp.yaml" --cluster-file "$STATE/cluster.yaml"
	check "so it is from the API server" same_hash drain-and-restart --cluster "$TARGET" --namespace "$NS" \
		--kubeconfig "$STRAIT_KUBECONFIG"
	hook
	check "nothing was sent to any node" untouched
}

example() { awk '/^---$/ { exit } { print }' "$TOP/manifests/examples/scp.yaml"; }
hash_of() { k get clop dry -o jsonpath='{.status.planHash}'; }
planned() { [[ $(k get clop dry -o jsonpath='{.status.phase}') == Planned ]]; }

same_hash()
{
	"$TOP/build/straitctl" plan "$@" --stable-window 500ms >"$STATE/plan" || return 1
	[[ $(sed -n 's/^plan \([0-9a-f]*\):.*/\1/p' "$STATE/plan") == "$(hash_of)" ]] || { head -1 "$STATE/plan"; hash_of; return 1; }
}

# commits FILE: with what is in the working tree.
commits() { git -C "$STATE/repo" add . && git -C "$STATE/repo" -c user.name=e2e -c user.email=e2e@localhost commit -qm "$1" >"$STATE/hook" 2>&1; }

hook()
{
	git init -q "$STATE/repo"
	cp "$TOP/manifests/gitops/pre-commit" "$STATE/repo/.git/hooks/pre-commit"
	mkdir "$STATE/repo/workflows"
	export STRAITCTL=$TOP/build/straitctl
	cp "$TOP/manifests/examples/scp.yaml" "$STATE/repo/workflows/"
	check "a sound workflow is committed" commits sound
	sed 's/!scylla-drain/!scylla-drian/' "$TOP/manifests/examples/scp.yaml" >"$STATE/repo/workflows/mistaken.yaml"
	if commits mistaken; then
		fail "the hook lets a mistake pass"
	fi
	check "a mistake is told by its line" says '^workflows/mistaken.yaml:[0-9]+:[0-9]+: error: .*did you mean "scylla-drain"' <"$STATE/hook"
}
