/* What clients of the cluster need and what its owner allows, by which the oracle judges: told in the model's own words by
 * whoever makes the world. Told nothing, majorities of all replicas and of each datacenter's stay, where there are three or
 * more. */
#pragma once

#include "model.h"

enum sim_need { SIM_NEED_NOTHING, SIM_NEED_ONE, SIM_NEED_MAJORITY };

/* Of all replicas of a range, and of those in each datacenter. */
struct sim_needs {
	enum sim_need all, each;
};

/* A keyspace with needs of its own. */
struct sim_decision {
	char keyspace[SIM_NAME];
	struct sim_needs needs;
};

/* One rule is lifted for acts on some nodes, for a while. */
struct sim_waiver {
	char kind[SIM_NAME];            /* "two-zones", "quorum"; "": none */
	uint64_t nodes;                 /* bit by number */
	int64_t until;
};

enum { SIM_DECISIONS = 4 };

struct sim_policy {
	bool told;
	struct sim_needs needs;
	struct sim_decision decisions[SIM_DECISIONS];
	size_t ndecisions;
	size_t most_down;               /* nodes at once, whoever took them down; 0: any number */
	struct sim_waiver waiver;
};

/* It is copied. */
void sim_tell_policy(struct sim *sim, const struct sim_policy *policy);
/* People's clocks are set forward by 'ms': what has an end by them ends so much earlier. */
void sim_policy_clock(struct sim *sim, int64_t ms);
