/* Topology changes: one streams at a time, others queue; when a member that is needed is dead, they are cancelled or
 * rolled back. Facts: scylla.md §0 (3, 7, 8), §1.4.3-1.4.5, §5.4. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { QUEUED, DRAINING, STREAMING };
enum { LOOK_AGAIN = 500 };

static void
later(struct sim *sim, size_t node, int64_t ms)
{
	sim_event_push(sim, (struct event){.at = sim->now + sim_scaled(sim, ms), .kind = EVENT_CHANGE, .node = node,
	    .value = sim->nodes[node].change->id});
}

static enum task_kind
task_kind(enum change_kind kind)
{
	static const enum task_kind kinds[] = {
		[CHANGE_BOOTSTRAP] = TASK_BOOTSTRAP, [CHANGE_REPLACE] = TASK_REPLACE,
		[CHANGE_DECOMMISSION] = TASK_DECOMMISSION, [CHANGE_REMOVE] = TASK_REMOVE,
	};

	return kinds[kind];
}

static void
begin(struct sim *sim, size_t node, size_t by, enum change_kind kind, int64_t ms)
{
	const struct sim_times *times = &sim->config.times;
	struct node *n = &sim->nodes[node];

	if (ms <= 0)
		ms = kind == CHANGE_DECOMMISSION ? times->decommission : kind == CHANGE_REMOVE ? times->remove :
		    n->zero_token ? 1 : times->bootstrap;
	n->change = xcalloc(1, sizeof *n->change);
	*n->change = (struct change){.kind = kind, .by = by, .started = sim->now, .ms = ms,
	    .id = sim_hash(sim, "change", node, sim->seq)};
	n->change->task = sim_task_begin(sim, task_kind(kind), by, node, "", 0);
}

static void
end(struct sim *sim, size_t node, bool failed)
{
	struct node *n = &sim->nodes[node];

	sim_task_end(sim, n->change->task, failed);
	free(n->change);
	n->change = NULL;
	if (n->lock && !strcmp(n->lock, "decommission"))
		n->lock = NULL;
}

void
sim_change_free(struct node *n)
{
	free(n->change);
}

static bool
is_replacing(const struct node *n)
{
	return n->remade || n->replaces != SIZE_MAX;
}

void
sim_change_boot(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (!n->stray)
		n->schema = sim->schema;        /* pulled before it joins */
	begin(sim, node, node, is_replacing(n) ? CHANGE_REPLACE : CHANGE_BOOTSTRAP, 0);
	sim_change_go_on(sim, node);
}

char *
sim_change_decommission(struct sim *sim, size_t node, int64_t ms)
{
	struct node *n = &sim->nodes[node];
	size_t members = 0;

	if (n->lock)
		return xasprintf("Operation %s is in progress, try again", n->lock);
	if (n->mode != MODE_NORMAL)
		return xasprintf("Node in %s state; wait for status to become normal or restart",
		    sim_mode_name(n->mode));
	for (size_t i = 0; i < sim->nnodes; i++)
		members += sim->nodes[i].member == MEMBER_NORMAL;
	if (members < 2)
		return xstrdup("Cannot decommission last node in the cluster");
	n->lock = "decommission";
	begin(sim, node, node, CHANGE_DECOMMISSION, ms);
	sim_change_go_on(sim, node);
	return NULL;
}

char *
sim_change_remove(struct sim *sim, size_t by, size_t node, int64_t ms)
{
	struct node *n = &sim->nodes[node];
	size_t dead = sim_dead_member(sim, by, node);

	if (!sim_in_ring(n->member))
		return xasprintf("removenode: host id %s is not found in the cluster", n->host_id);
	if (n->change)
		return xstrdup("Removenode failed. Concurrent request for removal already in progress");
	if (sim->up[by * sim->nnodes + node])
		return xasprintf("removenode: Rejected removenode operation for node %s; the node being removed is alive, "
		    "maybe you should use decommission instead?", n->host_id);
	if (dead != SIZE_MAX)
		return xasprintf("removenode: Rejected removenode operation for node %s because node %s is down and not "
		    "ignored", n->host_id, sim->nodes[dead].host_id);
	n->banned = true;
	begin(sim, node, by, CHANGE_REMOVE, ms);
	sim_change_go_on(sim, node);
	return NULL;
}

/* Its name in the final error. */
static const char *
called(enum change_kind kind)
{
	return kind == CHANGE_REMOVE ? "Removenode" : kind == CHANGE_DECOMMISSION ? "Decommission" : "Bootstrap";
}

/* The change is off: who was to leave stays, who was to join is gone. */
static void
fail(struct sim *sim, size_t node, const char *why)
{
	struct node *n = &sim->nodes[node];
	struct change change = *n->change;
	char id[SIM_UUID], *text;

	sim_uuid(change.id, id);
	text = xasprintf("std::runtime_error (%s failed. See earlier errors (%s). Request ID: %s)", called(change.kind),
	    why, id);
	end(sim, node, true);
	if (change.kind == CHANGE_BOOTSTRAP || change.kind == CHANGE_REPLACE) {
		if (!n->remade)
			sim_member_set(sim, node, MEMBER_LEFT);
		sim_process_fail(sim, node, why);
	} else {
		/* The mode stays what streaming made of it. */
		sim_member_set(sim, node, MEMBER_NORMAL);
		sim_calls_end(sim, CALL_CHANGE, SIZE_MAX, node, 500, text);
	}
	sim_tablets_balance(sim);
	free(text);
}

