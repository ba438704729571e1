#include "about.h"
#include "command.h"
#include "objects.h"
#include "show.h"

static void
print(const struct cJSON *operation, const struct args *args, int64_t now_ms, struct buf *out)
{
	if (!object_print(operation, KIND_OPERATION, args->output, out))
		show_operation(operation, now_ms, out);
}

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	return about_operation(api, args, out, said, print);
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
