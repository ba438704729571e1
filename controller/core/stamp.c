/* What must be true of a node before a pass may look at it for a step: the process is still the one on which the lane's
 * finished steps were done, the host can be commanded while the node has not been touched yet, and what is restarted to be
 * brought back does not boot already. */
#include "stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "cluster.h"
#include "failure.h"
#include "host.h"
#include "impact.h"
#include "lane.h"
#include "late.h"
#include "op.h"
#include "reasons.h"
#include "scylla.h"
#include "state.h"

static const struct host_unit *
show_process(struct step *step)
{
	const struct plan_step *restore = &step->lane->block->restore;

	const struct plan_value *service = plan_value_find(restore->with, restore->nwith, "service");
	CLEANUP_FREE char *unit = service ? late_text(step->task->op, step->lane, service) : xstrdup("");

	return host_show(step->task, unit ? unit : "");
}

/* Some of its steps are done, or an act has left. */
static bool
is_begun(const struct lane *lane)
{
	return lane->at > 0 || lane->touched;
}

/* The node does not tell its generation (it is down, or it boots), or tells it for the first time. Before it is taken down
 * further its host is asked whether it still runs the process on which the finished steps were done: one that somebody has
 * started since must not be taken for drained. */
static enum stamp
check_process(struct step *step)
{
	const struct lane *lane = step->lane;
	const struct host_unit *unit;

	if (!step_takes_down(step) || !lane->process[0] || lane->up_act || !is_begun(lane))
		return STAMP_GOOD;
	unit = show_process(step);
	if (!unit)
		return STAMP_ASKING;
	return unit->reached && unit->invocation[0] && strcmp(unit->invocation, lane->process) != 0 ? STAMP_VOID : STAMP_GOOD;
}

static bool
needs_stamp(const struct step *step)
{
	const struct lane *lane = step->lane;

	/* What makes a node join may start it more than once: its way is not tied to a process before it is a member. */
	return lane && lane->block->disruptive && !lane->restoring && !step->plan->implied && !step->stamp_checked &&
	    !lane_is_outside(lane);
}

/* None runs where the unit is at rest: whoever starts it until the first act does so before us. */
static void
note_process(struct lane *lane, const struct host_unit *unit)
{
	bool rests = strcmp(unit->active, "inactive") == 0 || strcmp(unit->active, "failed") == 0;

	snprintf(lane->process, sizeof lane->process, "%s", rests ? "" : unit->invocation);
}

/* Before a node is touched its host must answer: what cannot be started again is not stopped. */
static enum stamp
check_host(struct core *core, struct op *op, struct step *step)
{
	struct lane *lane = step->lane;
	const struct host_unit *unit;
	char why[MESSAGE];

	if (!core->config.gate || !lane || lane->touched || !lane->block->disruptive || !lane->block->restore.type ||
	    !op->cluster->target->host_ssh || step->host_checked || lane_is_outside(lane))
		return STAMP_GOOD;
	unit = show_process(step);
	if (!unit)
		return STAMP_ASKING;
	if (unit->reached) {
		note_process(lane, unit);
		step->host_checked = true;
		return STAMP_GOOD;
	}
	snprintf(why, sizeof why, "the host of %s cannot be commanded: %.200s", lane->node->name, unit->error);
	step->gated = gate_close(core, op, step, NULL, why) == GATE_CLOSED;
	snprintf(step->message, sizeof step->message, "%s", why);
	step_wake_at(core, step, core->now.up_ms + step_gate_poll_ms(op));
	return STAMP_ASKING;
}

/* What a command does to its node may come when it has ended: of a node whose generation was not known before, the first
 * one told afterwards may still be that of the process before. */
static bool
may_be_of_before(const struct lane *lane)
{
	for (size_t i = 0; i < lane->at && !lane->stamp[0]; i++)
		for (size_t f = 0; f <= lane->block->steps[i].nfallbacks; f++) {
			const struct plan_step *step = failure_step(&lane->block->steps[i], f);

			if (step->type && step->type->opaque && impact_may_restart(step))
				return true;
		}
	return false;
}

