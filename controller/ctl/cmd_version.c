#include "command.h"
#include "version.h"

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	(void)said;
	buf_printf(out, "%s %s\n", args->program, STRAIT_VERSION);
	return EXIT_DONE;
}

const struct command cmd_version = {
	.name = "version",
	.arguments = "",
	.summary = "Print the version.",
	.run = run,
};
