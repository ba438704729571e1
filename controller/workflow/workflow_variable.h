/* One entry of spec.variables. For workflow.c alone. */
#pragma once

#include "field.h"
#include "workflow.h"

/* It is appended to the workflow's, whatever comes of it. */
int workflow_read_variable(struct workflow *w, const struct field *f, struct err *err);
