/* A lane is bound to a host id, and its cluster to a name. Addresses come and go: the node is followed to where the ring has
 * it now, and nothing is ordered at an address that belongs to another node, or while the nodes answer as another cluster.
 * Judged by the last sweep, which for an act that takes the node down is one of the last two seconds. */
#include <stdio.h>
#include <string.h>

#include "cluster.h"
#include "lane.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

int
lane_member(const struct lane *lane)
{
	const struct cluster *cluster = lane ? lane->op->cluster : NULL;

	return cluster && lane->node->host_id[0] ? ring_find_host_id(cluster->ring, lane->node->host_id) : -1;
}

const char *
lane_address(const struct lane *lane)
{
	int member = lane_member(lane);

	if (member >= 0 && lane->op->cluster->ring->members[member].address[0])
		return lane->op->cluster->ring->members[member].address;
	return lane->address[0] ? lane->address : lane->node->address;
}

/* One answer may be of a node that has not heard of everybody yet. */
enum { MISSING_MS = 30000 };

static void
look_for_it(const struct core *core, struct lane *lane)
{
	const struct cluster *cluster = lane->op->cluster;

	if (!cluster || cluster->sweep.running || cluster->ring->nmembers == 0)
		return;
	if (!lane->node->host_id[0] || lane_member(lane) >= 0)
		lane->missing_up_ms = 0;
	else if (lane->missing_up_ms == 0)
		lane->missing_up_ms = core->now.up_ms;
}

void
lane_follow(struct core *core, struct lane *lane)
{
	const char *known = lane->address[0] ? lane->address : lane->node->address, *now = lane_address(lane);

	if (strcmp(known, now) != 0) {
		op_event(core, lane->op, "Normal", REASON_NodeMoved, "%s has moved from %s to %s, it is the same host id %s",
		    lane->node->name, known, now, lane->node->host_id);
		say(core, LOG_LEVEL_WARN, lane->op, NULL, lane->node->name, "reason=%s it has moved from %s to %s",
		    REASON_NodeMoved, known, now);
		if (lane->step)
			step_new_round(core, lane->step);
	}
	snprintf(lane->address, sizeof lane->address, "%s", now);
	look_for_it(core, lane);
}

bool
lane_is_displaced(const struct core *core, const struct lane *lane, char *why, size_t size)
{
	const struct cluster *cluster = lane->op->cluster;
	int other = ring_find_address(cluster->ring, lane_address(lane));

	if (!core->config.gate || cluster->sweep.running || !lane->node->host_id[0] || other < 0 || lane_member(lane) >= 0 ||
	    lane_is_outside(lane))
		return false;
	snprintf(why, size, "%s is another node now: its address %s is that of host id %s, and its own, %s, is no member any "
	    "more: see who replaced it, then skip it or cancel the operation", lane->node->name, lane_address(lane),
	    cluster->ring->members[other].host_id, lane->node->host_id);
	return true;
}

bool
lane_has_left(const struct core *core, const struct lane *lane)
{
	const struct cluster *cluster = lane->op->cluster;

	return core->config.gate && !cluster->sweep.running && !lane_is_outside(lane) &&
	    lane->missing_up_ms > 0 && lane_member(lane) < 0 &&
	    core->now.up_ms - lane->missing_up_ms >= MISSING_MS &&
	    ring_find_address(cluster->ring, lane_address(lane)) < 0;
}

bool
cluster_is_another(const struct core *core, const struct cluster *cluster, char *why, size_t size)
{
	const char *expected = cluster->target->cluster_name;

	if (!core->config.gate || !cluster->cluster_name[0] || strcmp(cluster->cluster_name, expected) == 0)
		return false;
	snprintf(why, size, "%s answers as cluster \"%.100s\", spec.clusterName is \"%.100s\": nothing is ordered until it is "
	    "this cluster again", cluster->sweep.asker[0] ? cluster->sweep.asker : "a node", cluster->cluster_name, expected);
	return true;
}
