/* Who is at work when, in text. Pure, for its tests. */
#pragma once

#include "buf.h"

struct plan;
struct rehearsal;

/* A bar for each node, or for each zone where there are many nodes, and for the cluster's own steps. */
void gantt_print(const struct plan *plan, const struct rehearsal *rehearsal, struct buf *out);
