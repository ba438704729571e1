/* What only a cluster can tell of a workflow: names, limits, channels. */
#pragma once

#include "args.h"
#include "findings.h"
#include "plan_cluster.h"

struct at_hand;
struct workflow;

struct lint_cluster {
	const struct args *args;         /* variables and targets */
	struct plan_cluster cluster;
};

/* 'text' is what the workflow was read from; 'hand' has those that it runs as steps. */
void lint_cluster(const struct lint_cluster *against, struct at_hand *hand, const struct workflow *workflow,
    const char *text, size_t len, const char *name, struct findings *findings);
