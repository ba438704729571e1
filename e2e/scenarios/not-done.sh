# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# An operation goes on where one that was cancelled has left off, whatever controller plans it

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 12
	apply_fleet
	watch_operations
	controller controller
	operate first "$ROLL"
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	operate rest "$ROLL, targets: {notDoneBy: first}"
	within 10 "it waits for the other's end" is rest '^Pending\|.*notDoneBy: first has not ended'
	knob first 'cancel: true'
	within 20 "phase Cancelled" is first '^Cancelled\|'
	check "its status names whom it has done" tells first '{range .status.nodesDone[*]}{.name} {end}' 'db-a-1 '
	succeeds rest
	check "the other two were restarted, and no node twice" rolled 1
	check "and so says its status" tells rest '{range .status.nodesDone[*]}{.name} {end}' 'db-b-1 db-c-1 '
	no_violations
	stop controller
	controller controller
	operate none "$ROLL, targets: {nodes: [db-a-1], notDoneBy: first}"
	within 15 "nobody is left" is none '^Pending\|.*of 1 nodes none is left'
	operate lost "$ROLL, targets: {notDoneBy: frist}"
	within 15 "there is no such operation" is lost '^Pending\|.*notDoneBy: there is no ClusterOperation'
	check "straitctl plan leaves the same out" plan_says '^1 +each of 2 nodes' --not-done-by first
	check "and refuses what does not tell" plan_refuses 'lost has not ended, it is Pending' --not-done-by lost
	nested
}

tells() { [[ $(k get clop "$1" -o "jsonpath=$2") == "$3" ]]; }

plan()
{
	"$TOP/build/straitctl" plan "$@" --cluster "$TARGET" --namespace "$NS" --kubeconfig "$STRAIT_KUBECONFIG"
}
plan_says() { plan rolling-restart "${@:2}" | says "$1"; }
plan_refuses() { ! plan rolling-restart "${@:2}" >"$STATE/plan" 2>&1 && says "$1" <"$STATE/plan"; }

# One that it runs as a step is in the cluster alone.
nested()
{
	k apply -f - >/dev/null <<-'YAML'
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: inner}
		spec: {steps: [{task: sleep, with: {duration: 1s}}]}
	YAML
	cat >"$STATE/outer.yaml" <<-'YAML'
		apiVersion: strait.dev/v1alpha1
		kind: Workflow
		metadata: {name: outer}
		spec: {steps: [{workflow: inner}]}
	YAML
	check "a workflow that it runs as a step is found in the cluster" nested_is_planned
}
nested_is_planned() { plan "$STATE/outer.yaml" | says '1\.1 +sleep'; }
