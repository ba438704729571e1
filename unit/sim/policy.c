#include "policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "world.h"

enum drawn { CONSISTENCY, KEYSPACE, DECISION, STRICTER, LIMIT, OVERRIDE };

static const char *const names[] = {
	[CONSISTENCY] = "a consistency", [KEYSPACE] = "a keyspace of RF 1 or 2", [DECISION] = "a standing decision",
	[STRICTER] = "a decision stricter than the consistency", [LIMIT] = "maxNodesDown", [OVERRIDE] = "an override",
};
_Static_assert(ARRAY_LEN(names) <= POLICY_KINDS, "too many kinds");

/* Processes' wall clocks are that far apart at most, and what an override let through arrives a moment later. */
enum { CLOCKS_APART_MS = 33000 };

struct level {
	const char *name;
	struct sim_needs needs;
	unsigned least;              /* the lowest RF whose ranges bear that one replica is gone */
};

/* What these words mean is Scylla's. */
static const struct level levels[] = {
	{"QUORUM+LOCAL_QUORUM", {SIM_NEED_MAJORITY, SIM_NEED_MAJORITY}, 3},
	{"QUORUM", {SIM_NEED_MAJORITY, SIM_NEED_NOTHING}, 3},
	{"LOCAL_QUORUM", {SIM_NEED_NOTHING, SIM_NEED_MAJORITY}, 3},
	{"EACH_QUORUM", {SIM_NEED_NOTHING, SIM_NEED_MAJORITY}, 3},
	{"ONE", {SIM_NEED_ONE, SIM_NEED_NOTHING}, 2},
	{"LOCAL_ONE", {SIM_NEED_NOTHING, SIM_NEED_ONE}, 2},
	/* Of standing decisions alone. */
	{"global", {SIM_NEED_MAJORITY, SIM_NEED_NOTHING}, 3},
	{"none", {SIM_NEED_NOTHING, SIM_NEED_NOTHING}, 1},
};
enum { CONSISTENCIES = 6 };

static bool
is_stricter(const struct sim_needs *a, const struct sim_needs *b)
{
	unsigned most_a = a->all > a->each ? a->all : a->each, most_b = b->all > b->each ? b->all : b->each;

	return most_a > most_b;
}

/* One keyspace more, and what is decided for it: something that it can bear. */
static void
draw_keyspace(struct policy *policy, struct chance *chance, size_t len)
{
	static const char name[] = "scratch";
	struct sim_keyspace *keyspace = &policy->keyspaces[policy->nkeyspaces++];
	const struct level *level;

	*keyspace = (struct sim_keyspace){.replication = SIM_NETWORK, .rf = (unsigned)chance_between(chance, 1, 3)};
	snprintf(keyspace->name, sizeof keyspace->name, name);
	do
		level = &levels[chance_between(chance, 0, ARRAY_LEN(levels) - 1)];
	while (level->least > keyspace->rf);
	policy->told.decisions[policy->told.ndecisions++] = (struct sim_decision){.keyspace = "scratch", .needs = level->needs};
	snprintf(policy->availability + len, sizeof policy->availability - len,
	    "%s\"keyspaces\":[{\"name\":\"%s\",\"require\":\"%s\"}]}", len > strlen(",\"availability\":{") ? "," : "", name,
	    level->name);
	policy->drawn |= 1u << DECISION | (keyspace->rf < 3 ? 1u << KEYSPACE : 0) |
	    (is_stricter(&level->needs, &policy->told.needs) ? 1u << STRICTER : 0);
}

static void
draw_availability(struct policy *policy, struct chance *chance)
{
	const struct level *level = &levels[0];
	size_t len = 0;

	len += (size_t)snprintf(policy->availability, sizeof policy->availability, ",\"availability\":{");
	if (chance_of(chance, 800)) {
		level = &levels[chance_between(chance, 0, CONSISTENCIES - 1)];
		len += (size_t)snprintf(policy->availability + len, sizeof policy->availability - len,
		    "\"consistency\":\"%s\"", level->name);
		policy->drawn |= 1u << CONSISTENCY;
	}
	policy->told.needs = level->needs;
	if (chance_of(chance, 600))
		draw_keyspace(policy, chance, len);
	else
		snprintf(policy->availability + len, sizeof policy->availability - len, "}");
}

/* A condition of the gate lifted for a node or two, until a moment within or after the operation. */
static void
draw_override(struct policy *policy, struct chance *chance, const char *datacenter)
{
	static const char racks[] = {'a', 'b', 'c'};
	bool normal = chance_of(chance, 700);
	size_t first = (size_t)chance_between(chance, 0, ARRAY_LEN(racks) - 1);
	size_t second = (size_t)chance_between(chance, 0, ARRAY_LEN(racks) - 1);
	int64_t span_ms = chance_between(chance, 30000, 1200000);
	char until[INSTANT_TEXT];

	instant_rfc3339(WORLD_FIRST_WALL_MS + span_ms, until);
	/* Times of the API are in whole seconds. */
	policy->told.waiver.until = span_ms + CLOCKS_APART_MS;
	snprintf(policy->told.waiver.kind, sizeof policy->told.waiver.kind, "%s", normal ? "two-zones" : "quorum");
	snprintf(policy->waived[0], sizeof *policy->waived, "db-%s%c-1", datacenter, racks[first]);
	if (second != first)
		snprintf(policy->waived[1], sizeof *policy->waived, "db-%s%c-1", datacenter, racks[second]);
	snprintf(policy->overrides, sizeof policy->overrides, ",\"overrides\":[{\"gate\":\"%s\",\"nodes\":[\"%s\"%s%s%s],"
	    "\"reason\":\"as it is\",\"until\":\"%s\"}]", normal ? "cluster-normal" : "quorum-safe", policy->waived[0],
	    second != first ? ",\"" : "", policy->waived[1], second != first ? "\"" : "", until);
	policy->drawn |= 1u << OVERRIDE;
}

void
policy_draw(struct policy *ret, struct chance *chance, unsigned at_once, const char *datacenter,
    const struct sim_keyspace *given, size_t ngiven)
{
	*ret = (struct policy){.nkeyspaces = ngiven};
	for (size_t i = 0; i < ngiven; i++)
		ret->keyspaces[i] = given[i];
	draw_availability(ret, chance);
	if (chance_of(chance, 500)) {
		ret->most_down = at_once + (unsigned)chance_between(chance, 0, 1);
		ret->told.most_down = ret->most_down;
		ret->drawn |= 1u << LIMIT;
	}
	if (chance_of(chance, 500))
		draw_override(ret, chance, datacenter);
}

void
policy_tell(const struct policy *policy, struct world *world)
{
	struct sim_policy told = policy->told;
	struct sim *sim;

	told.waiver.until += world->now;
	for (size_t i = 0; i < ARRAY_LEN(policy->waived); i++)
		if (*policy->waived[i] && sim_find(world->sim, policy->waived[i]) >= 0)
			told.waiver.nodes |= UINT64_C(1) << sim_find(world->sim, policy->waived[i]);
	for (size_t i = 0; (sim = world_cluster(world, i)); i++) {
		sim_tell_policy(sim, &told);
		told.waiver = (struct sim_waiver){.kind = ""};
	}
}

const char *
policy_name(size_t number)
{
	return number < ARRAY_LEN(names) ? names[number] : NULL;
}

void
policy_add_up(const struct policy *policy, size_t *counts)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		counts[i] += policy->drawn >> i & 1;
}
