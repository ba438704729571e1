/* What a person must say before it goes on: spec.approvals names a step and the plan that was looked at. Who said it the
 * API server's audit knows; here it counts once, and what it lets pass is journaled as passed. */
#include <stdio.h>
#include <string.h>

#include "instant.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

bool
approval_is_named(const struct op *op, const char *step, const char *hash)
{
	const struct operation *object = op->object;

	for (size_t i = 0; i < object->napprovals; i++)
		if (strcmp(object->approvals[i].step, step) == 0 && strcmp(object->approvals[i].plan_hash, hash) == 0)
			return true;
	return false;
}

/* Of the same step, for another plan than 'hash'; NULL: none was named. */
static const char *
wrong_hash(const struct operation *object, const char *step)
{
	for (size_t i = 0; i < object->napprovals; i++)
		if (strcmp(object->approvals[i].step, step) == 0)
			return object->approvals[i].plan_hash;
	return NULL;
}

void
approval_await(struct op *op, int phase, const char *reason, const char *step, const char *hash, const char *message)
{
	const char *wrong = wrong_hash(op->object, step);
	char named[64] = "";

	if (wrong && !approval_is_named(op, step, hash))
		snprintf(named, sizeof named, "wrong planHash %.20s; ", wrong);
	pace_hold(op, phase, reason, "%sapprove %s, plan %s%s%.200s: kubectl patch clop %.100s --type merge -p "
	    "'{\"spec\":{\"approvals\":[{\"step\":\"%s\",\"planHash\":\"%s\"}]}}'", named, step, hash, message ? ": " : "",
	    message ? message : "", op->name, step, hash);
	snprintf(op->pace.awaited_step, sizeof op->pace.awaited_step, "%s", step);
	snprintf(op->pace.awaited_hash, sizeof op->pace.awaited_hash, "%s", hash);
}

void
approval_write(const struct op *op, struct json_out *out)
{
	if (!op->pace.awaited_step[0] || strcmp(op->reason, op->pace.reason) != 0)
		return;
	json_open(out, "approval");
	json_put_str(out, "step", op->pace.awaited_step);
	json_put_str(out, "planHash", op->pace.awaited_hash);
	json_close(out);
}

void
approval_take(struct core *core, struct op *op, const char *step, const char *hash)
{
	op_event(core, op, "Normal", REASON_Approved, "step %s of plan %s is approved", step, hash);
	say(core, LOG_LEVEL_INFO, op, step, NULL, "reason=%s step %s of plan %s is approved", REASON_Approved, step, hash);
	journal_note(op, "approved: step %s of plan %s", step, hash);
}

bool
approval_given(struct core *core, struct op *op, const char *step, const char *hash, const char *message)
{
	if (!approval_is_named(op, step, hash)) {
		approval_await(op, PHASE_AWAITING_APPROVAL, REASON_AwaitingApproval, step, hash, message);
		return false;
	}
	approval_take(core, op, step, hash);
	return true;
}

/* --- as a step of the plan */

/* Journaled as a step that has ended. */
static struct step *
end(struct core *core, struct op *op, const struct plan_step *plan, enum step_state state, const char *message)
{
	struct step *step = step_new(op, NULL, plan);

	step->state = state;
	step->attempt = 1;
	step->began_wall_ms = core->now.wall_ms;
	snprintf(step->message, sizeof step->message, "%s", message);
	if (state == STEP_FAILED)
		op_error(core, op, step, REASON_ApprovalTimeout, message);
	step_record(core, op, step, NULL);
	op->pace.approval_until_wall_ms = 0;
	op_record(op);
	return step;
}

/* False: it is awaited still. Its end is a moment in the journal. */
static bool
is_over(struct core *core, struct op *op, const struct plan_step *plan)
{
	struct pace *pace = &op->pace;

	if (plan->timeout_ms == 0)
		return false;
	if (pace->approval_until_wall_ms == 0) {
		pace->approval_until_wall_ms = core->now.wall_ms + plan->timeout_ms;
		pace->approval_until_up_ms = core->now.up_ms + plan->timeout_ms;
		op_record(op);
	}
	if (pace->approval_until_up_ms < 0)
		pace->approval_until_up_ms = pace_up_ms(core, pace->approval_until_wall_ms, plan->timeout_ms);
	pace_wake_at(core, op, pace->approval_until_up_ms);
	return core->now.up_ms >= pace->approval_until_up_ms;
}

/* True: it goes on without it. */
static bool
give_up(struct core *core, struct op *op, const struct plan_step *plan)
{
	static const char *const outcomes[] = {"it has failed", "the operation goes on", "the operation is cancelled"};
	char message[MESSAGE], duration[INSTANT_TEXT];

	snprintf(message, sizeof message, "nobody has approved step %s within %s: %s", plan->number,
	    duration_text(plan->timeout_ms, duration), outcomes[plan->on_timeout]);
	op_event(core, op, "Warning", REASON_ApprovalTimeout, "%s", message);
	say(core, LOG_LEVEL_WARN, op, plan->number, NULL, "reason=%s %s", REASON_ApprovalTimeout, message);
	journal_note(op, "%s", message);
	switch (plan->on_timeout) {
	case WORKFLOW_CONTINUE:
		step_free(core, end(core, op, plan, STEP_DONE, message));
		return true;
	case WORKFLOW_CANCEL:
		op->pace.timed_out = true;
		return false;
	default:
		op->cluster_step = end(core, op, plan, STEP_FAILED, message);
		return false;
	}
}

bool
approval_step(struct core *core, struct op *op, const struct plan_step *plan)
{
	char message[MESSAGE], until[INSTANT_TEXT];

	if (op->cluster_step)
		return false;    /* it was not given in time */
	if (approval_is_named(op, plan->number, op->plan->hash)) {
		approval_take(core, op, plan->number, op->plan->hash);
		snprintf(message, sizeof message, "approved with plan %s", op->plan->hash);
		step_free(core, end(core, op, plan, STEP_DONE, message));
		return true;
	}
	if (is_over(core, op, plan))
		return give_up(core, op, plan);
	if (plan->timeout_ms)
		snprintf(message, sizeof message, "by %s%s%.200s", instant_clock(op->pace.approval_until_wall_ms, until),
		    plan->message ? ", " : "", plan->message ? plan->message : "");
	approval_await(op, PHASE_AWAITING_APPROVAL, REASON_AwaitingApproval, plan->number, op->plan->hash,
	    plan->timeout_ms ? message : plan->message);
	return false;
}
