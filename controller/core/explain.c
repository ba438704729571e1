/* Why it does what it does now, or does nothing: phase, reason and the sentence of the WHY column. */
#include "explain.h"

#include <stdio.h>

#include "cluster.h"
#include "failure.h"
#include "lane.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"

const char *
op_gate_reason(const struct op *op)
{
	return op->repair_needed ? REASON_RepairNeeded : REASON_GateClosed;
}

/* Since when the culprit is down; where the ring does not tell, since when the gate is closed. */
static void
explain_closed(struct core *core, struct op *op, const struct step *gated)
{
	const struct ring *ring = op->cluster->ring;
	int culprit = ring_find_name(ring, op->closed_node);
	char closed[INSTANT_TEXT], down[RING_SINCE] = "", text[MESSAGE];

	if (culprit >= 0)
		ring_since(ring, (size_t)culprit, down);
	instant_clock(op->closed_since_wall_ms, closed);
	if (asking_explain_gate(core, op, gated, text, sizeof text))
		op_set_phase(core, op, PHASE_FROZEN, op_gate_reason(op), "%s", text);
	else if (op->repair_needed)
		op_set_phase(core, op, PHASE_FROZEN, REASON_RepairNeeded, "%s", op->closed_by);
	else if (op->closed_node[0])
		op_set_phase(core, op, PHASE_FROZEN, REASON_GateClosed, "%s down since %s", op->closed_node,
		    down[0] ? down : closed);
	else
		op_set_phase(core, op, PHASE_FROZEN, op->cluster->target->frozen ? REASON_ClusterFrozen
		    : REASON_GateClosed, "%s (since %s)", op->closed_by, closed);
}

/* What a step says: whom it waits for, or else what its last look has found. */
static const char *
say_step(struct core *core, struct op *op, const struct step *step, char *text, size_t size)
{
	if (asking_explain_step(core, op, step, text, size))
		return text;
	if (step->message[0])
		return step->message;
	op->status.vague_since_up_ms = core->now.up_ms;
	return step_kind(step);
}

static bool
explain_stricken(struct core *core, struct op *op, enum phase phase)
{
	struct lane *lane = roll_stricken(op);
	char text[MESSAGE] = "";
	const char *why = text;

	if (!lane)
		return false;
	if (lane->step)
		why = say_step(core, op, lane->step, text, sizeof text);
	else
		asking_explain_lane(core, lane, text, sizeof text);
	op_set_phase(core, op, phase, REASON_OutOfService, "%s is OUT OF SERVICE and being brought back: %s",
	    lane->node->name, why);
	return true;
}

/* One that is to be brought back and is being looked at. */
static struct lane *
find_restored(struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].restoring && !op->lanes[i].step)
			return &op->lanes[i];
	return NULL;
}

/* 'what' goes before: "", or what will be done after the nodes at work. False: nothing is at work. */
static bool
explain_work(struct core *core, struct op *op, enum phase phase, const char *reason, const char *what)
{
	const struct step *current = roll_current(op);
	struct lane *restored = find_restored(op);
	const char *node = current && current->lane ? current->lane->node->name : "";
	char text[MESSAGE] = "is looked at before it is brought back";

	if (current) {
		op_set_phase(core, op, phase, reason, "%s%s%s%s", what, node, *node ? ": " : "",
		    say_step(core, op, current, text, sizeof text));
		return true;
	}
	if (!restored)
		return false;
	asking_explain_lane(core, restored, text, sizeof text);
	op_set_phase(core, op, phase, reason, "%s%s: %s", what, restored->node->name, text);
	return true;
}

/* Nothing is at work, and nothing holds it: then it is this controller that may not begin anything. */
static void
explain_rest(struct core *core, struct op *op)
{
	if (!op->cluster->ready)
		op_set_phase(core, op, PHASE_FROZEN, REASON_ClusterNotReady, "%s", op->cluster->problem);
	else if (!informers_connected(core))
		op_set_phase(core, op, PHASE_RUNNING, REASON_ServerAway, "the API server does not answer: no node is begun");
	else if (core->stopping || shard_is_leaving(core, op->shard))
		op_set_phase(core, op, PHASE_RUNNING, REASON_Progressing, "this controller hands over: no node is begun");
	else {
		op->status.vague_since_up_ms = core->now.up_ms;
		op_set_phase(core, op, PHASE_RUNNING, REASON_Progressing, "next node");
	}
}

