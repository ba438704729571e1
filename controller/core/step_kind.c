/* What a step is, whatever it has come to. */
#include "cluster.h"
#include "op.h"

enum { GATE_POLL_MS = 900 };

/* Each look at the gate is a sweep: the larger the ring, the less often. */
int64_t
step_gate_poll_ms(const struct op *op)
{
	return GATE_POLL_MS + 10 * (int64_t)op->cluster->ring->nmembers;
}

enum impact
step_impact(const struct step *step)
{
	enum impact impact = step->plan->impact;

	return impact != IMPACT_NONE && step->lane && lane_is_outside(step->lane) ? IMPACT_CHANGES_TOPOLOGY : impact;
}

bool
step_takes_down(const struct step *step)
{
	enum impact impact = step_impact(step);

	return step->plan->type && (impact == IMPACT_TAKES_NODE_DOWN || impact == IMPACT_CHANGES_TOPOLOGY);
}

const char *
step_kind(const struct step *step)
{
	return step->plan->type ? step->plan->type->name : step->plan->approval ? "approval" : "wait-for-conditions";
}
