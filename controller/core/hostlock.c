/* One act at a time on a host, whoever sends it: two nodes may share one, of two clusters even, and what one operation is
 * doing to it the other does not see. Nothing is kept: whoever has an act on its way there has the lock, which is what the
 * journal says too. */
#include "turn.h"

#include <stdio.h>
#include <string.h>

#include "cluster.h"
#include "op.h"
#include "state.h"

static bool
is_there(const struct step *step, const char *address)
{
	if (!step || strcmp(lane_address(step->lane), address) != 0)
		return false;
	return acts_in_flight(step) || acts_may_arrive(step);
}

const struct step *
hostlock_holder(const struct core *core, const struct step *step, const struct op **ret_op)
{
	if (!step->lane)
		return NULL;
	for (const struct op *op = core->ops; op; op = op->hh.next)
		for (size_t i = 0; i < op->nlanes; i++) {
			const struct step *other = op->lanes[i].step;

			if (other == step || !is_there(other, lane_address(step->lane)))
				continue;
			*ret_op = op;
			return other;
		}
	return NULL;
}

bool
hostlock_take(const struct core *core, struct step *step)
{
	const struct op *op = NULL;
	const struct step *holder = hostlock_holder(core, step, &op);

	if (holder)
		snprintf(step->message, sizeof step->message, "host %s is in use by %s (%s)", lane_address(step->lane),
		    op->name, step_kind(holder));
	return !holder;
}
