/* Variables that a step sets while the operation runs: what may stand in such a step. */
#pragma once

#include "reconciler.h"
#include "workflow.h"

/* The step of the workflow that sets the variable; NULL: none does. */
const struct workflow_step *set_step_of(const struct workflow *w, const struct reconciler *const *types, const char *variable);
/* Of a step whose type sets one: that it may, and from where. -1 and a sentence. */
int set_check(const struct workflow *w, const struct reconciler *const *types, const struct workflow_step *step,
    struct err *err);
/* The variable that it sets; NULL: it says none. */
const char *set_variable_of(const struct workflow_step *step);
