#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "plan_parts.h"

const struct reconciler *
plan_find_type(const struct reconciler *const *types, const char *name)
{
	for (; *types; types++) {
		if (strcmp((*types)->name, name) == 0)
			return *types;
	}
	return NULL;
}

const char *
plan_unit(const struct plan_block *block, const struct plan_node *node)
{
	switch (block->unit) {
	case WORKFLOW_UNIT_ZONE:
		return node->zone;
	case WORKFLOW_UNIT_DATACENTER:
		return node->datacenter;
	case WORKFLOW_UNIT_ALL:
		break;
	}
	return "";
}

static const struct plan_step *
any_of(const struct plan_step *steps, size_t count, size_t *number)
{
	for (size_t i = 0; i < count; i++) {
		if (*number <= steps[i].nfallbacks)
			return *number ? &steps[i].on_failure[*number - 1] : &steps[i];
		*number -= steps[i].nfallbacks + 1;
	}
	return NULL;
}

const struct plan_step *
plan_any_step(const struct plan_block *block, size_t number)
{
	return any_of(block->steps, block->nsteps, &number);
}

const struct plan_step *
plan_every_step(const struct plan_block *block, size_t number)
{
	const struct plan_step *step = any_of(block->steps, block->nsteps, &number);

	return step ? step : any_of(block->batch.then, block->batch.nthen, &number);
}

const struct plan_block *
plan_finally(const struct plan *plan)
{
	const struct plan_block *last = plan->nblocks ? &plan->blocks[plan->nblocks - 1] : NULL;

	return last && last->finally ? last : NULL;
}

size_t
plan_main_blocks(const struct plan *plan)
{
	return plan->nblocks - (plan_finally(plan) != NULL);
}

static bool
asks(const struct plan_when *whens, size_t count, const char *number)
{
	for (size_t i = 0; i < count; i++)
		if (whens[i].step && strcmp(whens[i].step, number) == 0)
			return true;
	return false;
}

bool
plan_asks_outcome(const struct plan *plan, const char *number)
{
	for (size_t b = 0; b < plan->nblocks; b++) {
		const struct plan_block *block = &plan->blocks[b];

		if (asks(block->when, block->nwhen, number))
			return true;
		for (size_t i = 0; plan_every_step(block, i); i++)
			if (asks(plan_every_step(block, i)->when, plan_every_step(block, i)->nwhen, number))
				return true;
	}
	return false;
}

static void
free_values(struct plan_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(values[i].name);
		free(values[i].text);
	}
	free(values);
}

/* Those inside it have none inside. */
static void
fallbacks_done(struct plan_step *step)
{
	for (size_t i = 0; i < step->nfallbacks; i++)
		plan_step_done(&step->on_failure[i]);
	free(step->on_failure);
}

void
plan_step_done(struct plan_step *step)
{
	fallbacks_done(step);
	for (size_t i = 0; i < step->nconditions; i++)
		free_values(step->conditions[i].with, step->conditions[i].nwith);
	free(step->conditions);
	free_values(step->with, step->nwith);
	plan_whens_free(step->when, step->nwhen);
	plan_set_free(step->sets);
	free(step->number);
	free(step->message);
	*step = (struct plan_step){0};
}

static void
block_done(struct plan_block *block)
{
	for (size_t i = 0; i < block->nsteps; i++)
		plan_step_done(&block->steps[i]);
	free(block->steps);
	for (size_t i = 0; i < block->batch.nthen; i++)
		plan_step_done(&block->batch.then[i]);
	free(block->batch.then);
	plan_whens_free(block->when, block->nwhen);
	for (size_t i = 0; i < block->nleft_out; i++) {
		free(block->left_out[i].number);
		free(block->left_out[i].what);
		free(block->left_out[i].why);
	}
	free(block->left_out);
	free(block->lanes);
	free(block->except);
	free(block->from);
	free(block->canary.message);
	plan_step_done(&block->restore);
	plan_step_done(&block->stable);
}

struct plan *
plan_free(struct plan *plan)
{
	if (!plan)
		return NULL;
	for (size_t i = 0; i < plan->nnodes; i++) {
		free(plan->nodes[i].name);
		free(plan->nodes[i].host_id);
		free(plan->nodes[i].address);
		free(plan->nodes[i].datacenter);
		free(plan->nodes[i].zone);
	}
	free(plan->nodes);
	for (size_t i = 0; i < plan->nblocks; i++)
		block_done(&plan->blocks[i]);
	free(plan->blocks);
	free(plan->title);
	free(plan->text);
	free(plan);
	return NULL;
}
