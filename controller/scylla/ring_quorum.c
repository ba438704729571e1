/* What clients need of each range, and what is left of it. */
#include "ring_quorum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

void
judge_init(struct judge *j, const struct ring *ring)
{
	*j = (struct judge){.ring = ring, .candidate = -1};
	j->gone = xcalloc(ring->nmembers + 1, 1);
	j->worst.culprits = xcalloc(ring->nmembers + 1, 1);
	j->places = xcalloc(ring->nmembers + 1, sizeof *j->places);
	j->tallies = xcalloc(ring->nmembers + 1, sizeof *j->tallies);
	for (size_t i = 0; i < ring->nmembers; i++) {
		const char *datacenter = ring->members[i].datacenter;
		size_t first = 0;

		while (strcmp(ring->members[first].datacenter, datacenter))
			first++;
		j->places[i] = datacenter[0] ? (int)first : -1;
	}
}

void
judge_done(struct judge *j)
{
	free(j->gone);
	free(j->worst.culprits);
	free(j->places);
	free(j->tallies);
}

/* The set misses a level: keep it if it is the worst, or as bad as the worst. */
static void
note_shortfall(struct judge *j, const struct set *set, const struct tally *tally, int place)
{
	struct shortfall *worst = &j->worst;
	uint16_t keep = (uint16_t)(tally->count - tally->gone);
	uint16_t need = need_count(place < 0 ? j->needs.all : j->needs.each, tally->count);
	bool same = keep == worst->keep && tally->count == worst->of && place == worst->place;

	if (worst->ranges > 0 && !same && need - keep <= worst->need - worst->keep)
		return;
	if (worst->ranges == 0 || !same) {
		worst->ranges = 0;
		worst->keep = keep;
		worst->of = tally->count;
		worst->need = need;
		worst->place = place;
		memset(worst->culprits, 0, j->ring->nmembers);
	}
	worst->ranges += set->ranges;
	for (size_t i = 0; i < set->count; i++) {
		uint16_t member = set->members[i];

		if (j->gone[member] && (place < 0 || j->places[member] == place))
			worst->culprits[member] = 1;
	}
}

static bool
is_short(enum need need, const struct tally *tally, bool user)
{
	if (!user && tally->count < 3)
		return false;
	return tally->gone > 0 && tally->count - tally->gone < need_count(need, tally->count);
}

int
judge_tally(struct judge *j, const struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		int place = j->places[set->members[i]];

		if (place < 0) {
			j->worst.placeless = true;
			j->worst.place = set->members[i];
			return -1;
		}
		j->tallies[place] = (struct tally){0};
	}
	for (size_t i = 0; i < set->count; i++) {
		struct tally *tally = &j->tallies[j->places[set->members[i]]];

		tally->count++;
		tally->gone = (uint16_t)(tally->gone + j->gone[set->members[i]]);
	}
	return 0;
}

void
judge_set(struct judge *j, const struct set *set, unsigned gone, bool user)
{
	struct tally all = {.count = set->count, .gone = (uint16_t)gone};

	if (!user && set->count < 3)
		return;
	if (is_short(j->needs.all, &all, user))
		note_shortfall(j, set, &all, -1);
	if (j->needs.each == NEED_NOTHING || judge_tally(j, set) < 0)
		return;
	for (size_t i = 0; i < set->count; i++) {
		int place = j->places[set->members[i]];

		if (is_short(j->needs.each, &j->tallies[place], user))
			note_shortfall(j, set, &j->tallies[place], place);
		j->tallies[place] = (struct tally){0};  /* once for each datacenter */
	}
}

/* Nearly all sets lose nothing, and there are tens of thousands: this loop is the predicate's whole time. */
void
judge_layout(struct judge *j, const struct ring_layout *layout, bool user)
{
	const uint8_t *is_gone = j->gone;
	const uint16_t *member = layout->members;

	for (size_t i = 0; i < layout->nsets && !j->worst.placeless; i++) {
		size_t count = layout->counts[i];
		unsigned gone = 0;

		for (size_t k = 0; k < count; k++)
			gone += is_gone[member[k]];
		if (gone > 0)
			judge_set(j, &(struct set){.members = member, .count = (uint16_t)count,
			    .ranges = layout->ranges[i]}, gone, user);
		member += count;
	}
}

bool
judge_is_alike(const struct ring *ring, size_t keyspace, const struct ring_policy *policy, unsigned levels)
{
	const struct ring_keyspace *at = &ring->keyspaces[keyspace];

	for (size_t i = 0; i < keyspace; i++) {
		const struct ring_keyspace *earlier = &ring->keyspaces[i];

		if (earlier->layout == at->layout && earlier->user == at->user && strcmp(earlier->name, RING_EVERYWHERE) &&
		    policy_levels(policy, earlier->name) == levels)
			return true;
	}
	return false;
}

