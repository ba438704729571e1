/* Which two members can be down together, as the ranges lie: what a roll of two at once stands on. Tables in tablets are
 * left out: their ranges move, so that two which share one today may not tomorrow. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "ring_quorum.h"

struct pairs {
	struct judge *j;
	const int *units;
	uint16_t *by;                   /* nmembers x nmembers, the lower number first: which keyspace + 1 forbids it */
};

static bool
is_pair(const struct pairs *p, size_t a, size_t b)
{
	return a != b && p->units[a] >= 0 && p->units[a] == p->units[b];
}

static uint16_t *
forbidden_by(const struct pairs *p, size_t a, size_t b)
{
	return &p->by[(a < b ? a : b) * p->j->ring->nmembers + (a < b ? b : a)];
}

static void
note_set(struct pairs *p, const struct set *set, bool user, size_t keyspace)
{
	struct judge *j = p->j;

	for (size_t i = 0; i < set->count; i++) {
		for (size_t k = 0; k < i; k++) {
			size_t a = set->members[i], b = set->members[k];

			if (!is_pair(p, a, b) || *forbidden_by(p, a, b))
				continue;
			j->gone[a] = j->gone[b] = 1;
			j->worst.ranges = 0;
			judge_set(j, set, 2, user);
			j->gone[a] = j->gone[b] = 0;
			if (j->worst.ranges > 0)
				*forbidden_by(p, a, b) = (uint16_t)(keyspace + 1);
		}
	}
}

static void
note_keyspace(struct pairs *p, size_t number)
{
	const struct ring_keyspace *keyspace = &p->j->ring->keyspaces[number];
	const uint16_t *member = keyspace->layout->members;

	for (size_t i = 0; i < keyspace->layout->nsets && !p->j->worst.placeless; i++) {
		struct set set = {.members = member, .count = keyspace->layout->counts[i],
		    .ranges = keyspace->layout->ranges[i]};

		member += set.count;
		note_set(p, &set, keyspace->user, number);
	}
}

static void
note_keyspaces(struct pairs *p, const struct ring_policy *policy)
{
	const struct ring *ring = p->j->ring;

	for (size_t i = 0; i < ring->nkeyspaces && !p->j->worst.placeless; i++) {
		const struct ring_keyspace *keyspace = &ring->keyspaces[i];
		unsigned levels = policy_levels(policy, keyspace->name);

		if (levels == 0 || !strcmp(keyspace->name, RING_EVERYWHERE) || !keyspace->layout ||
		    judge_is_alike(ring, i, policy, levels))
			continue;
		p->j->needs = needs_of(levels);
		note_keyspace(p, i);
	}
}

/* What the first pair would lose, in the words of the gate. */
static void
say_pair(struct pairs *p, size_t a, size_t b, const struct ring_policy *policy, struct err *why)
{
	struct judge *j = p->j;
	const struct ring_keyspace *keyspace = &j->ring->keyspaces[*forbidden_by(p, a, b) - 1];
	char label[RING_KEYSPACE + 16];

	j->gone[a] = j->gone[b] = 1;
	j->worst.ranges = 0;
	j->needs = needs_of(policy_levels(policy, keyspace->name));
	judge_layout(j, keyspace->layout, keyspace->user);
	snprintf(label, sizeof label, "keyspace %s", keyspace->name);
	say_shortfall(j, label, why);
}

/* True: a pair is borne, or there is none, or it cannot be told. */
static bool
look_for_pair(struct pairs *p, const struct ring_policy *policy, struct err *why)
{
	size_t n = p->j->ring->nmembers, first[2] = {0, 0};

	for (size_t a = 0; a < n; a++) {
		for (size_t b = a + 1; b < n; b++) {
			if (!is_pair(p, a, b))
				continue;
			if (!*forbidden_by(p, a, b))
				return true;
			if (first[1] == 0) {
				first[0] = a;
				first[1] = b;
			}
		}
	}
	if (first[1] > 0)
		say_pair(p, first[0], first[1], policy, why);
	return first[1] == 0;
}

bool
ring_bears_pair(const struct ring *ring, const int *units, const struct ring_policy *policy, struct err *why)
{
	CLEANUP_FREE uint16_t *by = xcalloc(ring->nmembers * ring->nmembers + 1, sizeof *by);
	struct judge j;
	struct pairs p = {.j = &j, .units = units, .by = by};
	bool bears;

	judge_init(&j, ring);
	note_keyspaces(&p, policy);
	bears = j.worst.placeless || look_for_pair(&p, policy, why);
	judge_done(&j);
	return bears;
}
