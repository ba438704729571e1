/* Whom a step waits for. What it said last is the word of the look before; while the present one takes its time, a person
 * wants to know who keeps it waiting. */
#include "explain.h"

#include <stdio.h>

#include "cluster.h"
#include "impact.h"
#include "instant.h"
#include "op.h"
#include "state.h"

enum { PATIENCE_MS = 1000 };

/* Somebody who has not answered. */
struct silent {
	const char *host;                /* "the host of " or "" */
	const char *name;
	int64_t asked_up_ms;
};

static const char *
name_of(const struct cluster *cluster, const char *address)
{
	int member = ring_find_address(cluster->ring, address);

	return member < 0 ? address : cluster->ring->members[member].name;
}

/* What was asked first. */
static bool
find_question(const struct task *t, struct silent *ret)
{
	const struct question *first = NULL;

	for (size_t i = 0; i < t->nquestions; i++)
		if (t->questions[i]->request != 0 && (!first || t->questions[i]->asked_up_ms < first->asked_up_ms))
			first = t->questions[i];
	if (!first)
		return false;
	*ret = (struct silent){
		.host = first->channel == QUESTION_REST ? "" : "the host of ",
		.name = name_of(t->op->cluster, first->address),
		.asked_up_ms = first->asked_up_ms,
	};
	return true;
}

/* The sweep waits for the one that tells of the ring as a whole: what members see of each other is in, or given up, before
 * anybody's patience is over. */
static bool
find_asker(const struct cluster *cluster, int64_t asked_up_ms, struct silent *ret)
{
	if (!cluster->sweep.running)
		return false;
	*ret = (struct silent){
		.host = "",
		.name = name_of(cluster, cluster->sweep.asker),
		.asked_up_ms = asked_up_ms,
	};
	return true;
}

/* False: it has not lasted long enough to be told. The operation is looked at again when it has, and then whether it is
 * still the same one. */
static bool
tell(struct core *core, struct op *op, const struct silent *silent, char *text, size_t size)
{
	int64_t since = silent->asked_up_ms, lasted = core->now.up_ms - since;
	int64_t again = lasted < PATIENCE_MS ? since + PATIENCE_MS : core->now.up_ms + PATIENCE_MS;
	char clock[INSTANT_TEXT];

	timer_arm_earlier(&core->timers, &op->pace.timer, again, (timer_fire *)op_kick, op);
	if (lasted < PATIENCE_MS)
		return false;
	snprintf(text, size, "%s%s has not answered yet (asked %s)", silent->host, silent->name,
	    instant_clock(core->now.wall_ms - lasted, clock));
	return true;
}

/* The one before may have ordered it, and could not journal that. */
static bool
may_come_of_before(const struct core *core, const struct step *step)
{
	return step->lane && impact_may_restart(step->plan) && acts_wanted(step) &&
	    core->now.up_ms < step->lane->unsettled_up_ms;
}

bool
asking_explain_step(struct core *core, struct op *op, const struct step *step, char *text, size_t size)
{
	const struct task *t = step->task;
	struct silent silent;

	if (!t || step->state != STEP_RUNNING)
		return false;
	if (may_come_of_before(core, step)) {
		snprintf(text, size, "a start of before the takeover may still arrive");
		return true;
	}
	if (find_question(t, &silent) ||
	    (t->ring_used && task_waits_for_answers(t) && find_asker(op->cluster, t->round_up_ms, &silent)) ||
	    (step->gate_asked_up_ms > 0 && find_asker(op->cluster, step->gate_asked_up_ms, &silent)))
		return tell(core, op, &silent, text, size);
	return false;
}

bool
asking_explain_lane(struct core *core, struct lane *lane, char *text, size_t size)
{
	struct silent silent;

	return lane->restoring && !lane->step && find_asker(lane->op->cluster, lane->restore_since_up_ms, &silent) &&
	    tell(core, lane->op, &silent, text, size);
}