static bool
judge_table(struct judge *j, const struct ring_keyspace *keyspace, const struct ring_table *table, struct err *why)
{
	char label[RING_KEYSPACE + RING_TABLE + 16];
	bool still = j->ring->motion != RING_MOTION_UNKNOWN && !table->moving;

	snprintf(label, sizeof label, "table %s.%s", keyspace->name, table->name);
	if (!table->layout)
		return err_set(why, "%s: its ranges are not known yet", label) == 0;
	if (table->counted && still) {
		judge_layout(j, table->layout, keyspace->user);
		j->proof.counted++;
	} else {
		judge_by_racks(j, table, keyspace->user);
	}
	if (j->worst.ranges == 0 && !j->worst.placeless)
		return true;
	say_shortfall(j, label, why);
	return false;
}

static bool
judge_tables(struct judge *j, const struct ring_keyspace *keyspace, struct err *why)
{
	if (!keyspace->tables_known)
		return err_set(why, "keyspace %s: its tables are not known yet", keyspace->name) == 0;
	for (size_t i = 0; i < keyspace->ntables; i++) {
		if (!judge_table(j, keyspace, &keyspace->tables[i], why))
			return false;
	}
	return true;
}

static bool
judge_vnodes(struct judge *j, const struct ring_keyspace *keyspace, struct err *why)
{
	char label[RING_KEYSPACE + 16];

	judge_layout(j, keyspace->layout, keyspace->user);
	j->proof.counted++;
	if (j->worst.ranges == 0 && !j->worst.placeless)
		return true;
	snprintf(label, sizeof label, "keyspace %s", keyspace->name);
	say_shortfall(j, label, why);
	return false;
}

static bool
judge_keyspaces(struct judge *j, const struct ring_policy *policy, struct err *why)
{
	const struct ring *ring = j->ring;

	if (ring->nkeyspaces == 0)
		return err_set(why, "the ring's keyspaces are not known yet") == 0;
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		const struct ring_keyspace *keyspace = &ring->keyspaces[i];
		unsigned levels = policy_levels(policy, keyspace->name);

		if (levels == 0 || !strcmp(keyspace->name, RING_EVERYWHERE))
			continue;
		j->needs = needs_of(levels);
		if (keyspace->tablets) {
			if (!judge_tables(j, keyspace, why))
				return false;
			continue;
		}
		if (!keyspace->layout)
			return err_set(why, "keyspace %s: its ranges are not known yet", keyspace->name) == 0;
		if (!judge_is_alike(ring, i, policy, levels) && !judge_vnodes(j, keyspace, why))
			return false;
	}
	return true;
}

/* Nobody joins or leaves: SIZE_MAX says that it could not be read. */
static bool
judge_topology(const struct ring *ring, struct err *why)
{
	if (ring->joining == SIZE_MAX || ring->leaving == SIZE_MAX)
		return err_set(why, "who joins or leaves the ring is not known") == 0;
	if (ring->joining > 0 || ring->leaving > 0)
		return err_set(why, "topology is changing, %zu joining and %zu leaving: writes wait for more replicas "
		    "than the ranges tell", ring->joining, ring->leaving) == 0;
	return true;
}

/* A candidate that owns no tokens takes no replica with it. */
static bool
is_tokenless(const struct ring *ring, int candidate)
{
	return candidate >= 0 && ring->owners_known && ring->members[candidate].tokenless;
}

bool
ring_quorum_proof(const struct ring *ring, const bool *held, int candidate, const struct ring_policy *policy,
    struct ring_proof *ret_proof, struct err *why)
{
	struct judge j;
	bool safe;

	if (ret_proof)
		*ret_proof = (struct ring_proof){0};
	if (candidate >= 0 && ring_is_down_everywhere(ring, (size_t)candidate))
		return true;
	judge_init(&j, ring);
	j.held = held;
	j.candidate = candidate;
	safe = ring_judge_views(ring, held, candidate, j.gone, why) && judge_topology(ring, why) &&
	    (is_tokenless(ring, candidate) || judge_keyspaces(&j, policy, why));
	if (ret_proof)
		*ret_proof = j.proof;
	judge_done(&j);
	return safe;
}

bool
ring_quorum_safe(const struct ring *ring, const bool *held, int candidate, const struct ring_policy *policy,
    struct err *why)
{
	return ring_quorum_proof(ring, held, candidate, policy, NULL, why);
}
