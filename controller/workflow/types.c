#include "types.h"

#include <string.h>

#include "known.h"
#include "plan.h"

static int
unknown_type(const struct reconciler *const *types, const char *place, const char *name, bool condition,
    struct err *err)
{
	struct known known;

	known_init(&known, name);
	known.brief = true;
	for (; *types; types++) {
		if (condition == ((*types)->judge != NULL))
			known_offer(&known, (*types)->name);
	}
	return known_refuse(&known, err, "%s: unknown %s \"%.80s\"", place, condition ? "condition" : "task type", name);
}

const struct reconciler *
type_of_task(const struct reconciler *const *types, bool each_node, const char *place, const char *name,
    struct err *err)
{
	const struct reconciler *type = plan_find_type(types, name);

	if (!type)
		unknown_type(types, place, name, false, err);
	else if (!type->reconcile)
		err_set(err, "%s: %s is a condition, not a task; it belongs under a step's 'wait'", place, name);
	else if (each_node && type->scope == SCOPE_CLUSTER)
		err_set(err, "%s: %s works on the whole cluster; it belongs under clusterTask, or outside eachNode", place,
		    name);
	else if (!each_node && type->scope == SCOPE_NODE)
		err_set(err, "%s: %s works on one node; it belongs under nodeTask, or inside eachNode", place, name);
	else
		return type;
	return NULL;
}

const struct reconciler *
type_of_condition(const struct reconciler *const *types, bool each_node, const char *place, const char *name,
    struct err *err)
{
	const struct reconciler *type = plan_find_type(types, name);

	if (!type)
		unknown_type(types, place, name, true, err);
	else if (!type->judge)
		err_set(err, "%s: %s is a task, not a condition; it is a step of its own", place, name);
	else if (!each_node && type->scope == SCOPE_NODE)
		err_set(err, "%s: %s judges one node; here only conditions of the cluster can be waited for", place, name);
	else
		return type;
	return NULL;
}

const struct parameter *
type_parameter(const struct reconciler *type, const char *place, const char *name, struct err *err)
{
	static const struct parameter argument = {.name = "argument", .type = PARAMETER_STRING, .help = "fills a gap"};
	const struct parameter *row = parameter_find(type, name);
	struct known known;

	if (row && !row->planned)
		return row;
	if (type->arguments)
		return &argument;
	known_init(&known, name);
	for (size_t i = 0; i < TASK_PARAMETERS && type->parameters[i].name; i++)
		known_offer(&known, type->parameters[i].name);
	known_refuse(&known, err, "%s.with: %s has no parameter \"%.80s\"", place, type->name, name);
	return NULL;
}
