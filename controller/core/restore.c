/* A lane whose node is brought back, whatever it was at: after a failure, at a cancel, while the journal is away. */
#include "lane.h"

#include <stdio.h>

#include "cluster.h"
#include "failure.h"
#include "gate.h"
#include "impact.h"
#include "journal.h"
#include "knobs.h"
#include "log.h"
#include "outbox.h"
#include "reasons.h"
#include "state.h"

enum { AWAY_MS = 2000, LOOK_MS = 60000 };

/* The place after the last step that brings the node up; 0 if the lane has none. */
static size_t
after_start(const struct lane *lane)
{
	size_t after = 0;

	for (size_t i = 0; i < lane->block->nsteps; i++)
		for (size_t f = 0; f <= lane->block->steps[i].nfallbacks; f++)
			if (impact_brings_up(failure_step(&lane->block->steps[i], f)))
				after = i + 1;
	return after;
}

static bool
start_has_left(const struct lane *lane)
{
	const struct step *step = lane->step;

	if (!step || !impact_brings_up(step->plan))
		return false;
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].view.state != ACT_NONE && step->acts[i].view.state != ACT_INTENDED &&
		    step->acts[i].view.state != ACT_NOT_SENT)
			return true;
	return false;
}

/* With the journal away the next step cannot be intended, so the node would stay down: bring it back on the intent
 * that was journaled when it was taken down. */
bool
lane_is_stranded(const struct core *core, const struct lane *lane)
{
	return journal_away_ms(core, lane->op) > AWAY_MS && lane->held && lane->touched && !lane->restoring &&
	    lane->block->restore.type && lane->at < after_start(lane) && !start_has_left(lane) &&
	    !(lane->step && acts_may_arrive(lane->step));
}

/* Nothing is known that would bring its node back, nor whether it is down: what the steps do is not stated. */
bool
lane_is_only_looked_at(const struct core *core, const struct lane *lane)
{
	return !lane->block->restore.type && core->config.gate && lane->block->stable.nconditions > 0;
}

void
lane_restore(struct core *core, struct lane *lane, const char *why)
{
	const char *what = lane_is_only_looked_at(core, lane) ? "may be down and is looked at" : "is being brought back";

	op_event(core, lane->op, "Warning", REASON_Restoring, "%s %s: %s", lane->node->name, what, why);
	say(core, LOG_LEVEL_WARN, lane->op, NULL, lane->node->name, "reason=%s %s %s: %s", REASON_Restoring,
	    lane->node->name, what, why);
	/* Who takes over must find neither this step at work beside the restoring one, nor an earlier restoring done. */
	if (lane->step && lane->step->state == STEP_RUNNING)
		journal_put(lane->op, lane->step->id, "");
	lane_forget_step(lane, &lane->block->restore);
	lane_forget_step(lane, &lane->block->stable);
	lane->step = step_free(core, lane->step);
	lane->restoring = true;
	lane->stabilising = false;
	lane->restore_since_up_ms = core->now.up_ms;
	lane_record(core, lane);
}

/* A restart does what stopping and starting would have done; anything else between them it does not. */
static bool
restarting_does(const struct plan_step *step)
{
	return step->impact != IMPACT_NONE && step->impact != IMPACT_CHANGES_TOPOLOGY && !step->type->opaque;
}

/* Of a step that has failed, what is left of its onFailure. */
static bool
is_subsumed(const struct lane *lane)
{
	size_t rescue = lane->rescue;

	for (size_t i = lane->at; i < after_start(lane); i++, rescue = 0)
		for (size_t f = rescue; f <= (rescue ? lane->block->steps[i].nfallbacks : 0); f++)
			if (!restarting_does(failure_step(&lane->block->steps[i], f)))
				return false;
	return true;
}

/* A step that is done has taken the node down. Of one whose outcome is not known, nobody can tell. */
static bool
has_taken_down(const struct lane *lane)
{
	for (size_t i = 0; i < lane->at; i++)
		if (lane->block->steps[i].impact == IMPACT_TAKES_NODE_DOWN)
			return true;
	for (size_t f = 1; f < lane->rescue; f++)
		if (failure_step(&lane->block->steps[lane->at], f)->impact == IMPACT_TAKES_NODE_DOWN)
			return true;
	return false;
}

/* Somebody else has started the node, or it was never down: what nothing of ours has begun is still to be done. */
static void
note_others(struct lane *lane)
{
	if (has_taken_down(lane))
		return;
	lane->stamp[0] = '\0';
	lane->up_act = false;
}

