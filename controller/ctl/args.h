/* What follows a command's name on the command line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"

/* Which options a command takes. */
enum {
	TAKES_API = 1,           /* where the API server is, and the namespace there */
	TAKES_OUTPUT = 2,        /* json */
	TAKES_FINDINGS = 4,      /* text, json, sarif */
	TAKES_TARGETS = 8,       /* variables, nodes, zones */
	TAKES_PLAN = 16,         /* what a plan is made against */
	TAKES_FORMS = 1 << 5,    /* json, yaml, wide, name */
	TAKES_CLUSTER = 1 << 6,
	TAKES_START = 1 << 7,    /* what is said of an operation when it is made, and whether to follow it */
	TAKES_REASON = 1 << 8,
	TAKES_STEP = 1 << 9,
	TAKES_NODE = 1 << 11,
	TAKES_PARAMETERS = 1 << 12,
	TAKES_REDIS = 1 << 13,
	TAKES_FORM = 1 << 10,    /* --to */
	TAKES_LINT = 1 << 14,
	TAKES_ALL = 1 << 15,     /* every namespace */
	TAKES_EARLIER = 1 << 16, /* what another operation has done */
};

/* The values of an option that may stand more than once, in their order; each owned. */
struct args_list {
	char **items;
	size_t count;
};

struct args {
	const char *program;     /* for texts: "straitctl", "kubectl strait" */
	const char **words;      /* what is no option; counted */
	size_t nwords;
	const char *namespace_, *kubeconfig, *context, *output;
	const char *cluster, *cluster_file, *stable_window, *to;
	struct args_list vars;   /* "name=value" */
	struct args_list nodes, zones;
	struct args_list takes;  /* "TYPE=TIME" */
	struct args_list parameters;     /* "name=value" */
	const char *owner, *reason, *step, *node, *redis_url, *not_done_by;
	bool dry_run, detach, all_namespaces;
	bool help;
};

/* 'argv' holds the words after the command's name and is borrowed. args_done() in any case. */
int args_parse(struct args *ret, int argc, char **argv, unsigned takes, struct err *err);
void args_done(struct args *args);
/* For who lists them: the letter (0: none), name, value (NULL: a switch) and help of each option of 'takes'. */
typedef void args_option_fn(void *user, char letter, const char *name, const char *value, const char *help);
void args_each(unsigned takes, args_option_fn *each, void *user);
/* A line for each option of 'takes', and for --help. */
void args_help(unsigned takes, struct buf *out);
