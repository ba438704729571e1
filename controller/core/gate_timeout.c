/* A gate that stays closed for longer than the workflow's gateTimeout pauses the operation. It stays paused when the gate
 * opens again: what was true when somebody planned this roll may not be true hours later, and somebody has been called.
 * A TargetCluster that a person has frozen is no such cause, nor is a node that the operation adds and that streams. */
#include <stdio.h>
#include <string.h>

#include "cluster.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

static int64_t
timeout_of(const struct op *op)
{
	return op->block < op->plan->nblocks ? op->plan->blocks[op->block].gate_timeout_ms : PLAN_GATE_TIMEOUT_MS;
}

/* Since when it is closed, on this process' clock. */
static void
follow(struct core *core, struct op *op, bool gated)
{
	struct pace *pace = &op->pace;

	/* Read from the journal, and not asked since. */
	if (pace->gate_recalled && (gated || op->closed_since_wall_ms == 0 || op->object->suspend || op_is_cancelled(op)))
		pace->gate_recalled = false;
	if (!gated && !pace->gate_recalled)
		op->closed_since_wall_ms = 0;
	if (op->closed_since_wall_ms == 0) {
		pace->gate_since_up_ms = -1;
	} else if (pace->gate_since_up_ms < 0) {
		int64_t closed = core->now.wall_ms - op->closed_since_wall_ms, most = timeout_of(op);

		pace->gate_since_up_ms = core->now.up_ms - (closed < 0 ? 0 : closed > most ? most : closed);
	}
	if ((op->cluster->target && op->cluster->target->frozen) || newcomers_join(op))
		pace->gate_since_up_ms = core->now.up_ms;
}

static void
resume(struct core *core, struct op *op, const char *by)
{
	op->pace.gate_paused[0] = '\0';
	op->retry_seen = op->object->retry > op->retry_seen ? op->object->retry : op->retry_seen;
	op_record(op);
	journal_note(op, "goes on after the gate's timeout: %s", by);
	say(core, LOG_LEVEL_INFO, op, NULL, NULL, "goes on after the gate's timeout: %s", by);
	op_kick(core, op);
}

static void
pause_it(struct core *core, struct op *op)
{
	char since[INSTANT_TEXT];

	snprintf(op->pace.gate_paused, sizeof op->pace.gate_paused, "gate closed since %s: %.400s",
	    instant_clock(op->closed_since_wall_ms, since), op->closed_by);
	op_record(op);
	journal_note(op, "paused by the gate's timeout");
	say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "reason=%s paused: %s", REASON_GateTimeout, op->pace.gate_paused);
	op_kick(core, op);
}

void
gate_watch(struct core *core, struct op *op)
{
	const struct step *gated = roll_gated(op);
	struct pace *pace = &op->pace;

	follow(core, op, gated != NULL);
	if (pace->gate_paused[0] && op->object->suspend && !op->object->problem)
		resume(core, op, "spec.suspend was set");
	else if (pace->gate_paused[0] && op->object->retry > op->retry_seen)
		resume(core, op, "spec.retry was raised");
	else if (!pace->gate_paused[0] && gated && pace->gate_since_up_ms >= 0 &&
	    core->now.up_ms - pace->gate_since_up_ms >= timeout_of(op))
		pause_it(core, op);
	if (pace->gate_paused[0])
		pace_hold(op, PHASE_PAUSED, REASON_GateTimeout, "%s", pace->gate_paused);
}
