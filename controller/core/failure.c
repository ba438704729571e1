#include "failure.h"

#include <stdio.h>

#include "branch.h"
#include "log.h"
#include "reasons.h"
#include "state.h"

const struct plan_step *
failure_step(const struct plan_step *main, size_t rescue)
{
	return rescue && rescue <= main->nfallbacks ? &main->on_failure[rescue - 1] : main;
}

static void
tell(struct core *core, struct op *op, const struct step *step, const char *type, const char *reason, const char *what)
{
	const char *node = step->lane ? step->lane->node->name : NULL;

	op_event(core, op, type, reason, "%s%s%s %s: %s", node ? node : "", node ? ": " : "", step->id, what, step->message);
	say(core, LOG_LEVEL_WARN, op, step->id, node, "reason=%s %s %s: %s", reason, step_kind(step), what, step->message);
	journal_note(op, "%s: %s", step->id, what);
}

/* Its error is not what ends the operation. */
static void
bear_error(struct op *op)
{
	if (op->nerrors)
		op->errors[op->nerrors - 1].borne = true;
}

static void
pass_over(struct core *core, struct op *op, const struct step *step)
{
	op->passed_over++;
	bear_error(op);
	tell(core, op, step, "Warning", REASON_StepPassedOver, "has failed and is passed over");
}

/* Of what is fallen back on: true, it is done, or its failure is passed over. */
static bool
is_borne(struct core *core, struct op *op, const struct step *step)
{
	if (step->state == STEP_DONE)
		return true;
	if (!step->plan->borne || step->fatal)
		return false;
	pass_over(core, op, step);
	return true;
}

/* The step itself, or the last that could rescue it, has failed. */
static enum after
give_up(struct core *core, struct op *op, const struct plan_step *main, const struct step *step, size_t *rescue)
{
	*rescue = 0;
	if (!main->borne || step->fatal)
		return AFTER_FAILURE;
	pass_over(core, op, step);
	branch_outcome(op, step->lane, main, "failed");
	return AFTER_NEXT;
}

enum after
failure_judge(struct core *core, struct op *op, const struct plan_step *main, const struct step *step, size_t *rescue)
{
	if (*rescue == 0 && step->state == STEP_DONE) {
		branch_outcome(op, step->lane, main, "done");
		return AFTER_NEXT;
	}
	if (*rescue == 0 && main->nfallbacks && !step->fatal) {
		*rescue = 1;
		bear_error(op);
		tell(core, op, step, "Warning", REASON_StepFallsBack, "has failed: its onFailure is done");
		return AFTER_FALLBACK;
	}
	if (*rescue == 0 || !is_borne(core, op, step))
		return give_up(core, op, main, step, rescue);
	if (++*rescue <= main->nfallbacks)
		return AFTER_FALLBACK;
	*rescue = 0;
	op->rescued++;
	branch_outcome(op, step->lane, main, "rescued");
	tell(core, op, step, "Normal", REASON_StepRescued, "is done, and what failed before it is rescued");
	return AFTER_NEXT;
}

const char *
failure_say(const struct op *op, char *text, size_t size)
{
	int len = 0;

	*text = '\0';
	if (op->rescued)
		len = snprintf(text, size, ", %lld step%s rescued", (long long)op->rescued, op->rescued > 1 ? "s" : "");
	if (op->passed_over)
		snprintf(text + len, size - (size_t)len, ", %lld%s failed and passed over", (long long)op->passed_over,
		    len ? "" : op->passed_over > 1 ? " steps" : " step");
	return text;
}

const struct op_error *
failure_error(const struct op *op)
{
	for (size_t i = op->nerrors; i-- > 0;)
		if (!op->errors[i].borne)
			return &op->errors[i];
	return NULL;
}
