/* What clients need of each range, and what is left of it. */
#include "ring.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "ring_private.h"

enum { NAMES_SHOWN = 4 };

/* One level that one kind of range would miss, the worst found so far. */
struct shortfall {
	uint32_t ranges;                /* 0: none found */
	uint16_t keep, of, need;
	int place;                      /* LOCAL_QUORUM in this datacenter; -1: QUORUM */
	bool placeless;                 /* a replica's datacenter is not known: the rest does not count */
	uint8_t *culprits;              /* of each member: gone, and a replica of such a range */
};

struct tally {
	uint16_t count, gone;
};

/* One set of a layout. */
struct set {
	const uint16_t *members;
	uint16_t count;
	uint32_t ranges;
};

struct judge {
	const struct ring *ring;
	bool quorum, local_quorum;
	const bool *held;
	int candidate;
	uint8_t *gone;
	int *places;                    /* each member's datacenter, as the first member that is there; -1: not known */
	struct tally *tallies;          /* by the same number */
	struct shortfall worst;
};

static bool
is_exempt(const struct ring_policy *policy, const char *keyspace)
{
	for (const char *const *name = policy ? policy->exempt : NULL; name && *name; name++) {
		if (!strcmp(*name, keyspace))
			return true;
	}
	return false;
}

/* No policy, or one that asks for nothing, is a mistake somewhere: the strictest then. */
static void
judge_init(struct judge *j, const struct ring *ring, const struct ring_policy *policy)
{
	*j = (struct judge){.ring = ring, .candidate = -1};
	j->quorum = !policy || policy->quorum || !policy->local_quorum;
	j->local_quorum = !policy || policy->local_quorum || !policy->quorum;
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

static void
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
	uint16_t keep = (uint16_t)(tally->count - tally->gone), need = (uint16_t)(tally->count / 2 + 1);
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
is_short(const struct tally *tally, bool user)
{
	if (!user && tally->count < 3)
		return false;
	return tally->gone > 0 && tally->count - tally->gone < tally->count / 2 + 1;
}

/* How many replicas of the set are in each datacenter, and how many of them are gone; -1 when the datacenter of one is
 * not known. */
static int
tally_places(struct judge *j, const struct set *set)
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

static void
judge_set(struct judge *j, const struct set *set, unsigned gone, bool user)
{
	struct tally all = {.count = set->count, .gone = (uint16_t)gone};

	if (!user && set->count < 3)
		return;
	if (j->quorum && is_short(&all, user))
		note_shortfall(j, set, &all, -1);
	if (!j->local_quorum || tally_places(j, set) < 0)
		return;
	for (size_t i = 0; i < set->count; i++) {
		int place = j->places[set->members[i]];

		if (is_short(&j->tallies[place], user))
			note_shortfall(j, set, &j->tallies[place], place);
		j->tallies[place] = (struct tally){0};  /* once for each datacenter */
	}
}

/* Nearly all sets lose nothing, and there are tens of thousands: this loop is the predicate's whole time. */
static void
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

/* "down: db-c-2; held: db-b-1", at most four of each. */
static void
put_names(const struct judge *j, struct buf *out, bool held)
{
	size_t found = 0;

	for (size_t i = 0; i < j->ring->nmembers; i++) {
		bool of_set = ring_in_set(j->held, j->candidate, i);

		if (!j->worst.culprits[i] || of_set != held || (j->candidate >= 0 && (size_t)j->candidate == i))
			continue;
		if (found < NAMES_SHOWN)
			buf_printf(out, "%s%s", found > 0 ? ", " : held ? "held: " : "down: ",
			    j->ring->members[i].name);
		found++;
	}
	if (found > NAMES_SHOWN)
		buf_printf(out, " and %zu more", found - NAMES_SHOWN);
}

static void
put_culprits(const struct judge *j, struct buf *out)
{
	CLEANUP_BUF struct buf held = BUF_INIT(BUF_MAX_LINE);

	put_names(j, out, false);
	put_names(j, &held, true);
	if (held.len > 0)
		buf_printf(out, "%s%s", out->len > 0 ? "; " : "", buf_str(&held));
	if (out->len == 0 && j->candidate >= 0)
		buf_printf(out, "%s is one of them", j->ring->members[j->candidate].name);
}

static void
say_shortfall(const struct judge *j, const char *keyspace, struct err *why)
{
	CLEANUP_BUF struct buf culprits = BUF_INIT(BUF_MAX_LINE);
	const struct shortfall *worst = &j->worst;
	const char *place = worst->place < 0 ? NULL : j->ring->members[worst->place].datacenter;

	if (worst->placeless) {
		err_set(why, "the datacenter of %s is not known, LOCAL_QUORUM of keyspace %s cannot be judged",
		    j->ring->members[worst->place].name, keyspace);
		return;
	}
	put_culprits(j, &culprits);
	err_set(why, "keyspace %s: %" PRIu32 " range%s would keep %d of %d replica%s%s%s, %s needs %d (%s)", keyspace,
	    worst->ranges, worst->ranges == 1 ? "" : "s", worst->keep, worst->of, worst->of == 1 ? "" : "s",
	    place ? " in " : "", place ? place : "", place ? "LOCAL_QUORUM" : "QUORUM", worst->need,
	    buf_str(&culprits));
}

/* Keyspaces that are replicated alike are judged alike: once. */
static bool
is_judged(const struct ring *ring, size_t keyspace, const struct ring_policy *policy)
{
	const struct ring_keyspace *at = &ring->keyspaces[keyspace];

	for (size_t i = 0; i < keyspace; i++) {
		const struct ring_keyspace *earlier = &ring->keyspaces[i];

		if (earlier->layout == at->layout && earlier->user == at->user && !is_exempt(policy, earlier->name) &&
		    strcmp(earlier->name, RING_EVERYWHERE))
			return true;
	}
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

		if (is_exempt(policy, keyspace->name) || !strcmp(keyspace->name, RING_EVERYWHERE))
			continue;
		if (!keyspace->layout)
			return err_set(why, "keyspace %s: its ranges are not known yet", keyspace->name) == 0;
		if (is_judged(ring, i, policy))
			continue;
		judge_layout(j, keyspace->layout, keyspace->user);
		if (j->worst.ranges > 0 || j->worst.placeless) {
			say_shortfall(j, keyspace->name, why);
			return false;
		}
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

bool
ring_quorum_safe(const struct ring *ring, const bool *held, int candidate, const struct ring_policy *policy,
    struct err *why)
{
	struct judge j;
	bool safe;

	if (candidate >= 0 && ring_is_down_everywhere(ring, (size_t)candidate))
		return true;
	judge_init(&j, ring, policy);
	j.held = held;
	j.candidate = candidate;
	safe = ring_judge_views(ring, held, candidate, j.gone, why) && judge_topology(ring, why) &&
	    judge_keyspaces(&j, policy, why);
	judge_done(&j);
	return safe;
}

/* The fewest replicas that a level counts, of all sets that have any. */
static unsigned
fewest_replicas(struct judge *j, const struct ring_layout *layout)
{
	const uint16_t *member = layout->members;
	unsigned fewest = UINT16_MAX;

	for (size_t i = 0; i < layout->nsets; i++) {
		struct set set = {.members = member, .count = layout->counts[i]};

		member += set.count;
		if (set.count > 0 && set.count < fewest)
			fewest = set.count;
		if (!j->local_quorum || tally_places(j, &set) < 0)
			continue;
		for (size_t k = 0; k < set.count; k++) {
			unsigned here = j->tallies[j->places[set.members[k]]].count;

			fewest = here < fewest ? here : fewest;
		}
	}
	return fewest;
}

bool
ring_undecided(const struct ring *ring, const struct ring_policy *policy, struct err *why)
{
	CLEANUP_BUF struct buf names = BUF_INIT(BUF_MAX_LINE);
	struct judge j;
	size_t found = 0;

	judge_init(&j, ring, policy);
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		const struct ring_keyspace *keyspace = &ring->keyspaces[i];
		unsigned fewest;

		if (!keyspace->user || !keyspace->layout || is_exempt(policy, keyspace->name))
			continue;
		fewest = fewest_replicas(&j, keyspace->layout);
		if (fewest >= 3)
			continue;
		if (found < NAMES_SHOWN)
			buf_printf(&names, "%s%.60s (RF %u)", found > 0 ? ", " : "", keyspace->name, fewest);
		found++;
	}
	judge_done(&j);
	if (found > NAMES_SHOWN)
		buf_printf(&names, " and %zu more", found - NAMES_SHOWN);
	if (found > 0)
		err_set(why,
		    "too few replicas for QUORUM with a node down, keyspace%s %s: replicate 3 times, or say in "
		    "the TargetCluster's spec.availability.keyspaces: {name, require: none}", found == 1 ? "" : "s",
		    buf_str(&names));
	return found > 0;
}
