#include "command.h"
#include "json.h"
#include "objects.h"
#include "show.h"

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;
	CLEANUP_JSON struct cJSON *operation = object_get(api, KIND_OPERATION, args->words[0], &err);

	if (!operation)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	if (!object_print(operation, KIND_OPERATION, args->output, out))
		show_operation(operation, loop_now().wall_ms, out);
	return EXIT_DONE;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	return api_with(args, out, said, ask);
}

const struct command cmd_job_show = {
	.name = "job show",
	.arguments = "OP",
	.takes = TAKES_API | TAKES_FORMS,
	.least = 1,
	.most = 1,
	.summary = "Show where an operation stands: its nodes, its errors, what can be done.",
	.run = run,
};
