#include "ring_layout.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "ring_private.h"

static uint64_t
members_hash(const uint16_t *members, size_t count)
{
	uint64_t hash = HASH_SEED;

	/* A word at a time: hash_bytes() would take a third of the whole reading. */
	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ members[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return hash;
}

/* Where the set is in the table, or the free place where it belongs. */
static uint32_t *
table_at(const struct layout_builder *b, const uint16_t *members, size_t count)
{
	uint64_t at = members_hash(members, count);

	for (;; at++) {
		uint32_t *place = &b->table[at & (b->table_size - 1)];
		const struct ring_replicas *set = *place ? &b->sets[*place - 1] : NULL;

		if (!set || (set->count == count && (count == 0 ||
		    !memcmp(b->members + set->first, members, count * sizeof *members))))
			return place;
	}
}

static void
grow_table(struct layout_builder *b)
{
	b->table_size = b->table_size ? b->table_size * 2 : 1024;
	free(b->table);
	b->table = xcalloc(b->table_size, sizeof *b->table);
	for (size_t i = 0; i < b->nsets; i++) {
		const struct ring_replicas *set = &b->sets[i];

		*table_at(b, b->members + set->first, set->count) = (uint32_t)(i + 1);
	}
}

static struct ring_replicas *
new_set(struct layout_builder *b, const uint16_t *members, size_t count)
{
	struct ring_replicas *set;

	if (b->nsets == b->sets_room) {
		b->sets_room = b->sets_room ? b->sets_room * 2 : 256;
		b->sets = xreallocarray(b->sets, b->sets_room, sizeof *b->sets);
	}
	while (b->nmembers + count > b->members_room) {
		b->members_room = b->members_room ? b->members_room * 2 : 1024;
		b->members = xreallocarray(b->members, b->members_room, sizeof *b->members);
	}
	set = &b->sets[b->nsets++];
	*set = (struct ring_replicas){.first = (uint32_t)b->nmembers, .count = (uint16_t)count};
	if (count > 0)
		memcpy(b->members + b->nmembers, members, count * sizeof *members);
	b->nmembers += count;
	return set;
}

void
layout_add(struct layout_builder *b, const uint16_t *members, size_t count)
{
	uint32_t *place;

	if (b->nsets * 2 >= b->table_size)
		grow_table(b);
	place = table_at(b, members, count);
	if (*place == 0) {
		new_set(b, members, count);
		*place = (uint32_t)b->nsets;
	}
	b->sets[*place - 1].ranges++;
}

static bool
same_layout(const struct ring_layout *a, const struct ring_layout *b)
{
	if (a->hash != b->hash || a->nsets != b->nsets || a->nmembers != b->nmembers)
		return false;
	for (size_t i = 0; i < a->nsets; i++) {
		if (a->sets[i].count != b->sets[i].count || a->sets[i].ranges != b->sets[i].ranges)
			return false;
	}
	return a->nmembers == 0 || !memcmp(a->members, b->members, a->nmembers * sizeof *a->members);
}

struct ring_layout *
layout_share(struct layout_builder *b, struct ring *ring)
{
	struct ring_layout fresh = {.members = b->members, .nmembers = b->nmembers, .sets = b->sets, .nsets = b->nsets};
	struct ring_layout *own;

	fresh.hash = members_hash(b->members, b->nmembers);
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		struct ring_layout *layout = ring->keyspaces[i].layout;

		if (layout && same_layout(layout, &fresh)) {
			layout->users++;
			return layout;
		}
	}
	own = xmalloc(sizeof *own);
	*own = fresh;
	own->users = 1;
	/* Not more than it takes: a ring of 300 nodes has tens of thousands of sets. */
	own->members = xreallocarray(own->members, own->nmembers + 1, sizeof *own->members);
	own->sets = xreallocarray(own->sets, own->nsets + 1, sizeof *own->sets);
	b->members = NULL;
	b->sets = NULL;
	return own;
}

void
layout_builder_done(struct layout_builder *b)
{
	free(b->members);
	free(b->sets);
	free(b->table);
	*b = (struct layout_builder){0};
}

void
ring_layout_drop(struct ring_layout *layout)
{
	if (!layout || --layout->users > 0)
		return;
	free(layout->members);
	free(layout->sets);
	free(layout);
}
