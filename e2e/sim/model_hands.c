/* Human hands, faults, and the inside for tests. */
#include <string.h>

#include "model_inside.h"
#include "oracle.h"

static void
by_hand(struct sim *sim, int64_t now, size_t node, enum verb verb, enum sim_event event)
{
	sim_advance(sim, now);
	sim_arrived(sim, event, SIM_HAND, node);
	sim_unit_order(sim, node, verb, SIM_HAND);
}

void
sim_start(struct sim *sim, int64_t now, size_t node)
{
	by_hand(sim, now, node, VERB_START, SIM_ARRIVED_START);
}

void
sim_stop(struct sim *sim, int64_t now, size_t node)
{
	by_hand(sim, now, node, VERB_STOP, SIM_ARRIVED_STOP);
}

void
sim_restart(struct sim *sim, int64_t now, size_t node)
{
	by_hand(sim, now, node, VERB_RESTART, SIM_ARRIVED_RESTART);
}

void
sim_crash(struct sim *sim, int64_t now, size_t node)
{
	sim_advance(sim, now);
	sim_process_kill(sim, node);
}

void
sim_hang(struct sim *sim, int64_t now, size_t node, bool on)
{
	sim_advance(sim, now);
	if (sim->nodes[node].hung == on)
		return;
	sim->nodes[node].hung = on;
	sim_note(sim, on ? SIM_HUNG : SIM_UNHUNG, SIM_HAND, node, "%s", "");
	if (!on)
		sim_calls_unpark(sim, node);
}

void
sim_slow(struct sim *sim, size_t node, int64_t ms)
{
	sim->nodes[node].slow = ms;
}

void
sim_lag(struct sim *sim, size_t node, int64_t ms)
{
	sim->nodes[node].lag = ms;
}

void
sim_isolate(struct sim *sim, int64_t now, size_t node)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	if (!n->alive || n->isolated)
		return;
	n->isolated = true;
	n->cql = n->taken = false;
	sim_note(sim, SIM_ISOLATED, SIM_HAND, node, "%s", "");
	sim_process_announce(sim, node);
}

void
sim_host_away(struct sim *sim, size_t node, bool away)
{
	sim->nodes[node].away = away;
}

void
sim_reboot(struct sim *sim, int64_t now, size_t node, int64_t ms)
{
	sim_advance(sim, now);
	sim_unit_forget(sim, node);
	sim->nodes[node].away = true;
	sim_event_push(sim, (struct event){.at = sim->now + sim_scaled(sim, ms), .kind = EVENT_HOST, .node = node});
}

void
sim_disable(struct sim *sim, size_t node, bool disabled)
{
	sim->nodes[node].disabled = disabled;
}

bool
sim_host_reachable(const struct sim *sim, size_t node)
{
	const struct node *n = &sim->nodes[node];

	/* Who has left may have lent its address to another. */
	return !n->away && (sim_in_ring(n->member) || sim_find(sim, n->address) == (int)node);
}

void
sim_stuck_stop(struct sim *sim, int64_t now, size_t node, bool on)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	n->stuck = on;
	if (!on && n->terminating && n->mode != MODE_DRAINING)
		sim_process_terminate(sim, node, n->taken ? SIM_CONTROLLER : SIM_HAND);
}

void
sim_mask(struct sim *sim, size_t node, bool masked)
{
	sim->nodes[node].masked = masked;
}

void
sim_compactions(struct sim *sim, size_t node, unsigned pending)
{
	sim->nodes[node].standing = pending;
}

size_t
sim_nodes(const struct sim *sim)
{
	return sim->nnodes;
}

const char *
sim_cluster_name(const struct sim *sim)
{
	return sim->cluster_name;
}

static bool
is_called(const struct node *n, const char *name_or_address)
{
	return !strcmp(n->address, name_or_address) || !strcmp(n->name, name_or_address);
}

int
sim_find(const struct sim *sim, const char *name_or_address)
{
	int found = -1;

	for (size_t i = 0; i < sim->nnodes; i++) {
		if (!is_called(&sim->nodes[i], name_or_address))
			continue;
		if (sim->nodes[i].member != MEMBER_LEFT)
			return (int)i;
		found = (int)i;
	}
	return found;
}

const char *
sim_address(const struct sim *sim, size_t node)
{
	return sim->nodes[node].address;
}

const char *
sim_name(const struct sim *sim, size_t node)
{
	return sim->nodes[node].name;
}

const char *
sim_host_id(const struct sim *sim, size_t node)
{
	return sim->nodes[node].host_id;
}

const char *
sim_datacenter(const struct sim *sim, size_t node)
{
	return sim->nodes[node].datacenter;
}

const char *
sim_rack(const struct sim *sim, size_t node)
{
	return sim->nodes[node].rack;
}

bool
sim_listening(struct sim *sim, int64_t now, size_t node, unsigned *ret_changes)
{
	sim_advance(sim, now);
	*ret_changes = sim->nodes[node].port_changes;
	return sim->nodes[node].stage >= STAGE_LISTENING;
}

const char *
sim_mode(struct sim *sim, int64_t now, size_t node)
{
	sim_advance(sim, now);
	return sim->nodes[node].stage == STAGE_OFF ? "" : sim_mode_name(sim->nodes[node].mode);
}

bool
sim_sees(struct sim *sim, int64_t now, size_t observer, size_t subject)
{
	sim_advance(sim, now);
	return sim->up[observer * sim->nnodes + subject];
}

bool
sim_serving(struct sim *sim, int64_t now, size_t node)
{
	sim_advance(sim, now);
	return sim->nodes[node].alive && sim->nodes[node].cql;
}

unsigned
sim_pending(struct sim *sim, int64_t now, size_t node)
{
	const struct node *n = &sim->nodes[node];
	int64_t whole = sim_scaled(sim, sim->config.times.compaction), gone;

	sim_advance(sim, now);
	gone = n->joined == INT64_MAX ? 0 : sim->now - n->joined;
	if (gone >= whole || n->stage == STAGE_OFF)
		return n->standing;
	return n->standing + (unsigned)(n->compactions * (whole - gone) / whole);
}

int64_t
sim_started(const struct sim *sim, size_t node)
{
	return sim->nodes[node].started;
}

int64_t
sim_generation(const struct sim *sim, size_t node)
{
	return sim->nodes[node].generation;
}
