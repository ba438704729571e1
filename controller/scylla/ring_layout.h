/* Sets of replicas, gathered range by range and then shared between keyspaces. Internal. */
#pragma once

#include "ring.h"

struct layout_set {
	uint32_t first;                 /* into members */
	uint32_t ranges;
	uint16_t count;
};

struct layout_builder {
	uint16_t *members;
	size_t nmembers, members_room;
	struct layout_set *sets;
	size_t nsets, sets_room;
	uint32_t *table;                /* set numbers + 1, hashed by their members; 0: free */
	size_t table_size;              /* a power of two */
};

/* One more range on these members (sorted, none twice). */
void layout_add(struct layout_builder *b, const uint16_t *members, size_t count);
/* The ring's layout that is equal, or else a new one: for one more keyspace. */
struct ring_layout *layout_share(const struct layout_builder *b, struct ring *ring);
void layout_builder_done(struct layout_builder *b);
