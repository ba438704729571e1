/* Whom a step waits for. What it said last is the word of the look before; while the present one takes its time, a person
 * wants to know who keeps it waiting. */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#include "cluster.h"
#include "impact.h"
#include "instant.h"
#include "observe.h"
#include "observe_topology.h"
#include "op.h"
#include "question.h"
#include "state.h"
#include "task.h"

/* PATIENCE_MS: with a look every second, what a status says of the look before has ceased to be true for two at the most. */
enum { PATIENCE_MS = 500, TOLD_AGAIN_MS = 1000 };

/* A gate that is closed stays so for what it has found before while it looks again: longer than one lost answer takes it. */
enum { GATE_PATIENCE_MS = 1500 };

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
		.host = first->channel == QUESTION_HOST || first->channel == QUESTION_COMMAND ? "the host of " : "",
		/* One that is no member yet has its name of the plan alone. */
		.name = t->node.name && strcmp(first->address, t->address) == 0 ? t->node.name
		    : name_of(t->op->cluster, first->address),
		.asked_up_ms = first->asked_up_ms,
	};
	return true;
}

/* Of the sweep's questions that have no answer, the one that was asked first: to whom? */
static const char *
find_swept(const struct core *core, const struct cluster *cluster)
{
	const struct request *first = NULL;
	enum fact fact;

	for (const struct request *request = core->requests; request; request = request->hh.next)
		if (request->owner == &cluster->sweep && (!first || request->id < first->id))
			first = request;
	fact = first ? (enum fact)(first->arg & 0xff) : FACT_NAME;
	if ((fact == FACT_MODE || fact == FACT_GOSSIPING || fact == FACT_LIVE) &&
	    first->arg >> 8 < cluster->ring->nmembers)
		return cluster->ring->members[first->arg >> 8].address;
	return cluster->sweep.asker;
}

static const struct topology_slot *
find_topology(const struct cluster *cluster)
{
	const struct topology_watch *watch = &cluster->topology;
	size_t count = watch->slots ? TOPOLOGY_OF_ALL + 2 * watch->told.nmembers : 0;
	const struct topology_slot *first = NULL;

	for (size_t i = 0; i < count; i++)
		if (watch->slots[i].request != 0 && (!first || watch->slots[i].asked_up_ms < first->asked_up_ms))
			first = &watch->slots[i];
	return first;
}

/* Whoever keeps the sweep waiting, or a condition of the gate beside it. What was asked for others, before 'since' or after,
 * keeps nobody waiting before that. */
static bool
find_asker(const struct core *core, const struct cluster *cluster, int64_t since_up_ms, struct silent *ret)
{
	const struct topology_slot *slot = cluster->sweep.running ? NULL : find_topology(cluster);
	int64_t asked = slot ? slot->asked_up_ms : cluster->sweep.asked_up_ms;

	if (!cluster->sweep.running && !slot)
		return false;
	*ret = (struct silent){.host = "", .name = "", .asked_up_ms = asked > since_up_ms ? asked : since_up_ms};
	if (core->now.up_ms - ret->asked_up_ms >= PATIENCE_MS)  /* else it is not told */
		ret->name = name_of(cluster, slot ? slot->address : find_swept(core, cluster));
	return true;
}

/* False: it has not lasted long enough to be told. The operation is looked at again when it has, and then whether it is
 * still the same one. */
static bool
tell(struct core *core, struct op *op, const struct silent *silent, char *text, size_t size)
{
	int64_t since = silent->asked_up_ms, lasted = core->now.up_ms - since;
	int64_t again = lasted < PATIENCE_MS ? since + PATIENCE_MS : core->now.up_ms + TOLD_AGAIN_MS;
	char clock[INSTANT_TEXT];

	timer_arm_earlier(&core->timers, &op->pace.timer, again, op_look, op);
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
	    (t->ring_used && task_waits_for_answers(t) && find_asker(core, op->cluster, t->round_up_ms, &silent)) ||
	    (step->gate_asked_up_ms > 0 && find_asker(core, op->cluster, step->gate_asked_up_ms, &silent)))
		return tell(core, op, &silent, text, size);
	return false;
}

bool
asking_explain_gate(struct core *core, struct op *op, const struct step *step, char *text, size_t size)
{
	struct silent silent;

	if (step->gate_asked_up_ms == 0)
		return false;
	if (core->now.up_ms - step->gate_asked_up_ms < GATE_PATIENCE_MS) {
		timer_arm_earlier(&core->timers, &op->pace.timer, step->gate_asked_up_ms + GATE_PATIENCE_MS, op_look, op);
		return false;
	}
	return find_asker(core, op->cluster, step->gate_asked_up_ms, &silent) && tell(core, op, &silent, text, size);
}

bool
asking_explain_lane(struct core *core, struct lane *lane, char *text, size_t size)
{
	const struct sweep *sweep = &lane->op->cluster->sweep;
	struct silent silent;

	if (!lane->restoring || lane->step)
		return false;
	if (find_asker(core, lane->op->cluster, lane->restore_since_up_ms, &silent) &&
	    tell(core, lane->op, &silent, text, size))
		return true;
	if (!sweep->failed)
		return false;
	snprintf(text, size, "the ring cannot be read: %.250s", sweep->problem);
	return true;
}

bool
asking_explain_journal(struct core *core, struct op *op, char *text, size_t size)
{
	const struct journal *journal = &op->journal;
	char clock[INSTANT_TEXT];

	if (journal_away_ms(core, op) > 0) {
		snprintf(text, size, "Redis does not answer: %s", journal->problem);
		return true;
	}
	if (journal->request == 0)
		return false;
	if (!journal_is_late(core, op)) {
		timer_arm_earlier(&core->timers, &op->pace.timer, journal->asked_up_ms + JOURNAL_PATIENCE_MS, op_look, op);
		return false;
	}
	snprintf(text, size, "Redis does not answer: asked %s, no answer yet",
	    instant_clock(core->now.wall_ms - (core->now.up_ms - journal->asked_up_ms), clock));
	return true;
}
