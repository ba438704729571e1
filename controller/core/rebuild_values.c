/* What steps have set, and what has become of them, is journaled and not in the status: a journal that is rebuilt has lost
 * it. A default in its place, or the other branch of a test, would be a guess; so it is refused. */
#include <stdio.h>

#include "journal_private.h"
#include "op.h"

static bool
is_forgotten(const struct op *op, const struct plan_step *step, char *why, size_t size)
{
	if (step->sets)
		snprintf(why, size, "step %s has set +%.60s+, and the status does not tell to what: look after the nodes of "
		    "this status by hand, delete the operation, and begin one for the nodes that are left", step->number,
		    step->sets->variable);
	else if (plan_asks_outcome(op->plan, step->number))
		snprintf(why, size, "a test asks what became of step %s, and the status does not tell: look after the nodes of "
		    "this status by hand, delete the operation, and begin one for the nodes that are left", step->number);
	else
		return false;
	return true;
}

bool
journal_rebuild_forgets(const struct op *op, char *why, size_t size)
{
	for (size_t b = 0; b < op->block && b < op->plan->nblocks; b++) {
		const struct plan_block *block = &op->plan->blocks[b];
		const struct plan_step *step;

		/* Those of a node count for that node alone, and it is finished or begins again. */
		for (size_t i = 0; !block->each_node && (step = plan_every_step(block, i)); i++)
			if (is_forgotten(op, step, why, size))
				return true;
	}
	return false;
}
