# shellcheck shell=bash
# What straitctl does without a cluster: a large plan, many files.
# shellcheck disable=SC2154 # what e2e/bench and lib.sh set

# spent FILE COMMAND...: its wall time in ms is appended to FILE.
spent()
{
	local out=$1 from=${EPOCHREALTIME/[.,]/}
	shift
	"$@" >/dev/null
	printf '%d.%03d\n' $(((${EPOCHREALTIME/[.,]/} - from) / 1000)) $(((${EPOCHREALTIME/[.,]/} - from) % 1000)) >>"$out"
}

three_hundred_nodes()
{
	local i racks=(a b c)
	printf '%s\n' 'kind: TargetCluster' 'metadata: {name: large}' 'spec:' '  nodes:'
	for ((i = 0; i < 300; i++)); do
		printf '    - {name: db-%s-%d, address: 10.0.%d.%d, zone: dc1/%s}\n' "${racks[i % 3]}" $((i / 3)) $((i / 250)) $((i % 250)) "${racks[i % 3]}"
	done
}

# thousand_files FOLDER: of 66 lines each, no two alike.
thousand_files()
{
	local i step
	mkdir -p "$1"
	for ((i = 0; i < 1000; i++)); do
		printf 'name: workflow_%d\ncluster_tasks:\n  - task: !node-workflow\n      node_tasks:\n' "$i"
		for ((step = 0; step < 15; step++)); do
			printf '        - task: !systemd-restart-service\n            service: unit-%d-%d\n          retries: 3\n          timeout_seconds: %d\n' \
				"$i" "$step" $((step + 60))
		done
		printf '        - task: !wait-for-conditions\n          conditions: [{condition: !is-up-normal }]\n'
	done | awk -v folder="$1" '/^name: / { close(file); file = folder "/" NR ".yaml" } { print >file }'
}

measure_offline()
{
	local i
	title 'straitctl, without a cluster'
	three_hundred_nodes >"$DIR/large.yaml"
	rm -f "$DIR/plan.ms" "$DIR/lint.ms"
	for ((i = 0; i < 11; i++)); do
		spent "$DIR/plan.ms" "$BUILD/straitctl" plan rolling-restart --cluster-file "$DIR/large.yaml"
	done
	figure 'plan of 300 nodes with its estimate, p50 of 11' "$(percentile 50 "$DIR/plan.ms")" ms 100
	thousand_files "$DIR/files"
	for ((i = 0; i < 3; i++)); do
		spent "$DIR/lint.ms" "$BUILD/straitctl" lint "$DIR"/files/*.yaml
	done
	figure 'lint of 1,000 files of 66 lines, p50 of 3' "$(percentile 50 "$DIR/lint.ms")" ms 2000
}
