/* What straitctl explain prints. Pure, for its tests. */
#pragma once

#include <stdbool.h>

#include "buf.h"

struct reconciler;

/* Task types, condition types and reasons, a line each. 'types' is ended by NULL. */
void explain_all(const struct reconciler *const *types, struct buf *out);
/* Whatever 'topic' names, in any case; false: nothing. '*nearest', borrowed, is what was probably meant, or NULL. */
bool explain_topic(const struct reconciler *const *types, const char *topic, struct buf *out, const char **nearest);

/* explain_type.c */
void explain_type(const struct reconciler *type, struct buf *out);
