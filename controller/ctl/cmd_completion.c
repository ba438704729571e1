#include "command.h"
#include "completion.h"

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	if (completion_print(args->words[0], out))
		return EXIT_DONE;
	return complain(args, said, EXIT_USAGE, "completion: \"%s\": expected bash, zsh or fish", args->words[0]);
}

const struct command cmd_completion = {
	.name = "completion",
	.arguments = "SHELL",
	.least = 1,
	.most = 1,
	.summary = "Print what bash, zsh or fish needs to complete a command line.",
	.help = "bash: . <(straitctl completion bash)\n"
	    "zsh:  . <(straitctl completion zsh)\n"
	    "fish: straitctl completion fish | source\n",
	.run = run,
};