static void
explain_running(struct core *core, struct op *op)
{
	const struct step *gated = roll_gated(op);

	if (explain_stricken(core, op, PHASE_RUNNING))
		return;
	if (gated && op->closed_since_wall_ms) {
		if (op->phase != PHASE_FROZEN)
			op_event(core, op, "Warning", op_gate_reason(op), "%s", op->closed_by);
		explain_closed(core, op, gated);
		return;
	}
	if (!explain_work(core, op, PHASE_RUNNING, REASON_Progressing, "") && !pace_explain(core, op))
		explain_rest(core, op);
}

/* It will stop at the next safe point: what is it doing until then? */
static void
explain_stopping(struct core *core, struct op *op, enum phase phase, const char *reason, const char *what, const char *knob)
{
	if (!explain_stricken(core, op, phase) && !explain_work(core, op, phase, reason, what))
		op_set_phase(core, op, phase, reason, "%s", knob);
}

static void
explain_suspended(struct core *core, struct op *op)
{
	const char *problem = op->object->problem;

	if (roll_at_safe_point(op))
		op_set_phase(core, op, PHASE_PAUSED, problem ? REASON_Invalid : REASON_Suspended, "%s",
		    problem ? problem : "spec.suspend is set");
	else
		explain_stopping(core, op, PHASE_RUNNING, problem ? REASON_Invalid : REASON_Suspending,
		    problem ? "spec is refused; after " : "suspends after ", problem ? problem : "spec.suspend is set");
}

/* What comes at the end is decided: what is still to be done? */
static void
explain_ending(struct core *core, struct op *op)
{
	enum phase phase = op->ending.phase == PHASE_CANCELLED ? PHASE_CANCELLING : PHASE_RUNNING;
	char what[48];

	snprintf(what, sizeof what, "ends as %s after ", phase_name(op->ending.phase));
	if (!explain_work(core, op, phase, REASON_Finally, what))
		explain_rest(core, op);
}

static void
explain(struct core *core, struct op *op)
{
	char text[MESSAGE];

	if (asking_explain_journal(core, op, text, sizeof text))
		op_say(op, REASON_JournalAway, "%s", text);
	else if (op->ending.phase != PHASE_NONE && (op_is_cancelled(op) || !op->object->suspend || op->cluster_step))
		explain_ending(core, op);
	else if (op_is_cancelled(op))
		explain_stopping(core, op, PHASE_CANCELLING, REASON_Cancelling, "cancels after ", "spec.cancel is set");
	else if (op->object->suspend)
		explain_suspended(core, op);
	else
		explain_running(core, op);
}

void
op_explain(struct core *core, struct op *op)
{
	int64_t since = op->status.vague_since_up_ms;

	op->status.vague_since_up_ms = 0;
	explain(core, op);
	if (since > 0 && op->status.vague_since_up_ms > 0)
		op->status.vague_since_up_ms = since;
}

bool
op_explain_failure(struct core *core, struct op *op)
{
	const struct op_error *error = failure_error(op);
	char many[48] = "", what[80] = "";

	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if (lane->out_of_service) {
			return ending_decide(core, op, PHASE_FAILED, REASON_OutOfService, "%s is OUT OF SERVICE: %s",
			    lane->node->name, lane->message);
		}
	}
	if (roll_count(op, LANE_FAILED) > 1)
		snprintf(many, sizeof many, "%zu nodes failed, the last: ", roll_count(op, LANE_FAILED));
	if (error && error->node[0])
		snprintf(what, sizeof what, "%s: ", error->node);
	else if (error && error->step[0])
		snprintf(what, sizeof what, "step %s: ", error->step);
	return ending_decide(core, op, PHASE_FAILED, REASON_StepFailed, "%s%s%s", many, what, error ? error->message
	    : "a step failed");
}

/* A node that was left out and could not be brought back is shouted all the same. */
bool
op_explain_success(struct core *core, struct op *op)
{
	size_t skipped = roll_count(op, LANE_SKIPPED), njoined, i = 0;
	char left_out[48] = "", joined[300], since[80] = "", failures[80];

	if (skipped)
		snprintf(left_out, sizeof left_out, ", %zu skipped", skipped);
	while (i < op->nlanes && !(op->lanes[i].out_of_service && op->lanes[i].state == LANE_SKIPPED))
		i++;
	njoined = stale_say_joined(op, joined, sizeof joined);
	if (njoined)
		snprintf(since, sizeof since, "; %zu member%s joined since the plan, not touched: ", njoined,
		    njoined > 1 ? "s" : "");
	return ending_decide(core, op, PHASE_SUCCEEDED, REASON_Succeeded, "%s%s%zu nodes done%s%s%s%s", i < op->nlanes
	    ? op->lanes[i].node->name : "", i < op->nlanes ? " is OUT OF SERVICE; " : "", roll_count(op, LANE_DONE), left_out,
	    failure_say(op, failures, sizeof failures), since, joined);
}
