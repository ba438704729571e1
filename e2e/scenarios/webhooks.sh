# shellcheck shell=bash
# shellcheck disable=SC2034 # the library reads what scenarios set
# Receivers that rate-limit, fail, hang and die, and a controller killed too: everybody is told, the owner called once

OWNER='<@80351110224678912>'
KEY=sesame-open-now

scenario()
{
	HOOKS=$STATE/hooks
	mkdir -p "$HOOKS"
	"${CC:-cc}" -std=c17 -D_GNU_SOURCE -O2 -pthread -o "$STATE/receiver-program" "$TOP/e2e/hooks/receiver.c"
	fleet_up one --layout dc1/a:1,dc1/b:1,dc1/c:1 --speed 30
	apply_fleet
	channels
	watch_operations
	controller controller
	within 5 "the controller leads" leads
	told_at_once
	through_all_moods
	swallowed
	after_the_end
	said_by_a_step
	refused_for_good
	no_violations
}

# channels: a chat, and a receiver with a memory whose messages are signed.
channels()
{
	local at=http://127.0.0.1:$((PORT + 1))
	secret hooks --from-literal="chat=$at/chat/4711/tkn-SECRETSECRETSECRET" --from-literal="log=$at/once" \
		--from-literal="sign=$KEY"
	k patch targetcluster "$TARGET" --type merge --patch "spec: {channels: [
		{name: chat, type: discord, urlSecretRef: {name: hooks, key: chat}},
		{name: log, type: json, urlSecretRef: {name: hooks, key: log}, hmacSecretRef: {name: hooks, key: sign}}]}" >/dev/null
	receiver fine
}

mood() { say "$1" >"$HOOKS/mood.new" && mv "$HOOKS/mood.new" "$HOOKS/mood"; }
receiver() { mood "$1"; start receiver "$STATE/receiver-program" $((PORT + 1)) "$HOOKS"; }

# taken OPERATION KEY PATH: the bodies that were taken.
taken() { awk -F '\t' -v id="$(uid "$1")/$2" -v path="$3" '$2 == id && index($1, path) == 1 { print $5 }' "$HOOKS/taken"; }
# called OPERATION KEY TIMES: so often the chat was told to call the owner.
called() { (($(taken "$1" "$2" /chat | grep -cF '"users":["80351110224678912"]') == $3)); }
chatted() { (($(taken "$1" "$2" /chat | wc -l) == $3)); }
logged_once() { (($(taken "$1" "$2" /once | wc -l) == 1)); }
waits() { [[ $(k get clop "$1" -o 'jsonpath={.status.notificationsWaiting}') =~ $2 ]]; }
delivered() { waits "$1" '^$'; }
one_node() { mark; operate "$1" "workflow: restart-node, variables: {settle: 200ms}, targets: {nodes: [$2]}, owner: '$OWNER'"; }

told_at_once()
{
	one_node first db-a-1
	succeeds first
	within 5 "the log has it" logged_once first finished/0
	within 5 "the chat has it once, and calls the owner" called first finished/0 1
	check "the message tells what became of it" says_of first 'finished: 1 nodes done (first on sim-one) <@80351110224678912>'
	check "it is signed with the time" signed first finished/0
	check "nobody tells the URL" url_is_secret
}

says_of() { taken "$1" finished/0 /chat | grep -qF "$2"; }

signed()
{
	local stamp signature body
	IFS=$'\t' read -r _ _ stamp signature body < <(grep -F "/once	$(uid "$1")/$2" "$HOOKS/taken")
	[[ $signature == "sha256=$(printf '%s.%s' "$stamp" "$body" | openssl dgst -sha256 -hmac "$KEY" -r | cut -d' ' -f1)" ]]
}

url_is_secret()
{
	! grep -q SECRETSECRET "$STATE/controller.log" && ! k get clop,targetclusters,events -o yaml | grep -q SECRETSECRET
}

