#include "plan_parts.h"

#include <stdlib.h>

#include "alloc.h"
#include "plan_split.h"
#include "when.h"

/* Nobody knows what it does to the cluster: a person says that it may. */
static void
ask_first(struct plan_block *block, const struct plan_step *step)
{
	*ARRAY_GROW(block->steps, block->nsteps) = (struct plan_step){
		.number = xasprintf("%s.approval", step->number),
		.approval = true,
		.message = xasprintf("%s may do anything to the cluster: the workflow states no impact", step->type->name),
	};
	plan_whens_copy(step->when, step->nwhen, &block->steps[block->nsteps - 1].when, &block->steps[block->nsteps - 1].nwhen);
}

/* In a word what was to be done, for who reads that it is not. */
static const char *
what_of(const struct workflow_step *source)
{
	return source->task ? source->task : source->approval ? "approval" : "wait";
}

/* The step, when it is to be done; else it is left out. */
static int
compile_step(struct compiler *c, const struct plan_unit *unit, struct plan_block *block, const struct workflow_step *source,
    struct plan_step *step)
{
	const struct when_place at = {.workflow = c->vars.workflow, .block = unit->source, .step = source,
	    .in_lane = block->each_node, .nodes = c->plan->nodes, .nnodes = c->plan->nnodes};
	CLEANUP_FREE char *why = NULL;

	if (plan_compile_when(c, &at, source->when, source->nwhen, &step->when, &step->nwhen, &why) < 0)
		return -1;
	plan_note_step(c, source, step->number, block->each_node, why != NULL);
	if (!why)
		return plan_compile_step(c, block, source, step);
	plan_skip_set(c, source);
	plan_leave_out(block, step->number, source->name ? source->name : what_of(source), why);
	plan_step_done(step);
	return 0;
}

/* Nothing of it is done. */
static void
leave_out_block(struct plan_block *block, const struct plan_unit *unit, size_t number, const char *why)
{
	const struct workflow_block *source = unit->source;
	CLEANUP_FREE char *at = xasprintf("%zu", number);

	plan_leave_out(block, at, source->name ? source->name : source->workflow ? source->workflow : "eachNode", why);
	block->limit = 1;
	block->gate_timeout_ms = PLAN_GATE_TIMEOUT_MS;
}

/* No step of it is left: there is nothing to begin a node for. */
static void
empty_block(struct plan_block *block)
{
	if (!block->each_node || block->nsteps > 0)
		return;
	free(block->lanes);
	free(block->except);
	block->lanes = block->except = NULL;
	block->nlanes = block->nexcept = 0;
	block->each_node = block->others = false;
	block->order = WORKFLOW_ORDER_PLAN;
	block->canary.nodes = block->max_failures = block->cool_down_ms = block->limit_percent = 0;
	block->limit = 1;
	for (size_t i = 0; i < block->batch.nthen; i++)
		plan_step_done(&block->batch.then[i]);
	block->batch.size = 0;
	block->batch.nthen = 0;
}

static int
compile_block(struct compiler *c, const struct plan_unit *unit, struct plan_block *block, size_t number)
{
	const struct workflow_block *source = unit->source;
	CLEANUP_FREE char *why = NULL;

	c->in_lane = false;
	block->from = xstrdup_or_null(unit->from);
	if (plan_unit_when(c, unit, block, &why) < 0)
		return -1;
	if (why) {
		leave_out_block(block, unit, number, why);
		return 0;
	}
	block->each_node = source->each_node;
	block->finally = source->finally;
	block->unit = source->unit;
	if (block->each_node && plan_compile_lanes(c, source, block) < 0)
		return -1;
	plan_order_lanes(c, source, block);
	if (plan_compile_roll(c, source, block) < 0 || plan_compile_batch(c, source, block, number) < 0)
		return -1;
	c->in_lane = block->each_node;
	for (size_t i = 0; i < source->nsteps; i++) {
		struct plan_step step = {.number = xasprintf("%zu.%zu", number, i + 1)};
		int result = compile_step(c, unit, block, &source->steps[i], &step);

		if (result == 0 && block->finally)
			result = plan_check_stated(c, &source->steps[i], &step);
		else if (!block->each_node && step.assumed)
			ask_first(block, &step);
		if (step.number)
			*ARRAY_GROW(block->steps, block->nsteps) = step;
		if (result < 0)
			return -1;
	}
	empty_block(block);
	return plan_compile_safety(c, source, block, number);
}

/* One that runs another workflow is here when that is left out. */
static int
compile_parts(struct compiler *c, const struct plan_unit *unit)
{
	if (unit->source->workflow) {
		struct plan_block *ret = ARRAY_GROW(c->plan->blocks, c->plan->nblocks);

		return compile_block(c, unit, ret, c->plan->nblocks);
	}
	for (size_t from = 0; from < unit->source->nsteps;) {
		const struct workflow_block part = plan_split(unit->source, &from, c->input->types);
		struct plan_unit of = *unit;
		struct plan_block *ret = ARRAY_GROW(c->plan->blocks, c->plan->nblocks);

		of.source = &part;
		if (compile_block(c, &of, ret, c->plan->nblocks) < 0)
			return -1;
	}
	return 0;
}

static int
compile_blocks(struct compiler *c, const struct plan_flat *flat)
{
	for (size_t i = 0; i < flat->nunits; i++) {
		if (compile_parts(c, &flat->units[i]) < 0)
			return -1;
	}
	return plan_check_new(c) < 0 ? -1 : plan_encode(c->plan, c->err);
}

/* Who is worked on must be known before it is known who is not. */
static int
mark_busy(struct compiler *c)
{
	CLEANUP_FREE bool *busy = xcalloc(c->plan->nnodes + 1, sizeof *busy);
	struct plan_flat flat;
	int result = plan_flatten(c, &flat);

	for (size_t i = 0; i < flat.nunits && result == 0; i++) {
		c->vars = *flat.units[i].vars;
		if (flat.units[i].source->each_node && !plan_is_left_out(flat.units[i].vars, flat.units[i].source->when,
		    flat.units[i].source->nwhen))
			result = plan_select(c, flat.units[i].source, busy);
	}
	plan_flat_done(&flat);
	c->busy = TAKE_PTR(busy);
	return result;
}

static int
compile(struct compiler *c)
{
	struct plan_flat flat;
	int result;

	if (plan_compile_nodes(c) < 0 || plan_compile_targets(c) < 0 || mark_busy(c) < 0 || plan_keep_new(c) < 0)
		return -1;
	result = plan_flatten(c, &flat) < 0 ? -1 : compile_blocks(c, &flat);
	plan_flat_done(&flat);
	return result;
}

struct plan *
plan_compile(const struct workflow *workflow, const struct plan_input *input, struct err *err)
{
	struct compiler c = {.workflow = workflow, .input = input, .plan = xcalloc(1, sizeof *c.plan), .err = err};
	int result;

	c.plan->title = xstrdup(workflow->name);
	result = compile(&c);
	free(c.targets);
	free(c.busy);
	for (size_t i = 0; i < c.nnoted; i++)
		free(c.noted[i].number);
	free(c.noted);
	return result < 0 ? plan_free(c.plan) : c.plan;
}
