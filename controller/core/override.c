/* spec.overrides: one condition of the gate lifted for a while, for some nodes or keyspaces, with a reason. Never silently:
 * the audit trail, an Event, the log, a counter and the condition GateOpen tell of each use. */
#include "knobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "log.h"
#include "reasons.h"
#include "state.h"

enum { OVERRIDES_MAX = 32 };    /* as many as step.lifted has bits; the CRD takes fewer */

static bool
names(char *const *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* Judged by the target's policy, with nothing asked of the override's keyspaces: of two decisions the first counts. */
static bool
holds_without(struct core *core, struct op *op, struct step *step, const struct operation_override *override)
{
	const struct ring_policy all = cluster_policy(op->cluster);
	struct ring_policy *policy = xcalloc(1, sizeof *policy);
	size_t n = override->nkeyspaces;
	CLEANUP_FREE const char **decided = xcalloc(n + all.ndecided, sizeof *decided);
	CLEANUP_FREE unsigned *levels = xcalloc(n + all.ndecided, sizeof *levels);
	char why[MESSAGE];

	*policy = all;
	for (size_t i = 0; i < n + all.ndecided; i++) {
		decided[i] = i < n ? override->keyspaces[i] : all.decided[i - n];
		levels[i] = i < n ? 0 : all.decided_levels[i - n];
	}
	policy->decided = decided;
	policy->decided_levels = levels;
	policy->ndecided = n + all.ndecided;
	return gate_condition_holds(core, op, step, override->gate, policy, why, sizeof why);
}

static bool
applies(struct core *core, struct op *op, struct step *step, const struct operation_override *override)
{
	if (core->now.wall_ms >= override->until_ms)
		return false;
	if (override->nkeyspaces > 0)
		return holds_without(core, op, step, override);
	return step->lane && names(override->nodes, override->nnodes, step->lane->node->name);
}

static bool
is_intended(const struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].view.state == ACT_INTENDED)
			return true;
	return false;
}

void
override_begin(struct op *op, struct step *step)
{
	op->lifting[0] = '\0';
	step->lifted = 0;
	if (step->lifted_generation == op->object->meta.generation)
		return;
	step->lifted_generation = op->object->meta.generation;
	step->lifted_told = 0;
}

bool
override_lifts(struct core *core, struct op *op, struct step *step, const char *gate, const char *why)
{
	for (size_t i = 0; i < op->object->noverrides && i < OVERRIDES_MAX; i++) {
		const struct operation_override *override = &op->object->overrides[i];
		uint32_t bit = UINT32_C(1) << i;
		size_t len = strlen(op->lifting);
		char until[INSTANT_TEXT];

		if (strcmp(override->gate, gate) != 0 || (is_intended(step) && !(step->lifted_told & bit)) ||
		    !applies(core, op, step, override))
			continue;
		step->lifted |= bit;
		snprintf(op->lifting + len, sizeof op->lifting - len, "%s%s overridden until %s (%.100s), which says: "
		    "%.120s", len ? "; " : "", gate, instant_rfc3339(override->until_ms, until), override->reason, why);
		return true;
	}
	return false;
}

void
override_record(struct core *core, struct op *op, struct step *step)
{
	const char *node = step->lane ? step->lane->node->name : op->object->cluster;

	snprintf(op->overridden, sizeof op->overridden, "%s", op->lifting);
	if ((step->lifted & ~step->lifted_told) == 0)
		return;
	step->lifted_told |= step->lifted;
	core->counters.overrides_used++;
	op_event(core, op, "Warning", REASON_GateOverridden, "%s: %s", node, op->overridden);
	say(core, LOG_LEVEL_WARN, op, step->id, node, "reason=%s %s", REASON_GateOverridden, op->overridden);
	journal_note(op, "%s: gate: %s", step->id, op->overridden);
}
