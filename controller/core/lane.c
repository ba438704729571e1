#include "lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "knobs.h"
#include "log.h"
#include "reasons.h"
#include "state.h"

enum { JOURNAL_PATIENCE_MS = 2000 };

void
lane_record_later(struct lane *lane)
{
	struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);
	char field[200];

	snprintf(field, sizeof field, "lane/%zu/%s", lane->block_index + 1, lane->node->name);
	record_lane(lane, &value);
	journal_put_later(lane->op, field, buf_str(&value));
	buf_done(&value);
}

void
lane_record(struct core *core, struct lane *lane)
{
	(void)core;
	lane_record_later(lane);
	lane->op->journal.open.due = true;
}

void
lane_set_state(struct core *core, struct lane *lane, enum lane_state state, const char *why)
{
	static const char *const names[] = {"waiting", "running", "done", "failed", "skipped"};

	say(core, LOG_LEVEL_INFO, lane->op, NULL, lane->node->name, "node %s: %s -> %s: %s", lane->node->name,
	    names[lane->state], names[state], why);
	lane->state = state;
	if (state == LANE_DONE || state == LANE_FAILED)
		pace_lane_ended(core, lane);
	snprintf(lane->message, sizeof lane->message, "%s", why);
	lane_record(core, lane);
	journal_note(lane->op, "%s: %s", lane->node->name, names[state]);
}

void
lane_done(struct core *core, struct lane *lane)
{
	lane->step = step_free(core, lane->step);
	for (size_t i = 0; i < lane->nmemory; i++)
		free(lane->memory[i].value);
	free(lane->memory);
	lane->memory = NULL;
	lane->nmemory = 0;
}

static void
forget_step(struct lane *lane, const struct plan_step *step)
{
	char field[200];

	if (!step->number)
		return;
	snprintf(field, sizeof field, "%s/%s", step->number, lane->node->name);
	journal_put(lane->op, field, "");
}

/* Its steps so far are no longer true: their records go, so that nobody takes them for finished. */
static void
forget_steps(struct core *core, struct lane *lane)
{
	for (size_t i = 0; i < lane->block->nsteps; i++)
		forget_step(lane, &lane->block->steps[i]);
	lane_done(core, lane);
	lane->at = 0;
	lane->held = lane->touched = lane->up_act = lane->restoring = lane->stabilising = false;
	lane->failed = lane->out_of_service = false;
	lane->stamp[0] = lane->process[0] = '\0';
	lane->cool_until_wall_ms = 0;
}

void
lane_void(struct core *core, struct lane *lane, const char *why)
{
	bool held = lane->held && lane->touched;

	op_event(core, lane->op, "Normal", REASON_NodeRestarted, "%s: %s between two of its steps: it begins again under the "
	    "gate", lane->node->name, why);
	say(core, LOG_LEVEL_WARN, lane->op, NULL, lane->node->name, "reason=%s %s: its finished steps are void",
	    REASON_NodeRestarted, why);
	forget_steps(core, lane);
	/* The process that was started since may be the one that our act met: what we may have taken down we bring back
	 * first, or see up. */
	if (lane->block->restore.type && held) {
		lane->held = lane->touched = true;
		lane_restore(core, lane, why);
	} else {
		lane_set_state(core, lane, LANE_WAITING, why);
	}
	op_kick(core, lane->op);
}

void
lane_rearm(struct core *core, struct lane *lane)
{
	/* It was left down: its process has nothing to drain, and may be dead. */
	if (lane->held && lane->block->restore.type) {
		lane->failed = lane->out_of_service = false;
		lane_set_state(core, lane, LANE_RUNNING, "is brought back first");
		lane_restore(core, lane, "it is taken up again");
		return;
	}
	forget_steps(core, lane);
	lane_set_state(core, lane, LANE_WAITING, "taken up again");
}

/* --- restoring --- */

/* The place after the last step that brings the node up; 0 if the lane has none. */
static size_t
after_start(const struct lane *lane)
{
	size_t after = 0;

	for (size_t i = 0; i < lane->block->nsteps; i++) {
		const struct reconciler *type = lane->block->steps[i].type;

		if (type && type_brings_up(type))
			after = i + 1;
	}
	return after;
}

