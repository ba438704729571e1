/* Taking an operation over: the epoch is raised and the whole journal read, in one script. What cannot be read stops this
 * operation alone, with the key named: on half of a journal nothing is done. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "bystanders.h"
#include "journal_private.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"

static void refuse(struct core *core, struct op *op, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void
refuse(struct core *core, struct op *op, const char *reason, const char *format, ...)
{
	char why[MESSAGE];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	op->lost = true;
	op_say(op, reason, "%s", why);
	say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "reason=%s %s", reason, why);
}

/* Always false, so that it reads well. */
static bool
unreadable(struct core *core, struct op *op, const char *key, const char *what, const char *why)
{
	/* A plan has a hash: by hand it would become another one, and without it the steps are nobody's. */
	const char *remedy = strcmp(key, "plan") == 0 ? "have it rebuilt, spec.rebuildJournal"
	    : "correct or remove it with redis-cli, then restart the controller";

	/* What cannot be read comes first: status.message shows the beginning. */
	refuse(core, op, REASON_JournalUnreadable, "cannot read the journal's %s%s%.120s%s, strait:{%s}:%s%s%.200s: %s",
	    what ? "field " : key, what ? "\"" : "", what ? what : "", what ? "\"" : "", op->uid, key,
	    why && *why ? ": " : "", why ? why : "", remedy);
	return false;
}

/* Always false. */
static bool
too_new(struct core *core, struct op *op, const char *what, int64_t stored, const char *ours, int newest)
{
	refuse(core, op, REASON_JournalTooNew, "%s is of format %" PRId64 "; this controller %s %d: run the newer controller "
	    "that wrote strait:{%s}, or bring the nodes of this status up by hand and delete the operation", what, stored,
	    ours, newest, op->uid);
	return false;
}

static bool
read_plan(struct core *core, struct op *op, const char *text)
{
	struct err err = {""};

	if (!*text)
		return true;
	op->plan = plan_decode(text, core->config.types, &err);
	if (!op->plan && plan_format_of(text) > PLAN_FORMAT)
		return too_new(core, op, "the plan", plan_format_of(text), "reads plans up to", PLAN_FORMAT);
	if (!op->plan)
		return unreadable(core, op, "plan", NULL, err.text);
	roll_start(core, op);
	op->started = true;
	return true;
}

/* Whose lanes are only told by the journal comes before what is told of lanes. */
static bool
is_of_pass(const char *field, int pass)
{
	return field && (strncmp(field, "others/", 7) == 0) == (pass == 0);
}

static bool
read_fields(struct core *core, struct op *op, const struct cJSON *at, int pass)
{
	while (at) {
		const char *field = json_text(at), *value = json_next(at) ? json_text(json_next(at)) : NULL;

		if (field && value && !is_of_pass(field, pass)) {
			at = json_next(json_next(at));
			continue;
		}

		if (!field || !value)
			return unreadable(core, op, "steps", field ? field : "?", "it is no text");
		if (strlen(value) >= BUF_MAX_JOURNAL_VALUE)
			return unreadable(core, op, "steps", field, "it is larger than 16 KiB");
		if (!record_read(core, op, field, value))
			return unreadable(core, op, "steps", field, NULL);
		at = json_next(json_next(at));
	}
	return true;
}

static bool
read_journal(struct core *core, struct op *op, const struct cJSON *reply)
{
	const struct cJSON *at = json_first(reply);
	const char *plan;

	if (!json_is_array(reply) || json_count(reply) < TAKEOVER_HEAD)
		return unreadable(core, op, "meta", NULL, "Redis' answer is no journal");
	if (!json_to_int(at, &op->journal.epoch))
		return unreadable(core, op, "meta", "epoch", NULL);
	journal_hear_epoch(op, op->journal.epoch);
	at = json_next(at);
	if (!json_to_int(at, &op->journal.seq) || op->journal.seq < 0)
		return unreadable(core, op, "meta", "seq", NULL);
	at = json_next(json_next(json_next(at)));
	plan = json_text(at);
	if (!plan)
		return unreadable(core, op, "plan", NULL, NULL);
	at = json_next(at);
	if (!read_plan(core, op, plan) || !read_fields(core, op, at, 0))
		return false;
	if (!bystanders_are_whole(op))
		return unreadable(core, op, "steps", "others", "a part of it is missing");
	return read_fields(core, op, at, 1);
}

static bool
is_too_new(const struct event *event)
{
	return event->status != 0 && event->body && strncmp(event->body, "NEWERFORMAT ", 12) == 0;
}

/* "NEWERFORMAT stored=3 ours=1" */
static int64_t
stored_format(const char *error)
{
	const char *stored = strstr(error, "stored=");

	return stored ? strtol(stored + 7, NULL, 10) : -1;
}

static void
take_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	CLEANUP_JSON struct cJSON *reply = NULL;

	(void)arg;
	op->journal.request = 0;
	if (event->outcome != OUTCOME_ANSWERED || (event->status != 0 && !is_too_new(event))) {
		journal_problem(core, op, event);
		journal_retry(core, op);
		return;
	}
	journal_answers(core, op);
	op->journal.taken = true;
	op->journal.taken_up_ms = core->now.up_ms;
	if (is_too_new(event)) {
		too_new(core, op, "the journal", stored_format(event->body), "reads up to", JOURNAL_FORMAT);
	} else {
		reply = json_parse(event->body, event->len, NULL);
		read_journal(core, op, reply);
	}
	op_taken_over(core, op);
}

/* Beyond this it is no epoch: in a script of Redis one more than that would be the same number. */
#define EPOCH_MOST INT64_C(1000000000000000)

void
journal_hear_epoch(struct op *op, int64_t epoch)
{
	if (epoch > op->journal.known && epoch < EPOCH_MOST)
		op->journal.known = epoch;
}

void
journal_ask_takeover(struct core *core, struct op *op, request_done *done)
{
	struct effect *effect = journal_request(core, op, REDIS_TAKEOVER, 2, done, op);

	journal_hear_epoch(op, op->object->journal_epoch);
	effect->redis.args[0] = xasprintf("%d", JOURNAL_FORMAT);
	effect->redis.args[1] = xasprintf("%" PRId64, op->journal.known);
	op->journal.request = effect->id;
}

void
journal_take(struct core *core, struct op *op)
{
	if (op->journal.taken || op->journal.request || op->journal.retry.armed)
		return;
	if (!shard_is_valid(core, op->shard))
		return;         /* somebody else may have it; kicked when the Lease is renewed */
	journal_ask_takeover(core, op, take_answered);
}
