/* What a step is, whatever it has come to. */
#include <string.h>

#include "cluster.h"
#include "op.h"

enum { GATE_POLL_MS = 500 };

/* Each look at the gate is a sweep: the larger the ring, the less often. */
int64_t
step_gate_poll_ms(const struct op *op)
{
	return GATE_POLL_MS + 10 * (int64_t)op->cluster->ring->nmembers;
}

/* A restart does both: it takes the node down and brings it up. */
bool
type_brings_up(const struct reconciler *type)
{
	return type->impact == IMPACT_BRINGS_NODE_UP || strcmp(type->name, "systemd-restart-service") == 0;
}

bool
step_takes_down(const struct step *step)
{
	const struct reconciler *type = step->plan->type;

	return type && (type->impact == IMPACT_TAKES_NODE_DOWN || type->impact == IMPACT_CHANGES_TOPOLOGY);
}

const char *
step_kind(const struct step *step)
{
	return step->plan->type ? step->plan->type->name : "wait-for-conditions";
}
