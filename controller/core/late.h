/* What steps have set while the operation runs, where later steps use it. */
#pragma once

#include "op.h"

/* A parameter as it is for the step of this lane, or of the cluster when 'lane' is NULL; owned. NULL: a step was to set what
 * stands in it, and has not. */
char *late_text(const struct op *op, const struct lane *lane, const struct plan_value *value);
/* The variable's value by now, or what it is when its step sets none; NULL: it has none. Borrowed. */
const char *late_value(const struct op *op, const char *name);
/* All that the step's parameters wait for is there, and fits. Else why not. */
bool late_fits(const struct op *op, const struct step *step, char *why, size_t size);
