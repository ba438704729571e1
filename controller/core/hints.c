/* An outage is measured on this process' clock from sweep to sweep, so that a clock that is set neither makes nor hides one.
 * Over a restart the journal knows since when our own node has been down, by the wall clock, and follows it when it is set;
 * what came up while nobody looked is taken to have been down until it was seen up. */
#include "hints.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

static void
outage_done(struct outage *outage)
{
	free(outage->host_id);
	free(outage->name);
}

static void
drop(struct hints *hints, size_t i)
{
	outage_done(&hints->list[i]);
	hints->list[i] = hints->list[--hints->count];
}

void
hints_drop(struct cluster *cluster)
{
	while (cluster->hints.count > 0)
		drop(&cluster->hints, cluster->hints.count - 1);
	free(cluster->hints.list);
	cluster->hints.list = NULL;
}

/* The one that goes on, or the one that is over. */
static struct outage *
find(struct hints *hints, const char *host_id, bool over)
{
	for (size_t i = 0; i < hints->count; i++)
		if (strcmp(hints->list[i].host_id, host_id) == 0 && (hints->list[i].up_wall_ms > 0) == over)
			return &hints->list[i];
	return NULL;
}

static struct outage *
add(struct hints *hints, const char *host_id, const char *name, int64_t down_wall_ms)
{
	struct outage *outage = ARRAY_GROW(hints->list, hints->count);

	*outage = (struct outage){.host_id = xstrdup(host_id), .name = xstrdup(name), .down_wall_ms = down_wall_ms};
	return outage;
}

void
hints_load(struct cluster *cluster, const struct target *target)
{
	hints_drop(cluster);
	for (size_t i = 0; i < target->noutages; i++)
		add(&cluster->hints, target->outages[i].host_id, target->outages[i].name, target->outages[i].down_ms)
		    ->up_wall_ms = target->outages[i].up_ms;
}

/* --- what a sweep tells --- */

/* Our own node: the journal remembers it. */
static void
record_lanes(struct core *core, struct cluster *cluster, const struct outage *outage, bool needed)
{
	for (size_t q = 0; q < cluster->nqueue; q++) {
		struct op *op = cluster->queue[q];

		for (size_t i = 0; i < op->nlanes; i++) {
			struct lane *lane = &op->lanes[i];

			if (strcmp(lane->node->host_id, outage->host_id) != 0 || (needed ? !lane->held : lane->up_wall_ms == 0))
				continue;
			lane->down_wall_ms = needed ? outage->down_wall_ms : 0;
			lane->down_accepted = false;
			lane->up_wall_ms = needed ? outage->up_wall_ms : 0;
			lane_record(core, lane);
		}
	}
}

/* It is up. What was within the window is forgotten. */
static void
end(struct core *core, struct cluster *cluster, struct outage *outage)
{
	int64_t lasted = core->now.up_ms - outage->down_up_ms;
	char text[INSTANT_TEXT];
	struct outage *before;

	if (lasted <= cluster->target->hint_window_ms) {
		drop(&cluster->hints, (size_t)(outage - cluster->hints.list));
		return;
	}
	outage->accepted = false;       /* that was said of one that could not be repaired */
	outage->up_wall_ms = core->now.wall_ms;
	outage->down_wall_ms = core->now.wall_ms - lasted;
	say(core, LOG_LEVEL_WARN, NULL, NULL, outage->name, "reason=%s %s of cluster %s is up after %s: it needs a repair",
	    REASON_RepairNeeded, outage->name, cluster->key, duration_text(lasted / 1000 * 1000, text));
	record_lanes(core, cluster, outage, true);
	for (size_t i = 0; i < cluster->hints.count; i++) {
		before = &cluster->hints.list[i];
		if (before != outage && before->up_wall_ms && strcmp(before->host_id, outage->host_id) == 0) {
			drop(&cluster->hints, i);
			return;
		}
	}
}

