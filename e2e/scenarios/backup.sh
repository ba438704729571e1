# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Redis is restored from a backup of some minutes ago: what had ended goes on as ended, what had moved on stands still until its journal is rebuilt
# servers: own

scenario()
{
	local nodes
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 20
	apply_fleet
	watch_operations
	controller controller
	operate before "$ROLL"
	succeeds before 60
	mark
	operate roll "$ROLL"
	within 20 "db-a-1's drain has arrived" happened db-a-1 drain controller
	backup
	within 20 "db-b-1's drain has arrived" happened db-b-1 drain controller
	stop controller KILL
	restore
	mark
	controller controller
	within 20 "condition Stalled says so" condition_is clop/roll Stalled '^True\|JournalLost\|Redis holds sequence [0-9]+, but [0-9]+ has been reported'
	check "the one that had ended is as it was" is before '^Succeeded\|'
	sleep 3
	check "nothing was sent" untouched
	knob roll "rebuildJournal: $(uid roll)"
	within 30 "db-b-1 serves again" happened db-b-1 serving controller
	succeeds roll 60
	no_violations
}

# At once: a server waits for further replicas before it sends a snapshot.
backup()
{
	redis-cli -u "$REDIS_URL" config set repl-diskless-sync-delay 0 >/dev/null
	say "redis-cli --rdb"
	redis-cli -u "$REDIS_URL" --rdb "$STATE/strait.rdb" >/dev/null 2>&1
}

# As docs/operations.md says: a server that finds an append-only directory, or
# wants one, does not look at a snapshot.
restore()
{
	local dir
	dir=$(redis-cli -u "$REDIS_URL" config get dir | tail -n 1)
	say "restore"
	"$TOP/e2e/cluster" stop-redis KILL
	rm -r "$dir/appendonlydir"
	cp "$STATE/strait.rdb" "$dir/dump.rdb"
	start restored redis-server --dir "$dir" --port "${REDIS_URL##*:}" --bind 127.0.0.1 --appendonly no
	within 10 "Redis answers" answers
	redis-cli -u "$REDIS_URL" config set appendonly yes >/dev/null
	within 10 "the append-only file is written" rewritten
	redis-cli -u "$REDIS_URL" shutdown nosave >/dev/null || :
	within 10 "that Redis has left" ended restored
	"$TOP/e2e/cluster" start-redis
}

answers() { [[ $(redis-cli -u "$REDIS_URL" ping 2>/dev/null) == PONG ]]; }
rewritten() { redis-cli -u "$REDIS_URL" info persistence | says '^aof_rewrite_in_progress:0' &&
	redis-cli -u "$REDIS_URL" info persistence | says '^aof_last_bgrewrite_status:ok'; }
