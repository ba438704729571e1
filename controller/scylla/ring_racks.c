/* A proof for tables in tablets that needs no count. Tablets move while no other fact changes, so where they were read
 * last they may not be now. But where a datacenter holds one replica of each range in each of its racks, and has no
 * other rack that owns tokens, there is no place for a tablet to move to but another node of its rack: whichever nodes
 * of one rack are down, they take one replica of a range, and the second that is being made while its tablet moves.
 * Where that second one is made is not read but bounded: the REST API tells of which table a tablet moves, not of which
 * range nor whereto (system.tablets does, by CQL). So the table's whole rack is taken for it, and in every rack. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "ring_quorum.h"

/* How a table's ranges lie in one datacenter, by the number of the first member that is there. */
struct shape {
	uint16_t fewest, most;          /* replicas of a range here */
	uint16_t weakest;               /* the fewest that count: internal ones below 3 do not */
	uint32_t ranges;                /* sets that have a replica here */
	bool doubled;                   /* two replicas of one range in one rack */
	uint16_t racks;                 /* that own tokens */
	uint16_t gone, gone_racks, gone_together;       /* members; their racks; most of one rack */
};

struct prover {
	struct judge *j;
	const struct ring_layout *layout;
	struct shape *shapes;           /* by place */
	uint16_t *racks;                /* of each member: the first member of its rack */
	uint16_t *gone_in;              /* of each such first member: how many of the rack are gone */
	uint16_t weakest;               /* of all replicas */
	uint32_t nranges;
	uint16_t least_counted;         /* replicas: 1, or 3 for an internal keyspace */
	bool may_move;
};

static bool
same_rack(const struct ring_member *a, const struct ring_member *b)
{
	return !strcmp(a->datacenter, b->datacenter) && !strcmp(a->rack, b->rack);
}

/* Racks, and what of them is gone. A member that owns no tokens holds no replica. False: where one is that is gone is
 * not known. */
static bool
shape_members(struct prover *p)
{
	const struct ring *ring = p->j->ring;

	for (size_t i = 0; i < ring->nmembers; i++) {
		size_t first = 0;
		struct shape *shape;

		if (ring->members[i].tokenless)
			continue;
		if (p->j->places[i] < 0) {
			if (!p->j->gone[i])
				continue;
			p->j->worst.placeless = true;
			p->j->worst.place = (int)i;
			return false;
		}
		shape = &p->shapes[p->j->places[i]];
		while (ring->members[first].tokenless || !same_rack(&ring->members[first], &ring->members[i]))
			first++;
		p->racks[i] = (uint16_t)first;
		shape->racks = (uint16_t)(shape->racks + (first == i));
		if (!p->j->gone[i])
			continue;
		shape->gone++;
		shape->gone_racks = (uint16_t)(shape->gone_racks + (p->gone_in[first]++ == 0));
		if (p->gone_in[first] > shape->gone_together)
			shape->gone_together = p->gone_in[first];
	}
	return true;
}

static bool
has_double(const struct prover *p, const struct set *set, int place)
{
	for (size_t i = 0; i < set->count; i++) {
		for (size_t k = 0; k < i && p->j->places[set->members[i]] == place; k++) {
			if (p->j->places[set->members[k]] == place &&
			    p->racks[set->members[i]] == p->racks[set->members[k]])
				return true;
		}
	}
	return false;
}

static void
shape_place(struct prover *p, const struct set *set, int place, uint16_t count)
{
	struct shape *shape = &p->shapes[place];

	if (shape->ranges == 0)
		shape->fewest = shape->weakest = UINT16_MAX;
	shape->ranges++;
	if (count < shape->fewest)
		shape->fewest = count;
	if (count > shape->most)
		shape->most = count;
	if (count >= p->least_counted && count < shape->weakest)
		shape->weakest = count;
	shape->doubled |= has_double(p, set, place);
}

