/* A journal that lost what it had acknowledged is written anew from the memory of the controller at work (design §8): a
 * fresh epoch, then plan, phase, lanes and the steps at work in one batch. Steps that are done are told by their lane's
 * place; their own records and the audit trail are gone. */
#include <inttypes.h>
#include <stdlib.h>

#include "journal_private.h"

#include "alloc.h"
#include "bystanders.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

/* What the journal has now is gone unless it is put again: who takes over must not find an older step at work. */
static void
drop_fields(struct op *op, const struct cJSON *reply)
{
	const struct cJSON *at = json_first(reply);

	for (int head = 0; at && head < TAKEOVER_HEAD; head++)
		at = json_next(at);
	for (; at && json_next(at); at = json_next(json_next(at)))
		if (json_text(at))
			journal_put(op, json_text(at), "");
}

/* The batch on its way becomes everything there is; what is open stays open, it is newer still. */
static void
collect(struct core *core, struct op *op, const struct cJSON *reply, const char *why)
{
	struct journal *journal = &op->journal;
	struct journal_batch open = journal->open;

	journal->open = (struct journal_batch){.line = BUF_INIT(BUF_MAX_LINE)};
	drop_fields(op, reply);
	journal_put_plan(op, op->plan->text);
	op_record(op);
	bystanders_record(op);
	newcomers_record(op);
	for (size_t i = 0; i < op->nlanes; i++) {
		lane_record(core, &op->lanes[i]);
		if (op->lanes[i].step)
			step_record(core, op, op->lanes[i].step, NULL);
	}
	if (op->cluster_step)
		step_record(core, op, op->cluster_step, NULL);
	journal_note(op, "%s", why);
	journal_batch_done(&journal->sent);
	journal->sent = journal->open;
	journal->open = open;
}

bool
journal_write_all(struct core *core, struct op *op, const struct cJSON *reply, const char *why)
{
	struct journal *journal = &op->journal;
	int64_t epoch, seq;

	if (!json_is_array(reply) || !json_to_int(json_first(reply), &epoch) ||
	    !json_to_int(json_next(json_first(reply)), &seq))
		return false;
	journal->epoch = epoch;
	journal_hear_epoch(op, epoch);
	journal->seq = seq;
	collect(core, op, reply, why);
	/* One more than those that have been sent; else the one that was on its way. */
	if (!journal->sending)
		journal->open_ticket++;
	journal->sending = true;
	journal_send(core, op);
	return true;
}

static void
taken(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	CLEANUP_JSON struct cJSON *reply = NULL;

	(void)arg;
	op->journal.request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 0)
		reply = json_parse(event->body, event->len, NULL);
	if (!journal_write_all(core, op, reply, "written anew from memory: Redis had lost it")) {
		journal_problem(core, op, event);
		journal_retry(core, op);        /* refused once more, and then here again */
	}
}

void
journal_rewrite(struct core *core, struct op *op)
{
	say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "reason=%s Redis has lost what it had acknowledged: the journal is written "
	    "anew from memory", REASON_JournalRewritten);
	op_event(core, op, "Warning", REASON_JournalRewritten, "Redis has lost what it had acknowledged (sequence %" PRId64
	    "): the journal is written anew from memory", op->journal.seq);
	journal_ask_takeover(core, op, taken);
}
