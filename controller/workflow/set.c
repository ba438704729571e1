#include "set.h"

#include <string.h>

#include "alloc.h"
#include "counts.h"
#include "known.h"
#include "plan.h"
#include "value.h"
#include "variables.h"

static const char *
given(const struct workflow_step *step, const char *name)
{
	for (size_t i = 0; i < step->nwith; i++)
		if (strcmp(step->with[i].name, name) == 0)
			return step->with[i].text;
	return NULL;
}

const char *
set_variable_of(const struct workflow_step *step)
{
	return given(step, "variable");
}

static bool
sets(const struct workflow_step *step, const struct reconciler *const *types)
{
	const struct reconciler *type = step->task ? plan_find_type(types, step->task) : NULL;

	return type && type->sets_variable;
}

/* The number-th step that sets a variable, from 0; NULL after the last. */
static const struct workflow_step *
setter(const struct workflow *w, const struct reconciler *const *types, size_t number)
{
	for (size_t b = 0; b < w->nblocks; b++) {
		const struct workflow_block *block = &w->blocks[b];

		for (size_t i = 0; !block->each_node && !block->finally && i < block->nsteps; i++)
			if (sets(&block->steps[i], types) && number-- == 0)
				return &block->steps[i];
	}
	return NULL;
}

const struct workflow_step *
set_step_of(const struct workflow *w, const struct reconciler *const *types, const char *variable)
{
	const struct workflow_step *step;

	for (size_t i = 0; (step = setter(w, types, i)); i++)
		if (set_variable_of(step) && strcmp(set_variable_of(step), variable) == 0)
			return step;
	return NULL;
}

static const struct workflow_variable *
declared(const struct workflow *w, const char *name)
{
	for (size_t i = 0; i < w->nvariables; i++)
		if (strcmp(w->variables[i].name, name) == 0)
			return &w->variables[i];
	return NULL;
}

static int
unknown(const struct workflow *w, const struct workflow_step *step, const char *name, struct err *err)
{
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < w->nvariables; i++)
		known_offer(&known, w->variables[i].name);
	return known_refuse(&known, err, "%s.with.variable: %s has no variable \"%.80s\"", step->place, w->name, name);
}

/* Exactly one of them is where the value comes from. */
static int
check_source(const struct workflow_step *step, struct err *err)
{
	bool url = given(step, "url"), scylla = given(step, "scylla"), query = given(step, "query");

	if (url + scylla + query != 1)
		return err_set(err, "%s.with: exactly one of url, scylla and query says where the value comes from",
		    step->place);
	if (scylla && !given(step, "node"))
		return err_set(err, "%s.with.node: missing; which node is asked for %.80s (+known_node+ is one that is up)",
		    step->place, given(step, "scylla"));
	if (!scylla && given(step, "node"))
		return err_set(err, "%s.with.node: belongs to scylla: the node that is asked", step->place);
	if (query && given(step, "path"))
		return err_set(err, "%s.with.path: a query gives one number, which has no places", step->place);
	return 0;
}

int
set_check(const struct workflow *w, const struct reconciler *const *types, const struct workflow_step *step, struct err *err)
{
	const char *name = set_variable_of(step);
	const struct workflow_variable *variable = name ? declared(w, name) : NULL;
	const struct workflow_step *first = name ? set_step_of(w, types, name) : NULL;
	size_t count = 0;
	bool stands = false;

	while (setter(w, types, count))
		stands = setter(w, types, count++) == step || stands;
	if (!name)
		return err_set(err, "%s.with.variable: missing; expected the name of a variable of the workflow", step->place);
	if (!variable)
		return unknown(w, step, name, err);
	if (!stands)
		return err_set(err, "%s: %s stands among the cluster's steps of a workflow, where it is done once; not in "
		    "onFailure, batch or finally", step->place, step->task);
	if (variable->type == PARAMETER_LIST || variable->required)
		return err_set(err, "%s.with.variable: +%s+ is %s, and cannot be set by a step", step->place, name,
		    variable->required ? "required of the operation" : "a list");
	if (first != step)
		return err_set(err, "%s.with.variable: +%s+ is set by %s already; one step sets it", step->place, name,
		    first->place);
	if (count > COUNT_MAX_SETS)
		return err_set(err, "%s: more than %d steps set variables", step->place, COUNT_MAX_SETS);
	return check_source(step, err);
}
