# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Somebody restarts a node between our drain and our stop: no stop without a new drain
# Once while no controller runs, once under its eyes.

scenario()
{
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations

	# With the host away the roll stands between drain and stop.
	hand db-a-1 away
	controller controller
	operate roll "$ROLL"
	within 10 "db-a-1 is drained, and the journal knows" drain_journaled roll db-a-1
	sleep 1
	stop controller KILL
	hand db-a-1 back
	hand db-a-1 restart
	within 15 "db-a-1 serves again" happened db-a-1 serving hand
	controller controller
	succeeds roll
	check "a new drain came before the stop" begun_again db-a-1
	check "an Event says so" event NodeRestarted '^db-a-1: |db-a-1'
	check "the others were drained, stopped and started once" others_once
	no_violations

	mark
	hand db-b-1 away
	operate again "$ROLL"
	within 30 "db-b-1 is drained, and the journal knows" drain_journaled again db-b-1
	hand db-b-1 back
	hand db-b-1 restart
	succeeds again
	no_violations
}

drain_journaled() { journal "$(uid "$1")" | grep -q "^1.1/$2: done"; }

# begun_again NODE: since the hand's start the controller drained, stopped and
# started it, in this order.
begun_again()
{
	local after
	after=$(audit | sed -n "/ node=$1 .* event=process-start source=hand/,\$p" |
		sed -nE "s/.* node=$1 .* event=(drain|stop|start|restart) source=controller .*/\1/p" | paste -sd' ')
	[[ $after == 'drain stop start' ]] || { say "after the hand's restart: $after"; return 1; }
}

others_once()
{
	[[ $(acts | tr ' ' '\n' | grep -v ':db-a-1$' | paste -sd' ') == \
		'drain:db-b-1 stop:db-b-1 start:db-b-1 drain:db-c-1 stop:db-c-1 start:db-c-1' ]]
}
