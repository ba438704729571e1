/* The plan is frozen, the cluster is not. A node still to come whose address or zone has changed is no longer what was
 * planned: its unit may be another one, its host another machine. Nothing is begun then until a person approves the same
 * plan with these nodes bound anew; that plan has a hash of its own, so that an approval names exactly what was seen. The
 * order stays: a node that changed its zone is taken at its old place, alone, since units never overlap. Nodes at work
 * and the gate always go by what the ring says now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

/* As the ring has it now, or the inventory if it is to be added; false: it is no member, or not known well enough. */
static bool
present(const struct op *op, const struct lane *lane, char zone[2 * RING_NAME + 2], const char **ret_address)
{
	const struct ring *ring = op->cluster->ring;
	int member = lane_member(lane);

	if (member < 0)
		return newcomer_place(lane, zone, ret_address);
	if (!ring->members[member].datacenter[0])
		return false;
	cluster_zone(op->cluster, (size_t)member, zone);
	*ret_address = ring->members[member].address;
	return true;
}

static bool
has_moved(const struct op *op, const struct lane *lane, char zone[2 * RING_NAME + 2], const char **ret_address)
{
	/* Others were found in the ring just now. */
	return !lane->block->others && lane->state == LANE_WAITING && present(op, lane, zone, ret_address) &&
	    (strcmp(zone, lane->node->zone) != 0 || strcmp(*ret_address, lane->node->address) != 0);
}

/* Bind the nodes that have moved in 'plan', which is the operation's own or a copy of it. */
static void
rebind(const struct op *op, struct plan *plan)
{
	struct err err = {""};
	char zone[2 * RING_NAME + 2];
	const char *address;

	for (size_t i = 0; i < op->nlanes; i++)
		if (has_moved(op, &op->lanes[i], zone, &address))
			(void)plan_rebind(plan, &plan->nodes[op->lanes[i].node - op->plan->nodes], address, zone, &err);
}

static void
say_moved(const struct op *op, char *text, size_t size)
{
	char zone[2 * RING_NAME + 2], more[32] = "";
	const struct lane *first = NULL;
	const char *address;
	size_t moved = 0;

	for (size_t i = op->nlanes; i-- > 0;)
		if (has_moved(op, &op->lanes[i], zone, &address)) {
			first = &op->lanes[i];
			moved++;
		}
	if (!first)
		return;
	has_moved(op, first, zone, &address);
	if (moved > 1)
		snprintf(more, sizeof more, " and %zu more", moved - 1);
	if (strcmp(zone, first->node->zone) != 0)
		snprintf(text, size, "%s moved from %s to %s%s", first->node->name, first->node->zone, zone, more);
	else
		snprintf(text, size, "%s moved from %s to %s%s", first->node->name, first->node->address, address, more);
}

static bool
is_stale(const struct op *op)
{
	char zone[2 * RING_NAME + 2];
	const char *address;

	for (size_t i = 0; i < op->nlanes; i++)
		if (has_moved(op, &op->lanes[i], zone, &address))
			return true;
	return false;
}

/* The status with the new hash is acknowledged before anything goes on, as after the first plan. */
static void
take(struct core *core, struct op *op, const char *moved)
{
	char before[sizeof op->plan->hash];

	snprintf(before, sizeof before, "%s", op->plan->hash);
	rebind(op, op->plan);
	approval_take(core, op, "plan", op->plan->hash);
	journal_put_plan(op, op->plan->text);
	journal_note(op, "plan %s: %s, approved", op->plan->hash, moved);
	op->pace.stale = op->status.running_acknowledged = false;
	pace_release(op);
	say(core, LOG_LEVEL_INFO, op, NULL, NULL, "plan %s takes the place of %s: %s", op->plan->hash, before, moved);
	op_kick(core, op);
}

static void
hold(struct core *core, struct op *op)
{
	struct err err = {""};
	struct plan *plan = plan_decode(op->plan->text, core->config.types, &err);
	char moved[300] = "";

	if (!plan)
		return;         /* it has been read before: by the same types it can be read again */
	rebind(op, plan);
	say_moved(op, moved, sizeof moved);
	/* A status that is on its way tells the old hash. */
	if (approval_is_named(op, "plan", plan->hash) && roll_at_safe_point(op) && !op->status.request)
		take(core, op, moved);
	else
		approval_await(op, PHASE_PAUSED, REASON_PlanStale, "plan", plan->hash, moved);
	plan_free(plan);
}

/* Judged anew when the ring has been read or the object has changed; in between nothing can have moved. */
void
stale_judge(struct op *op)
{
	const struct cluster *cluster = op->cluster;
	struct pace *pace = &op->pace;

	if (!cluster->target || !cluster->ready || cluster->sweep.running ||
	    (pace->judged_sweep == cluster->sweep.done_asked_up_ms &&
	    pace->judged_generation == cluster->target->meta.generation))
		return;
	pace->judged_sweep = cluster->sweep.done_asked_up_ms;
	pace->judged_generation = cluster->target->meta.generation;
	pace->stale = is_stale(op);
}

bool
stale_lane(struct core *core, struct op *op, const struct lane *lane)
{
	char zone[2 * RING_NAME + 2];
	const char *address;

	if (!core->config.gate || op->cluster->sweep.running || !has_moved(op, lane, zone, &address))
		return false;
	op->pace.stale = true;
	return true;
}

void
stale_hold(struct core *core, struct op *op)
{
	/* Lanes that have come to their end since need no place any more. */
	if (op->pace.stale && is_stale(op))
		hold(core, op);
}

/* --- who came since --- */

static bool
is_planned(const struct plan *plan, const struct ring_member *member)
{
	for (size_t i = 0; i < plan->nnodes; i++) {
		const struct plan_node *node = &plan->nodes[i];

		if (strcmp(node->is_new ? node->name : node->host_id, node->is_new ? member->name : member->host_id) == 0)
			return true;
	}
	return false;
}

/* Would the operation have taken it, had it been there? Its release nobody has asked for. */
static bool
is_wanted(const struct op *op, size_t member)
{
	const struct operation *object = op->object;
	char zone[2 * RING_NAME + 2];

	/* Who has joined since has not run for longer. */
	if (object->uptime_over_ms || (object->started_before_ms && object->started_before_ms <= op->start_wall_ms))
		return false;
	return operation_targets(object, op->cluster->ring->members[member].name, cluster_zone(op->cluster, member, zone));
}

size_t
stale_say_joined(const struct op *op, char *text, size_t size)
{
	const struct ring *ring = op->cluster->ring;
	size_t joined = 0, len = 0;

	text[0] = '\0';
	for (size_t i = 0; op->nlanes > 0 && i < ring->nmembers; i++) {
		if (is_planned(op->plan, &ring->members[i]) || !is_wanted(op, i))
			continue;
		if (len < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s", joined ? ", " : "", ring->members[i].name);
		joined++;
	}
	return joined;
}
