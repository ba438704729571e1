#include "journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "journal_private.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "request.h"
#include "shards.h"
#include "state.h"

enum { WRITE_DEADLINE_MS = 2000, RETRY_FIRST_MS = 50, RETRY_MOST_MS = 1000, EXPIRE_SECONDS = 7 * 24 * 3600 };

void
journal_batch_done(struct journal_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		free(batch->entries[i].field);
		free(batch->entries[i].value);
	}
	free(batch->entries);
	free(batch->plan);
	buf_done(&batch->line);
	*batch = (struct journal_batch){.line = BUF_INIT(BUF_MAX_LINE)};
}

struct effect *
journal_request(struct core *core, struct op *op, enum redis_script script, size_t nargs, request_done *done, void *owner)
{
	struct effect *effect = request_new(core, EFFECT_REDIS, done, owner, 0);

	effect->deadline_ms = WRITE_DEADLINE_MS;
	effect->redis.script = script;
	effect->redis.uid = xstrdup(op->uid);
	effect->redis.args = xcalloc(nargs, sizeof *effect->redis.args);
	effect->redis.nargs = nargs;
	op->journal.asked_up_ms = core->now.up_ms;
	return effect;
}

/* Of a Redis in several parts one may be away, and with it some operations' journals. */
bool
journal_is_up(const struct core *core)
{
	for (const struct op *op = core->ops; op; op = op->hh.next)
		if (op->journal.away_since_up_ms >= 0)
			return false;
	return true;
}

static void
be_away(struct core *core, struct op *op, const char *why)
{
	snprintf(op->journal.problem, sizeof op->journal.problem, "%s", why);
	if (op->journal.away_since_up_ms < 0)
		op->journal.away_since_up_ms = core->now.up_ms;
	op_kick(core, op);
}

void
journal_problem(struct core *core, struct op *op, const struct event *event)
{
	const char *error = event->outcome == OUTCOME_ANSWERED ? event->body : event->error;

	if (journal_is_up(core))
		say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "reason=%s the journal does not answer: %s; nothing is "
		    "begun until it does", REASON_JournalAway, error ? error : outcome_name(event->outcome));
	core->counters.journal_errors++;
	be_away(core, op, error ? error : outcome_name(event->outcome));
}

void
journal_answers(struct core *core, struct op *op)
{
	bool was_away = op->journal.away_since_up_ms >= 0;

	op->journal.away_since_up_ms = -1;
	op->journal.problem[0] = '\0';
	op->journal.failures = 0;
	if (was_away && journal_is_up(core))
		say(core, LOG_LEVEL_INFO, op, NULL, NULL, "the journal answers again");
	/* One command at a time: a second answer to the same write would count as the next one's. */
	timer_disarm(&core->timers, &op->journal.retry);
}

static void
retry(struct core *core, void *owner)
{
	struct op *op = owner;

	if (op->journal.sending)
		journal_send(core, op);
	else if (op->journal.expiring)
		op_kick(core, op);
	else
		journal_take(core, op);
}

void
journal_retry(struct core *core, struct op *op)
{
	int64_t delay = backoff_ms(RETRY_FIRST_MS, RETRY_MOST_MS, op->journal.failures);

	op->journal.failures++;
	timer_arm(&core->timers, &op->journal.retry, core->now.up_ms + delay, retry, op);
}

/* The reply's first element: a word. */
static const char *
verdict_of(const struct event *event, struct cJSON **ret_reply)
{
	*ret_reply = json_parse(event->body, event->len, NULL);
	return json_text(json_first(*ret_reply));
}

/* Redis holds an older state than it has acknowledged to us: a fail-over, a restore, a flush. Somebody newer would have
 * raised the epoch. */
static bool
is_behind(const struct op *op, const char *word, int64_t stored)
{
	return (strcmp(word, "STALE") == 0 && stored < op->journal.epoch) ||
	    (strcmp(word, "GAP") == 0 && stored < op->journal.seq);
}

/* Whoever has been stopped for a while may meet what another one, at work by now, has begun after the loss: only the Lease
 * tells whose it is. The write is sent again until that is known. */
