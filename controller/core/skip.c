/* spec.skip: a node is left out with a reason, journaled and told. What has been begun is finished first, and a node that is
 * held down is brought back before it is left alone. If it cannot be, it is shouted as out of service and counts as held
 * down for the gate, but stands in nobody's way: a person has said so. */
#include "knobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "lane.h"
#include "log.h"
#include "reasons.h"
#include "state.h"

const char *
skip_reason(const struct op *op, const struct lane *lane)
{
	for (size_t i = 0; i < op->object->nskips; i++)
		if (strcmp(op->object->skips[i].node, lane->node->name) == 0)
			return op->object->skips[i].reason;
	return NULL;
}

void
skip_lane(struct core *core, struct lane *lane, const char *reason)
{
	lane->step = step_free(core, lane->step);
	lane->failed = false;
	op_event(core, lane->op, "Normal", REASON_NodeSkipped, "%s is left out: %s", lane->node->name, reason);
	journal_note(lane->op, "%s: spec.skip: %s", lane->node->name, reason);
	lane_set_state(core, lane, LANE_SKIPPED, reason);
}

/* Nothing of it has happened to the node: leaving it out costs nothing. */
static bool
may_be_left(const struct lane *lane)
{
	if (lane->held || lane->restoring)
		return false;
	return lane->state == LANE_WAITING || lane->state == LANE_FAILED ||
	    (lane->state == LANE_RUNNING && lane_is_untouched(lane));
}

static bool
is_planned(const struct plan *plan, const char *name)
{
	bool others = false;

	for (size_t b = 0; b < plan->nblocks; b++) {
		others = others || plan->blocks[b].others;
		for (size_t i = 0; plan->blocks[b].each_node && i < plan->blocks[b].nlanes; i++)
			if (strcmp(plan->nodes[plan->blocks[b].lanes[i]].name, name) == 0)
				return true;
	}
	for (size_t i = 0; others && i < plan->nnodes; i++)
		if (strcmp(plan->nodes[i].name, name) == 0)
			return true;
	return false;
}

bool
skip_names_nobody(const struct op *op, const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < op->object->nskips; i++) {
		const char *name = op->object->skips[i].node;

		if (is_planned(plan, name))
			continue;
		err_set(err, "spec.skip[%zu].node: %.60s is no node of the plan: correct the name or take the entry away", i,
		    name);
		return true;
	}
	return false;
}

/* Why the entry changes nothing now; NULL: it did, or there is nothing to say. */
static const char *
without_effect(const struct op *op, const char *node)
{
	const char *why = "it is no node of the plan";

	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if (strcmp(lane->node->name, node) != 0)
			continue;
		if (lane->state == LANE_SKIPPED)
			return NULL;
		if (lane->held)
			why = "it is held down, and comes back first";
		else if (lane->state == LANE_DONE)
			why = "its steps are done";
		else
			why = "it has been begun, and is finished first";
	}
	return why;
}

/* Once for each: the list of those that have been told is kept as ",name,name,". */
static void
tell(struct core *core, struct op *op, const char *node)
{
	CLEANUP_FREE char *name = xasprintf(",%s,", node);
	const char *why = without_effect(op, node);
	char *told;

	if (!why || (op->skips_told && strstr(op->skips_told, name)))
		return;
	told = xasprintf("%s%s", op->skips_told ? op->skips_told : ",", name + 1);
	free(op->skips_told);
	op->skips_told = told;
	op_event(core, op, "Warning", REASON_SkipIneffective, "spec.skip has no effect on %s now: %s", node, why);
	say(core, LOG_LEVEL_WARN, op, NULL, node, "reason=%s spec.skip has no effect on %s now: %s", REASON_SkipIneffective,
	    node, why);
	journal_note(op, "%s: spec.skip has no effect now: %s", node, why);
}

bool
skips_run(struct core *core, struct op *op)
{
	bool some = false;

	if (op->object->nskips == 0 || op_is_cancelled(op) || journal_away_ms(core, op) > 0)
		return false;
	for (size_t i = 0; i < op->nlanes; i++) {
		struct lane *lane = &op->lanes[i];
		const char *reason = skip_reason(op, lane);

		if (!reason || !may_be_left(lane))
			continue;
		skip_lane(core, lane, reason);
		some = true;
	}
	for (size_t i = 0; i < op->object->nskips; i++)
		tell(core, op, op->object->skips[i].node);
	return some;
}

bool
skip_on_retry(struct core *core, struct lane *lane)
{
	const char *reason = skip_reason(lane->op, lane);

	if (!reason)
		return false;
	if (!lane->held) {
		if (lane->state != LANE_SKIPPED)
			skip_lane(core, lane, reason);
	} else if (lane->block->restore.type) {
		lane->failed = lane->out_of_service = false;
		lane_set_state(core, lane, LANE_RUNNING, "is brought back, to be left out then");
		lane_restore(core, lane, "it is to be left out");
	}
	return true;
}
