/* Steps that are never reached, as far as the steps before them tell. */
#pragma once

#include "reconciler.h"
#include "workflow.h"

/* Of a block, or of a part of one. */
void lint_reach(const struct workflow_block *block, const struct reconciler *const *types, lint_fn *say, void *user);