static void
wait_for_lease(struct core *core, struct op *op)
{
	if (op->journal.away_since_up_ms < 0)
		say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "reason=%s Redis has lost what it had acknowledged; the journal is "
		    "written anew once the Lease is renewed", REASON_JournalAway);
	be_away(core, op, "it has lost data, and the Lease is not renewed");
	journal_retry(core, op);
}

static void
write_refused(struct core *core, struct op *op, const struct cJSON *reply)
{
	const char *word = json_text(json_first(reply));
	int64_t stored = 0;

	json_to_int(json_next(json_first(reply)), &stored);
	if (word && is_behind(op, word, stored) && !shard_is_valid(core, op->shard)) {
		wait_for_lease(core, op);
		return;
	}
	journal_answers(core, op);
	if (word && strcmp(word, "STALE") == 0)
		journal_hear_epoch(op, stored);
	if (word && is_behind(op, word, stored)) {
		journal_rewrite(core, op);
		return;
	}
	say(core, LOG_LEVEL_WARN, op, NULL, NULL, "another controller has taken this operation over (our epoch %" PRId64
	    ", the journal's answer %s %" PRId64 "): letting go of it", op->journal.epoch, word ? word : "?", stored);
	/* Who holds the Lease takes it back, as the other one has lost it. Without one this is the only controller, and the
	 * takeover was its predecessor's, delivered late. */
	op_let_go(core, op);
}

static bool
is_verdict(const char *word)
{
	return word && (strcmp(word, "OK") == 0 || strcmp(word, "STALE") == 0 || strcmp(word, "GAP") == 0);
}

static void
write_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	struct journal *journal = &op->journal;
	CLEANUP_JSON struct cJSON *reply = NULL;
	const char *word;

	(void)arg;
	journal->request = 0;
	if (event->outcome != OUTCOME_ANSWERED || event->status != 0) {
		journal_problem(core, op, event);
		journal_retry(core, op);
		return;
	}
	word = verdict_of(event, &reply);
	if (!is_verdict(word)) {
		journal_problem(core, op, event);
		journal_retry(core, op);
		return;
	}
	if (strcmp(word, "OK") != 0) {
		write_refused(core, op, reply);
		return;
	}
	journal_answers(core, op);
	core->counters.journal_writes++;
	journal->seq++;
	journal->durable_ticket++;
	journal->ours_up_ms = journal->asked_up_ms;
	journal->sending = false;
	journal_batch_done(&journal->sent);
	op_kick(core, op);
}

void
journal_send(struct core *core, struct op *op)
{
	struct journal *journal = &op->journal;
	struct journal_batch *batch = &journal->sent;
	struct effect *effect = journal_request(core, op, REDIS_WRITE, 5 + 2 * batch->count, write_answered, op);
	char **args = effect->redis.args;
	uint64_t digest = hash_str(hash_str(HASH_SEED, buf_str(&batch->line)), batch->plan ? batch->plan : "");
	char text[HASH_TEXT];

	for (size_t i = 0; i < batch->count; i++) {
		digest = hash_str(hash_str(digest, batch->entries[i].field), batch->entries[i].value);
		args[5 + 2 * i] = xstrdup(batch->entries[i].field);
		args[6 + 2 * i] = xstrdup(batch->entries[i].value);
	}
	args[0] = xasprintf("%" PRId64, journal->epoch);
	args[1] = xasprintf("%" PRId64, journal->seq + 1);
	args[2] = xstrdup(hash_text(digest, text));
	args[3] = xstrdup(batch->plan ? batch->plan : "");
	args[4] = xstrdup(buf_str(&batch->line));
	journal->request = effect->id;
}

static bool
is_due(const struct journal_batch *batch)
{
	return batch->due || batch->plan || batch->line.len > 0;
}

void
journal_flush(struct core *core, struct op *op)
{
	struct journal *journal = &op->journal;

	if (!journal->taken || journal->sending || op->lost)
		return;
	if (!is_due(&journal->open))
		return;
	journal->sent = journal->open;
	journal->open = (struct journal_batch){.line = BUF_INIT(BUF_MAX_LINE)};
	journal->open_ticket++;
	journal->sending = true;
	journal_send(core, op);
}

