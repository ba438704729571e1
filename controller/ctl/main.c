/* straitctl, also installed as kubectl-strait: finds the command, prints what it says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "nearest.h"
#include "version.h"

enum { OUT_MAX = 16 << 20 };

static const struct command *const commands[] = {&cmd_nodes, &cmd_plan, &cmd_lint, &cmd_convert, &cmd_explain, &cmd_version};

static const char *
program_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path;

	return name && strcmp(name, "kubectl-strait") == 0 ? "kubectl strait" : "straitctl";
}

static void
usage(const char *program, struct buf *out)
{
	buf_printf(out, "usage: %s COMMAND [ARGUMENT...]\n\n"
	    "Looks at ScyllaDB clusters through Strait's objects, and checks workflows.\n\n", program);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		CLEANUP_FREE char *left = xasprintf("%s %s", commands[i]->name, commands[i]->arguments);

		buf_printf(out, "  %-26s%s\n", left, commands[i]->summary);
	}
	buf_printf(out, "\n%s COMMAND --help tells more; --version prints the version.\n"
	    "Exit status: 0 done; 1 it is not there, or could not be found out; 2 wrong usage.\n", program);
}

static int
command_help(const struct command *command, const struct args *args, struct buf *out)
{
	buf_printf(out, "usage: %s %s%s%s%s\n\n%s\n", args->program, command->name, command->takes ? " [OPTION...]" : "",
	    *command->arguments ? " " : "", command->arguments, command->summary);
	if (command->help)
		buf_printf(out, "\n%s", command->help);
	buf_putc(out, '\n');
	args_help(command->takes, out);
	return EXIT_DONE;
}

static int
run_command(const struct command *command, struct args *args, int argc, char **argv, struct buf *out, struct buf *said)
{
	struct err err;

	if (args_parse(args, argc, argv, command->takes, &err))
		return complain(args, said, EXIT_USAGE, "%s", err.text);
	if (args->help)
		return command_help(command, args, out);
	if (args->nwords < command->least)
		return complain(args, said, EXIT_USAGE, "%s: expected %s; %s %s --help tells more", command->name,
		    command->arguments, args->program, command->name);
	if (args->nwords > command->most)
		return complain(args, said, EXIT_USAGE, "%s: \"%s\" is one argument too many; %s %s --help tells more",
		    command->name, args->words[command->most], args->program, command->name);
	return command->run(args, out, said);
}

static int
run(int argc, char **argv, struct args *args, struct buf *out, struct buf *said)
{
	const char *word = argc > 1 ? argv[1] : "--help";
	struct nearest nearest = NEAREST_INIT(word);
	char hint[NEAREST_TEXT];

	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		usage(args->program, argc > 1 ? out : said);
		return argc > 1 ? EXIT_DONE : EXIT_USAGE;
	}
	if (strcmp(word, "--version") == 0)
		return cmd_version.run(args, out, said);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(word, commands[i]->name) == 0)
			return run_command(commands[i], args, argc - 2, argv + 2, out, said);
		nearest_offer(&nearest, commands[i]->name);
	}
	return complain(args, said, EXIT_USAGE, "there is no command \"%s\"%s %s --help lists them", word,
	    *nearest_text(&nearest, hint) ? hint : ";", args->program);
}

int
main(int argc, char **argv)
{
	struct buf out = BUF_INIT(OUT_MAX), said = BUF_INIT(BUF_MAX_OBJECT);
	struct args args = {.program = program_name(argv[0])};
	int status = run(argc, argv, &args, &out, &said);

	/* What was found goes out first: on a terminal the remarks stand below it. */
	if (fputs(buf_str(&out), stdout) < 0 || fflush(stdout) != 0) {
		perror(args.program);
		status = EXIT_FAILED;
	}
	fputs(buf_str(&said), stderr);
	buf_done(&out);
	buf_done(&said);
	args_done(&args);
	return status;
}
