/* May any two of a unit's planned nodes ever be down together? The question that a plan asks while it is made. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct op;
struct plan;
struct plan_block;

/* Whose plan it is, and now. */
struct bearing {
	const struct op *op;
	int64_t wall_ms;
};

/* As struct plan_input's bears_pair; 'arg' is a struct bearing. What is not known yet of the ring is borne. */
bool op_bears_pair(void *arg, const struct plan *plan, const struct plan_block *block, struct err *why);
