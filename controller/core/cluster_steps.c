#include "cluster_steps.h"

#include "branch.h"
#include "failure.h"
#include "state.h"

/* What comes after the step at work, if it has ended. True: a step of its onFailure. One that ends the operation stays where
 * it is, for all to see. */
static bool
falls_back(struct core *core, struct op *op, const struct plan_step *plan, size_t *rescue)
{
	struct step *step = op->cluster_step;
	enum after after;

	if (step->state != STEP_DONE && step->state != STEP_FAILED)
		return false;
	after = failure_judge(core, op, plan, step, rescue);
	if (after == AFTER_FAILURE)
		return false;
	op->cluster_step = step_free(core, step);
	if (after == AFTER_FALLBACK)
		op_record(op);
	return after == AFTER_FALLBACK;
}

/* False: it is at work, or nothing may begin, or it has failed. */
static bool
run(struct core *core, struct op *op, const struct plan_step *plan, size_t *rescue)
{
	if (!op->cluster_step && !op_may_begin(core, op))
		return false;
	if (!op->cluster_step && *rescue == 0 && branch_skips(core, op, NULL, plan))
		return true;
	if (plan->approval)
		return approval_step(core, op, plan);
	do {
		if (!op->cluster_step)
			op->cluster_step = step_new(op, NULL, failure_step(plan, *rescue));
		step_run(core, op, op->cluster_step);
	} while (falls_back(core, op, plan, rescue));
	return !op->cluster_step;
}

enum progress
cluster_steps_run(struct core *core, struct op *op, const struct plan_step *steps, size_t count, size_t *at,
    size_t *rescue)
{
	while (*at < count) {
		const struct plan_step *plan = &steps[*at];

		if (!run(core, op, plan, rescue))
			return op->cluster_step && op->cluster_step->state == STEP_FAILED ? PROGRESS_FAILED : PROGRESS_AT_WORK;
		++*at;
		/* Its own record tells that it is passed only where it is done and stands in the list of its block. */
		op_record(op);
	}
	return PROGRESS_DONE;
}

void
cluster_steps_forget(struct op *op, const struct plan_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t f = 0; f <= steps[i].nfallbacks; f++)
			journal_put(op, failure_step(&steps[i], f)->number, "");
}
