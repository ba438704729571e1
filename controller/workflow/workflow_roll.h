/* How an eachNode goes over its nodes, as it is written. Of workflow.c alone. */
#pragma once

#include "field.h"
#include "workflow.h"

/* Everything of an eachNode but its steps; 'block' has its defaults. */
int workflow_read_roll(struct workflow_block *block, const struct field *f, struct err *err);
/* "3", or "20%"; absent: untouched. */
int workflow_read_share(const struct field *f, int64_t least, struct workflow_share *ret, struct err *err);