void
journal_put_later(struct op *op, const char *field, const char *value)
{
	struct journal_batch *batch = &op->journal.open;
	struct journal_entry *entry;

	for (size_t i = 0; i < batch->count; i++) {
		entry = &batch->entries[i];
		if (strcmp(entry->field, field) == 0) {
			free(entry->value);
			entry->value = xstrdup(value);
			return;
		}
	}
	entry = ARRAY_GROW(batch->entries, batch->count);
	entry->field = xstrdup(field);
	entry->value = xstrdup(value);
}

uint64_t
journal_put(struct op *op, const char *field, const char *value)
{
	journal_put_later(op, field, value);
	op->journal.open.due = true;
	return op->journal.open_ticket;
}

void
journal_put_plan(struct op *op, const char *text)
{
	free(op->journal.open.plan);
	op->journal.open.plan = xstrdup(text);
}

void
journal_note(struct op *op, const char *format, ...)
{
	va_list args;

	op->journal.open.line.max = BUF_MAX_LINE;
	if (op->journal.open.line.len > 0)
		buf_puts(&op->journal.open.line, "; ");
	va_start(args, format);
	buf_vprintf(&op->journal.open.line, format, args);
	va_end(args);
}

bool
journal_is_durable(const struct op *op, uint64_t ticket)
{
	return op->journal.durable_ticket >= ticket;
}

bool
journal_is_quiet(const struct op *op)
{
	const struct journal *journal = &op->journal;

	return !journal->sending && !is_due(&journal->open);
}

int64_t
journal_away_ms(const struct core *core, const struct op *op)
{
	return op->journal.away_since_up_ms < 0 ? 0 : core->now.up_ms - op->journal.away_since_up_ms + 1;
}

bool
journal_is_late(const struct core *core, const struct op *op)
{
	const struct journal *journal = &op->journal;

	return journal_away_ms(core, op) > 0 ||
	    (journal->request != 0 && core->now.up_ms - journal->asked_up_ms >= JOURNAL_PATIENCE_MS);
}

int64_t
journal_kept_s(const struct operation *object)
{
	return object->ttl_seconds > 0 ? object->ttl_seconds : EXPIRE_SECONDS;
}

/* STALE is an answer: somebody else has it, and the end of it is theirs. */
static void
expire_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	CLEANUP_JSON struct cJSON *reply = NULL;

	(void)arg;
	op->journal.request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 0 && is_verdict(verdict_of(event, &reply))) {
		journal_answers(core, op);
		op->journal.expires = true;
		op_kick(core, op);
		return;
	}
	journal_problem(core, op, event);
	journal_retry(core, op);
}

static uint64_t
ask_to_expire(struct core *core, struct op *op, request_done *done, void *owner)
{
	struct effect *effect = journal_request(core, op, REDIS_EXPIRE, 2, done, owner);

	effect->redis.args[0] = xasprintf("%" PRId64, op->journal.epoch);
	effect->redis.args[1] = xasprintf("%" PRId64, journal_kept_s(op->object));
	return effect->id;
}

/* Its finalizer is gone by then: a controller that dies before the answer leaves a journal that stays, which costs memory and
 * nothing else. */
bool
journal_expire(struct core *core, struct op *op)
{
	struct journal *journal = &op->journal;

	journal->expiring = true;
	if (journal->expires || journal->request || journal->retry.armed)
		return journal->expires;
	journal->request = ask_to_expire(core, op, expire_answered, op);
	return false;
}

static void
expired_or_not(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	(void)core, (void)owner, (void)arg, (void)event;
}

void
journal_let_expire(struct core *core, struct op *op)
{
	if (op->journal.taken && !op->journal.expires)
		ask_to_expire(core, op, expired_or_not, core);
}

void
journal_done(struct core *core, struct op *op)
{
	timer_disarm(&core->timers, &op->journal.retry);
	journal_batch_done(&op->journal.open);
	journal_batch_done(&op->journal.sent);
	op->journal = (struct journal){.away_since_up_ms = -1, .open_ticket = 1, .known = op->journal.known};
}
