/* spec.targets.notDoneBy: what another operation on the same cluster has done, as its object tells once it has ended. It is
 * read when the operation is accepted, and once more when its turn comes; what is planned stays planned. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct core;
struct op;
struct plan_node;

/* It is known, or nothing is asked. False: 'why' says what is missing, '*ret_reason' is a row of reason.def, and the
 * operation is kicked when it is to be looked at again. */
bool earlier_ready(struct core *core, struct op *op, const char **ret_reason, struct err *why);
/* The same, of one whose turn it is; else it says why it is not begun yet, and lets others go before it. */
bool earlier_is_over(struct core *core, struct op *op);
/* 'unfit' is survey_unfit()'s, by member, and may be NULL; those of 'nodes' that are done are added. free() the result. */
bool *earlier_unfit(const struct op *op, bool *unfit, const struct plan_node *nodes, size_t nnodes);
void earlier_drop(struct core *core, struct op *op);
