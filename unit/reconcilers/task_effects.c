/* What the core has ordered, carried out in the scenario's world. */
#include "alloc.h"
#include "check.h"
#include "cluster.h"
#include "op.h"
#include "state.h"
#include "task_host.h"
#include "task_run.h"

enum { REST_MS = 2, HOST_MS = 4, REDIS_MS = 1, BREAKS_MS = 700 };

static void
answer_later(struct run *run, const struct effect *effect, int64_t after_ms, struct reply reply)
{
	if (effect->deadline_ms > 0 && (after_ms > effect->deadline_ms || reply.outcome == OUTCOME_TIMEOUT)) {
		after_ms = effect->deadline_ms;
		reply_done(&reply);
		reply = world_reply("timeout no answer in time");
	}
	*ARRAY_GROW(run->pending, run->npending) =
	    (struct run_pending){effect->id, run->now_ms + after_ms, reply, NULL};
}

void
run_deliver(struct run *run, struct run_pending *at)
{
	struct run_pending pending = *at;
	struct event event = {
		.kind = EVENT_ANSWER,
		.id = pending.id,
		.outcome = pending.reply.outcome,
		.status = pending.reply.status,
		.body = pending.reply.body,
		.len = pending.reply.body ? strlen(pending.reply.body) : 0,
		.error = pending.reply.error,
		.retry_after_ms = pending.reply.retry_after_ms,
		.sent = run->small.core->now,
	};

	*at = run->pending[--run->npending];
	if (pending.apply)
		world_apply(&run->world, pending.apply, run->now_ms);
	else
		request_deliver(run->small.core, &event);
	reply_done(&pending.reply);
}

static void
cancel(struct run *run, uint64_t id)
{
	for (size_t i = 0; i < run->npending; i++)
		if (run->pending[i].id == id && !run->pending[i].apply) {
			reply_done(&run->pending[i].reply);
			run->pending[i] = run->pending[--run->npending];
			return;
		}
}

/* --- questions --- */

static struct reply
fault_reply(enum fault fault, bool host)
{
	switch (fault) {
	case FAULT_REFUSED:
		return world_reply("refused connection refused");
	case FAULT_TIMEOUT:
		return world_reply("timeout no answer in time");
	case FAULT_404:
		return world_reply(host ? "exit 4 Unit could not be found."
		    : "404 {\"message\":\"Not found\",\"code\":404}");
	case FAULT_GARBAGE:
		return world_reply(host ? "exit 0 \x01\xffgarbage" : "200 {\"a\":[<\x01\xff");
	default:
		return world_reply(host ? "exit 0" : "200");
	}
}

static void
note_question(struct run *run, const char *key, const struct effect *effect)
{
	struct request *request;

	for (size_t i = 0; i < run->result.nasked; i++)
		if (strcmp(run->result.asked[i], key) == 0)
			return;
	*ARRAY_GROW(run->result.asked, run->result.nasked) = xstrdup(key);
	HASH_FIND(hh, run->small.core->requests, &effect->id, sizeof effect->id, request);
	if (!request || request->owner == run->step->task)
		run_tell(run, "asks %s", key);
	else if (!run->swept)
		run_tell(run, "asks every member for its view of the ring");
	run->swept |= request && request->owner != run->step->task;
}

static int
node_at(struct run *run, const char *address)
{
	for (int i = 0; i < SMALL_NODES; i++)
		if (strcmp(small_nodes[i].address, address) == 0)
			return i;
	RUN_FAIL(run, "a question to %s, which is nobody's address", address);
	return -1;
}

/* True: this variation answers it. */
static bool
is_faulty(struct run *run, const struct effect *effect, const char *key)
{
	const struct variation *v = run->variation;

	if (effect->not_after_up)
		RUN_FAIL(run, "the question %s has a not_after", key);
	note_question(run, key, effect);
	if (!v->fact || strcmp(v->fact, key) != 0 || run->faults >= v->times)
		return false;
	run->faults++;
	answer_later(run, effect, REST_MS, fault_reply(v->fault, effect->kind == EFFECT_HOST));
	return true;
}

static void
question(struct run *run, const struct effect *effect, const char *address, const char *what)
{
	int node = node_at(run, address);
	CLEANUP_FREE char *key = xasprintf("%s %s", small_nodes[node].name, what);

	if (!is_faulty(run, effect, key))
		answer_later(run, effect, effect->kind == EFFECT_HOST ? HOST_MS : REST_MS,
		    world_answer(&run->world, node, what));
}

/* --- acts --- */

