# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A finished operation that asks for it is deleted when its time is over, with the chart's rights; another stays

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 40
	apply_fleet
	watch_operations
	controller controller
	operate goes "$ROLL, ttlSecondsAfterFinished: 60, deleteAfterFinished: true"
	operate stays "$ROLL, ttlSecondsAfterFinished: 60"
	succeeds goes 60
	succeeds stays 60
	within 100 "it is deleted" deleted goes
	check "the other stays" k get clop stays -o name
}

deleted() { ! k get clop "$1" -o name 2>/dev/null; }