static bool
start_has_left(const struct lane *lane)
{
	const struct step *step = lane->step;

	if (!step || !step->plan->type || !type_brings_up(step->plan->type))
		return false;
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].view.state != ACT_NONE && step->acts[i].view.state != ACT_INTENDED &&
		    step->acts[i].view.state != ACT_NOT_SENT)
			return true;
	return false;
}

/* With the journal away the next step cannot be intended, so the node would stay down: bring it back on the intent
 * that was journaled when it was taken down. */
static bool
is_stranded(const struct core *core, const struct lane *lane)
{
	return journal_away_ms(core, lane->op) > JOURNAL_PATIENCE_MS && lane->held && lane->touched && !lane->restoring &&
	    lane->block->restore.type && lane->at < after_start(lane) && !start_has_left(lane) &&
	    !(lane->step && acts_may_arrive(lane->step));
}

void
lane_restore(struct core *core, struct lane *lane, const char *why)
{
	op_event(core, lane->op, "Warning", REASON_Restoring, "%s is being brought back: %s", lane->node->name, why);
	say(core, LOG_LEVEL_WARN, lane->op, NULL, lane->node->name, "reason=%s %s is being brought back: %s",
	    REASON_Restoring, lane->node->name, why);
	/* Who takes over must find neither this step at work beside the restoring one, nor an earlier restoring done. */
	if (lane->step && lane->step->state == STEP_RUNNING)
		journal_put(lane->op, lane->step->id, "");
	forget_step(lane, &lane->block->restore);
	forget_step(lane, &lane->block->stable);
	lane->step = step_free(core, lane->step);
	lane->restoring = true;
	lane->stabilising = false;
	lane->restore_since_up_ms = core->now.up_ms;
	lane_record(core, lane);
}

/* A restart does what stopping and starting would have done; anything else between them it does not. */
static bool
is_subsumed(const struct lane *lane)
{
	for (size_t i = lane->at; i < after_start(lane); i++) {
		const struct reconciler *type = lane->block->steps[i].type;

		if (!type || type->impact == IMPACT_NONE || type->impact == IMPACT_CHANGES_TOPOLOGY)
			return false;
	}
	return true;
}

/* A step that is done has taken the node down. Of one whose outcome is not known, nobody can tell. */
static bool
has_taken_down(const struct lane *lane)
{
	for (size_t i = 0; i < lane->at; i++)
		if (lane->block->steps[i].type && lane->block->steps[i].type->impact == IMPACT_TAKES_NODE_DOWN)
			return true;
	return false;
}

static void
restore_end(struct core *core, struct lane *lane, bool good)
{
	bool others = lane->stamp[0] == '\0' && !lane->up_act;          /* voided, and no start since was ours */
	char why[MESSAGE];

	snprintf(why, sizeof why, "%s", good ? "failed; the node is back" : lane->message);
	lane->step = step_free(core, lane->step);
	lane->restoring = lane->stabilising = false;
	lane->out_of_service = !good;
	lane->held = !good;
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
		lane_record(core, lane);
	} else {
		forget_steps(core, lane);
		lane_set_state(core, lane, LANE_WAITING, "restored; it begins again");
	}
}

/* The restoring act has not been ordered, or has not left. */
bool
lane_restore_is_open(const struct lane *lane)
{
	const struct step *step = lane->step;

	if (!step || step->plan != &lane->block->restore)
		return false;
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].view.state != ACT_NONE && step->acts[i].view.state != ACT_NOT_SENT)
			return false;
	return true;
}

