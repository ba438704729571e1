#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static int
compare(const void *left, const void *right)
{
	const struct plan_node *a = left, *b = right;
	int order = strcmp(a->datacenter, b->datacenter);

	if (order == 0)
		order = strcmp(a->zone, b->zone);
	return order != 0 ? order : strcmp(a->name, b->name);
}

/* Two nodes of one name would share a step's id in the journal. */
static int
check_names(const struct compiler *c)
{
	const struct plan *plan = c->plan;

	for (size_t i = 0; i < plan->nnodes; i++) {
		for (size_t j = i + 1; j < plan->nnodes; j++) {
			const struct plan_node *a = &plan->nodes[i], *b = &plan->nodes[j];

			if (strcmp(a->name, b->name) == 0)
				return err_set(c->err, "two nodes of the cluster are called \"%s\", %s and %s; give "
				    "each its own name under the TargetCluster's spec.nodes", a->name, a->address,
				    b->address);
		}
	}
	return 0;
}

int
plan_compile_nodes(struct compiler *c)
{
	struct plan *plan = c->plan;

	for (size_t i = 0; i < c->input->nnodes; i++) {
		const struct plan_node *node = &c->input->nodes[i];

		*ARRAY_GROW(plan->nodes, plan->nnodes) = (struct plan_node){
			.name = xstrdup(node->name),
			.host_id = xstrdup(node->host_id ? node->host_id : ""),
			.address = xstrdup(node->address),
			.datacenter = xstrdup(node->datacenter),
			.zone = xstrdup(node->zone),
			.is_new = node->is_new,
		};
	}
	if (plan->nnodes)
		qsort(plan->nodes, plan->nnodes, sizeof *plan->nodes, compare);
	return check_names(c);
}

int
plan_compile_lanes(struct compiler *c, const struct workflow_block *source, struct plan_block *block)
{
	CLEANUP_FREE bool *chosen = xcalloc(c->plan->nnodes + 1, sizeof *chosen);

	block->others = source->selection == WORKFLOW_OTHERS;
	if (block->others && c->plan->nblocks > PLAN_OTHERS_MOST)
		return err_set(c->err, "%s.nodes: others are for one of the first %d blocks", source->place, PLAN_OTHERS_MOST);
	for (size_t i = 0; block->others && i < c->plan->nnodes; i++) {
		if (c->targets[i])
			*ARRAY_GROW(block->except, block->nexcept) = i;
	}
	if (block->others)
		return 0;
	if (plan_select(c, source, chosen) < 0)
		return -1;
	for (size_t i = 0; i < c->plan->nnodes; i++) {
		if (chosen[i])
			*ARRAY_GROW(block->lanes, block->nlanes) = i;
	}
	return block->nlanes ? 0 : err_set(c->err, "no node of the cluster is known yet");
}
