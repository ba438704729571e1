#include "branch.h"

#include <string.h>

#include "buf.h"
#include "builtin.h"
#include "lane.h"
#include "late.h"
#include "log.h"
#include "reasons.h"
#include "state.h"

static const char *
value_of(const struct op *op, const struct lane *lane, const struct plan_when *when)
{
	const char *name = when->step ? when->step : when->variable;
	const char *text = lane ? values_find(&lane->values, name) : NULL;
	enum builtin builtin = when->step ? BUILTIN_NONE : builtin_find(name, strlen(name));

	if (lane && builtin_is_of_lane(builtin))
		return builtin == BUILTIN_ZONE ? lane->node->zone : lane->node->name;
	if (text)
		return text;
	return when->step ? values_find(&op->values, name) : late_value(op, name);
}

/* The first that does not hold says why. */
static bool
all_hold(const struct op *op, const struct lane *lane, const struct plan_when *whens, size_t count, struct buf *why)
{
	for (size_t i = 0; i < count; i++)
		if (!plan_when_holds(&whens[i], value_of(op, lane, &whens[i]), why))
			return false;
	return true;
}

static void
keep(struct op *op, struct lane *lane, const struct plan_step *step, const char *outcome)
{
	if (plan_asks_outcome(op->plan, step->number))
		values_put(lane ? &lane->values : &op->values, step->number, outcome);
}

void
branch_outcome(struct op *op, struct lane *lane, const struct plan_step *step, const char *outcome)
{
	keep(op, lane, step, outcome);
}

/* Of a thousand nodes nobody wants an Event each. */
static void
tell(struct core *core, struct op *op, struct lane *lane, const struct plan_step *plan, const char *why)
{
	struct step *step = step_new(op, lane, plan);

	say(core, LOG_LEVEL_INFO, op, step->id, lane ? lane->node->name : NULL, "%s: skipped: %s", step_kind(step), why);
	journal_note(op, "%s: skipped: %s", step->id, why);
	recent_skipped(core, op, step, why);
	if (!lane)
		op_event(core, op, "Normal", REASON_StepSkipped, "%s %s is skipped: %s", step->id, step_kind(step), why);
	step_free(core, step);
}

bool
branch_skips(struct core *core, struct op *op, struct lane *lane, const struct plan_step *step)
{
	CLEANUP_BUF struct buf why = BUF_INIT(BUF_MAX_LINE);

	if (step->nwhen == 0 || all_hold(op, lane, step->when, step->nwhen, &why))
		return false;
	keep(op, lane, step, "skipped");
	tell(core, op, lane, step, buf_str(&why));
	return true;
}

static void
skip_lanes(struct core *core, struct op *op, const struct plan_block *block, const char *why)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].block == block && op->lanes[i].state == LANE_WAITING)
			lane_set_state(core, &op->lanes[i], LANE_SKIPPED, why);
}

bool
branch_skips_block(struct core *core, struct op *op, size_t number)
{
	const struct plan_block *block = &op->plan->blocks[number];
	CLEANUP_BUF struct buf why = BUF_INIT(BUF_MAX_LINE);

	if (block->nwhen == 0 || all_hold(op, NULL, block->when, block->nwhen, &why))
		return false;
	skip_lanes(core, op, block, buf_str(&why));
	if (number < op->block)
		return true;
	say(core, LOG_LEVEL_INFO, op, NULL, NULL, "block %zu: skipped: %s", number + 1, buf_str(&why));
	journal_note(op, "block %zu: skipped: %s", number + 1, buf_str(&why));
	op_event(core, op, "Normal", REASON_StepSkipped, "block %zu is skipped: %s", number + 1, buf_str(&why));
	return true;
}

void
branch_tell_plan(struct core *core, struct op *op)
{
	for (size_t b = 0; b < op->plan->nblocks; b++) {
		const struct plan_block *block = &op->plan->blocks[b];

		for (size_t i = 0; i < block->nleft_out; i++) {
			const struct plan_left_out *left = &block->left_out[i];

			say(core, LOG_LEVEL_INFO, op, left->number, NULL, "%s: skipped: %s", left->what, left->why);
			journal_note(op, "%s: skipped: %s", left->number, left->why);
			op_event(core, op, "Normal", REASON_StepSkipped, "%s %s is skipped: %s", left->number, left->what,
			    left->why);
		}
	}
}
