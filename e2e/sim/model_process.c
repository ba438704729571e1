/* The life of the process: a staged boot, a drain, an end. */
#include <stdio.h>

#include "alloc.h"
#include "hash.h"
#include "model_inside.h"

const char *
sim_mode_name(enum mode mode)
{
	static const char *const names[] = {
		[MODE_NONE] = "NONE", [MODE_STARTING] = "STARTING", [MODE_JOINING] = "JOINING",
		[MODE_BOOTSTRAP] = "BOOTSTRAP", [MODE_NORMAL] = "NORMAL", [MODE_LEAVING] = "LEAVING",
		[MODE_DECOMMISSIONED] = "DECOMMISSIONED", [MODE_DRAINING] = "DRAINING", [MODE_DRAINED] = "DRAINED",
	};

	return names[mode];
}

void
sim_process_judge_alive(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];
	bool alive = n->stage != STAGE_OFF && n->gossip && (n->mode == MODE_NORMAL || n->mode == MODE_LEAVING);

	if (alive == n->alive)
		return;
	n->alive = alive;
	n->alive_changed = sim->now;
	if (!alive)
		sim_gossip_returned(sim);
	sim_raft_changed(sim);
}

static void
later(struct sim *sim, size_t node, enum event_kind kind, int64_t ms)
{
	sim_event_push(sim, (struct event){.at = sim->now + sim_scaled(sim, ms), .kind = kind, .node = node,
	    .stamp = sim->nodes[node].life});
}

void
sim_process_start(struct sim *sim, size_t node, enum sim_source source)
{
	struct node *n = &sim->nodes[node];
	int64_t generation = sim->config.epoch + sim->now / 1000;

	n->life++;
	n->stage = STAGE_DEAF;
	n->mode = MODE_NONE;
	n->gossip = n->cql = n->cql_due = n->isolated = n->terminating = false;
	n->lock = NULL;
	if (*n->next_address) {
		snprintf(n->address, sizeof n->address, "%s", n->next_address);
		*n->next_address = '\0';
		sim_identity_add(sim, node);
	}
	if (*n->next_version)
		snprintf(n->version, sizeof n->version, "%s", n->next_version);
	n->drain_hung = n->drain_failed = false;
	n->repairs = 0;
	n->tasks = 0;
	n->started = sim->now;
	n->joined = INT64_MAX;
	n->generation = generation > n->generation ? generation : n->generation + 1;
	n->compactions = sim->config.compactions;
	if (n->compactions)
		n->compactions -= (unsigned)(sim_hash(sim, "compactions", node, n->life) % (n->compactions / 2 + 1));
	/* Whose restart is it? One by somebody else makes the node a new one for the controller. */
	n->restarted = source == SIM_CONTROLLER && n->touched;
	if (source == SIM_HAND)
		n->touched = false;
	sim_note(sim, SIM_PROCESS_START, source, node, " generation=%lld", (long long)n->generation);
	later(sim, node, EVENT_BOOT, sim->config.times.listen);
}

void
sim_process_join(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	n->stage = STAGE_JOINED;
	n->mode = MODE_NORMAL;
	n->joined = sim->now;
	n->notify_until = sim->now + sim_scaled(sim, sim->config.times.notify_up);
	sim_process_judge_alive(sim, node);
	sim_note(sim, SIM_NORMAL, n->starter, node, "%s", "");
	sim_gossip_appear(sim, node);
	later(sim, node, EVENT_NOTIFIED, sim->config.times.notify_up);
	sim_gossip_notified(sim, node);
}

/* What speaks against it; NULL: nothing. */
static const char *
refusal(const struct node *n)
{
	if (n->wiped && !n->remade)
		return "A node with this address already exists, cancelling join";
	if (n->left)
		return "This node was decommissioned and will not rejoin the ring";
	if (n->banned)
		return "received notification of being banned from the cluster";
	if (n->member == MEMBER_LEFT)
		return "The node requested to join before but didn't finish the procedure. Please clear the data directory "
		    "and restart.";
	return NULL;
}

static void
begin_to_join(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];
	const char *why = refusal(n);

	if (why) {
		sim_process_fail(sim, node, why);
		return;
	}
	n->mode = MODE_JOINING;
	sim_gossip_join(sim, node);
	later(sim, node, EVENT_BOOT, sim->config.times.joining);
}

void
sim_process_boot(struct sim *sim, size_t node)
{
	const struct sim_times *times = &sim->config.times;
	struct node *n = &sim->nodes[node];

	if (n->terminating)
		return;
	if (n->stage == STAGE_DEAF) {
		n->stage = STAGE_LISTENING;
		n->port_changes++;
		later(sim, node, EVENT_BOOT, times->gossiper);
	} else if (n->stage == STAGE_LISTENING) {
		n->stage = STAGE_GOSSIPER;
		later(sim, node, EVENT_BOOT, times->replay + n->boot_extra);
	} else if (n->stage == STAGE_GOSSIPER && n->boot_fails) {
		n->boot_fails--;
		sim_process_fail(sim, node, "commitlog replay failed");
	} else if (n->stage == STAGE_GOSSIPER) {
		n->stage = STAGE_STORAGE;
		n->mode = MODE_STARTING;
		later(sim, node, EVENT_BOOT, times->starting);
		sim_unit_ready(sim, node);
	} else if (n->mode == MODE_STARTING) {
		begin_to_join(sim, node);
	} else if (n->mode == MODE_JOINING) {
		if (n->member == MEMBER_NONE || n->remade)
			sim_change_boot(sim, node);
		else
			sim_process_join(sim, node);
	}
}

