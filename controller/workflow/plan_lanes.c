#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "known.h"

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
		};
	}
	if (plan->nnodes)
		qsort(plan->nodes, plan->nnodes, sizeof *plan->nodes, compare);
	return check_names(c);
}

static int
unknown_zone(const struct compiler *c, size_t index)
{
	const struct plan *plan = c->plan;
	struct known known;

	known_init(&known, c->input->zones[index]);
	for (size_t i = 0; i < plan->nnodes; i++) {
		if (i == 0 || strcmp(plan->nodes[i].zone, plan->nodes[i - 1].zone) != 0)
			known_offer(&known, plan->nodes[i].zone);
	}
	return known_refuse(&known, c->err, "spec.targets.zones[%zu]: the cluster has no zone \"%.80s\"", index,
	    c->input->zones[index]);
}

static int
unknown_node(const struct compiler *c, size_t index)
{
	struct known known;

	known_init(&known, c->input->targets[index]);
	for (size_t i = 0; i < c->plan->nnodes; i++)
		known_offer(&known, c->plan->nodes[i].name);
	return known_refuse(&known, c->err, "spec.targets.nodes[%zu]: the cluster has no node \"%.80s\"", index,
	    c->input->targets[index]);
}

/* Mark the nodes of the zone called 'wanted', or the node; false when there is none. */
static bool
choose(const struct plan *plan, bool zone, const char *wanted, bool *chosen)
{
	bool found = false;

	for (size_t i = 0; i < plan->nnodes; i++) {
		const struct plan_node *node = &plan->nodes[i];

		if (strcmp(zone ? node->zone : node->name, wanted) == 0)
			chosen[i] = found = true;
	}
	return found;
}

static bool
has_lanes(const struct workflow *w)
{
	for (size_t i = 0; i < w->nblocks; i++) {
		if (w->blocks[i].each_node)
			return true;
	}
	return false;
}

/* Of a workflow that works on no node no node is a target. */
int
plan_compile_targets(struct compiler *c)
{
	const struct plan_input *input = c->input;
	const struct plan *plan = c->plan;
	bool all = input->nzones == 0 && input->ntargets == 0;

	c->targets = xcalloc(plan->nnodes + 1, sizeof *c->targets);
	if (!has_lanes(c->workflow))
		return 0;
	for (size_t i = 0; i < input->nzones; i++) {
		if (!choose(plan, true, input->zones[i], c->targets))
			return unknown_zone(c, i);
	}
	for (size_t i = 0; i < input->ntargets; i++) {
		if (!choose(plan, false, input->targets[i], c->targets))
			return unknown_node(c, i);
	}
	for (size_t i = 0; all && i < plan->nnodes; i++)
		c->targets[i] = true;
	return 0;
}

int
plan_compile_lanes(struct compiler *c, struct plan_block *block)
{
	for (size_t i = 0; i < c->plan->nnodes; i++) {
		if (c->targets[i])
			*ARRAY_GROW(block->lanes, block->nlanes) = i;
	}
	return block->nlanes ? 0 : err_set(c->err, "no node of the cluster is known yet");
}
