/* The labels and keys that journals hold: none is lost. A line each, sorted: "TYPE: act LABEL, once", "TYPE: remembers KEY". */
#pragma once

struct reconciler;

/* Which line of 'kept' is not in 'seen' although its type names no successor that is, and what to do; NULL when there is
 * none. Owned. */
char *labels_lost(const struct reconciler *const *types, const char *kept, const char *seen);
/* Both, sorted, each line once; owned. */
char *labels_union(const char *kept, const char *seen);
