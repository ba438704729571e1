# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Somebody restarts a node between our drain and our stop: no stop without a new drain
# Once while no controller runs, once under its eyes.

scenario()
{
	# Slow enough to act while a drain goes on.
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 8
	apply_fleet
	watch_operations
	controller controller
	operate roll "$ROLL"
	held_between roll db-a-1
	stop controller KILL
	hand db-a-1 back
	hand db-a-1 restart
	within 15 "db-a-1 serves again" happened db-a-1 serving hand
	controller controller
	succeeds roll 90
	check "a new drain came before the stop" begun_again db-a-1
	check "an Event says so" event NodeRestarted 'db-a-1'
	check "the others were drained, stopped and started once" others_once
	no_violations

	mark
	operate again "$ROLL"
	held_between again db-a-1
	hand db-a-1 back
	hand db-a-1 restart
	succeeds again 90
	check "the others were drained, stopped and started once" others_once
	no_violations
}

# held_between OPERATION NODE: with its host away it stands between drain and stop.
held_between()
{
	within 15 "$2's drain has arrived" happened "$2" drain controller
	hand "$2" away
	within 15 "the journal knows that $2 is drained" drain_journaled "$1" "$2"
	sleep 1
	check "it was not stopped" not_stopped "$2"
}

not_stopped() { ! happened "$1" stop controller; }
drain_journaled() { journal "$(uid "$1")" | says "^1.1/$2: done"; }

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
