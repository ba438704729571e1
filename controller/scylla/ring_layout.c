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
		const struct layout_set *set = *place ? &b->sets[*place - 1] : NULL;

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
		const struct layout_set *set = &b->sets[i];

		*table_at(b, b->members + set->first, set->count) = (uint32_t)(i + 1);
	}
}

static struct layout_set *
new_set(struct layout_builder *b, const uint16_t *members, size_t count)
{
	struct layout_set *set;

	if (b->nsets == b->sets_room) {
		b->sets_room = b->sets_room ? b->sets_room * 2 : 256;
		b->sets = xreallocarray(b->sets, b->sets_room, sizeof *b->sets);
	}
	while (b->nmembers + count > b->members_room) {
		b->members_room = b->members_room ? b->members_room * 2 : 1024;
		b->members = xreallocarray(b->members, b->members_room, sizeof *b->members);
	}
	set = &b->sets[b->nsets++];
	*set = (struct layout_set){.first = (uint32_t)b->nmembers, .count = (uint16_t)count};
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
same_layout(const struct ring_layout *layout, const struct layout_builder *b, uint64_t hash)
{
	if (layout->hash != hash || layout->nsets != b->nsets || layout->nmembers != b->nmembers)
		return false;
	for (size_t i = 0; i < b->nsets; i++) {
		if (layout->counts[i] != b->sets[i].count || layout->ranges[i] != b->sets[i].ranges)
			return false;
	}
	return b->nmembers == 0 || !memcmp(layout->members, b->members, b->nmembers * sizeof *b->members);
}

/* No more than it takes: a ring of 300 nodes has tens of thousands of sets. */
static struct ring_layout *
layout_new(const struct layout_builder *b, uint64_t hash)
{
	struct ring_layout *layout = xcalloc(1, sizeof *layout);

	layout->users = 1;
	layout->hash = hash;
	layout->nsets = b->nsets;
	layout->nmembers = b->nmembers;
	layout->counts = xcalloc(b->nsets + 1, sizeof *layout->counts);
	layout->ranges = xcalloc(b->nsets + 1, sizeof *layout->ranges);
	layout->members = xcalloc(b->nmembers + 1, sizeof *layout->members);
	for (size_t i = 0; i < b->nsets; i++) {
		layout->counts[i] = b->sets[i].count;
		layout->ranges[i] = b->sets[i].ranges;
	}
	if (b->nmembers > 0)
		memcpy(layout->members, b->members, b->nmembers * sizeof *b->members);
	return layout;
}

/* That of the keyspace or of one of its tables, if it is the same. */
static struct ring_layout *
find_same(const struct ring_keyspace *keyspace, const struct layout_builder *b, uint64_t hash)
{
	if (keyspace->layout && same_layout(keyspace->layout, b, hash))
		return keyspace->layout;
	for (size_t i = 0; i < keyspace->ntables; i++) {
		struct ring_layout *layout = keyspace->tables[i].layout;

		if (layout && same_layout(layout, b, hash))
			return layout;
	}
	return NULL;
}

struct ring_layout *
layout_share(const struct layout_builder *b, struct ring *ring)
{
	uint64_t hash = members_hash(b->members, b->nmembers);

	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		struct ring_layout *layout = find_same(&ring->keyspaces[i], b, hash);

		if (layout) {
			layout->users++;
			return layout;
		}
	}
	return layout_new(b, hash);
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
	free(layout->counts);
	free(layout->ranges);
	free(layout->members);
	free(layout);
}
