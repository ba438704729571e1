#include "json.h"
#include "knob.h"

static int
put(const struct args *args, const struct cJSON *operation, struct json_out *spec, struct buf *done, struct err *err)
{
	(void)args;
	if (knob_wants_active(operation, err) < 0)
		return -1;
	json_put_bool(spec, "suspend", true);
	buf_puts(done, "pauses at the next safe point");
	return 0;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	static const struct knob knob = {put};

	return knob_turn(&knob, args, out, said);
}

const struct command cmd_job_pause = {
	.name = "job pause",
	.arguments = "OP",
	.takes = TAKES_API,
	.least = 1,
	.most = 1,
	.summary = "Begin no further node; nodes that are down come back first.",
	.run = run,
};
