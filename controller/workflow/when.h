/* Tests by which a step is done or left out: what they may be about, and what they say. */
#pragma once

#include "plan.h"
#include "workflow.h"

/* What a test is checked in. */
struct when_place {
	const struct workflow *workflow;
	const struct workflow_block *block;      /* that it stands in, or is of */
	const struct workflow_step *step;        /* whose it is; NULL: the block's */
	bool in_lane;                            /* +node+ and +zone+ are known there */
	const struct plan_node *nodes;           /* of the cluster; NULL: it is not at hand */
	size_t nnodes;
};

/* A test of a variable that there is, against values that it may have; of a step before it. -1 and a sentence. */
int when_check(const struct when_place *at, const struct workflow_when *when, enum parameter_type *ret_type, struct err *err);
