# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# A night on call: a roll halts, the message comes, why and timeline tell, a hand mends the node, retry ends it

scenario()
{
	RECORD=$STATE/night.md HOOKS=$STATE/hooks
	mkdir -p "$HOOKS"
	"${CC:-cc}" -std=c17 -D_GNU_SOURCE -O2 -pthread -o "$STATE/receiver-program" "$TOP/e2e/hooks/receiver.c"
	fleet_up messages --layout us-east1/a:2,us-east1/b:2,us-east1/c:2 --no-system-keyspaces --speed 20
	apply_fleet
	channel
	watch_operations
	controller controller
	within 5 "the controller leads" leads
	head_of_record

	tell 'A rolling restart after a change of configuration, started before going to bed.'
	shown straitctl job run rolling-restart --cluster "$TARGET" --var settle=1s --owner "$OWNER" --detach
	OPERATION=$(tail -n 1 "$STATE/said")
	within 20 "the roll is at work" is "$OPERATION" '^Running'
	hand db-b-1 mask >/dev/null
	tell 'Meanwhile somebody works on db-b-1 and masks its service. Some minutes later the phone rings: the channel says'
	within 120 "the roll has failed" is "$OPERATION" '^Failed'
	within 20 "the owner is told that a node is out of service" told 'OUT OF SERVICE'
	message 'OUT OF SERVICE'

	tell 'What is it, and what is there to do?'
	shown straitctl why "$OPERATION"
	check "why names the node" said 'db-b-1'
	tell 'What happened before?'
	shown straitctl timeline "$OPERATION"
	check "the timeline has the node's steps" said 'db-b-1'
	tell 'And the ring, as its nodes see it?'
	within 20 "the others have seen that it is down" down db-b-1
	shown straitctl nodes "$TARGET"

	tell 'The service is masked. On db-b-1, by hand:'
	on_host 'systemctl unmask scylla-server'
	hand db-b-1 unmask >/dev/null
	tell 'The operation takes up what has failed and what had not begun; what is done is not done again.'
	mark
	shown straitctl job retry "$OPERATION"
	shown straitctl job watch "$OPERATION"
	succeeds "$OPERATION"
	check "watching ended with success" said 'Succeeded'
	check "who was done was not touched again" not_again
	within 20 "the owner is told that it has finished" told '6 nodes done'
	tell 'The channel:'
	message '6 nodes done'
	no_violations
	[[ ! ${STRAIT_RECORD:-} ]] || cp "$RECORD" "$STRAIT_RECORD"
}

OWNER='<@80351110224678912>'

channel()
{
	secret hooks --from-literal="ops=http://127.0.0.1:$((PORT + 1))/chat/4711/token"
	k patch targetcluster "$TARGET" --type merge --patch \
		"spec: {channels: [{name: ops, type: discord, urlSecretRef: {name: hooks, key: ops}}]}" >/dev/null
	say fine >"$HOOKS/mood"
	start receiver "$STATE/receiver-program" $((PORT + 1)) "$HOOKS"
}

# messages: what the receiver has taken, its text alone.
messages() { awk -F '\t' '{ print $5 }' "$HOOKS/taken" 2>/dev/null | sed -E 's/.*"content":"(([^"\\]|\\.)*)".*/\1/'; }
told() { messages | says "$1"; }
down() { k get targetcluster "$TARGET" -o jsonpath='{range .status.members[*]}{.name} {.state}{"\n"}{end}' | says "^$1 Down"; }
# Each node but db-b-1 and those after it was finished before.
not_again() { ! acts | tr ' ' '\n' | says ':db-a-'; }

# --- the record

head_of_record()
{
	cat >"$RECORD" <<-'TEXT'
	# A night on call

	What a person at a terminal sees when an operation halts. This page is a recording: `STRAIT_RECORD=docs/night.md e2e/run
	night` makes it anew, on a real API server, Redis, sshd and a receiver of messages; the simulated nodes are twenty times
	faster than life.
	TEXT
}

tell() { printf '\n%s\n\n' "$*" >>"$RECORD"; }
on_host() { say "    $ $*" >>"$RECORD"; }
message() { messages | grep -E "$1" | tail -n 1 | sed 's/^/    /' >>"$RECORD"; }

# shown straitctl ARGUMENT...: as it is typed, and what it prints.
shown()
{
	shift
	say "    \$ straitctl $*" >>"$RECORD"
	STRAIT_REDIS_URL=$REDIS_URL "$TOP/build/straitctl" "$@" --namespace "$NS" >"$STATE/said" 2>&1 || say "(exit status $?)" >>"$STATE/said"
	sed 's/^/    /; s/ *$//' "$STATE/said" >>"$RECORD"
	cat "$STATE/said"
}
said() { says "$1" <"$STATE/said"; }
