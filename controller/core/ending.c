#include "ending.h"

#include <stdarg.h>
#include <stdio.h>

#include "cluster_steps.h"
#include "failure.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

bool
ending_decide(struct core *core, struct op *op, enum phase phase, const char *reason, const char *format, ...)
{
	struct ending *ending = &op->ending;
	va_list args;

	*ending = (struct ending){.phase = phase};
	snprintf(ending->reason, sizeof ending->reason, "%s", reason);
	va_start(args, format);
	vsnprintf(ending->message, sizeof ending->message, format, args);
	va_end(args);
	if (!plan_finally(op->plan)) {
		op_set_phase(core, op, phase, ending->reason, "%s", ending->message);
		return true;
	}
	/* Who takes over must not find it at work beside a step of 'finally'. */
	if (op->cluster_step)
		journal_put(op, op->cluster_step->id, "");
	op->cluster_step = step_free(core, op->cluster_step);
	say(core, LOG_LEVEL_INFO, op, NULL, NULL, "reason=%s ends as %s after finally: %s", REASON_Finally, phase_name(phase),
	    ending->message);
	journal_note(op, "ends as %s after finally: %s", phase_name(phase), ending->message);
	op_record(op);
	return false;
}

/* What was to be a success is none; what has failed already keeps its reason. */
static void
end_badly(struct core *core, struct op *op)
{
	struct ending *ending = &op->ending;
	const struct step *step = op->cluster_step;
	char why[MESSAGE];

	snprintf(why, sizeof why, "step %s of finally: %s: %.200s", step->id, step_kind(step), step->message);
	if (ending->phase == PHASE_SUCCEEDED)
		op_set_phase(core, op, PHASE_FAILED, REASON_FinallyFailed, "%s; before it %.200s", why, ending->message);
	else
		op_set_phase(core, op, ending->phase, ending->reason, "%.250s; %s", ending->message, why);
}

bool
ending_run(struct core *core, struct op *op)
{
	struct ending *ending = &op->ending;
	const struct plan_block *block = plan_finally(op->plan);
	enum progress progress = block ? cluster_steps_run(core, op, block->steps, block->nsteps, &ending->at, &ending->rescue)
	    : PROGRESS_DONE;

	if (progress == PROGRESS_AT_WORK)
		return false;
	if (progress == PROGRESS_FAILED)
		end_badly(core, op);
	else
		op_set_phase(core, op, ending->phase, ending->reason, "%s", ending->message);
	return true;
}

void
ending_forget(struct op *op)
{
	const struct plan_block *block = plan_finally(op->plan);

	if (block)
		cluster_steps_forget(op, block->steps, block->nsteps);
	op->ending = (struct ending){.phase = PHASE_NONE};
}

void
ending_record(const struct op *op, struct json_out *out)
{
	const struct ending *ending = &op->ending;

	if (ending->phase == PHASE_NONE || !plan_finally(op->plan))
		return;
	json_put_str(out, "ending", phase_name(ending->phase));
	json_put_str(out, "endingReason", ending->reason);
	json_put_str(out, "endingMessage", ending->message);
	json_put_int(out, "finallyAt", (int64_t)ending->at);
	if (ending->rescue)
		json_put_int(out, "finallyRescue", (int64_t)ending->rescue);
}

void
ending_read(struct op *op, const struct cJSON *value)
{
	struct ending *ending = &op->ending;
	int64_t at = json_int(value, "finallyAt", 0), rescue = json_int(value, "finallyRescue", 0);

	ending->phase = phase_parse(json_str_or(value, "ending", ""));
	snprintf(ending->reason, sizeof ending->reason, "%s", json_str_or(value, "endingReason", ""));
	snprintf(ending->message, sizeof ending->message, "%s", json_str_or(value, "endingMessage", ""));
	ending->at = at > 0 ? (size_t)at : 0;
	ending->rescue = rescue > 0 && rescue <= WORKFLOW_FALLBACKS ? (size_t)rescue : 0;
}
