/* The type that a workflow names at a place, or a sentence with what there is instead. */
#pragma once

#include <stdbool.h>

#include "err.h"
#include "reconciler.h"

/* NULL: "PLACE: unknown task type …; did you mean …", or a type that does not belong there. */
const struct reconciler *type_of_task(const struct reconciler *const *types, bool each_node, const char *place,
    const char *name, struct err *err);
const struct reconciler *type_of_condition(const struct reconciler *const *types, bool each_node, const char *place,
    const char *name, struct err *err);
/* The row of its table; NULL: "PLACE.with: TYPE has no parameter …". */
const struct parameter *type_parameter(const struct reconciler *type, const char *place, const char *name,
    struct err *err);
