#include "plan_split.h"

#include "plan.h"

bool
plan_waits_on_nodes(const struct workflow_step *step, const struct reconciler *const *types)
{
	for (size_t i = 0; i < step->nconditions; i++) {
		const char *name = step->conditions[i].type;
		const struct reconciler *type = name ? plan_find_type(types, name) : NULL;

		if (type && type->judge && type->scope == SCOPE_NODE)
			return true;
	}
	return false;
}

struct workflow_block
plan_split(const struct workflow_block *block, size_t *from, const struct reconciler *const *types)
{
	struct workflow_block part = *block;
	size_t first = *from;

	*from = block->nsteps;
	if (block->each_node)
		return part;
	/* Of none there is nothing to count from. */
	if (first < block->nsteps)
		part.steps = block->steps + first;
	part.nsteps = block->nsteps - first;
	if (part.nsteps > 0 && plan_waits_on_nodes(&part.steps[0], types)) {
		part.place = part.steps[0].place;
		part.each_node = true;
		part.unit = WORKFLOW_UNIT_ALL;
		part.limit = (struct workflow_share){.percent = 100};
		part.nsteps = 1;
		*from = first + 1;
		return part;
	}
	for (size_t i = 1; i < part.nsteps; i++)
		if (plan_waits_on_nodes(&part.steps[i], types)) {
			part.nsteps = i;
			*from = first + i;
		}
	return part;
}
