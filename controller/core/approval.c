/* What a person must say before it goes on: spec.approvals names a step and the plan that was looked at. Who said it the
 * API server's audit knows; here it counts once, and what it lets pass is journaled as passed. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

enum approval
approval_find(const struct op *op, const char *step, const char *hash)
{
	const struct operation *object = op->object;

	for (size_t i = 0; i < object->napprovals; i++)
		if (strcmp(object->approvals[i].step, step) == 0 && strcmp(object->approvals[i].plan_hash, hash) == 0)
			return APPROVAL_GIVEN;
	return APPROVAL_NONE;
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

	if (wrong && approval_find(op, step, hash) == APPROVAL_NONE)
		snprintf(named, sizeof named, "wrong planHash %.20s; ", wrong);
	pace_hold(op, phase, reason, "%sapprove %s, plan %s%s%.200s: kubectl patch clop %.100s --type merge -p "
	    "'{\"spec\":{\"approvals\":[{\"step\":\"%s\",\"planHash\":\"%s\"}]}}'", named, step, hash, message ? ": " : "",
	    message ? message : "", op->name, step, hash);
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
	if (approval_find(op, step, hash) == APPROVAL_NONE) {
		approval_await(op, PHASE_AWAITING_APPROVAL, REASON_AwaitingApproval, step, hash, message);
		return false;
	}
	approval_take(core, op, step, hash);
	return true;
}
