#include "command.h"
#include "explain.h"
#include "registry.h"

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	const char *nearest = NULL;

	if (args->nwords == 0) {
		explain_all(registry, out);
		return EXIT_DONE;
	}
	if (explain_topic(registry, args->words[0], out, &nearest))
		return EXIT_DONE;
	if (nearest)
		return complain(args, said, EXIT_FAILED, "there is no type and no reason \"%s\"; did you mean \"%s\"?",
		    args->words[0], nearest);
	return complain(args, said, EXIT_FAILED, "there is no type and no reason \"%s\"; %s explain lists them all",
	    args->words[0], args->program);
}

const struct command cmd_explain = {
	.name = "explain",
	.arguments = "[TYPE | REASON]",
	.most = 1,
	.summary = "Explain a task type, a condition type or a reason; list all of them without an argument.",
	.help = "Of a task or condition: its parameters with their ranges and defaults, what it does to the ring, what must\n"
	    "hold before each act, its timeout. Of a reason, which conditions, Events and errors give: what it means and\n"
	    "what to do. Its class is info (nothing to do), wait (it goes on by itself) or person (somebody must act).\n",
	.run = run,
};
