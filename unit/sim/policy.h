/* What a target's clients need and its owner allows, drawn from the seed and written twice: as the API has it, for the
 * controller, and in the model's own words, for the oracle. */
#pragma once

#include "chance.h"
#include "needs.h"

struct world;

enum { POLICY_KINDS = 8, POLICY_TEXT = 400, POLICY_KEYSPACES = 3 };

struct policy {
	unsigned drawn;                      /* bit by number; 0: none */
	char availability[POLICY_TEXT];      /* of the target's spec, with a comma before it; or "" */
	char overrides[POLICY_TEXT];         /* of the operation's, likewise */
	unsigned most_down;                  /* limits.maxNodesDown */
	struct sim_keyspace keyspaces[POLICY_KEYSPACES];     /* the user's; those given first, then one more */
	size_t nkeyspaces;
	struct sim_policy told;
	char waived[3][SIM_NAME];            /* whose waiver it is, by name */
};

/* 'at_once': so many nodes the operation may take down. 'datacenter': what stands before a rack in a node's name; or "".
 * 'given': keyspaces that are there anyway. */
void policy_draw(struct policy *ret, struct chance *chance, unsigned at_once, const char *datacenter,
    const struct sim_keyspace *given, size_t ngiven);
/* To all clusters; the overrides are those of an operation on the first. */
void policy_tell(const struct policy *policy, struct world *world);
/* "a consistency"; NULL after the last. */
const char *policy_name(size_t number);
void policy_add_up(const struct policy *policy, size_t *counts);
