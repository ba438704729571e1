#include "causes.h"

#include <string.h>

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

static bool
is_open(const struct claim *claim, const char *label)
{
	const char *state = cause_act_state(claim, label);

	return state && strstr("intended sent unknown", state);
}

/* One is on its way, or may be. */
bool
cause_host_command(const struct claim *claim)
{
	return cause_is_asked(claim, claim->lane, EFFECT_HOST) || cause_lane_host_away(claim) || is_open(claim, "prepare") ||
	    is_open(claim, "run") || is_open(claim, "stop") || is_open(claim, "remove");
}

/* By the journal of who leads, in one of these states. */
static bool
is_request_in(const struct claim *claim, const char *states)
{
	const struct ledger *ledger = claim->ledger;

	for (size_t p = 0; p < ledger->npages; p++) {
		const struct page *page = &ledger->pages[p];

		for (size_t i = 0; page->life == ledger->last && i < page->nacts; i++)
			if (strcmp(page->acts[i].label, "request") == 0 && page->acts[i].state[0] &&
			    strstr(states, page->acts[i].state))
				return true;
	}
	return false;
}

bool
cause_request_open(const struct claim *claim)
{
	return is_request_in(claim, "intended sent unknown");
}

bool
cause_request_not_sent(const struct claim *claim)
{
	return is_request_in(claim, "not_sent");
}