# It hangs, both die, it limits, the controller dies, it fails, it is away, and then it takes messages again.
through_all_moods()
{
	mood hang
	one_node moods db-b-1
	succeeds moods
	within 10 "two messages wait, as its status tells" waits moods '^2$'
	sleep 1
	stop receiver KILL
	stop controller KILL
	receiver limit
	controller controller
	within 10 "the next controller leads" leads
	within 20 "it is asked to wait" grep -q '^limit POST /once' "$STATE/receiver.log"
	stop controller KILL
	mood fail
	controller controller
	within 20 "it fails" grep -q '^fail POST /once' "$STATE/receiver.log"
	stop receiver KILL
	sleep 1
	check "they wait, and nothing was taken" waits moods '^2$'
	check "of them nothing" chatted moods finished/0 0
	receiver fine
	within 60 "both are delivered" delivered moods
	check "the log has it once" logged_once moods finished/0
	check "the chat has it once" chatted moods finished/0 1
	check "the owner is called once" called moods finished/0 1
	figure "hung, killed, limited, failed, away: the owner called once"
}

# It takes them and dies before it answers; the controller dies too: nobody can know.
swallowed()
{
	mood swallow
	one_node swallowed db-c-1
	succeeds swallowed
	within 10 "the chat has taken it" called swallowed finished/0 1
	within 10 "the log has taken it" logged_once swallowed finished/0
	stop receiver KILL
	stop controller KILL
	receiver fine
	controller controller
	within 60 "both are delivered" delivered swallowed
	check "the log has it once, by its id" logged_once swallowed finished/0
	check "the chat has it again" chatted swallowed finished/0 2
	check "and says so" says_of swallowed '(sent again: nobody answered the first time)'
	check "the owner is called once" called swallowed finished/0 1
	figure "taken, both killed before the answer: the owner called once"
}

# The controller dies after the end: what waits is all that brings the journal back.
after_the_end()
{
	mood fail
	one_node ended db-a-1
	succeeds ended
	within 10 "its status tells of what waits" waits ended '^2$'
	stop controller KILL
	mood fine
	controller controller
	within 60 "both are delivered" delivered ended
	check "the owner is called once" called ended finished/0 1
	check "the log has it once" logged_once ended finished/0
}

# A task of a workflow tells as the engine does; a channel that is not there is seen before anything moves.
said_by_a_step()
{
	mood limit
	operate said "clusterTask: {type: send-webhook-message, with: {channels: 'chat, log', message: 'to @everyone: hello'}}"
	within 10 "it waits, and says for whom" is said 'channel (chat|log): HTTP 429'
	stop controller KILL
	mood fine
	controller controller
	succeeds said
	check "the log has it once" logged_once said message/1.1
	check "the chat has it, and nobody is called" says_to_nobody
	operate mistaken "clusterTask: {type: send-webhook-message, with: {channels: chad, message: x}}"
	within 5 "a channel that is not there is refused" condition_is clop/mistaken Accepted \
		'^False\|PlanRefused\|.*spec.channels of the TargetCluster has no "chad"; did you mean "chat"'
}

says_to_nobody()
{
	local text
	text=$(taken said message/1.1 /chat)
	[[ $text == *'"parse":[]}'* && $text != *'@everyone'* && $text == *'hello (said on sim-one)"'* ]]
}

refused_for_good()
{
	mood gone
	one_node gone db-b-1
	succeeds gone
	within 60 "the TargetCluster says that a channel refuses" \
		condition_is "targetcluster/$TARGET" ChannelsReady '^False\|ChannelFailing\|channel (chat|log) does not take messages: HTTP 404'
	mood fine
	k patch secret hooks --type merge --patch '{"data":{"log":null}}' >/dev/null
	within 5 "it says which key is not there" \
		condition_is "targetcluster/$TARGET" ChannelsReady '^False\|ChannelFailing\|channel log: Secret "hooks" .* lacks the key log'
}
