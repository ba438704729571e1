#include <string.h>

#include "json.h"
#include "knob.h"

static bool
is_among(const struct cJSON *skips, const char *node)
{
	JSON_EACH(skip, skips)
		if (strcmp(json_str_or(skip, "node", ""), node) == 0)
			return true;
	return false;
}

static int
put(const struct args *args, const struct cJSON *operation, struct json_out *spec, struct buf *done, struct err *err)
{
	const struct cJSON *skips = json_path(operation, "spec", "skip", NULL);

	if (knob_wants_active(operation, err) < 0 &&
	    strcmp(json_str_or(json_get(operation, "status"), "phase", ""), "Failed") != 0)
		return -1;
	json_open_array(spec, "skip");
	knob_put_others(operation, "skip", "node", "", spec);
	for (size_t i = 1; i < args->nwords; i++) {
		if (is_among(skips, args->words[i]))
			return err_set(err, "%s leaves %s out already", args->words[0], args->words[i]);
		json_open(spec, NULL);
		json_put_str(spec, "node", args->words[i]);
		json_put_str(spec, "reason", args->reason);
		json_close(spec);
		buf_printf(done, "%s%s", i == 1 ? "leaves out " : ", ", args->words[i]);
	}
	json_close_array(spec);
	return 0;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	static const struct knob knob = {put};

	if (!args->reason)
		return complain(args, said, EXIT_USAGE, "job skip: expected --reason TEXT");
	return knob_turn(&knob, args, out, said);
}

const struct command cmd_job_skip = {
	.name = "job skip",
	.arguments = "OP NODE...",
	.takes = TAKES_API | TAKES_REASON,
	.least = 2,
	.most = 101,
	.summary = "Leave nodes out.",
	.help = "--reason is needed. A node at work is finished first, one that is held down is brought back first.\n",
	.run = run,
};
