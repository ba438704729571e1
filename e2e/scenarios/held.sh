# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Node 7 of 9 fails for good with an operation behind: the queue is held; skip and retry do what is left, then it moves on

scenario()
{
	local began
	fleet_up one --layout dc1/a:3,dc1/b:3,dc1/c:3 --speed 30
	apply_fleet
	watch_operations
	controller controller
	operate roll "$ROLL"
	within 10 "db-a-1's drain has arrived" happened db-a-1 drain controller
	operate behind 'nodeTask: {type: systemd-restart-service, with: {service: scylla-server}}, targets: {nodes: [db-a-1]}'
	within 5 "one waits behind" is behind '^Queued\|.*\|position 1, behind roll$'
	# Its process can be stopped, and will not be started again.
	hand db-c-1 mask
	within 60 "node 7 has failed" is roll '^Failed\|6/9'
	check "and is shouted" is roll 'db-c-1 is OUT OF SERVICE: systemctl'
	check "as an Event too" event OutOfService 'db-c-1 is OUT OF SERVICE.*masked'
	check "status names it" names roll db-c-1
	within 3 "the queue is held" is behind '^Queued\|.*\|held by roll: db-c-1 out of service$'
	check "the six before it are done, nobody after it was begun" all_acts 20

	stop controller KILL
	controller controller
	within 5 "the controller leads" leads
	sleep 3
	check "the queue is held all the same" is behind '^Queued\|.*\|held by roll: db-c-1 out of service$'
	check "nothing was done" all_acts 20

	hand db-c-1 unmask
	# From here on the one behind may restart db-a-1 once more.
	mark
	began=$(now_ms)
	knob roll 'retry: 1, skip: [{node: db-c-1, reason: "its disk is being replaced"}]'
	within 10 "it is taken up again" is roll '^(Queued|Running)'
	succeeds roll
	figure "retry: $(seconds "$began")"
	check "node 7 was brought back, then left out; the other two were rolled" since 20 \
		"restart:db-c-1 $(of db-c-2) $(of db-c-3)"
	check "an Event says so" event NodeSkipped 'db-c-1 is left out: its disk is being replaced'
	succeeds behind
	check "the queue has moved on" since 27 'restart:db-a-1'
	check "every node serves" all_serve
	no_violations
}

of() { printf 'drain:%s stop:%s start:%s' "$1" "$1" "$1"; }
names() { [[ $(k get clop "$1" -o 'jsonpath={.status.nodesHeldDown[*]}') == "$2" ]]; }
all_serve() { ! fleet nodes | grep -v ' mode=NORMAL serving=true '; }
# every: all acts since the fleet was started, over all marks, a line each.
every() { sed -nE 's/.* node=([^ ]*) .* event=(drain|stop|start|restart) source=controller .*/\2:\1/p' "$AUDIT"; }
all_acts() { [[ $(every | wc -l) == "$1" ]] || { say "acts: $(every | paste -sd' ')"; return 1; }; }
# since N ACTS: what followed the first N; who waited behind may be at work by now.
since()
{
	[[ $(every | tail -n +"$(($1 + 1))" | head -n "$(wc -w <<<"$2")" | paste -sd' ') == "$2" ]] ||
		{ say "acts: $(every | paste -sd' ')"; return 1; }
}
