/* What clients need of a keyspace, and which keyspaces cannot give it or need not. */
#include <stdio.h>
#include <string.h>

#include "ring_quorum.h"

unsigned
policy_levels(const struct ring_policy *policy, const char *keyspace)
{
	unsigned levels = policy ? policy->levels & RING_LEVELS : 0;

	for (size_t i = 0; policy && i < policy->ndecided; i++) {
		if (!strcmp(policy->decided[i], keyspace))
			return policy->decided_levels[i] & RING_LEVELS;
	}
	return levels ? levels : RING_QUORUM | RING_LOCAL_QUORUM;
}

struct needs
needs_of(unsigned levels)
{
	return (struct needs){
		.all = levels & RING_QUORUM ? NEED_MAJORITY : levels & RING_ONE ? NEED_ONE : NEED_NOTHING,
		.each = levels & RING_LOCAL_QUORUM ? NEED_MAJORITY : levels & RING_LOCAL_ONE ? NEED_ONE : NEED_NOTHING,
	};
}

uint16_t
need_count(enum need need, uint16_t replicas)
{
	if (need == NEED_MAJORITY)
		return (uint16_t)(replicas / 2 + 1);
	return need == NEED_ONE ? 1 : 0;
}

/* Of all sets: the fewest replicas that a level counts, and whether it can bear that one of them is gone. */
struct weakest {
	uint16_t fewest;                /* UINT16_MAX: no level counts any */
	bool fragile;
};

static void
weigh(struct weakest *weakest, enum need need, uint16_t count)
{
	if (need == NEED_NOTHING || count == 0)
		return;
	if (count < weakest->fewest)
		weakest->fewest = count;
	weakest->fragile |= count - 1 < need_count(need, count);
}

static void
weigh_layout(struct judge *j, const struct ring_layout *layout, struct weakest *weakest)
{
	const uint16_t *member = layout->members;

	for (size_t i = 0; i < layout->nsets; i++) {
		struct set set = {.members = member, .count = layout->counts[i]};

		member += set.count;
		weigh(weakest, j->needs.all, set.count);
		if (j->needs.each == NEED_NOTHING || judge_tally(j, &set) < 0)
			continue;
		for (size_t k = 0; k < set.count; k++)
			weigh(weakest, j->needs.each, j->tallies[j->places[set.members[k]]].count);
	}
}

static struct weakest
weigh_keyspace(struct judge *j, const struct ring_policy *policy, const struct ring_keyspace *keyspace)
{
	struct weakest weakest = {.fewest = UINT16_MAX};

	j->needs = needs_of(policy_levels(policy, keyspace->name));
	if (keyspace->layout)
		weigh_layout(j, keyspace->layout, &weakest);
	for (size_t i = 0; i < keyspace->ntables; i++) {
		if (keyspace->tables[i].layout)
			weigh_layout(j, keyspace->tables[i].layout, &weakest);
	}
	return weakest;
}

struct names {
	struct buf text;
	size_t found;
};

static void
put_name(struct names *names, const char *keyspace, const char *what)
{
	if (names->found < RING_NAMES_SHOWN)
		buf_printf(&names->text, "%s%.60s (%s)", names->found > 0 ? ", " : "", keyspace, what);
	names->found++;
}

static void
put_fewest(struct names *names, const char *keyspace, const struct weakest *weakest)
{
	char what[16];

	snprintf(what, sizeof what, "RF %u", weakest->fewest);
	put_name(names, keyspace, what);
}

/* What was not shown. */
static void
end_names(struct names *names)
{
	if (names->found > RING_NAMES_SHOWN)
		buf_printf(&names->text, " and %zu more", names->found - RING_NAMES_SHOWN);
}

bool
ring_undecided(const struct ring *ring, const struct ring_policy *policy, struct err *why)
{
	struct names names = {.text = BUF_INIT(BUF_MAX_LINE)};
	struct judge j;

	judge_init(&j, ring);
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		const struct ring_keyspace *keyspace = &ring->keyspaces[i];
		struct weakest weakest;

		if (!keyspace->user || !policy_levels(policy, keyspace->name))
			continue;
		weakest = weigh_keyspace(&j, policy, keyspace);
		if (weakest.fragile)
			put_fewest(&names, keyspace->name, &weakest);
	}
	judge_done(&j);
	end_names(&names);
	if (names.found > 0)
		err_set(why, "too few replicas for what clients need with a node down, keyspace%s %s: replicate 3 times, or "
		    "say in the TargetCluster's spec.availability.keyspaces: {name, require: none}",
		    names.found == 1 ? "" : "s", buf_str(&names.text));
	buf_done(&names.text);
	return names.found > 0;
}

bool
ring_passed_over(const struct ring *ring, const struct ring_policy *policy, struct err *ret_names)
{
	struct names names = {.text = BUF_INIT(BUF_MAX_LINE)};
	struct judge j;

	judge_init(&j, ring);
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		const struct ring_keyspace *keyspace = &ring->keyspaces[i];
		struct weakest weakest;

		if (!strcmp(keyspace->name, RING_EVERYWHERE)) {
			put_name(&names, keyspace->name, "on every node");
			continue;
		}
		if (!policy_levels(policy, keyspace->name)) {
			put_name(&names, keyspace->name, "require: none");
			continue;
		}
		weakest = weigh_keyspace(&j, policy, keyspace);
		if (!keyspace->user && weakest.fewest < 3)
			put_fewest(&names, keyspace->name, &weakest);
	}
	judge_done(&j);
	end_names(&names);
	if (names.found > 0)
		err_set(ret_names, "%s", buf_str(&names.text));
	buf_done(&names.text);
	return names.found > 0;
}
