# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Redis loses its data mid-way: the controller at work writes it anew and goes on; one that starts then stands still,
# until a person has the journal rebuilt, and keeps its cluster meanwhile; a value edited by hand is named, and stops its
# cluster alone
# servers: own

RESTART='nodeTask: {type: systemd-restart-service, with: {service: scylla-server}}, targets: {nodes: [db-c-1]}'

scenario()
{
	fleet_up two --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations
	controller controller
	operate roll "$ROLL"
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	forget
	succeeds roll 40
	check "the audit tells of one clean roll" rolled 1
	check "the journal holds all of it" all_lanes roll
	no_violations

	mark
	operate again "$ROLL"
	operate behind "$RESTART"
	within 10 "db-a-1 serves again" happened db-a-1 serving controller
	within 10 "db-b-1's drain has arrived" happened db-b-1 drain controller
	stop controller KILL
	forget
	controller controller
	within 10 "condition Stalled says so" condition_is clop/again Stalled '^True\|JournalLost\|'
	within 5 "who is behind it says why it waits" is behind '^Queued\|.*\|held by again: (db-[ab]-1, journal|its journal is) lost'
	sleep 3
	check "nothing more was sent" nothing_since db-b-1
	check "who is behind still waits" is behind '^Queued\|.*\|held by again'
	knob behind "cancel: true"
	within 5 "and may be cancelled" is behind '^Cancelled'
	no_violations

	mark
	knob again "rebuildJournal: $(uid again)"
	within 30 "db-b-1 serves again" happened db-b-1 serving controller
	succeeds again 60
	check "an Event says so" event JournalRebuilt 'made from the status and the nodes'
	check "the journal holds all of it" all_lanes again
	no_violations

	mark
	operate edited "$ROLL"
	fleet_use two
	operate other "$ROLL"
	fleet_use one
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	stop controller KILL
	redis-cli -u "$REDIS_URL" hset "strait:{$(uid edited)}:steps" lane/1/db-a-1 '{"held":"yes"}' >/dev/null
	controller controller
	within 10 "the key is named" condition_is clop/edited Stalled '^True\|JournalUnreadable\|.*lane/1/db-a-1'
	operate next "$RESTART"
	succeeds other 60
	check "who is behind it waits" is next '^Queued\|.*\|held by edited: (db-a-1, journal|its journal is) unreadable'
	knob next "cancel: true"
	within 5 "and may be cancelled" is next '^Cancelled'
	mark
	knob edited "rebuildJournal: $(uid edited)"
	succeeds edited 60
	no_violations
}

forget() { say "redis-cli flushall"; redis-cli -u "$REDIS_URL" flushall >/dev/null; }
nothing_since() { acts | says "(drain|stop):$1\$"; }
all_lanes() { (($(redis-cli -u "$REDIS_URL" hkeys "strait:{$(uid "$1")}:steps" | grep -c '^lane/') == 3)); }
