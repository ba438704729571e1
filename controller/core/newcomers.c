#include "newcomers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

enum { FIELD = 80 };

void
newcomers_start(struct op *op)
{
	for (size_t i = 0; i < op->plan->nnodes; i++)
		if (op->plan->nodes[i].is_new)
			*ARRAY_GROW(op->newcomers.list, op->newcomers.count) = (struct newcomer){.node = i};
}

void
newcomers_free(struct op *op)
{
	free(op->newcomers.list);
	op->newcomers = (struct newcomers){0};
}

static struct newcomer *
newcomer_of(const struct lane *lane)
{
	const struct op *op = lane->op;

	for (size_t i = 0; i < op->newcomers.count; i++)
		if (&op->plan->nodes[op->newcomers.list[i].node] == lane->node)
			return &op->newcomers.list[i];
	return NULL;
}

bool
lane_is_outside(const struct lane *lane)
{
	const struct newcomer *newcomer = lane->node->is_new ? newcomer_of(lane) : NULL;

	return newcomer && !newcomer->joined;
}

bool
lane_is_joining(const struct lane *lane)
{
	return lane_is_outside(lane) && newcomer_of(lane)->joins;
}

/* --- the journal */

static void
record(struct op *op, const struct newcomer *newcomer)
{
	const struct plan_node *node = &op->plan->nodes[newcomer->node];
	CLEANUP_BUF struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);
	CLEANUP_FREE char *field = xasprintf("new/%s", node->name);
	struct json_out out = JSON_OUT(&value);

	json_open(&out, NULL);
	json_put_str(&out, "hostId", node->host_id);
	json_put_bool(&out, "joins", newcomer->joins);
	json_put_bool(&out, "joined", newcomer->joined);
	json_close(&out);
	journal_put(op, field, buf_str(&value));
}

void
newcomers_record(struct op *op)
{
	for (size_t i = 0; i < op->newcomers.count; i++)
		record(op, &op->newcomers.list[i]);
}

bool
newcomers_read(struct op *op, const char *field, const struct cJSON *value)
{
	for (size_t i = 0; i < op->newcomers.count; i++) {
		struct newcomer *newcomer = &op->newcomers.list[i];
		struct plan_node *node = &op->plan->nodes[newcomer->node];

		if (strcmp(field + strlen("new/"), node->name) != 0)
			continue;
		free(node->host_id);
		node->host_id = xstrdup(json_str_or(value, "hostId", ""));
		newcomer->joins = json_bool(value, "joins", false);
		newcomer->joined = json_bool(value, "joined", false);
		return true;
	}
	return false;
}

/* --- what the ring tells */

/* Those who look at it go on with the host id that it has now. */
static void
bind(struct core *core, struct op *op, struct plan_node *node, const char *host_id)
{
	char *before = node->host_id;

	say(core, LOG_LEVEL_INFO, op, NULL, node->name, "%s, %s, is in the ring as host id %s", node->name, node->address,
	    host_id);
	node->host_id = xstrdup(host_id);
	for (size_t i = 0; i < op->nlanes; i++) {
		struct step *step = op->lanes[i].node == node ? op->lanes[i].step : NULL;

		if (step && step->task) {
			step->task->node.host_id = node->host_id;
			step_new_round(core, step);
		}
	}
	free(before);
	journal_note(op, "%s is in the ring as host id %s", node->name, host_id);
}

static void
look(struct core *core, struct op *op, struct newcomer *newcomer)
{
	const struct ring *ring = op->cluster->ring;
	struct plan_node *node = &op->plan->nodes[newcomer->node];
	int member = ring_find_address(ring, node->address);
	bool known;

	if (member < 0 || !ring->members[member].host_id[0])
		return;
	known = strcmp(node->host_id, ring->members[member].host_id) == 0;
	if (!known)
		bind(core, op, node, ring->members[member].host_id);
	newcomer->joined = ring_is_up(ring, (size_t)member, NULL);
	if (newcomer->joined) {
		op_event(core, op, "Normal", REASON_NodeJoined, "%s is a member of the ring now, as host id %s", node->name,
		    node->host_id);
		journal_note(op, "%s has joined", node->name);
	}
	if (!known || newcomer->joined)
		record(op, newcomer);
}

void
newcomers_look(struct core *core, struct op *op)
{
	const struct cluster *cluster = op->cluster;

	if (!core->config.gate || cluster->sweep.running || cluster->sweep.failed)
		return;
	for (size_t i = 0; i < op->newcomers.count; i++)
		if (!op->newcomers.list[i].joined)
			look(core, op, &op->newcomers.list[i]);
}

/* --- what the inventory tells */

static const struct target_node *
inventory_node(const struct lane *lane)
{
	const struct target *target = lane->op->cluster->target;

	for (size_t i = 0; i < target->nnodes; i++)
		if (strcmp(target->nodes[i].name, lane->node->name) == 0)
			return &target->nodes[i];
	return NULL;
}

bool
newcomer_place(const struct lane *lane, char *zone, const char **ret_address)
{
	const struct target_node *node = lane_is_outside(lane) ? inventory_node(lane) : NULL;

	if (!node || !node->zone)
		return false;
	snprintf(zone, 2 * RING_NAME + 2, "%s", node->zone);
	*ret_address = node->address;
	return true;
}

bool
newcomer_is_withdrawn(const struct lane *lane)
{
	return lane_is_outside(lane) && !newcomer_of(lane)->joins && !inventory_node(lane);
}

/* --- one at a time */

bool
newcomer_joins(struct lane *lane)
{
	struct newcomer *newcomer = newcomer_of(lane);

	if (!newcomer || newcomer->joins)
		return false;
	newcomer->joins = true;
	record(lane->op, newcomer);
	return true;
}

void
newcomer_stays_out(struct lane *lane)
{
	struct newcomer *newcomer = newcomer_of(lane);

	newcomer->joins = false;
	record(lane->op, newcomer);
}

/* A person has left it out: whatever has been ordered for it is theirs. */
static bool
is_skipped(const struct op *op, const struct plan_node *node)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].node == node && op->lanes[i].state != LANE_SKIPPED)
			return false;
	return true;
}

bool
newcomers_allow(const struct op *op, const struct lane *lane, char *why, size_t size)
{
	for (size_t i = 0; i < op->newcomers.count; i++) {
		const struct newcomer *newcomer = &op->newcomers.list[i];
		const struct plan_node *node = &op->plan->nodes[newcomer->node];

		if (!newcomer->joins || newcomer->joined || (lane && lane->node == node) || is_skipped(op, node))
			continue;
		snprintf(why, size, "%s is being added: one node joins at a time", node->name);
		return false;
	}
	return true;
}

bool
newcomers_join(const struct op *op)
{
	for (size_t i = 0; i < op->newcomers.count; i++) {
		const struct newcomer *newcomer = &op->newcomers.list[i];

		if (newcomer->joins && !newcomer->joined &&
		    ring_find_host_id(op->cluster->ring, op->plan->nodes[newcomer->node].host_id) >= 0)
			return true;
	}
	return false;
}

bool
newcomers_are_open(const struct op *op)
{
	for (size_t i = 0; i < op->newcomers.count; i++)
		if (!op->newcomers.list[i].joined)
			return true;
	return false;
}
