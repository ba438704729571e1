/* In which order an eachNode takes its nodes: the plan's, that backwards, or as spec.targets lists them. Whatever it is, the
 * nodes of one unit stand together, for units never overlap. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "plan_parts.h"

static void
reverse(size_t *lanes, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		size_t lane = lanes[i];

		lanes[i] = lanes[count - 1 - i];
		lanes[count - 1 - i] = lane;
	}
}

/* Where spec.targets has the node, or its zone; behind all when it has neither. */
static size_t
listed_at(const struct plan_input *input, const struct plan_node *node)
{
	for (size_t i = 0; i < input->ntargets; i++)
		if (strcmp(input->targets[i], node->name) == 0)
			return i;
	for (size_t i = 0; i < input->nzones; i++)
		if (strcmp(input->zones[i], node->zone) == 0)
			return i;
	return SIZE_MAX;
}

/* Stable: what is listed nowhere, and zones among themselves, keep the plan's order. */
static void
sort_as_listed(struct compiler *c, size_t *lanes, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		size_t lane = lanes[i], at = i;

		for (; at > 0 && listed_at(c->input, &c->plan->nodes[lanes[at - 1]]) >
		    listed_at(c->input, &c->plan->nodes[lane]); at--)
			lanes[at] = lanes[at - 1];
		lanes[at] = lane;
	}
}

/* Each unit where its first node stands. */
static void
gather_units(const struct plan *plan, struct plan_block *block)
{
	CLEANUP_FREE bool *taken = xcalloc(block->nlanes + 1, sizeof *taken);
	size_t *gathered = xcalloc(block->nlanes + 1, sizeof *gathered), n = 0;

	for (size_t i = 0; i < block->nlanes; i++)
		for (size_t k = i; k < block->nlanes && !taken[i]; k++) {
			if (taken[k] || (k > i && strcmp(plan_unit(block, &plan->nodes[block->lanes[k]]),
			    plan_unit(block, &plan->nodes[block->lanes[i]])) != 0))
				continue;
			gathered[n++] = block->lanes[k];
			taken[k] = k > i;
		}
	free(block->lanes);
	block->lanes = gathered;
}

void
plan_order_lanes(struct compiler *c, const struct workflow_block *source, struct plan_block *block)
{
	block->order = source->order;
	if (source->order == WORKFLOW_ORDER_REVERSE)
		reverse(block->lanes, block->nlanes);
	if (source->order == WORKFLOW_ORDER_TARGETS) {
		sort_as_listed(c, block->lanes, block->nlanes);
		gather_units(c->plan, block);
	}
}

bool
plan_lanes_stand_together(const struct plan *plan, const struct plan_block *block)
{
	for (size_t i = 1; i < block->nlanes; i++) {
		const char *unit = plan_unit(block, &plan->nodes[block->lanes[i]]);

		if (strcmp(unit, plan_unit(block, &plan->nodes[block->lanes[i - 1]])) == 0)
			continue;
		for (size_t k = 0; k + 1 < i; k++)
			if (strcmp(unit, plan_unit(block, &plan->nodes[block->lanes[k]])) == 0)
				return false;
	}
	return true;
}
