/* How an eachNode goes over its nodes, as it is written. Of workflow.c alone. */
#pragma once

#include "field.h"
#include "workflow.h"

/* Everything of an eachNode but its steps; 'block' has its defaults. */
int workflow_read_roll(struct workflow_block *block, const struct field *f, struct err *err);
