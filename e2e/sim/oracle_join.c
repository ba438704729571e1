/* Nodes that the controller makes join. */
#include "oracle.h"

#include "model_inside.h"

/* Its process runs, and it is not in the ring. */
static bool
is_joining(const struct node *n)
{
	return n->stage != STAGE_OFF && (n->member == MEMBER_NONE || n->member == MEMBER_JOINING);
}

void
oracle_judge_join(struct sim *sim, enum sim_source source, size_t node)
{
	if (source == SIM_HAND || sim->nodes[node].member != MEMBER_NONE)
		return;
	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct node *other = &sim->nodes[i];
		bool ours = other->starter == SIM_CONTROLLER;

		if (i == node || !is_joining(other))
			continue;
		sim->violations += ours;
		sim->unavoidable += !ours;
		sim_note(sim, ours ? SIM_VIOLATION : SIM_UNAVOIDABLE, source, node, " kind=joiners other=%s", other->name);
	}
}
