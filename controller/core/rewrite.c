/* A journal that lost what it had acknowledged is written anew from the memory of the controller at work (design §8): a
 * fresh epoch, then plan, phase, lanes and the steps at work in one batch. Steps that are done are told by their lane's
 * place; their own records and the audit trail are gone. */
#include <inttypes.h>
#include <stdlib.h>

#include "journal_private.h"

#include "alloc.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

static void
put_op(struct op *op)
{
	struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	record_op(op, &value);
	journal_put(op, "op", buf_str(&value));
	buf_done(&value);
}

/* The batch on its way becomes everything there is; what is open stays open, it is newer still. */
static void
collect(struct core *core, struct op *op)
{
	struct journal *journal = &op->journal;
	struct journal_batch open = journal->open;

	journal->open = (struct journal_batch){.line = BUF_INIT(BUF_MAX_LINE)};
	journal_put_plan(op, op->plan->text);
	put_op(op);
	for (size_t i = 0; i < op->nlanes; i++) {
		lane_record(core, &op->lanes[i]);
		if (op->lanes[i].step)
			step_record(core, op, op->lanes[i].step, NULL);
	}
	if (op->cluster_step)
		step_record(core, op, op->cluster_step, NULL);
	journal_note(op, "written anew from memory: Redis had lost it");
	journal_batch_done(&journal->sent);
	journal->sent = journal->open;
	journal->open = open;
}

static void
taken(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	struct journal *journal = &op->journal;
	struct cJSON *reply;

	(void)arg;
	journal->request = 0;
	reply = event->outcome == OUTCOME_ANSWERED && event->status == 0 ? json_parse(event->body, event->len, NULL) : NULL;
	if (!json_is_array(reply) || !json_to_int(json_first(reply), &journal->epoch) ||
	    !json_to_int(json_next(json_first(reply)), &journal->seq)) {
		journal_problem(core, op, event);
		journal_retry(core, op);        /* refused once more, and then here again */
	} else {
		collect(core, op);
		journal_send(core, op);
	}
	json_free(reply);
}

void
journal_rewrite(struct core *core, struct op *op)
{
	struct effect *effect;

	say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "reason=%s Redis has lost what it had acknowledged: the journal is written "
	    "anew from memory", REASON_JournalRewritten);
	op_event(core, op, "Warning", REASON_JournalRewritten, "Redis has lost what it had acknowledged (sequence %" PRId64
	    "): the journal is written anew from memory", op->journal.seq);
	effect = journal_request(core, op, REDIS_TAKEOVER, 1, taken, op);
	effect->redis.args[0] = xasprintf("%d", JOURNAL_FORMAT);
	op->journal.request = effect->id;
}
