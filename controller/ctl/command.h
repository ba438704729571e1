/* A command of straitctl: one file cmd_NAME.c each, which ends with its descriptor. */
#pragma once

#include "args.h"
#include "buf.h"

/* Exit statuses, for scripts. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,         /* what was asked for is not there, or could not be found out */
	EXIT_USAGE = 2,          /* the command line is wrong */
};

struct command {
	const char *name;
	const char *arguments;   /* for the usage line: "CLUSTER" */
	unsigned takes;          /* options, see args.h */
	size_t least, most;      /* words after the name */
	const char *summary;     /* one line */
	const char *help;        /* more, whole lines; or NULL */
	/* 'out' goes to the standard output, 'said' to standard error: complete lines, errors by complain(). Returns the
	 * exit status. */
	int (*run)(const struct args *args, struct buf *out, struct buf *said);
};

extern const struct command cmd_version, cmd_nodes, cmd_explain, cmd_lint, cmd_convert, cmd_plan;

/* "straitctl: SENTENCE" as a line of 'said'; returns 'status'. */
int complain(const struct args *args, struct buf *said, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
