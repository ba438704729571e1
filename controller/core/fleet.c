/* Limits over all clusters: so many operations at work at once, and so many in zones of one name. They hold back only
 * what has not begun. A cluster counts once: the one that runs between on it takes the place of the one that stands.
 * First come first served: who is older and waits too counts as if it were at work, so that nobody slips past it. What
 * other replicas are at work on counts as far as their status tells: the limit over all holds but for two that begin
 * within the same moment; that of a zone is each replica's own. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "cluster.h"
#include "impact.h"
#include "op.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"
#include "turn.h"

static bool
only_reads(const struct plan *plan)
{
	for (size_t b = 0; b < plan->nblocks; b++)
		for (size_t i = 0; plan_every_step(&plan->blocks[b], i); i++)
			if (impact_is_change(plan_every_step(&plan->blocks[b], i)))
				return false;
	return true;
}

static bool
has_zone(const char *zones, const char *zone, size_t len)
{
	for (const char *at = zones; at && *at; at = strchr(at, '\n') + 1)
		if (strncmp(at, zone, len) == 0 && at[len] == '\n')
			return true;
	return false;
}

static void
note_zone(const char *zone, struct buf *zones)
{
	if (!has_zone(buf_str(zones), zone, strlen(zone)))
		buf_printf(zones, "%s\n", zone);
}

void
fleet_note_plan(struct op *op, const struct plan *plan)
{
	struct buf zones = BUF_INIT(BUF_MAX_OBJECT);

	op->read_only = only_reads(plan);
	buf_puts(&zones, "");
	for (size_t b = 0; b < plan->nblocks; b++) {
		const struct plan_block *block = &plan->blocks[b];

		for (size_t i = 0; block->each_node && i < block->nlanes; i++)
			note_zone(plan->nodes[block->lanes[i]].zone, &zones);
		/* Which of all it will be is not known. */
		for (size_t i = 0; block->others && i < plan->nnodes; i++)
			note_zone(plan->nodes[i].zone, &zones);
	}
	free(op->zones);
	op->zones = buf_take(&zones);
}

static bool
is_at_work(const struct op *op)
{
	return op->started && !op->ended && op->admitted;
}

/* Of another cluster: at work, or older and next there. */
static const struct op *
ahead_in(const struct cluster *cluster, const struct op *op, const char *zone, size_t len)
{
	for (size_t i = 0; cluster != op->cluster && i < cluster->nqueue; i++) {
		const struct op *other = cluster->queue[i];

		if (other->lost)
			continue;       /* it will not go on by itself */
		if (!is_at_work(other) && (i > 0 || other->ended || !turn_is_older(other, op)))
			continue;
		if (!zone || has_zone(other->zones, zone, len))
			return other;
	}
	return NULL;
}

/* How many clusters have somebody ahead of it, in that zone or in any; the first of them by age. */
static int64_t
count_ahead(const struct core *core, const struct op *op, const char *zone, size_t len, const struct op **ret_first)
{
	int64_t n = 0;

	*ret_first = NULL;
	for (const struct cluster *cluster = core->clusters; cluster; cluster = cluster->hh.next) {
		const struct op *other = ahead_in(cluster, op, zone, len);

		n += other != NULL;
		if (other && (!*ret_first || turn_is_older(other, *ret_first)))
			*ret_first = other;
	}
	return n;
}

/* Of a cluster that another replica leads, by its status: it has begun and not ended. */
static bool
is_at_work_elsewhere(const struct core *core, const struct op *op)
{
	enum phase phase = phase_parse(op->object->phase);

	return !shard_is_led(core, op->shard) && op->object->start_ms > 0 && !phase_is_final(phase) && phase != PHASE_QUEUED;
}

static bool
is_same_cluster(const struct op *a, const struct op *b)
{
	return strcmp(a->object->cluster, b->object->cluster) == 0 && strcmp(a->namespace_, b->namespace_) == 0;
}

/* How many clusters other replicas are at work on. Their zones are not known here, nor who is next there. */
static int64_t
count_elsewhere(const struct core *core, const struct op **first)
{
	int64_t n = 0;

	for (const struct op *op = core->ops; op; op = op->hh.next) {
		const struct op *same = core->ops;

		if (!is_at_work_elsewhere(core, op))
			continue;
		while (same != op && !(is_at_work_elsewhere(core, same) && is_same_cluster(same, op)))
			same = same->hh.next;
		n += same == op;
		if (!*first || turn_is_older(op, *first))
			*first = op;
	}
	return n;
}

static bool
someone_has_begun_here(const struct op *op)
{
	for (size_t i = 0; i < op->cluster->nqueue; i++)
		if (op->cluster->queue[i] != op && is_at_work(op->cluster->queue[i]))
			return true;
	return false;
}

static bool
is_over(struct core *core, struct op *op)
{
	const int64_t most = core->config.max_operations, per_zone = core->config.max_operations_per_zone;
	const struct op *first;

	if (most > 0 && count_ahead(core, op, NULL, 0, &first) + count_elsewhere(core, &first) >= most) {
		op_set_phase(core, op, PHASE_QUEUED, REASON_FleetCap, "--max-operations %" PRId64 ", behind %s", most,
		    first->name);
		return true;
	}
	for (const char *zone = op->zones; per_zone > 0 && zone && *zone; zone = strchr(zone, '\n') + 1) {
		size_t len = strcspn(zone, "\n");

		if (count_ahead(core, op, zone, len, &first) < per_zone)
			continue;
		op_set_phase(core, op, PHASE_QUEUED, REASON_FleetCap, "zone %.*s: %" PRId64 " at work, behind %s", (int)len,
		    zone, per_zone, first->name);
		return true;
	}
	return false;
}

void
fleet_changed(struct core *core)
{
	struct op *op, *next;

	if (core->config.max_operations == 0 && core->config.max_operations_per_zone == 0)
		return;
	HASH_ITER (hh, core->ops, op, next)
		if (op->phase == PHASE_QUEUED && strcmp(op->reason, REASON_FleetCap) == 0)
			op_kick(core, op);
}

bool
fleet_admits(struct core *core, struct op *op)
{
	if (op->admitted)
		return true;
	if (!someone_has_begun_here(op) && is_over(core, op))
		return false;
	op->admitted = true;
	return true;
}
