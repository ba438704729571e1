/* straitctl, also installed as kubectl-strait: finds the command, prints what it says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "commands.h"
#include "nearest.h"
#include "version.h"

enum { OUT_MAX = 16 << 20 };

static const char *
program_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path;

	return name && strcmp(name, "kubectl-strait") == 0 ? "kubectl strait" : "straitctl";
}

static void
list(const struct command *const *of, struct buf *out)
{
	for (; *of; of++) {
		CLEANUP_FREE char *left = xasprintf("%s %s", (*of)->name, (*of)->arguments);

		buf_printf(out, "  %-26s%s\n", left, (*of)->summary);
	}
}

static void
usage(const char *program, struct buf *out)
{
	buf_printf(out, "usage: %s COMMAND [ARGUMENT...]\n\n"
	    "Runs operations on ScyllaDB clusters through Strait's objects, looks at them, and checks workflows.\n\n", program);
	list(commands, out);
	buf_printf(out, "\n%s COMMAND --help tells more; --version prints the version.\n"
	    "Exit status: 0 done; 1 it is not there, or could not be found out; 2 wrong usage. Of what follows an operation\n"
	    "besides: 3 it has failed, or is refused; 4 it was cancelled; 130 Ctrl-C: it goes on.\n", program);
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

/* Of 'job run' the last word is the member's own. */
static const char *
own_name(const struct command *command)
{
	const char *blank = strrchr(command->name, ' ');

	return blank ? blank + 1 : command->name;
}

static int
group_help(const struct command *group, const struct args *args, struct buf *out)
{
	buf_printf(out, "usage: %s %s COMMAND [ARGUMENT...]\n\n%s\n\n", args->program, group->name, group->summary);
	list(group->members, out);
	buf_printf(out, "\n%s %s COMMAND --help tells more.\n", args->program, group->name);
	return EXIT_DONE;
}

static bool
asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* 'argv' begins with the command's own name. */
static int
find_and_run(const struct command *const *of, const char *before, struct args *args, int argc, char **argv,
    struct buf *out, struct buf *said)
{
	struct nearest nearest = NEAREST_INIT(argv[0]);
	char hint[NEAREST_TEXT];

	for (; *of; of++) {
		const struct command *command = *of;

		nearest_offer(&nearest, own_name(command));
		if (strcmp(argv[0], own_name(command)) != 0)
			continue;
		if (!command->members)
			return run_command(command, args, argc - 1, argv + 1, out, said);
		if (argc > 1 && !asks_for_help(argv[1]))
			return find_and_run(command->members, command->name, args, argc - 1, argv + 1, out, said);
		group_help(command, args, argc > 1 ? out : said);
		return argc > 1 ? EXIT_DONE : EXIT_USAGE;
	}
	return complain(args, said, EXIT_USAGE, "there is no command \"%s%s%s\"%s %s%s%s --help lists them", before,
	    *before ? " " : "", argv[0], *nearest_text(&nearest, hint) ? hint : ";", args->program, *before ? " " : "", before);
}

static int
run(int argc, char **argv, struct args *args, struct buf *out, struct buf *said)
{
	if (argc < 2 || asks_for_help(argv[1])) {
		usage(args->program, argc > 1 ? out : said);
		return argc > 1 ? EXIT_DONE : EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0)
		return cmd_version.run(args, out, said);
	return find_and_run(commands, "", args, argc - 1, argv + 1, out, said);
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