struct act_tally *
run_tally(struct run *run, const char *key)
{
	struct act_tally *tally;

	for (size_t i = 0; i < run->result.nacts; i++)
		if (strcmp(run->result.acts[i].key, key) == 0)
			return &run->result.acts[i];
	tally = ARRAY_GROW(run->result.acts, run->result.nacts);
	snprintf(tally->key, sizeof tally->key, "%s", key);
	return tally;
}

static const struct script_act *
script_for(struct run *run, const char *key, unsigned nth)
{
	static struct script_act silent;
	const struct script_act *found = NULL;

	for (size_t i = 0; i < run->scenario->nacts; i++) {
		if (strcmp(run->scenario->acts[i].key, key) != 0)
			continue;
		found = &run->scenario->acts[i];
		if (nth-- == 0)
			break;
	}
	if (!found && host_default(key)) {
		silent.answer = (char *)(uintptr_t)host_default(key);
		return &silent;
	}
	if (!found)
		RUN_FAIL(run, "the act \"%s\" was sent, and the scenario does not say what it does", key);
	return found;
}

static bool
is_once(const struct run *run, uint64_t id)
{
	for (size_t i = 0; i < run->step->nacts; i++)
		if (run->step->acts[i].request == id)
			return run->step->acts[i].kind == ACT_ONCE;
	RUN_FAIL(run, "%s", "an act left that the step does not know");
	return false;
}

/* It arrives at the node: now, or at the last moment. */
static void
arrive(struct run *run, struct act_tally *tally, const struct script_act *act, int64_t after_ms)
{
	const struct variation *v = run->variation;

	tally->arrived++;
	tally->applied += act->nthen > 0;
	if (tally->once && v->once && tally->applied > v->once)
		RUN_FAIL(run, "the act \"%s\" is ONCE and takes effect for the %uth time", tally->key, tally->applied);
	if (after_ms == 0)
		world_apply(&run->world, act, run->now_ms);
	else
		*ARRAY_GROW(run->pending, run->npending) = (struct run_pending){0, run->now_ms + after_ms, {0}, act};
}

static void
act(struct run *run, const struct effect *effect, const char *key)
{
	const struct variation *v = run->variation;
	struct act_tally *tally = run_tally(run, key);
	enum twist twist = v->twist && v->act == run->result.sent ? v->twist : TWIST_NONE;
	const struct script_act *script = script_for(run, key, tally->arrived);
	int64_t settle = BREAKS_MS + run->small.core->config.settle_ms;
	struct reply reply = world_reply(twist == TWIST_NOT_SENT ? "not-sent it could not leave in time"
	    : twist ? "broken the connection was lost" : script->answer);

	tally->once = is_once(run, effect->id);
	tally->sent++;
	run->result.sent++;
	run_tell(run, "sends %s", key);
	if (tally->sent > tally->intended)
		RUN_FAIL(run, "the act \"%s\" left %u times with %u intents in the journal", key, tally->sent,
		    tally->intended);
	if (effect->not_after_up <= run->small.core->now.up_ms)
		RUN_FAIL(run, "the act \"%s\" may not leave any more", key);
	if (twist == TWIST_NONE && (reply.outcome == OUTCOME_REFUSED || reply.outcome == OUTCOME_NOT_SENT))
		tally->arrived++;       /* never delivered: it does nothing */
	else if (twist != TWIST_UNKNOWN_LOST && twist != TWIST_NOT_SENT)
		arrive(run, tally, script, twist == TWIST_UNKNOWN_LATE ? settle - 1 : 0);
	answer_later(run, effect, twist ? BREAKS_MS : script->after_ms > REST_MS ? script->after_ms : REST_MS, reply);
}

/* --- by kind --- */

static void
rest(struct run *run, const struct effect *effect)
{
	CLEANUP_FREE char *key = xasprintf("%s %s", effect->rest.method, effect->rest.path);

	/* An act has a last moment to leave at; what has none only asks. */
	if (strcmp(effect->rest.method, "GET") == 0 || effect->not_after_up == 0)
		question(run, effect, effect->rest.address, effect->rest.path);
	else
		act(run, effect, key);
}

static void
host(struct run *run, const struct effect *effect)
{
	CLEANUP_FREE char *words = host_words_of(effect), *key = host_key(words);

	if (!key)
		RUN_FAIL(run, "a strange host command: %s", words);
	else if (effect->not_after_up == 0)
		question(run, effect, effect->host.address, key);
	else
		act(run, effect, key);
}

