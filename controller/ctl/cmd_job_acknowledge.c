#include <string.h>

#include "json.h"
#include "knob.h"

static int
put(const struct args *args, const struct cJSON *operation, struct json_out *spec, struct buf *done, struct err *err)
{
	(void)operation;
	(void)err;
	json_put_str(spec, "acknowledge", args->reason);
	buf_printf(done, "acknowledged: %s", args->reason);
	return 0;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	static const struct knob knob = {put};

	if (!args->reason)
		return complain(args, said, EXIT_USAGE, "job acknowledge: expected --reason TEXT");
	return knob_turn(&knob, args, out, said);
}

const struct command cmd_job_acknowledge = {
	.name = "job acknowledge",
	.arguments = "OP",
	.takes = TAKES_API | TAKES_REASON,
	.least = 1,
	.most = 1,
	.summary = "Say why a node that was left down may stay so, or that nodes are repaired.",
	.help = "--reason is needed. The cluster is free for other operations then, or the gate goes on after RepairNeeded.\n",
	.run = run,
};
