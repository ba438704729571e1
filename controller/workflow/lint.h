/* What can be said of a workflow without a cluster: types, parameters, variables, times. The compiler says the same of
 * what it meets, and more, when the cluster is known. */
#pragma once

#include "reconciler.h"
#include "workflow.h"

/* 'types' is the registry, NULL-ended. */
void workflow_lint(const struct workflow *workflow, const struct reconciler *const *types, lint_fn *say, void *user);
