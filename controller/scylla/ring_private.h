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
/* Everything that a keyspace holds. */
void ring_keyspace_drop(struct ring_keyspace *keyspace);
/* The layout that describe_ring tells, one share of it the caller's; 'table' is NULL for a keyspace in vnodes. Members'
 * datacenters and racks are taken from it. NULL: 'err' says why, and nothing is changed. */
struct ring_layout *ring_read_layout(struct ring *ring, const char *keyspace, const char *table, const char *body,
    size_t len, struct err *err);
/* What moves is not known any more; nor, if so, is what was counted in this sweep. */
void ring_forget_motion(struct ring *ring, bool counts_too);

/* What both gates begin with: the views are judged and *gone (nmembers of 0 and 1) gets everything that is down, held
 * or the candidate. False, with 'why': too little is known. */
bool ring_judge_views(const struct ring *ring, const bool *held, int candidate, uint8_t *gone, struct err *why);
/* In the set that is judged for. */
bool ring_in_set(const bool *held, int candidate, size_t member);