/* To a channel: the engine's own, so that it may come several times; the last answer that the scenario has stands. */
static void
message(struct run *run, const struct effect *effect)
{
	CLEANUP_FREE char *key = xasprintf("channel %s", effect->web.url_from.key);
	struct act_tally *tally = run_tally(run, key);
	const struct script_act *script = script_for(run, key, tally->sent++);

	run_tell(run, "tells channel %s: %s", effect->web.url_from.key, effect->web.body ? effect->web.body : "a question");
	answer_later(run, effect, script->after_ms > REST_MS ? script->after_ms : REST_MS, world_reply(script->answer));
}

static void
web(struct run *run, const struct effect *effect)
{
	const struct variation *v = run->variation;
	const struct effect_web *web = &effect->web;
	CLEANUP_FREE char *key = NULL;

	if (!web->url) {
		message(run, effect);
		return;
	}
	key = xasprintf("%s%s%s", effect->not_after_up ? web->method : "", effect->not_after_up ? " " : "", web->url);
	if (effect->not_after_up) {
		act(run, effect, key);
		return;
	}
	note_question(run, key, effect);
	if (v->fact && strcmp(v->fact, key) == 0 && run->faults < v->times) {
		run->faults++;
		answer_later(run, effect, REST_MS, fault_reply(v->fault, false));
		return;
	}
	answer_later(run, effect, REST_MS, world_web(&run->world, key));
}

static void
kube(struct run *run, const struct effect *effect)
{
	CLEANUP_FREE char *question = xasprintf("api %s", effect->kube.path);
	CLEANUP_FREE char *key = xasprintf("%s %s", effect->kube.method, effect->kube.path);

	if (effect->not_after_up) {
		if (effect->kube.body)
			run_tell(run, "with %s", effect->kube.body);
		act(run, effect, key);
	} else if (strcmp(effect->kube.method, "GET") != 0) {
		answer_later(run, effect, REST_MS, world_reply("201 {}"));      /* an Event */
	} else if (!is_faulty(run, effect, question)) {
		answer_later(run, effect, REST_MS, world_api_answer(&run->world, effect->kube.path));
	}
}

static void
set_field(struct run *run, const char *name, const char *value)
{
	struct run_field *field = NULL;

	for (size_t i = 0; i < run->njournal && !field; i++)
		field = strcmp(run->journal[i].name, name) == 0 ? &run->journal[i] : NULL;
	if (!field) {
		field = ARRAY_GROW(run->journal, run->njournal);
		field->name = xstrdup(name);
	}
	free(field->value);
	field->value = xstrdup(value);
	if (*value)
		return;
	free(field->name);
	free(field->value);
	*field = run->journal[--run->njournal];
}

/* "1.1/db-b-1: drain intended (/storage_service/drain)" */
static void
count_intents(struct run *run, const char *line)
{
	for (const char *at = strstr(line, " intended ("); at; at = strstr(at + 1, " intended (")) {
		const char *target = at + strlen(" intended (");
		CLEANUP_FREE char *what = xstrndup(target, strcspn(target, ")"));
		CLEANUP_FREE char *key = what[0] == '/' ? xasprintf("POST %s", what) : host_key(what);

		run_tally(run, key ? key : what)->intended++;
	}
}

static void
redis(struct run *run, const struct effect *effect)
{
	const struct effect_redis *call = &effect->redis;

	if (call->script != REDIS_WRITE)
		RUN_FAIL(run, "%s", "a step that does more with the journal than write");
	for (size_t i = 5; i + 1 < call->nargs; i += 2)
		set_field(run, call->args[i], call->args[i + 1]);
	run->seq = strtoll(call->args[1], NULL, 10);
	count_intents(run, call->args[4]);
	if (call->args[4][0])
		run_tell(run, "journal: %s", call->args[4]);
	answer_later(run, effect, REDIS_MS, world_reply("exit 0 [\"OK\"]"));
}

void
run_carry_out(struct run *run)
{
	struct effects *out = run->small.out;

	for (size_t i = 0; i < out->count; i++) {
		struct effect *effect = &out->list[i];

		if (effect->kind == EFFECT_REST)
			rest(run, effect);
		else if (effect->kind == EFFECT_HOST)
			host(run, effect);
		else if (effect->kind == EFFECT_WEB)
			web(run, effect);
		else if (effect->kind == EFFECT_REDIS)
			redis(run, effect);
		else if (effect->kind == EFFECT_KUBE)
			kube(run, effect);
		else if (effect->kind == EFFECT_CANCEL)
			cancel(run, effect->id);
	}
	effects_clear(out);
}
