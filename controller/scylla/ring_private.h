/* What the ring's own files share. Internal. */
#pragma once

#include "ring.h"
#include "scan.h"

/* The member with this address, -1 when there is none; through the index. */
int ring_find_span(const struct ring *ring, struct span address);

/* The keyspace of this name, made when there is none, at its place in the order of names. */
struct ring_keyspace *ring_keyspace_at(struct ring *ring, const char *name);
/* One keyspace's share in a layout is given up; the last one's frees it. */
void ring_layout_drop(struct ring_layout *layout);

/* What both gates begin with: the views are judged and *gone (nmembers of 0 and 1) gets everything that is down, held
 * or the candidate. False, with 'why': too little is known. */
bool ring_judge_views(const struct ring *ring, const bool *held, int candidate, uint8_t *gone, struct err *why);
/* In the set that is judged for. */
bool ring_in_set(const bool *held, int candidate, size_t member);
