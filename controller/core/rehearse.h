/* A plan carried out by this core on time that is only modelled: nothing is asked and nothing is done, each task takes what
 * the caller says, each condition holds at once and is watched for its window, each approval is given when it is asked for.
 * What waits for what, how many at once and how long between is the engine's own doing. For straitctl plan. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "plan.h"

/* How long an attempt takes, in milliseconds; less than its timeout is taken for longer ones. */
typedef int64_t rehearse_time_fn(void *user, const struct reconciler *type, const struct plan_value *with, size_t nwith);

/* A step's stay at one node, or at the cluster. */
struct rehearsal_span {
	size_t block;            /* from 0 */
	size_t node;             /* of the plan's; SIZE_MAX: a cluster step */
	char *number;            /* of the step: "1.2", "1.stable" */
	int64_t begin_ms, end_ms;        /* from the operation's beginning */
};

struct rehearsal {
	struct rehearsal_span *spans;    /* in the order of their ends */
	size_t nspans;
	int64_t total_ms;
	uint64_t events;         /* that the core was given */
};

/* NULL: it comes to no end, 'err' says where it stood. */
struct rehearsal *rehearse(const struct plan *plan, const struct reconciler *const *types, rehearse_time_fn *takes,
    void *user, struct err *err);
struct rehearsal *rehearsal_free(struct rehearsal *rehearsal);
