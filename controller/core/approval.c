/* What a person must say before it goes on: spec.approvals names a step and the plan that was looked at. Who said it the
 * API server's audit knows; here it counts once, and what it lets pass is journaled as passed. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

static void
await(struct op *op, const char *step, const char *hash, const char *wrong, const char *message)
{
	char named[64] = "";

	if (wrong)
		snprintf(named, sizeof named, "wrong planHash %.20s; ", wrong);
	pace_hold(op, PHASE_AWAITING_APPROVAL, REASON_AwaitingApproval, "%sapprove %s, plan %s%s%.200s: kubectl patch clop "
	    "%.100s --type merge -p '{\"spec\":{\"approvals\":[{\"step\":\"%s\",\"planHash\":\"%s\"}]}}'", named, step, hash,
	    message ? ": " : "", message ? message : "", op->name, step, hash);
}

bool
approval_given(struct core *core, struct op *op, const char *step, const char *hash, const char *message)
{
	const struct operation *object = op->object;
	const char *wrong = NULL;

	for (size_t i = 0; i < object->napprovals; i++) {
		const struct operation_approval *approval = &object->approvals[i];

		if (strcmp(approval->step, step) != 0)
			continue;
		if (strcmp(approval->plan_hash, hash) != 0) {
			wrong = approval->plan_hash;
			continue;
		}
		op_event(core, op, "Normal", REASON_Approved, "step %s of plan %s is approved", step, hash);
		say(core, LOG_LEVEL_INFO, op, step, NULL, "reason=%s step %s of plan %s is approved", REASON_Approved, step,
		    hash);
		journal_note(op, "approved: step %s of plan %s", step, hash);
		return true;
	}
	await(op, step, hash, wrong, message);
	return false;
}