static void
restore_end(struct core *core, struct lane *lane, bool good)
{
	bool others = lane->stamp[0] == '\0' && !lane->up_act;          /* voided, and no start since was ours */
	char why[MESSAGE];

	snprintf(why, sizeof why, "%s", !good ? lane->message : lane->block->restore.type ? "failed; the node is back"
	    : "failed; the node is up");
	lane->step = step_free(core, lane->step);
	lane->restoring = lane->stabilising = false;
	lane->out_of_service = !good;
	lane->held = !good;
	notices_of_lane(core, lane);
	lane->up_act = true;
	if (!good)
		op_event(core, lane->op, "Warning", REASON_OutOfService, "%s is OUT OF SERVICE: it was taken down and "
		    "could not be brought back: %s", lane->node->name, lane->message);
	if (skip_reason(lane->op, lane)) {
		skip_lane(core, lane, skip_reason(lane->op, lane));
	} else if (lane->failed || !good) {
		lane->failed = true;
		lane_set_state(core, lane, LANE_FAILED, why);
	} else if (is_subsumed(lane) && !others) {
		lane->at = after_start(lane);
		lane->rescue = 0;
		lane_record(core, lane);
	} else {
		lane_forget_steps(core, lane);
		lane_set_state(core, lane, LANE_WAITING, "restored; it begins again");
	}
}

bool
lane_has_ordered_nothing(const struct lane *lane)
{
	for (size_t i = 0; i < lane->step->nacts; i++) {
		const struct act_record *act = &lane->step->acts[i];

		if (act->view.state != ACT_NONE && act->view.state != ACT_NOT_SENT &&
		    !(act->upkeep && act->view.state == ACT_ANSWERED))
			return false;
	}
	return true;
}

bool
lane_restore_is_open(const struct lane *lane)
{
	return lane->step && lane->step->plan == &lane->block->restore && lane_has_ordered_nothing(lane);
}

/* By an earlier core's order, or somebody else's. Or it was never down, and its work is still to be done. */
static void
found_up(struct core *core, struct lane *lane)
{
	note_others(lane);
	restore_end(core, lane, true);
}

/* Nothing has been ordered yet and the node is up all the same. */
static bool
is_back_already(struct core *core, struct lane *lane)
{
	return lane_restore_is_open(lane) && sweep_want(core, lane->op->cluster, lane->restore_since_up_ms) &&
	    gate_node_is_up(lane->op, lane);
}

/* Started already and not down everywhere, or booting by its own word: it needs time, not another restart. */
static bool
needs_time(struct lane *lane)
{
	return gate_node_is_returning(lane->op, lane) || (lane->at >= after_start(lane) && after_start(lane) > 0 &&
	    !gate_node_is_down_everywhere(lane->op, lane));
}

/* Nothing has been ordered yet, since what may still arrive was waited for, and by its own word it boots by now. */
static void
leave_to_boot(struct core *core, struct lane *lane)
{
	if (!lane_restore_is_open(lane) || !sweep_want(core, lane->op->cluster, lane->restore_since_up_ms) ||
	    !gate_node_is_returning(lane->op, lane))
		return;
	lane->step = step_free(core, lane->step);
	lane->stabilising = true;
}

/* It has had its time to be seen up, or at least on its way. */
static bool
stays_down(struct core *core, struct lane *lane)
{
	if (lane->block->restore.type)
		return false;
	if (lane->restore_since_up_ms == 0)     /* read from the journal: it has that time anew */
		lane->restore_since_up_ms = core->now.up_ms;
	if (core->now.up_ms - lane->restore_since_up_ms < LOOK_MS) {
		step_wake_at(core, lane->step, lane->restore_since_up_ms + LOOK_MS);
		return false;
	}
	return !gate_node_is_up(lane->op, lane) && !gate_node_is_returning(lane->op, lane);
}

/* What is to be done of its node? False: nothing yet, or it has ended. */
static bool
set_about(struct core *core, struct lane *lane)
{
	if (!lane->block->restore.type) {
		lane->stabilising = true;
		return true;
	}
	if (!sweep_want(core, lane->op->cluster, lane->restore_since_up_ms))
		return false;
	if (gate_node_is_up(lane->op, lane)) {
		found_up(core, lane);
		return false;
	}
	lane->stabilising = needs_time(lane);
	if (!lane->stabilising)
		lane->step = step_new(lane->op, lane, &lane->block->restore);
	return true;
}

void
lane_restore_run(struct core *core, struct lane *lane)
{
	struct op *op = lane->op;

	if (is_back_already(core, lane)) {
		found_up(core, lane);
		return;
	}
	leave_to_boot(core, lane);
	if (!lane->step && !lane->stabilising && !set_about(core, lane))
		return;
	if (!lane->step)
		lane->step = step_new(op, lane, &lane->block->stable);
	step_run(core, op, lane->step);
	if (lane->step && lane->step->state == STEP_RUNNING && stays_down(core, lane)) {
		restore_end(core, lane, false);
		return;
	}
	if (!lane->step || (lane->step->state != STEP_DONE && lane->step->state != STEP_FAILED))
		return;
	snprintf(lane->message, sizeof lane->message, "%s", lane->step->message);
	if (lane->step->state == STEP_FAILED || lane->stabilising) {
		restore_end(core, lane, lane->step->state == STEP_DONE);
	} else {
		if (lane_restore_is_open(lane)) {
			note_others(lane);
			lane_record(core, lane);
		}
		lane->step = step_free(core, lane->step);
		lane->stabilising = true;
		lane_restore_run(core, lane);
	}
}
