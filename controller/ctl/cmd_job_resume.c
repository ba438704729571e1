#include <string.h>

#include "json.h"
#include "knob.h"

static int
put(const struct args *args, const struct cJSON *operation, struct json_out *spec, struct buf *done, struct err *err)
{
	if (knob_wants_active(operation, err) < 0)
		return -1;
	if (!json_bool(json_get(operation, "spec"), "suspend", false))
		return err_set(err, "%s is not suspended: %s", args->words[0],
		    json_str_or(json_get(operation, "status"), "message", "it was not looked at yet"));
	json_put_bool(spec, "suspend", false);
	buf_puts(done, "goes on");
	return 0;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	static const struct knob knob = {put};

	return knob_turn(&knob, args, out, said);
}

const struct command cmd_job_resume = {
	.name = "job resume",
	.arguments = "OP",
	.takes = TAKES_API,
	.least = 1,
	.most = 1,
	.summary = "Go on after a pause.",
	.run = run,
};
