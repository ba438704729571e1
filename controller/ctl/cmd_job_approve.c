#include <string.h>

#include "json.h"
#include "knob.h"
#include "lines.h"

static int
put(const struct args *args, const struct cJSON *operation, struct json_out *spec, struct buf *done, struct err *err)
{
	const struct cJSON *awaited = json_path(operation, "status", "approval", NULL);
	const char *step = json_str(awaited, "step"), *plan = json_str(awaited, "planHash");

	if (knob_wants_active(operation, err) < 0)
		return -1;
	if (!step || !plan)
		return err_set(err, "%s waits for no approval: %s", args->words[0], lines_why(operation));
	if (args->step && strcmp(args->step, step) != 0)
		return err_set(err, "%s waits for step %s, not for %s", args->words[0], step, args->step);
	json_open_array(spec, "approvals");
	knob_put_others(operation, "approvals", "step", step, spec);
	json_open(spec, NULL);
	json_put_str(spec, "step", step);
	json_put_str(spec, "planHash", plan);
	json_close(spec);
	json_close_array(spec);
	buf_printf(done, "step %s of plan %s is approved", step, plan);
	return 0;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	static const struct knob knob = {put};

	return knob_turn(&knob, args, out, said);
}

const struct command cmd_job_approve = {
	.name = "job approve",
	.arguments = "OP",
	.takes = TAKES_API | TAKES_STEP,
	.least = 1,
	.most = 1,
	.summary = "Let the step pass that waits for a person, or a plan that has changed.",
	.help = "What waits is looked up and printed; with --step nothing else is approved.\n",
	.run = run,
};
