#include "command.h"
#include "json.h"
#include "objects.h"
#include "why.h"

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;
	CLEANUP_JSON struct cJSON *operation = object_get(api, KIND_OPERATION, args->words[0], &err);

	if (!operation)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	why_print(operation, args->program, loop_now().wall_ms, out);
	return EXIT_DONE;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	return api_with(args, out, said, ask);
}

const struct command cmd_why = {
	.name = "why",
	.arguments = "OP",
	.takes = TAKES_API,
	.least = 1,
	.most = 1,
	.summary = "Say what an operation waits for: since when, what that means, and what to do.",
	.run = run,
};
