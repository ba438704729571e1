#include "about.h"
#include "command.h"
#include "why.h"

static void
print(const struct cJSON *operation, const struct args *args, int64_t now_ms, struct buf *out)
{
	why_print(operation, args->program, now_ms, out);
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

const struct command cmd_why = {
	.name = "why",
	.arguments = "OP",
	.takes = TAKES_API,
	.least = 1,
	.most = 1,
	.summary = "Say what an operation waits for: since when, what that means, and what to do.",
	.run = run,
};
