#include "when.h"

#include <string.h>

#include "alloc.h"
#include "builtin.h"
#include "known.h"
#include "value.h"

static const struct workflow_variable *
find(const struct workflow *w, const char *name)
{
	for (size_t i = 0; i < w->nvariables; i++)
		if (strcmp(w->variables[i].name, name) == 0)
			return &w->variables[i];
	return NULL;
}

static int
unknown(const struct workflow *w, const struct workflow_when *when, struct err *err)
{
	struct known known;

	known_init(&known, when->variable);
	for (size_t i = 0; i < w->nvariables; i++)
		known_offer(&known, w->variables[i].name);
	return known_refuse(&known, err, "%s: %s has no variable \"%.80s\"", when->place, w->name, when->variable);
}

/* What its values are checked against. */
static int
expect(const struct when_place *at, const struct workflow_when *when, struct value_check *ret, struct err *err)
{
	const struct workflow_variable *variable = find(at->workflow, when->variable);
	enum builtin builtin = builtin_find(when->variable, strlen(when->variable));

	*ret = (struct value_check){.type = builtin_type(builtin)};
	if (!variable && builtin == BUILTIN_NONE)
		return unknown(at->workflow, when, err);
	if (!variable && builtin_is_of_lane(builtin) && !at->in_lane)
		return err_set(err, "%s: +%s+ is another one for each node, and has a value only in the steps of an eachNode",
		    when->place, when->variable);
	if (variable)
		(at->nodes ? value_expect : value_expect_offline)(variable, ret);
	ret->nodes = at->nodes;
	ret->nnodes = at->nnodes;
	if (ret->type == PARAMETER_LIST)
		return err_set(err, "%s: +%s+ is a list, which no test can be about; declare a variable for what is to be told",
		    when->place, when->variable);
	return 0;
}

static bool
is_name(enum parameter_type type)
{
	return type == PARAMETER_NODE || type == PARAMETER_ZONE;
}

int
when_check(const struct when_place *at, const struct workflow_when *when, enum parameter_type *ret_type, struct err *err)
{
	struct value_check check;

	*ret_type = PARAMETER_STRING;
	if (when->step)
		return workflow_find_named(at->workflow, at->block, at->step, when->place, when->step, err) ? 0 : -1;
	if (expect(at, when, &check, err) < 0)
		return -1;
	*ret_type = check.type;
	for (size_t i = 0; i < when->nvalues; i++)
		if ((at->nodes || !is_name(check.type)) && value_check(&check, when->place, when->values[i], err) < 0)
			return -1;
	return 0;
}