void
sim_process_serve(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (n->mode != MODE_NORMAL || n->isolated)
		return;
	n->cql = true;
	sim_note(sim, SIM_SERVING, n->starter, node, "%s", "");
}

static void
take(struct node *n, enum sim_source source)
{
	if (n->alive)
		n->taken = source == SIM_CONTROLLER;
}

void
sim_process_drain(struct sim *sim, size_t node, enum sim_source source)
{
	const struct sim_times *times = &sim->config.times;
	struct node *n = &sim->nodes[node];
	int64_t quiet = n->gossip ? times->transport + times->announce : 0;

	if (n->mode == MODE_DRAINED || (n->mode == MODE_DRAINING && !n->drain_failed))
		return;
	n->drain_failed = false;
	take(n, source);
	n->mode = MODE_DRAINING;
	n->cql = false;
	n->drain_flush = sim->now + sim_scaled(sim, quiet);
	n->drain_end = sim->now + sim_scaled(sim, quiet + times->flush);
	sim_process_judge_alive(sim, node);
	if (n->gossip)
		later(sim, node, EVENT_ANNOUNCE, times->transport);
	later(sim, node, EVENT_DRAINED, quiet + times->flush);
}

void
sim_process_announce(struct sim *sim, size_t node)
{
	if (sim->nodes[node].gossip)
		sim_gossip_announce(sim, node);
}

static void
leave(struct sim *sim, size_t node)
{
	if (!sim->nodes[node].stuck)
		later(sim, node, EVENT_EXIT, sim->config.times.exit);
}

void
sim_process_drained(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	n->drain_hung = n->drain_hangs;
	if (n->drain_hung)
		return;
	n->drain_failed = *n->drain_error != '\0';
	if (n->drain_failed) {
		char *text = xasprintf("std::runtime_error (%s)", n->drain_error);

		n->lock = NULL;
		sim_calls_end(sim, CALL_DRAIN, node, node, 500, text);
		free(text);
		if (n->terminating)
			leave(sim, node);
		return;
	}
	n->mode = MODE_DRAINED;
	n->lock = NULL;
	sim_note(sim, SIM_DRAINED, n->taken ? SIM_CONTROLLER : SIM_HAND, node, "%s", "");
	sim_calls_end(sim, CALL_DRAIN, node, node, 200, "");
	if (n->terminating)
		leave(sim, node);
}

void
sim_process_terminate(struct sim *sim, size_t node, enum sim_source source)
{
	struct node *n = &sim->nodes[node];

	take(n, source);
	n->terminating = true;
	if (n->mode == MODE_NORMAL || n->mode == MODE_LEAVING)
		sim_process_drain(sim, node, source);
	else if (n->mode != MODE_DRAINING || n->drain_failed)
		leave(sim, node);
}

/* Nothing is left of it; a shutdown that was not announced is for the peers to find out. */
static void
gone(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (n->stage >= STAGE_LISTENING)
		n->port_changes++;
	n->stage = STAGE_OFF;
	n->mode = MODE_NONE;
	n->cql = n->terminating = n->hung = false;
	n->lock = NULL;
	sim_change_lost(sim, node);
	sim_tasks_lost(sim, node);
	if (n->gossip)
		sim_gossip_lost(sim, node);
	sim_process_judge_alive(sim, node);
	sim_calls_reset(sim, node);
}

void
sim_process_exit(struct sim *sim, size_t node)
{
	sim_note(sim, SIM_PROCESS_EXIT, sim->nodes[node].taken ? SIM_CONTROLLER : SIM_HAND, node, "%s", "");
	gone(sim, node);
	sim_unit_gone(sim, node, false);
}

void
sim_process_kill(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (n->stage == STAGE_OFF)
		return;
	take(n, SIM_HAND);
	sim_note(sim, SIM_CRASHED, SIM_HAND, node, "%s", "");
	gone(sim, node);
	sim_unit_gone(sim, node, true);
}

void
sim_process_fail(struct sim *sim, size_t node, const char *why)
{
	sim_note(sim, SIM_BOOT_FAILED, SIM_HAND, node, " why=\"%s\"", why);
	/* Who starts it again repeats nothing. */
	sim->nodes[node].restarted = false;
	gone(sim, node);
	sim_unit_gone(sim, node, true);
}

void
sim_process_retire(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	n->left = true;
	n->cql = false;
	n->mode = MODE_DECOMMISSIONED;
	sim_process_announce(sim, node);
	sim_process_judge_alive(sim, node);
}
