/* A workflow's blocks as those of the plan. They are the same but for one thing: a wait among the cluster's steps for a
 * condition that judges nodes must hold on every target, and so is a block of its own in which all of them wait at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "reconciler.h"
#include "workflow.h"

/* 'step' is one of the cluster's, and waits for what judges nodes. */
bool plan_waits_on_nodes(const struct workflow_step *step, const struct reconciler *const *types);
/* The part of 'block' that begins with its step '*from', which is moved behind it; borrowed of 'block'. */
struct workflow_block plan_split(const struct workflow_block *block, size_t *from, const struct reconciler *const *types);
