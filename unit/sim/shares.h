/* Who may act on which cluster: read from the Leases as the API server has them, and from what leaves a process.
 *
 *	I17  an act leaves only from the controller that the Lease of its cluster's shard names then; or that gave it up
 *	     after it had ordered the act. Only what goes to a node that is held down, and was touched before, needs no
 *	     Lease: it must come back though the API server is away. From whom somebody else has deleted the Lease an act
 *	     may leave for as long as he cannot know. And who gives a shard up waits for the answers to what it has sent, a
 *	     moment at the least */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "effect.h"

struct flight;
struct process;
struct sim;
struct world;

enum { SHARES_MAX = 16, SHARES_CLUSTERS = 6 };

/* A Lease was given up by this life, with its request of this number. */
struct share_given {
	unsigned life;
	uint64_t number;
};

struct shares {
	struct share_given given[SHARES_MAX];
	size_t given_up;         /* so often, altogether */
	size_t acting;           /* ... with an act of its that had no answer yet */
	uint64_t deleted_from;   /* bit by life: its Lease was deleted under it, */
	int64_t deleted_ms;      /* the last time then; 0: never */
	uint64_t actors[SHARES_CLUSTERS];    /* bit by life: its acts have left for the cluster */
};

/* To which shard a cluster falls, by the highest weight. */
size_t shares_of(const struct world *world, const struct sim *sim);
/* The identity that its Lease names; "": nobody's. Borrowed until the next call. */
const char *shares_holder(const struct world *world, size_t shard);
/* Does the cluster's Lease name the process; or need there be none? */
bool shares_has(const struct world *world, const struct process *process, const struct sim *sim);
/* An effect is ordered; it leaves its process. */
void shares_ordered(struct world *world, const struct flight *flight);
void shares_left(struct world *world, const struct flight *flight);
/* Somebody else deletes a shard's Lease, or annotates it; nothing when there is none. Any number is one of a shard. */
void shares_delete(struct world *world, uint64_t shard);
void shares_annotate(struct world *world, uint64_t shard, const char *annotations);
/* JSON; "" without. Borrowed until it changes. */
const char *shares_annotations(struct world *world, uint64_t shard);
/* The cluster, and the node, that a request goes to; NULL: to none. */
struct sim *effect_cluster(const struct world *world, const struct effect *effect, size_t *ret_node);