/* By an earlier core's order, or somebody else's. Or it was never down, and its work is still to be done. */
static void
found_up(struct core *core, struct lane *lane)
{
	if (!has_taken_down(lane))
		lane->stamp[0] = '\0';
	lane->up_act &= has_taken_down(lane);
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

static void
restore_run(struct core *core, struct lane *lane)
{
	struct op *op = lane->op;

	if (is_back_already(core, lane)) {
		found_up(core, lane);
		return;
	}
	if (!lane->step && !lane->stabilising) {
		if (!sweep_want(core, op->cluster, lane->restore_since_up_ms))
			return;
		if (gate_node_is_up(op, lane)) {
			found_up(core, lane);
			return;
		}
		lane->stabilising = needs_time(lane);
		if (!lane->stabilising)
			lane->step = step_new(op, lane, &lane->block->restore);
	}
	if (!lane->step)
		lane->step = step_new(op, lane, &lane->block->stable);
	step_run(core, op, lane->step);
	if (!lane->step || (lane->step->state != STEP_DONE && lane->step->state != STEP_FAILED))
		return;
	snprintf(lane->message, sizeof lane->message, "%s", lane->step->message);
	if (lane->step->state == STEP_FAILED || lane->stabilising) {
		restore_end(core, lane, lane->step->state == STEP_DONE);
	} else {
		lane->step = step_free(core, lane->step);
		lane->stabilising = true;
		restore_run(core, lane);
	}
}

/* --- its own steps --- */

static void
fail(struct core *core, struct lane *lane)
{
	op_event(core, lane->op, "Warning", REASON_NodeFailed, "%s: %s: %s", lane->node->name, step_kind(lane->step),
	    lane->step->message);
	lane->failed = true;
	snprintf(lane->message, sizeof lane->message, "%s", lane->step->message);
	if (lane->held && lane->block->restore.type) {
		lane_restore(core, lane, "its step failed");
		return;
	}
	lane->step = step_free(core, lane->step);
	lane->out_of_service = lane->held;
	lane_set_state(core, lane, LANE_FAILED, lane->message);
}

static const struct plan_step *
next_step(const struct core *core, const struct lane *lane)
{
	if (lane->at < lane->block->nsteps)
		return &lane->block->steps[lane->at];
	/* Without a gate there are no views to be stable in. */
	return lane->at == lane->block->nsteps && lane->block->disruptive &&
	    !lane->block->leaves_down && core->config.gate
	    ? &lane->block->stable : NULL;
}

bool
lane_is_untouched(const struct lane *lane)
{
	return !lane->held && !lane->touched && lane->at == 0 && !(lane->step && acts_unresolved(lane->step));
}

/* Untouched lanes go back to waiting when nothing may begin: a safe point costs them nothing. */
static bool
step_back(struct core *core, struct lane *lane)
{
	if (op_may_begin(core, lane->op) || journal_away_ms(core, lane->op) > 0 || !lane_is_untouched(lane))
		return false;
	lane->step = step_free(core, lane->step);
	lane_set_state(core, lane, LANE_WAITING, "not begun");
	return true;
}

static void
end(struct core *core, struct lane *lane)
{
	/* Steps that end with the node down were asked for as such: it stays ours until somebody says otherwise. */
	lane->held &= lane->block->leaves_down;
	lane_set_state(core, lane, LANE_DONE, lane->held ? "done; the node is left down" : "done");
}

static void
advance(struct core *core, struct lane *lane)
{
	lane->step = step_free(core, lane->step);
	lane->at++;
	if (next_step(core, lane))
		lane_record(core, lane);
	else
		end(core, lane);
}

void
lane_run(struct core *core, struct lane *lane)
{
	lane_follow(core, lane);
	while (lane->state == LANE_RUNNING) {
		struct step *step;

		if (is_stranded(core, lane))
			lane_restore(core, lane, "the journal is away");
		if (lane->restoring) {
			restore_run(core, lane);
			if (lane->restoring)
				return;
			continue;
		}
		if (step_back(core, lane))
			return;
		if (!lane->step && !next_step(core, lane)) {
			end(core, lane);        /* read from a journal whose writer had a stable window to wait for */
			return;
		}
		if (!lane->step)
			lane->step = step_new(lane->op, lane, next_step(core, lane));
		step = lane->step;
		step_run(core, lane->op, step);
		if (lane->step != step)
			return;         /* voided */
		if (step->state == STEP_DONE)
			advance(core, lane);
		else if (step->state == STEP_FAILED)
			fail(core, lane);
		else
			return;
	}
}
