/* Which builds can go on with a plan. */
#include <string.h>

#include "json.h"
#include "plan_parts.h"

static bool
has_rule(const struct plan_value *with, size_t nwith)
{
	for (size_t i = 0; i < nwith; i++) {
		if (with[i].rule)
			return true;
	}
	return false;
}

static bool
differs_by_lane(const struct plan_step *step)
{
	for (size_t i = 0; i < step->nconditions; i++) {
		if (has_rule(step->conditions[i].with, step->conditions[i].nwith))
			return true;
	}
	return has_rule(step->with, step->nwith);
}

static bool
needs_format_3(const struct plan_block *block)
{
	for (size_t i = 0; i < block->nsteps; i++) {
		const struct plan_step *step = &block->steps[i];

		if (step->borne || step->nfallbacks || step->any || (step->approval && step->timeout_ms) ||
		    differs_by_lane(step))
			return true;
	}
	return block->others || block->finally || block->batch.size || block->order != WORKFLOW_ORDER_PLAN;
}

/* A longer gate timeout or fewer nodes at once would be lost on format 1 without harm. */
static bool
needs_format_2(const struct plan_block *block)
{
	for (size_t i = 0; i < block->nsteps; i++) {
		if (block->steps[i].approval || block->steps[i].retry_backoff_ms)
			return true;
	}
	return block->canary.nodes || block->cool_down_ms || block->max_failures;
}

static bool
needs_format_5(const struct plan_block *block)
{
	for (size_t i = 0; plan_every_step(block, i); i++)
		if (plan_every_step(block, i)->nwhen || plan_every_step(block, i)->sets)
			return true;
	return block->nwhen > 0;
}

static int
format_of(const struct plan_block *block)
{
	return needs_format_5(block) ? 5 : needs_format_3(block) ? 3 : needs_format_2(block) ? 2 : 1;
}

int
plan_format(const struct plan *plan)
{
	int format = 1;

	for (size_t i = 0; i < plan->nnodes; i++)
		if (plan->nodes[i].is_new)
			format = 4;
	for (size_t b = 0; b < plan->nblocks; b++)
		if (format_of(&plan->blocks[b]) > format)
			format = format_of(&plan->blocks[b]);
	return format;
}

int64_t
plan_format_of(const char *text)
{
	CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);

	return json_int(json, "format", 0);
}
