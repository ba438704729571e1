/* A workflow that runs others, as one run of blocks: theirs in the places of the steps that name them. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "counts.h"
#include "plan_parts.h"
#include "when.h"

/* A workflow at one place where it is run, with its variables there. */
struct plan_scope {
	const struct plan_scope *up;     /* the one that runs it; NULL: the plan's own */
	const struct workflow *workflow;
	const struct workflow_block *step;       /* that runs it, of 'up' */
	struct variables vars;
	struct plan_value *given;        /* its variables' values borrow from these */
	size_t ngiven;
};

static struct plan_scope *
scope_new(struct plan_flat *flat, const struct plan_scope *up, const struct workflow *workflow)
{
	struct plan_scope *scope = xcalloc(1, sizeof *scope);

	*scope = (struct plan_scope){.up = up, .workflow = workflow};
	*ARRAY_GROW(flat->scopes, flat->nscopes) = scope;
	return scope;
}

void
plan_flat_done(struct plan_flat *flat)
{
	for (size_t i = 0; i < flat->nscopes; i++) {
		struct plan_scope *scope = flat->scopes[i];

		for (size_t k = 0; k < scope->ngiven; k++) {
			free(scope->given[k].name);
			free(scope->given[k].text);
		}
		free(scope->given);
		variables_done(&scope->vars);
		free(scope);
	}
	free(flat->scopes);
	free(flat->units);
	*flat = (struct plan_flat){0};
}

/* "upgrade, restart, upgrade": from the plan's own to 'name'. */
static void
put_chain(const struct plan_scope *scope, const char *name, struct buf *out)
{
	if (scope->up)
		put_chain(scope->up, scope->workflow->name, out);
	else
		buf_puts(out, scope->workflow->name);
	buf_printf(out, " runs %s", name);
}

static int
check_chain(const struct compiler *c, const struct plan_scope *scope, const struct workflow_block *step)
{
	CLEANUP_BUF struct buf chain = BUF_INIT(BUF_MAX_LINE);
	int depth = 1;

	put_chain(scope, step->workflow, &chain);
	for (const struct plan_scope *at = scope; at; at = at->up, depth++) {
		if (strcmp(at->workflow->name, step->workflow) == 0)
			return err_set(c->err, "%s.workflow: it would run for ever: %s", step->place, buf_str(&chain));
	}
	return depth <= COUNT_MAX_PLAN_DEPTH ? 0 : err_set(c->err, "%s.workflow: deeper than %d workflows: %s", step->place,
	    COUNT_MAX_PLAN_DEPTH, buf_str(&chain));
}

/* What the step gives it, with the variables of the workflow that the step is of in place. */
static int
open_nested(struct compiler *c, struct plan_scope *scope, const struct workflow_block *step)
{
	CLEANUP_FREE char *place = xasprintf("%s.with", step->place);
	struct plan_input input = *c->input;

	for (size_t i = 0; i < step->nwith; i++) {
		CLEANUP_FREE char *at = xasprintf("%s.%s", place, step->with[i].name);
		char *text = NULL;

		if (variables_expand(&scope->up->vars, at, step->with[i].text, &text, c->err) < 0)
			return -1;
		if (text)
			*ARRAY_GROW(scope->given, scope->ngiven) = (struct plan_value){
				.name = xstrdup(step->with[i].name),
				.text = text,
			};
	}
	input.variables = scope->given;
	input.nvariables = scope->ngiven;
	return variables_open(&scope->vars, scope->workflow, place, &input, c->plan, c->busy, c->err);
}

static int add_blocks(struct compiler *c, struct plan_flat *flat, const struct plan_scope *scope);

static int
add_nested(struct compiler *c, struct plan_flat *flat, const struct plan_scope *scope, const struct workflow_block *step)
{
	const struct workflow *workflow;
	struct plan_scope *inner;
	struct err why = {"no other workflow is known here"};

	if (check_chain(c, scope, step) < 0)
		return -1;
	workflow = c->input->find ? c->input->find(c->input->find_arg, step->workflow, &why) : NULL;
	if (!workflow)
		return err_set(c->err, "%s.workflow: %s", step->place, why.text);
	inner = scope_new(flat, scope, workflow);
	inner->step = step;
	return open_nested(c, inner, step) < 0 ? -1 : add_blocks(c, flat, inner);
}

static int
add_blocks(struct compiler *c, struct plan_flat *flat, const struct plan_scope *scope)
{
	for (size_t i = 0; i < scope->workflow->nblocks; i++) {
		const struct workflow_block *block = &scope->workflow->blocks[i];

		if (flat->nunits == COUNT_MAX_PLAN_BLOCKS)
			return err_set(c->err, "%s: with the workflows that are run as steps there are more than %d blocks",
			    block->place, COUNT_MAX_PLAN_BLOCKS);
		if (block->finally && scope->up)
			return err_set(c->err, "%s: %s is run as a step of another workflow, and has no end of its own; "
			    "move it there", block->place, scope->workflow->name);
		/* What is left out is not looked into: it may lack what it needs. */
		if (!block->workflow || plan_is_left_out(&scope->vars, block->when, block->nwhen))
			*ARRAY_GROW(flat->units, flat->nunits) = (struct plan_unit){
				.source = block,
				.vars = &scope->vars,
				.from = scope->up ? scope->workflow->name : NULL,
				.scope = scope,
			};
		else if (add_nested(c, flat, scope, block) < 0)
			return -1;
	}
	return 0;
}

int
plan_flatten(struct compiler *c, struct plan_flat *ret)
{
	struct plan_scope *scope;

	*ret = (struct plan_flat){0};
	scope = scope_new(ret, NULL, c->workflow);
	if (variables_open(&scope->vars, c->workflow, "spec.variables", c->input, c->plan, c->busy, c->err) < 0)
		return -1;
	return add_blocks(c, ret, scope);
}

static int
add_when(struct compiler *c, const struct plan_scope *scope, const struct workflow_block *source, struct plan_block *block,
    char **ret_why)
{
	const struct when_place at = {.workflow = scope->workflow, .block = source, .nodes = c->plan->nodes,
	    .nnodes = c->plan->nnodes};

	c->vars = scope->vars;
	return plan_compile_when(c, &at, source->when, source->nwhen, &block->when, &block->nwhen, ret_why);
}

int
plan_unit_when(struct compiler *c, const struct plan_unit *unit, struct plan_block *block, char **ret_why)
{
	const struct workflow_block *source = unit->source;
	int result = 0;

	for (const struct plan_scope *scope = unit->scope; scope && result == 0; source = scope->step, scope = scope->up)
		result = add_when(c, scope, source, block, ret_why);
	c->vars = *unit->vars;
	return result;
}
