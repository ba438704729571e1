# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A rolling restart: zone by zone, each node once, shown as it is
# One cluster has two datacenters with racks of equal names, and the stock system keyspaces; the other, rolled at the
# same time, is restarted two nodes at a time.

scenario()
{
	local began waiter
	fleet_up pairs --layout dc1/a:2,dc1/b:1,dc1/c:2 --no-system-keyspaces --speed 30
	apply_fleet
	fleet_up one --layout dc1/a:2,dc1/b:1,dc1/c:1,dc2/a:2,dc2/b:1,dc2/c:1 --speed 30
	apply_fleet
	watch_operations
	controller controller --record "$STATE/recording"
	within 5 "the controller leads" leads

	pairs_begin
	fleet_use one
	began=$(now_ms)
	operate roll "$ROLL"
	start columns kubectl --namespace "$NS" get clop -w
	k wait --for=condition=Succeeded clop/roll --timeout 90s >/dev/null &
	waiter=$!
	succeeds roll 90
	figure "8 nodes, one at a time: $(seconds "$began")"
	check "kubectl wait returned" wait "$waiter"
	check "the audit tells of one clean roll" rolled 1
	no_violations
	check "what kubectl showed was so" truthful roll
	check "the columns are those of the design" columns
	check "kubectl describe tells its story" described

	pairs_end
	stop controller
	check "the recording decides the same again" replays "$STATE/recording"
	check "the controller handed over" logged 'msg="stopping: every step so far is in the journal; nothing is in flight"'
}

columns()
{
	local head
	head=$(head -n 1 "$STATE/columns.log" | tr -s ' ')
	[[ ${head% } == 'NAME CLUSTER OPERATION PHASE PROGRESS ZONE CURRENT WHY AGE' ]] || { say "$head"; return 1; }
	k get clop roll --no-headers | tr -s ' ' | says "^roll $TARGET rolling-restart Succeeded 8/8 8 nodes done"
}

described()
{
	local text word
	text=$(k describe clop roll)
	for word in 'Phase: *Succeeded' 'Progress: *8/8' 'Type: *Accepted' 'Type: *GateOpen' 'Normal *Started' \
		'Normal *Succeeded'; do
		grep -qE "$word" <<<"$text" || { say "describe lacks $word"; return 1; }
	done
}

# A workflow of one's own: the built-in one with another limit. Without
# system_distributed, whose three replicas know no racks.
pairs_begin()
{
	fleet_use pairs
	pairs_workflow
	operate pairs 'workflow: rolling-pairs, variables: {settle: 500ms}'
}

pairs_end()
{
	fleet_use pairs
	succeeds pairs
	check "the audit tells of one clean roll, two at most down" rolled 2
	check "two were down at once" two_down
	no_violations
	check "what kubectl showed was so" truthful pairs
}