static bool
is_streaming(const struct sim *sim)
{
	for (size_t i = 0; i < sim->nnodes; i++)
		if (sim->nodes[i].change && sim->nodes[i].change->step == STREAMING)
			return true;
	return false;
}

static void
stream(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];
	struct task *task = sim_task_find(sim, n->change->task);
	unsigned release = sim_release(n);

	if (n->change->step == QUEUED)
		n->change->began = sim->now + sim_scaled(sim, sim->config.times.topology_max);
	n->change->step = STREAMING;
	task->state = TASK_RUNNING;
	switch (n->change->kind) {
	case CHANGE_BOOTSTRAP:
		n->mode = MODE_BOOTSTRAP;
		sim_member_set(sim, node, MEMBER_JOINING);
		sim_gossip_appear(sim, node);
		break;
	case CHANGE_REPLACE:
		n->mode = MODE_BOOTSTRAP;
		break;
	case CHANGE_DECOMMISSION:
		/* Only what does not go by repair shows. */
		if (release < 504 || release >= 202601)
			n->mode = MODE_LEAVING;
		sim_member_set(sim, node, MEMBER_LEAVING);
		break;
	case CHANGE_REMOVE:
		sim_member_set(sim, node, MEMBER_LEAVING);
		break;
	}
	later(sim, node, n->change->ms);
}

static void
joined(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (n->replaces != SIZE_MAX) {
		sim->nodes[n->replaces].banned = true;
		sim_tablets_inherit(sim, n->replaces, node);
		sim_member_set(sim, n->replaces, MEMBER_LEFT);
		n->replaces = SIZE_MAX;
	}
	n->remade = false;
	sim_member_set(sim, node, MEMBER_NORMAL);
	sim_process_join(sim, node);
	sim->uneven = true;
	sim_tablets_balance(sim);
}

static void
finish(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];
	enum change_kind kind = n->change->kind;

	end(sim, node, false);
	if (kind == CHANGE_BOOTSTRAP || kind == CHANGE_REPLACE) {
		joined(sim, node);
		return;
	}
	sim_member_set(sim, node, MEMBER_LEFT);
	if (kind == CHANGE_DECOMMISSION)
		sim_process_retire(sim, node);
	sim_calls_end(sim, CALL_CHANGE, SIZE_MAX, node, 200, "");
	sim_tablets_balance(sim);
}

/* Tablets go first. Since 2026.1 the node is still an ordinary member meanwhile. */
static void
drain_tablets(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (!sim_tablets_on(sim, node)) {
		stream(sim, node);
	} else if (!sim_tablets_movable(sim, node)) {
		fail(sim, node, "Unable to find new replica for tablet");
	} else {
		if (n->change->step == QUEUED && sim_release(n) < 202601)
			sim_member_set(sim, node, MEMBER_LEAVING);
		if (n->change->step == QUEUED)
			n->change->began = sim->now + sim_scaled(sim, sim->config.times.topology_max);
		n->change->step = DRAINING;
		sim_task_find(sim, n->change->task)->state = TASK_RUNNING;
		later(sim, node, LOOK_AGAIN);
		sim_tablets_balance(sim);
	}
}

/* Who is not needed besides the node itself. */
static size_t
ignored(const struct node *n, size_t node)
{
	return n->replaces != SIZE_MAX ? n->replaces : node;
}

void
sim_change_go_on(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];
	size_t dead = sim_dead_member(sim, node, ignored(n, node));
	bool joins = n->change->kind == CHANGE_BOOTSTRAP || n->change->kind == CHANGE_REPLACE;
	char why[128];

	if (dead != SIZE_MAX) {
		snprintf(why, sizeof why, n->change->step != QUEUED ? "Rolled back: Failed stream ranges: node %s is down" :
		    joins ? "request canceled because some required nodes are dead: %s" :
		    "Canceled. Dead nodes: {%s}", sim->nodes[dead].host_id);
		fail(sim, node, why);
	} else if (n->change->step == STREAMING) {
		finish(sim, node);
	} else if (is_streaming(sim)) {
		later(sim, node, LOOK_AGAIN);
	} else if (joins) {
		stream(sim, node);
	} else {
		drain_tablets(sim, node);
	}
}

void
sim_change_lost(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (!n->change || n->change->kind == CHANGE_REMOVE)
		return;
	if (n->change->kind == CHANGE_DECOMMISSION)
		sim_member_set(sim, node, MEMBER_NORMAL);
	else if (!n->remade && n->member == MEMBER_JOINING)
		sim_member_set(sim, node, MEMBER_LEFT);
	end(sim, node, true);
}
