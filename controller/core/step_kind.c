/* What a step is, whatever it has come to. */
#include "cluster.h"
#include "impact.h"
#include "op.h"

enum { GATE_POLL_MS = 900 };

/* Each look at the gate is a sweep: the larger the ring, the less often. */
int64_t
step_gate_poll_ms(const struct op *op)
{
	return GATE_POLL_MS + 10 * (int64_t)op->cluster->ring->nmembers;
}

bool
step_takes_down(const struct step *step)
{
	return impact_takes_down(step->plan);
}

const char *
step_kind(const struct step *step)
{
	return step->plan->type ? step->plan->type->name : step->plan->approval ? "approval" : "wait-for-conditions";
}
