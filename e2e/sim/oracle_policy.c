#include <string.h>

#include "model_inside.h"
#include "oracle.h"

/* Of fewer no majority is asked for where nobody has said what clients need, nor of Scylla's own keyspaces. */
enum { QUORUM_FROM = 3 };

void
sim_tell_policy(struct sim *sim, const struct sim_policy *policy)
{
	sim->policy = *policy;
	sim->policy.told = true;
}

void
sim_policy_clock(struct sim *sim, int64_t ms)
{
	sim->policy.waiver.until -= ms;
}

struct oracle_needs
oracle_needs(const struct sim *sim, const struct keyspace *keyspace)
{
	const struct sim_policy *policy = &sim->policy;
	struct oracle_needs needs = {{SIM_NEED_MAJORITY, SIM_NEED_MAJORITY}, QUORUM_FROM};

	if (!policy->told)
		return needs;
	needs.of = policy->needs;
	needs.least = keyspace->user ? 1 : QUORUM_FROM;
	for (size_t i = 0; i < policy->ndecisions; i++)
		if (strcmp(policy->decisions[i].keyspace, keyspace->of.name) == 0)
			needs.of = policy->decisions[i].needs;
	return needs;
}

bool
oracle_lost(enum sim_need need, size_t least, size_t total, size_t left)
{
	if (total == 0 || total < least)
		return false;
	return need == SIM_NEED_MAJORITY ? left < total / 2 + 1 : need == SIM_NEED_ONE && left == 0;
}

bool
oracle_waives(const struct sim *sim, size_t node, const char *kind)
{
	const struct sim_waiver *waiver = &sim->policy.waiver;

	return strcmp(waiver->kind, kind) == 0 && sim->now < waiver->until && (waiver->nodes >> node & 1);
}
