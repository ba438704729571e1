/* What the object of an operation that has ended tells of the nodes that it has done: spec.targets.notDoneBy goes by it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct cJSON;

struct operation_done {
	char *name, *cluster, *phase;    /* "" when not told */
	bool dry_run;
	bool for_nodes;                  /* its plan had nodes */
	bool planned;                    /* it has had a plan */
	bool taken_up;                   /* a spec.retry that was not honoured yet */
	bool told;                       /* status.nodesDone is there */
	int64_t omitted;                 /* status.nodesDoneOmitted */
	struct operation_done_node {
		char *name;
		char *host_id;           /* "" when not told */
	} *nodes;
	size_t nnodes;
};

enum operation_done_verdict {
	OPERATION_DONE_TOLD,
	OPERATION_DONE_OPEN,             /* it has not ended */
	OPERATION_DONE_REFUSED,          /* it will not tell */
};

/* Of a ClusterOperation as JSON; operation_done_free(). */
struct operation_done *operation_done_read(const struct cJSON *object);
void operation_done_free(struct operation_done *done);
/* May an operation on 'cluster' go by it? 'why' has place and remedy when it may not. */
enum operation_done_verdict operation_done_judge(const struct operation_done *done, const char *cluster, struct err *why);
/* By host id where both tell it, else by name: a machine that has come in another's place under its name is not done.
 * 'host_id' is "" for one that is not in the ring yet. */
bool operation_done_has(const struct operation_done *done, const char *name, const char *host_id);