static void
note_member(struct core *core, struct cluster *cluster, size_t member)
{
	const struct ring_member *m = &cluster->ring->members[member];
	struct outage *open = find(&cluster->hints, m->host_id, false);

	if (m->down_since_wall_ms && !open)
		add(&cluster->hints, m->host_id, m->name, core->now.wall_ms)->down_up_ms = core->now.up_ms;
	else if (open && ring_is_up(cluster->ring, member, NULL))
		end(core, cluster, open);
	else if (open)
		open->lasted_ms = core->now.up_ms - open->down_up_ms;
}

/* What a controller before this one knew of a node that it had taken down, or had seen too late. */
static void
recall(struct core *core, struct cluster *cluster, struct lane *lane)
{
	const char *host_id = lane->node->host_id;
	int64_t lasted = core->now.wall_ms - lane->down_wall_ms;
	struct outage *outage;

	lane->recalled = false;
	if (lane->down_wall_ms == 0)
		return;         /* of an older build */
	if (lane->up_wall_ms) {
		if (!find(&cluster->hints, host_id, true))
			add(&cluster->hints, host_id, lane->node->name, lane->down_wall_ms)->up_wall_ms = lane->up_wall_ms;
		return;
	}
	outage = find(&cluster->hints, host_id, false);
	if (!outage)
		outage = add(&cluster->hints, host_id, lane->node->name, lane->down_wall_ms);
	outage->down_wall_ms = lane->down_wall_ms;
	outage->down_up_ms = core->now.up_ms - (lasted > 0 ? lasted : 0);
	outage->accepted = lane->down_accepted;
}

void
hints_note(struct core *core, struct cluster *cluster)
{
	struct hints *hints = &cluster->hints;

	for (size_t q = 0; q < cluster->nqueue; q++)
		for (size_t i = 0; i < cluster->queue[q]->nlanes; i++)
			if (cluster->queue[q]->lanes[i].recalled)
				recall(core, cluster, &cluster->queue[q]->lanes[i]);
	for (size_t i = 0; i < cluster->ring->nmembers; i++)
		note_member(core, cluster, i);
	/* Replaced, or removed. */
	for (size_t i = hints->count; i > 0; i--)
		if (ring_find_host_id(cluster->ring, hints->list[i - 1].host_id) < 0)
			drop(hints, i - 1);
	repairs_watch(core, cluster);
}

/* One that is over is moved forward alone: a repair that is begun by another clock must be after it by either. */
static void
move(struct core *core, struct cluster *cluster, struct outage *outage, int64_t by_ms)
{
	if (outage->up_wall_ms && by_ms < 0)
		return;
	outage->down_wall_ms += by_ms;
	if (!outage->up_wall_ms)
		return;
	outage->up_wall_ms += by_ms;
	record_lanes(core, cluster, outage, true);
	cluster_kick(core, cluster);
}

void
hints_jumped(struct core *core, int64_t by_ms)
{
	struct cluster *cluster, *next;
	struct op *op, *after;

	HASH_ITER (hh, core->clusters, cluster, next)
		for (size_t i = 0; i < cluster->hints.count; i++)
			move(core, cluster, &cluster->hints.list[i], by_ms);
	HASH_ITER (hh, core->ops, op, after)
		for (size_t i = 0; i < op->nlanes; i++) {
			struct lane *lane = &op->lanes[i];

			if (!lane->held || lane->down_wall_ms == 0 || lane->up_wall_ms)
				continue;
			lane->down_wall_ms += by_ms;
			lane->down_moved_ms += by_ms;
			lane_record(core, lane);
		}
}

/* --- what a person, or a repair, does for them --- */

void
hints_forgive(struct core *core, struct cluster *cluster, size_t i)
{
	record_lanes(core, cluster, &cluster->hints.list[i], false);
	drop(&cluster->hints, i);
}

void
hints_accept(struct core *core, struct cluster *cluster, size_t i)
{
	const struct outage *outage = &cluster->hints.list[i];

	cluster->hints.list[i].accepted = true;
	for (size_t q = 0; q < cluster->nqueue; q++)
		for (size_t l = 0; l < cluster->queue[q]->nlanes; l++) {
			struct lane *lane = &cluster->queue[q]->lanes[l];

			if (!lane->held || strcmp(lane->node->host_id, outage->host_id) != 0)
				continue;
			lane->down_accepted = true;
			lane_record(core, lane);
		}
}
