#include "task_type.h"

#include "nearest.h"
#include "plan.h"
#include "reconciler.h"
#include "registry.h"

static bool
runs_on(const struct reconciler *type, bool on_node)
{
	return type->reconcile && (type->scope == SCOPE_ANY || (type->scope == SCOPE_NODE) == on_node);
}

int
task_type_check(const char *name, bool on_node, const char *program, struct err *err)
{
	const struct reconciler *type = plan_find_type(registry, name);
	struct nearest nearest = NEAREST_INIT(name);
	char hint[NEAREST_TEXT];

	if (type && runs_on(type, on_node))
		return 0;
	if (type && !type->reconcile)
		return err_set(err, "%s is a condition, and no task; it can be waited for in a workflow", name);
	if (type)
		return err_set(err, "%s is a task of a %s: run it by %s %s-task", name, on_node ? "cluster" : "node", program,
		    on_node ? "cluster" : "node");
	for (size_t i = 0; registry[i]; i++)
		if (runs_on(registry[i], on_node))
			nearest_offer(&nearest, registry[i]->name);
	nearest_text(&nearest, hint);
	return err_set(err, "there is no %s task \"%s\"%s%s", on_node ? "node" : "cluster", name, hint,
	    *hint ? "" : "; explain lists what there is");
}
