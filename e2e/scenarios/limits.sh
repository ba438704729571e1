# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# The fleet's limits: one operation at work over two clusters, first come first served; then one in zones of one name

RESTART='nodeTask: {type: systemd-restart-service, with: {service: scylla-server}}'

scenario()
{
	fleet_up two --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations
	operations
	zones
}

operations()
{
	controller controller --max-operations 1
	operate first "$RESTART"
	within 10 "the first is at work" is first '^Running'
	fleet_use two
	operate second "$RESTART, targets: {nodes: [db-a-1]}"
	within 5 "the second waits, though its cluster is free" is second '^Queued\|.*\|--max-operations 1, behind first$'
	check "by the reason FleetCap" condition_is clop/second Ready '^False\|FleetCap\|'
	check "and nobody was touched" untouched
	check "its cluster is at no operation" columns ' 1'
	succeeds first
	succeeds second
	no_violations
	stop controller
}

zones()
{
	controller controller --max-operations-per-zone=1
	fleet_use one
	mark
	operate third "$RESTART"
	within 10 "the third is at work" is third '^Running'
	fleet_use two
	operate fourth "$RESTART, targets: {nodes: [db-c-1]}"
	within 5 "the fourth waits for its zone" is fourth '^Queued\|.*\|zone dc1/c: 1 at work, behind third$'
	succeeds third
	succeeds fourth
	no_violations
	fleet_use one
	no_violations
}
