#include "causes.h"

#include "hands.h"
#include "world.h"

/* Of nodes that are not in the ring yet, and of the programs that were started on hosts. */

enum { HIGHSTATE_MS = 60000 };

/* By now, or a moment ago. */
static bool
is_outside(const struct claim *claim, int node)
{
	for (size_t i = sim_audit_count(claim->sim); i-- > 0;) {
		const struct sim_entry *entry = sim_audit(claim->sim, i);

		if (entry->node == (size_t)node && entry->event == SIM_SERVING && cause_is_recent(claim, entry->t))
			return true;
	}
	return node >= 0 && (!sim_member(claim->sim, (size_t)node) ||
	    cause_is_called_down(claim->sim, claim->world->now, (size_t)node));
}

bool
cause_outside(const struct claim *claim)
{
	return is_outside(claim, cause_node(claim));
}

bool
cause_lane_outside(const struct claim *claim)
{
	return is_outside(claim, claim->lane);
}

bool
cause_program_runs(const struct claim *claim)
{
	for (size_t i = sim_audit_count(claim->sim); i-- > 0;) {
		const struct sim_entry *entry = sim_audit(claim->sim, i);

		if (entry->t < claim->world->now - HIGHSTATE_MS - CAUSE_RECENT_MS)
			break;
		if (entry->event == SIM_RAN && entry->node == (size_t)claim->lane)
			return true;
	}
	return cause_is_asked(claim, claim->lane, EFFECT_HOST);
}

/* One is on its way, or may be. */
bool
cause_host_command(const struct claim *claim)
{
	return cause_is_asked(claim, claim->lane, EFFECT_HOST) || cause_act_open(claim) || cause_lane_host_away(claim);
}
