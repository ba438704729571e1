#include "causes.h"

#include <string.h>

#include "hands.h"
#include "world.h"

/* Of the nodes' hosts, and of what was ordered there. */

bool
cause_is_gone(const struct claim *claim, int node)
{
	if (node >= 0 && !sim_member(claim->sim, (size_t)node))
		return true;
	for (size_t i = 0; node >= 0 && i < sim_audit_count(claim->sim); i++) {
		const struct sim_entry *entry = sim_audit(claim->sim, i);

		if (entry->event == SIM_READDRESSED && entry->node == (size_t)node)
			return true;
	}
	return false;
}

/* What was found last stands while it is looked at again. */
static bool
is_host_away(const struct claim *claim, int node)
{
	return node >= 0 && (!sim_host_reachable(claim->sim, (size_t)node) ||
	    (cause_is_recent(claim, claim->silence->nobody_ms) && cause_is_gone(claim, node)) ||
	    cause_is_asked(claim, node, EFFECT_HOST) || cause_is_recent(claim, claim->seen->host_failed_ms[node]));
}

bool
cause_host_away(const struct claim *claim)
{
	return is_host_away(claim, cause_node(claim));
}

bool
cause_lane_host_away(const struct claim *claim)
{
	return is_host_away(claim, claim->lane) || cause_is_gone(claim, claim->lane);
}

static bool
is_unit(const struct claim *claim, const char *state)
{
	bool job;

	return claim->lane >= 0 && strcmp(sim_unit_state(claim->sim, (size_t)claim->lane, &job), state) == 0;
}

bool
cause_unit_busy(const struct claim *claim)
{
	bool job = false;

	if (claim->lane >= 0)
		sim_unit_state(claim->sim, (size_t)claim->lane, &job);
	return job || is_unit(claim, "deactivating");
}

bool
cause_unit_state(const struct claim *claim)
{
	return claim->nwords == 2 && is_unit(claim, claim->words[1]);
}

/* By the journal of who leads, in the state that it was written in last; NULL: there is none. */
const char *
cause_act_state(const struct claim *claim, const char *verb)
{
	const struct ledger *ledger = claim->ledger;

	for (size_t p = 0; claim->lane >= 0 && p < ledger->npages; p++) {
		const struct page *page = &ledger->pages[p];

		for (size_t i = 0; page->life == ledger->last && i < page->nacts; i++) {
			if (cause_is_of(claim, page->acts[i].step, claim->lane) &&
			    (!verb || strcmp(page->acts[i].label, verb) == 0 || strcmp(page->acts[i].label, "restore") == 0) &&
			    page->acts[i].state[0])
				return page->acts[i].state;
		}
	}
	return NULL;
}

bool
cause_act_on_its_way(const struct claim *claim)
{
	return claim->nwords == 3 && cause_act_state(claim, claim->words[2]) && is_unit(claim, claim->words[1]);
}

bool
cause_act_may_arrive(const struct claim *claim)
{
	return claim->nwords == 3 && cause_act_state(claim, claim->words[2]) != NULL;
}

bool
cause_act_unknown(const struct claim *claim)
{
	return claim->nwords == 3 && cause_act_state(claim, claim->words[0]) != NULL;
}

bool
cause_act_open(const struct claim *claim)
{
	return claim->nwords > 0 && cause_act_state(claim, claim->words[0]) != NULL;
}

/* The settle time is not over. */
bool
cause_taken_over(const struct claim *claim)
{
	const struct ledger *ledger = claim->ledger;

	return ledger->ntakeovers > 0 && claim->world->now <=
	    ledger->takeovers[ledger->ntakeovers - 1] + claim->world->checker->settle_ms + CAUSE_RECENT_MS;
}

bool
cause_act_accepted(const struct claim *claim)
{
	return claim->nwords == 3 && cause_act_state(claim, claim->words[0]) && is_unit(claim, claim->words[2]);
}

/* What has failed is tried again, later. */
bool
cause_retried(const struct claim *claim)
{
	const struct ledger *ledger = claim->ledger;

	for (size_t i = 0; i < ledger->journal.nfields; i++) {
		const char *attempt = strstr(ledger->journal.fields[i].value, "\"attempt\":");

		if (attempt && attempt[10] > '1' && cause_is_of(claim, ledger->journal.fields[i].name, claim->lane))
			return true;
	}
	return false;
}
