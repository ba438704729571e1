#include "impact.h"

#include <string.h>

const char *const impact_names[] = {
	[IMPACT_NONE] = "none",
	[IMPACT_TAKES_NODE_DOWN] = "takesNodeDown",
	[IMPACT_BRINGS_NODE_UP] = "bringsNodeUp",
	[IMPACT_CHANGES_TOPOLOGY] = "changesTopology",
	NULL,
};

int
impact_of_step(const struct workflow_step *step, const struct reconciler *type, bool each_node, enum impact *ret,
    bool *ret_assumed, struct err *err)
{
	*ret_assumed = type->opaque && !step->impact_stated;
	if (!type->opaque) {
		*ret = type->impact;
		return step->impact_stated ? err_set(err, "%s.impact: that of %s is its own, %s; only a task that does what "
		    "the workflow tells it is given one", step->place, type->name, impact_names[type->impact]) : 0;
	}
	*ret = step->impact_stated ? step->impact : each_node ? IMPACT_TAKES_NODE_DOWN : IMPACT_CHANGES_TOPOLOGY;
	if (each_node || (*ret != IMPACT_TAKES_NODE_DOWN && *ret != IMPACT_BRINGS_NODE_UP))
		return 0;
	return err_set(err, "%s.impact: %s is a node's; a step of the cluster has none or changesTopology", step->place,
	    impact_names[*ret]);
}

void
impact_state(struct workflow *w, const char *name)
{
	struct workflow_step *step = &w->blocks[0].steps[0];

	for (int i = 0; name && impact_names[i]; i++)
		if (strcmp(impact_names[i], name) == 0) {
			step->impact = (enum impact)i;
			step->impact_stated = true;
		}
}

bool
impact_takes_down(const struct plan_step *step)
{
	return step->type && (step->impact == IMPACT_TAKES_NODE_DOWN || step->impact == IMPACT_CHANGES_TOPOLOGY);
}

bool
impact_brings_up(const struct plan_step *step)
{
	return step->type &&
	    (step->impact == IMPACT_BRINGS_NODE_UP || strcmp(step->type->name, "systemd-restart-service") == 0);
}

bool
impact_may_restart(const struct plan_step *step)
{
	return impact_brings_up(step) || (step->type && step->type->opaque && step->impact != IMPACT_NONE);
}

bool
impact_is_change(const struct plan_step *step)
{
	return step->type && (step->impact != IMPACT_NONE || step->type->opaque);
}
