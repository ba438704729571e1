/* One that had begun and whose journal is lost or cannot be read: what it holds down and what it has sent is told by its
 * last status alone, which may lag. So it keeps the cluster from the others, as one that ended with a node held down does,
 * until a person has looked: by rebuildJournal, by deletion, or by an acknowledge that was not there before. */
#include "turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

enum { NAME_LEAST = 8 };

/* No act leaves before the status names the plan. */
static bool
had_begun(const struct op *op)
{
	const struct operation *object = op->object;

	if (op->read_only || !object->plan_hash[0])
		return false;
	return !operation_phase_is_final(object->phase) || (object->keeps_cluster && !op_is_cancelled(op));
}

static bool
keeps(const struct op *op)
{
	return !op->released && had_begun(op);
}

static int64_t
settled_up_ms(const struct core *core, const struct op *op)
{
	return op->journal.taken_up_ms + core->config.settle_ms;
}

bool
turn_lost_is_busy(const struct core *core, const struct op *op)
{
	return op->object->held_node || core->now.up_ms < settled_up_ms(core, op);
}

/* Its status has said so already, in this life or in one before. */
static bool
was_told(const struct op *op)
{
	for (const struct condition *c = op->status.conditions; c && c->type[0]; c++)
		if (strcmp(c->type, "Stalled") == 0 && strcmp(c->status, "True") == 0)
			return strcmp(c->reason, REASON_JournalLost) == 0 || strcmp(c->reason, REASON_JournalUnreadable) == 0 ||
			    strcmp(c->reason, REASON_JournalTooNew) == 0;
	return false;
}

/* What the journal said of lanes is the half of it: nobody is to go by that. */
void
turn_lose(struct core *core, struct op *op)
{
	const struct operation *object = op->object;

	roll_free(core, op);
	op->started = op->status.running_acknowledged = false;
	/* What a person had said before this was found is no word about it. */
	free(op->acknowledged);
	op->acknowledged = xstrdup_or_null(was_told(op) ? object->acknowledged : object->acknowledge);
	if (!op->cluster || !had_begun(op))
		return;
	if (op->cluster->strays_until_up_ms < settled_up_ms(core, op))
		op->cluster->strays_until_up_ms = settled_up_ms(core, op);
	turn_join(core, op);
}

/* Does it only look? Its plan tells, if it would still be the same one. Tried once. */
static void
note_plan(struct core *core, struct op *op)
{
	struct err err = {""};
	struct plan *plan;

	if (op->zones || !op->cluster->ready || op->object->problem)
		return;
	plan = op_compile(core, op, &err);
	if (plan && strcmp(plan->hash, op->object->plan_hash) == 0)
		fleet_note_plan(op, plan);
	else
		op->zones = xstrdup("");
	plan_free(plan);
}

static void
take_word(struct core *core, struct op *op)
{
	const char *word = op->object->acknowledge, *node = op->object->held_node;
	bool released = word && (!op->acknowledged || strcmp(word, op->acknowledged) != 0);

	if (released && !op->released && had_begun(op))
		op_event(core, op, "Normal", REASON_Acknowledged, "its journal is lost%s%s, and the cluster let go: \"%.400s\"",
		    node ? ", it held " : "", node ? node : "", word);
	op->released = released;
}

/* Nothing of it can still arrive; else it is looked at again in time. */
static bool
may_go(struct core *core, struct op *op)
{
	if (!had_begun(op) || core->now.up_ms >= settled_up_ms(core, op))
		return true;
	timer_arm_earlier(&core->timers, &op->pace.timer, settled_up_ms(core, op), op_look, op);
	return false;
}

/* It keeps the turn that it had, or lets go of it. */
static void
keep_turn(struct core *core, struct op *op)
{
	if (!op->cluster)
		op->cluster = cluster_find(core, op->namespace_, op->object->cluster);
	if (!op->cluster)
		return;
	note_plan(core, op);
	take_word(core, op);
	if (!keeps(op)) {
		turn_leave(core, op);
		return;
	}
	turn_join(core, op);
	if (core->now.up_ms < settled_up_ms(core, op))
		timer_arm_earlier(&core->timers, &op->pace.timer, settled_up_ms(core, op), op_look, op);
}

void
turn_lost_run(struct core *core, struct op *op)
{
	if (!op->gone && !op->object->meta.deleting) {
		keep_turn(core, op);
		journal_rebuild(core, op);
		if (op->lost)
			op_write_lost(core, op);
	} else if (!op->gone && op->object->meta.has_finalizer) {
		if (may_go(core, op))
			op_patch_finalizer(core, op, false);
		else
			op_write_lost(core, op);
	} else {
		journal_let_expire(core, op);
		op_drop(core, op);
	}
}

void
turn_lost_say(const struct op *holder, char *text, size_t size)
{
	const char *node = holder->object->held_node, *is = strcmp(holder->reason, REASON_JournalLost) == 0 ? "lost"
	    : strcmp(holder->reason, REASON_JournalTooNew) == 0 ? "too new" : "unreadable";
	int len = (int)strlen(holder->name), room;

	room = WHY - (int)strlen("held by : its journal is ") - (int)strlen(is);
	if (node)
		room = WHY - (int)strlen("held by : , journal ") - (int)strlen(is) - (int)strlen(node);
	if (len > room)
		len = room > NAME_LEAST ? room : NAME_LEAST;
	if (node)
		snprintf(text, size, "held by %.*s: %s, journal %s", len, holder->name, node, is);
	else
		snprintf(text, size, "held by %.*s: its journal is %s", len, holder->name, is);
}

bool
turn_has_settled(struct core *core, struct op *op)
{
	int64_t until = op->cluster->strays_until_up_ms;

	if (core->now.up_ms >= until)
		return true;
	op_set_phase(core, op, PHASE_QUEUED, REASON_Queued, "an act of before the takeover may still arrive");
	timer_arm_earlier(&core->timers, &op->pace.timer, until, op_look, op);
	return false;
}