/* False: the datacenter of a replica is not known. */
static bool
shape_ranges(struct prover *p)
{
	const struct ring_layout *layout = p->layout;
	const uint16_t *member = layout->members;

	p->weakest = UINT16_MAX;
	for (size_t i = 0; i < layout->nsets; i++) {
		struct set set = {.members = member, .count = layout->counts[i], .ranges = layout->ranges[i]};

		member += set.count;
		p->nranges += set.ranges;
		if (set.count >= p->least_counted && set.count < p->weakest)
			p->weakest = set.count;
		if (judge_tally(p->j, &set) < 0)
			return false;
		for (size_t k = 0; k < set.count; k++) {
			int place = p->j->places[set.members[k]];

			if (p->j->tallies[place].count > 0)
				shape_place(p, &set, place, p->j->tallies[place].count);
			p->j->tallies[place].count = 0;         /* once for each datacenter */
		}
	}
	return true;
}

static bool
is_one_in_each_rack(const struct prover *p, const struct shape *shape)
{
	return p->j->ring->owners_known && shape->ranges == p->layout->nsets && shape->fewest == shape->most &&
	    !shape->doubled && shape->fewest == shape->racks;
}

/* At most so many replicas of one range are gone here. */
static uint16_t
loss_at(const struct prover *p, const struct shape *shape)
{
	if (is_one_in_each_rack(p, shape))
		return (uint16_t)(shape->gone_racks + (p->may_move && shape->gone_together > 1));
	return shape->gone;
}

static const char *
reason(const struct judge *j, const struct ring_table *table)
{
	if (j->ring->motion == RING_MOTION_UNKNOWN)
		return "whether its tablets move is not known";
	return table->moving ? "its tablets are moving" : "its tablets were not counted";
}

static void
note_loss(struct prover *p, const struct ring_table *table, enum need need, uint16_t count, uint16_t loss, int place)
{
	struct shortfall *worst = &p->j->worst;
	uint16_t keep = (uint16_t)(loss < count ? count - loss : 0), needed = need_count(need, count);

	if (loss == 0 || count == UINT16_MAX || keep >= needed || worst->ranges > 0)
		return;
	worst->ranges = p->nranges;
	worst->keep = keep;
	worst->of = count;
	worst->need = needed;
	worst->place = place;
	worst->may = reason(p->j, table);
	for (size_t i = 0; i < p->j->ring->nmembers; i++)
		worst->culprits[i] = p->j->gone[i] && !p->j->ring->members[i].tokenless && p->j->places[i] >= 0 &&
		    (place < 0 ? p->shapes[p->j->places[i]].ranges > 0 : p->j->places[i] == place);
	p->j->proof.uncounted |= p->j->ring->motion != RING_MOTION_UNKNOWN && !table->moving;
}

static void
judge_losses(struct prover *p, const struct ring_table *table)
{
	uint16_t all = 0;

	for (size_t i = 0; i < p->j->ring->nmembers; i++) {
		const struct shape *shape = &p->shapes[i];

		/* A datacenter without replicas gets none by a move; all may still be asked below. */
		if (shape->ranges == 0)
			continue;
		all = (uint16_t)(all + loss_at(p, shape));
		if (p->j->needs.each != NEED_NOTHING)
			note_loss(p, table, p->j->needs.each, shape->weakest, loss_at(p, shape), (int)i);
	}
	if (p->j->needs.all != NEED_NOTHING)
		note_loss(p, table, p->j->needs.all, p->weakest, all, -1);
}

void
judge_by_racks(struct judge *j, const struct ring_table *table, bool user)
{
	size_t n = j->ring->nmembers;
	CLEANUP_FREE struct shape *shapes = xcalloc(n + 1, sizeof *shapes);
	CLEANUP_FREE uint16_t *racks = xcalloc(n + 1, sizeof *racks), *gone_in = xcalloc(n + 1, sizeof *gone_in);
	struct prover p = {
		.j = j, .layout = table->layout, .shapes = shapes, .racks = racks, .gone_in = gone_in,
		.least_counted = user ? 1 : 3,
		.may_move = j->ring->motion == RING_MOTION_UNKNOWN || table->moving,
	};

	if (!shape_members(&p) || !shape_ranges(&p))
		return;
	judge_losses(&p, table);
	if (j->worst.ranges == 0)
		j->proof.by_racks++;
}
