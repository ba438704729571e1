/* A command of straitctl: one file cmd_NAME.c each, which ends with its descriptor. */
#pragma once

#include "args.h"
#include "buf.h"

/* Exit statuses, for scripts. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,         /* what was asked for is not there, or could not be found out */
	EXIT_USAGE = 2,          /* the command line is wrong */
	EXIT_NOT_DONE = 3,       /* the operation that was followed failed, or was refused */
	EXIT_CANCELLED = 4,      /* ... was cancelled */
	EXIT_LEFT = 130,         /* Ctrl-C: it goes on */
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
	const struct command *const *members;    /* of a group, such as job: ended by NULL, named "job run"; or NULL */
};

/* Of a command that follows an operation. */
#define FOLLOW_HELP \
	"Exit status: 0 it has succeeded (or is planned); 1 it cannot be found out; 2 wrong usage; 3 it has failed, or is\n" \
	"refused; 4 it was cancelled or deleted; 130 Ctrl-C.\n"

extern const struct command cmd_version, cmd_nodes, cmd_explain, cmd_lint, cmd_convert;
extern const struct command cmd_node_task, cmd_cluster_task, cmd_why, cmd_timeline, cmd_clusters, cmd_completion, cmd_man;
extern const struct command cmd_job, cmd_plan;
/* The members of job. */
extern const struct command cmd_job_run, cmd_job_list, cmd_job_show, cmd_job_watch, cmd_job_pause, cmd_job_resume,
    cmd_job_cancel, cmd_job_retry, cmd_job_skip, cmd_job_approve, cmd_job_acknowledge;

/* "straitctl: SENTENCE" as a line of 'said'; returns 'status'. */
int complain(const struct args *args, struct buf *said, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
