/* What can be said of a workflow without a cluster: types, parameters, variables, times. The compiler says the same of
 * what it meets, and more, when the cluster is known. */
#pragma once

#include "reconciler.h"
#include "workflow.h"

/* The other workflows that are at hand. */
struct lint_others {
	const struct workflow *(*find)(void *arg, const char *name);     /* NULL: it is none of them */
	void *arg;
};

/* 'types' is the registry, NULL-ended; 'others' may be NULL. */
void workflow_lint(const struct workflow *workflow, const struct reconciler *const *types, const struct lint_others *others,
    lint_fn *say, void *user);
/* The first error alone, what 'workflow_lint' says first without the others; -1 when there is one. */
int workflow_check(const struct workflow *workflow, const struct reconciler *const *types, struct err *err);
