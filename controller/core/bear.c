/* What the replication bears of a plan that takes several nodes down at once: asked while it is made, so that what the gate
 * could only ever do one after the other is refused with its place. */
#include "bear.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "plan.h"

/* The first planned node of the same unit stands for it. */
static int
unit_of(const struct plan *plan, const struct plan_block *block, const struct plan_node *node)
{
	const char *unit = plan_unit(block, node);
	size_t i = 0;

	while (strcmp(plan_unit(block, &plan->nodes[block->lanes[i]]), unit) != 0)
		i++;
	return (int)i;
}

/* A person does without this condition: whoever may say so has weighed it. */
static bool
is_lifted(const struct operation *object, int64_t wall_ms)
{
	for (size_t i = 0; i < object->noverrides; i++)
		if (strcmp(object->overrides[i].gate, "quorum-safe") == 0 && object->overrides[i].until_ms > wall_ms)
			return true;
	return false;
}

bool
op_bears_pair(void *arg, const struct plan *plan, const struct plan_block *block, struct err *why)
{
	const struct bearing *bearing = arg;
	const struct ring *ring = bearing->op->cluster->ring;
	struct ring_policy policy = cluster_policy(bearing->op->cluster);
	CLEANUP_FREE int *units = xcalloc(ring->nmembers + 1, sizeof *units);

	if (is_lifted(bearing->op->object, bearing->wall_ms))
		return true;
	for (size_t i = 0; i < ring->nmembers; i++)
		units[i] = -1;
	for (size_t i = 0; i < block->nlanes; i++) {
		const struct plan_node *node = &plan->nodes[block->lanes[i]];
		int member = ring_find_host_id(ring, node->host_id);

		/* A percentage may be one node of a small unit. */
		if (member >= 0 && plan_limit(plan, block, node) > 1)
			units[member] = unit_of(plan, block, node);
	}
	return ring_bears_pair(ring, units, &policy, why);
}
