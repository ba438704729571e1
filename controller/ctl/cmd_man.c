#include "command.h"
#include "manual.h"
#include "version.h"

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	(void)args;
	(void)said;
	manual_print(STRAIT_VERSION, out);
	return EXIT_DONE;
}

const struct command cmd_man = {
	.name = "man",
	.arguments = "",
	.summary = "Print the manual page, for man -l -.",
	.run = run,
};
