#include "command.h"
#include "follow.h"

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	return follow(api, args, args->words[0], out, said);
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	return api_with(args, out, said, ask);
}

const struct command cmd_job_watch = {
	.name = "job watch",
	.arguments = "OP",
	.takes = TAKES_API,
	.least = 1,
	.most = 1,
	.summary = "Look on until it ends.",
	.help = "A line for each thing that happens. Ctrl-C leaves the operation as it is: it goes on.\n" FOLLOW_HELP,
	.run = run,
};
