#include <string.h>

#include "json.h"
#include "knob.h"

static int
put(const struct args *args, const struct cJSON *operation, struct json_out *spec, struct buf *done, struct err *err)
{
	const struct cJSON *status = json_get(operation, "status");
	bool failed = strcmp(json_str_or(status, "phase", ""), "Failed") == 0;

	(void)args;
	if (!failed && knob_wants_active(operation, err) < 0)
		return -1;
	json_put_bool(spec, "cancel", true);
	buf_puts(done, failed ? "lets go of the cluster" : "ends at the next safe point");
	return 0;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	static const struct knob knob = {put};

	return knob_turn(&knob, args, out, said);
}

const struct command cmd_job_cancel = {
	.name = "job cancel",
	.arguments = "OP",
	.takes = TAKES_API,
	.least = 1,
	.most = 1,
	.summary = "End it at the next safe point; nodes that are down come back first.",
	.help = "It cannot be taken back. Of an operation that has failed it lets go of the cluster.\n",
	.run = run,
};
