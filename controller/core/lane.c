#include "lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "branch.h"
#include "cluster.h"
#include "failure.h"
#include "knobs.h"
#include "log.h"
#include "outbox.h"
#include "reasons.h"
#include "state.h"

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

const char *const lane_state_names[LANE_STATES] = {"waiting", "running", "done", "failed", "skipped"};

bool
lane_is_over(const struct lane *lane)
{
	return lane->state == LANE_DONE || lane->state == LANE_SKIPPED || lane->state == LANE_FAILED;
}

void
lane_set_state(struct core *core, struct lane *lane, enum lane_state state, const char *why)
{
	say(core, LOG_LEVEL_INFO, lane->op, NULL, lane->node->name, "node %s: %s -> %s: %s", lane->node->name,
	    lane_state_names[lane->state], lane_state_names[state], why);
	lane->state = state;
	if (state == LANE_DONE || state == LANE_FAILED)
		pace_lane_ended(core, lane);
	snprintf(lane->message, sizeof lane->message, "%s", why);
	lane_record(core, lane);
	journal_note(lane->op, "%s: %s", lane->node->name, lane_state_names[state]);
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
	values_done(&lane->values);
}

void
lane_forget_step(struct lane *lane, const struct plan_step *step)
{
	char field[200];

	if (!step->number)
		return;
	snprintf(field, sizeof field, "%s/%s", step->number, lane->node->name);
	journal_put(lane->op, field, "");
}

/* Its steps so far are no longer true: their records go, so that nobody takes them for finished. */
void
lane_forget_steps(struct core *core, struct lane *lane)
{
	for (size_t i = 0; plan_any_step(lane->block, i); i++)
		lane_forget_step(lane, plan_any_step(lane->block, i));
	lane_done(core, lane);
	lane->at = lane->rescue = lane->skipped = 0;
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
	lane_forget_steps(core, lane);
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
	lane_forget_steps(core, lane);
	lane_set_state(core, lane, LANE_WAITING, "taken up again");
}

static void
fail(struct core *core, struct lane *lane)
{
	op_event(core, lane->op, "Warning", REASON_NodeFailed, "%s: %s: %s", lane->node->name, step_kind(lane->step),
	    lane->step->message);
	lane->failed = true;
	snprintf(lane->message, sizeof lane->message, "%s", lane->step->message);
	if (lane->held && (lane->block->restore.type || lane_is_only_looked_at(core, lane))) {
		lane_restore(core, lane, "its step failed");
		return;
	}
	lane->step = step_free(core, lane->step);
	lane->out_of_service = lane->held;
	notices_of_lane(core, lane);
	lane_set_state(core, lane, LANE_FAILED, lane->message);
}

static const struct plan_step *
next_step(const struct core *core, const struct lane *lane)
{
	if (lane->at < lane->block->nsteps)
		return failure_step(&lane->block->steps[lane->at], lane->rescue);
	/* Without a gate there are no views to be stable in; and nothing has been done to one that was left out. */
	return lane->at == lane->block->nsteps && lane->block->disruptive && lane->skipped < lane->block->nsteps &&
	    !lane->block->leaves_down && core->config.gate
	    ? &lane->block->stable : NULL;
}

bool
lane_is_untouched(const struct lane *lane)
{
	return !lane->held && !lane->touched && lane->at == lane->skipped && !(lane->step && acts_unresolved(lane->step));
}

/* Steps are done that leave the node up, and the one that does not has ordered nothing. A node that joins is waited for. */
static bool
has_taken_nothing_down(const struct lane *lane)
{
	return !lane->held && !lane_is_joining(lane) && lane->at > 0 && lane->step && step_takes_down(lane->step) &&
	    lane_has_ordered_nothing(lane);
}

/* Lanes that hold nothing down go back to waiting when nothing may begin: a safe point costs them nothing. What is done stays
 * done. */
static bool
step_back(struct core *core, struct lane *lane)
{
	if (op_may_begin(core, lane->op) || journal_away_ms(core, lane->op) > 0 ||
	    (!lane_is_untouched(lane) && !has_taken_nothing_down(lane)))
		return false;
	/* Nobody who takes over may find it at work. */
	if (lane->step && (lane->rescue || lane->at > 0))
		lane_forget_step(lane, lane->step->plan);
	lane->step = step_free(core, lane->step);
	lane->rescue = lane->at > 0 ? lane->rescue : 0;
	lane->touched = false;
	lane_set_state(core, lane, LANE_WAITING, lane->at > 0 ? "goes on later" : "not begun");
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

/* True: a test has left its next step out. */
static bool
skips(struct core *core, struct lane *lane)
{
	if (lane->step || lane->rescue || lane->at >= lane->block->nsteps ||
	    !branch_skips(core, lane->op, lane, &lane->block->steps[lane->at]))
		return false;
	lane->skipped++;
	advance(core, lane);
	return true;
}

/* Its step has ended: what comes next? */
static void
carry_on(struct core *core, struct lane *lane)
{
	const struct plan_step *main = lane->at < lane->block->nsteps ? &lane->block->steps[lane->at] : lane->step->plan;
	int64_t told = lane->op->rescued + lane->op->passed_over;
	size_t rescue = lane->rescue;
	enum after after = failure_judge(core, lane->op, main, lane->step, &lane->rescue);

	if (after == AFTER_NEXT) {
		advance(core, lane);
	} else if (after == AFTER_FALLBACK) {
		lane->step = step_free(core, lane->step);
		lane_record(core, lane);
	} else {
		lane->rescue = rescue;          /* what was left of it a restart to bring the node back may do */
		fail(core, lane);
	}
	if (after == AFTER_FALLBACK || told < lane->op->rescued + lane->op->passed_over)
		op_record(lane->op);
}

void
lane_run(struct core *core, struct lane *lane)
{
	lane_follow(core, lane);
	while (lane->state == LANE_RUNNING) {
		struct step *step;

		if (lane_is_stranded(core, lane))
			lane_restore(core, lane, "the journal is away");
		if (lane->restoring) {
			lane_restore_run(core, lane);
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
		if (skips(core, lane))
			continue;
		if (!lane->step)
			lane->step = step_new(lane->op, lane, next_step(core, lane));
		step = lane->step;
		step_run(core, lane->op, step);
		if (lane->step != step)
			return;         /* voided */
		if (step->state != STEP_DONE && step->state != STEP_FAILED)
			return;
		carry_on(core, lane);
	}
}