static enum stamp
set_stamp(struct core *core, struct step *step, const char *text)
{
	struct lane *lane = step->lane;
	enum stamp stamp = lane->stamp[0] ? STAMP_GOOD : check_process(step);
	bool ours = lane->up_act;

	if (stamp != STAMP_GOOD)
		return stamp;
	/* Another process than its host has told of: that is asked anew. */
	step->host_checked &= lane->stamp[0] == '\0' && lane->process[0];
	if (ours)
		lane->process[0] = '\0';
	lane->up_act &= may_be_of_before(lane);
	snprintf(lane->stamp, sizeof lane->stamp, "%s", text);
	/* Of a node that nothing was done to, yet or since our start, a restart would find out the same. */
	if (is_begun(lane) && !ours)
		lane_record(core, lane);
	else
		lane_record_later(lane);
	return check_host(core, lane->op, step);
}

enum stamp
step_check_stamp(struct core *core, struct op *op, struct step *step)
{
	struct lane *lane = step->lane;
	const struct answer *answer;
	char text[24];
	int64_t generation;

	if (check_host(core, op, step) != STAMP_GOOD)
		return STAMP_ASKING;
	if (!needs_stamp(step))
		return STAMP_GOOD;
	answer = scylla_get(step->task, SCYLLA_GENERATION);
	if (!answer)
		return STAMP_ASKING;
	/* Down: nobody has started it, yet. The next act is not for whoever does. */
	if (!answer_ok(answer) || !scylla_generation(answer->body, answer->len, &generation))
		return check_process(step);
	/* What takes the node down is ordered of the process that was looked at, not of the one after. */
	step->stamp_checked = !step_takes_down(step) || lane->up_act;
	/* Until the step is done it may be told by the process that our act ends: the one after would be somebody else's. */
	if (lane->up_act && impact_may_restart(step->plan))
		return STAMP_GOOD;
	snprintf(text, sizeof text, "%" PRId64, generation);
	if (strcmp(lane->stamp, text) == 0)
		return STAMP_GOOD;
	if (lane->stamp[0] && !lane->up_act && is_begun(lane))
		return STAMP_VOID;
	return set_stamp(core, step, text);
}

/* A generation is the second, by the node's own clock, in which its process began. */
const char *
step_say_restart(struct step *step, char *why)
{
	const struct answer *answer = scylla_get(step->task, SCYLLA_GENERATION);
	char at[INSTANT_TEXT];
	int64_t generation;

	snprintf(why, STAMP_TEXT, "somebody else has restarted the node");
	if (step->lane->stamp[0] && answer && answer_ok(answer) &&
	    scylla_generation(answer->body, answer->len, &generation) && strtoll(step->lane->stamp, NULL, 10) < generation)
		snprintf(why, STAMP_TEXT, "somebody else has restarted the node at %s by its clock",
		    instant_rfc3339(SECONDS(generation), at));
	return why;
}

enum stamp
step_check_boot(struct step *step)
{
	const struct lane *lane = step->lane;
	const struct host_unit *unit;

	if (!lane || step->plan != &lane->block->restore || !lane_restore_is_open(lane))
		return STAMP_GOOD;
	unit = show_process(step);
	if (!unit)
		return STAMP_ASKING;
	return unit->reached && strcmp(unit->active, "activating") == 0 ? STAMP_VOID : STAMP_GOOD;
}

const char *
step_obstacle(const struct core *core, const struct step *step, char *why, size_t size)
{
	if (step->lane && lane_is_displaced(core, step->lane, why, size))
		return REASON_NodeReplaced;
	if (!step->observed && step->nacts == 0 && !late_fits(step->task->op, step, why, size))
		return REASON_StepFailed;
	return NULL;
}
