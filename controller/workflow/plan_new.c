/* Nodes that are not in the ring yet. An operation takes one when it names it; default targets and zones are members'. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "impact.h"
#include "plan_parts.h"

bool
plan_has_new(const struct plan *plan, const struct plan_block *block)
{
	for (size_t i = 0; i < block->nlanes; i++)
		if (plan->nodes[block->lanes[i]].is_new)
			return true;
	return false;
}

bool
plan_has_members(const struct plan *plan, const struct plan_block *block)
{
	for (size_t i = 0; i < block->nlanes; i++)
		if (!plan->nodes[block->lanes[i]].is_new)
			return true;
	return block->others;
}

bool
plan_may_join(const struct plan *plan, const struct plan_block *block)
{
	for (size_t i = 0; plan_has_new(plan, block) && plan_any_step(block, i); i++) {
		const struct plan_step *step = plan_any_step(block, i);

		if (step->type && step->impact != IMPACT_NONE)
			return true;
	}
	return false;
}

static void
drop(struct plan_node *node)
{
	free(node->name);
	free(node->host_id);
	free(node->address);
	free(node->datacenter);
	free(node->zone);
}

static bool
is_for_nothing(const struct compiler *c, size_t node)
{
	return c->plan->nodes[node].is_new && !c->targets[node] && !c->busy[node];
}

int
plan_keep_new(struct compiler *c)
{
	struct plan *plan = c->plan;
	size_t kept = 0;

	for (size_t i = 0; i < plan->nnodes; i++)
		if (plan->nodes[i].is_new && !is_for_nothing(c, i) && !*plan->nodes[i].zone)
			return err_set(c->err, "%s: %s is not in the ring; to be added it needs a zone: write zone: "
			    "datacenter/rack beside its address in the TargetCluster's spec.nodes",
			    c->targets[i] ? "spec.targets" : "nodes", plan->nodes[i].name);
	for (size_t i = 0; i < plan->nnodes; i++) {
		if (is_for_nothing(c, i)) {
			drop(&plan->nodes[i]);
			continue;
		}
		c->targets[kept] = c->targets[i];
		c->busy[kept] = c->busy[i];
		plan->nodes[kept++] = plan->nodes[i];
	}
	plan->nnodes = kept;
	return 0;
}

/* --- what is for members alone */

/* From then on the node is one, unless the step may be left out. */
static bool
awaits_member(const struct plan_step *step)
{
	if (step->nwhen > 0 || step->borne)
		return false;
	for (size_t i = 0; i < step->nconditions; i++)
		if (strcmp(step->conditions[i].type->name, "is-up-normal") == 0)
			return !step->any || step->nconditions == 1;
	return false;
}

static const struct plan_step *
needs_member(const struct plan_step *step)
{
	if (step->type && step->type->needs_member)
		return step;
	for (size_t i = 0; i < step->nfallbacks; i++)
		if (step->on_failure[i].type && step->on_failure[i].type->needs_member)
			return &step->on_failure[i];
	return NULL;
}

static bool
has_lane(const struct plan_block *block, size_t node)
{
	for (size_t i = 0; i < block->nlanes; i++)
		if (block->lanes[i] == node)
			return true;
	return false;
}

static int
check_node(const struct compiler *c, size_t number)
{
	const struct plan *plan = c->plan;
	bool joined = false;

	for (size_t b = 0; b < plan->nblocks && !joined; b++) {
		const struct plan_block *block = &plan->blocks[b];

		for (size_t i = 0; has_lane(block, number) && i < block->nsteps && !joined; i++) {
			const struct plan_step *step = needs_member(&block->steps[i]);

			if (step)
				return err_set(c->err, "%s is not in the ring, and step %s, %s, is for members: leave it out "
				    "of the operation's nodes, or wait for is-up-normal before this step",
				    plan->nodes[number].name, step->number, step->type->name);
			joined = awaits_member(&block->steps[i]);
		}
	}
	return 0;
}

int
plan_check_new(const struct compiler *c)
{
	for (size_t i = 0; i < c->plan->nnodes; i++)
		if (c->plan->nodes[i].is_new && check_node(c, i) < 0)
			return -1;
	return 0;
}
