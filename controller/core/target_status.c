/* A target cluster's status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"

enum { COALESCE_MS = 1000, MEMBERS_SHOWN = 300 };

static const char *
state_of(const struct ring *ring, size_t member)
{
	if (ring_is_up(ring, member, NULL))
		return "Up";
	if (!ring->members[member].answered)
		return ring_is_down_everywhere(ring, member) ? "Down" : "NotAnswering";
	return ring->members[member].mode[0] && strcmp(ring->members[member].mode, "NORMAL") != 0
	    ? ring->members[member].mode : "SeenDown";
}

static int64_t
count_zones(const struct cluster_zone *zones, size_t nmembers)
{
	CLEANUP_FREE const char **seen = xcalloc(nmembers + 1, sizeof *seen);
	size_t count = 0;

	for (size_t i = 0; i < nmembers; i++) {
		size_t at = 0;

		while (at < count && strcmp(seen[at], zones[i].text) != 0)
			at++;
		if (at == count)
			seen[count++] = zones[i].text;
	}
	return (int64_t)count;
}

static void
put_members(const struct cluster *cluster, struct json_out *out)
{
	const struct ring *ring = cluster->ring;
	size_t up = 0;
	CLEANUP_FREE struct cluster_zone *zones = cluster_zones(cluster);
	CLEANUP_FREE const struct target_node **moved = names_that_moved(cluster);
	char text[48];

	for (size_t i = 0; i < ring->nmembers; i++)
		up += ring_is_up(ring, i, NULL);
	snprintf(text, sizeof text, "%zu/%zu", up, ring->nmembers);
	json_put_str(out, "nodes", text);
	json_put_int(out, "zones", count_zones(zones, ring->nmembers));
	json_open_array(out, "members");
	for (size_t i = 0; i < ring->nmembers && i < MEMBERS_SHOWN; i++) {
		json_open(out, NULL);
		json_put_str(out, "name", ring->members[i].name);
		json_put_str(out, "address", ring->members[i].address);
		if (moved[i])
			json_put_str(out, "inventoryAddress", moved[i]->address);
		json_put_str(out, "hostId", ring->members[i].host_id);
		json_put_str(out, "zone", zones[i].text);
		json_put_str(out, "state", state_of(ring, i));
		json_close(out);
	}
	json_close_array(out);
}

/* Nobody has answered since we know of the cluster: whom we go on asking, and what they are called, stays written. */
static void
put_remembered(const struct cluster *cluster, struct json_out *out)
{
	const struct target *target = cluster->target;

	json_open_array(out, "members");
	for (size_t i = 0; i < target->nknown && i < MEMBERS_SHOWN; i++) {
		const struct target_member *known = &target->known[i];
		const char *name = names_remembered(target, known);

		json_open(out, NULL);
		json_put_str(out, "name", name);
		json_put_str(out, "address", known->address);
		if (strcmp(name, known->address) != 0 && strcmp(known->listed, known->address) != 0)
			json_put_str(out, "inventoryAddress", known->listed);
		json_put_str(out, "hostId", known->host_id);
		json_put_str(out, "zone", known->zone);
		json_put_str(out, "state", "NotAnswering");
		json_close(out);
	}
	json_close_array(out);
}

/* The members of one that is ready; those told last while it is not. */
static void
put_host_ids(const struct cluster *cluster, struct json_out *out)
{
	const struct target *target = cluster->target;

	json_open_array(out, "hostIds");
	if (target->nhost_ids > 0 && !cluster->ready)
		for (size_t i = 0; i < target->nhost_ids; i++)
			json_put_str(out, NULL, target->host_ids[i]);
	else if (cluster->ready)
		for (size_t i = 0; i < cluster->ring->nmembers; i++)
			json_put_str(out, NULL, cluster->ring->members[i].host_id);
	json_close_array(out);
}

static char *
body_of(struct core *core, struct cluster *cluster)
{
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&body);
	const struct object_meta *meta = &cluster->target->meta;
	char text[400];
	/* One that the fleet's limits hold back is queued, though nobody is before it here. */
	bool works = cluster->nqueue && strcmp(cluster->queue[0]->reason, REASON_FleetCap) != 0;

	conditions_set(cluster->conditions, "Ready", cluster->ready ? "True" : "False",
	    cluster->reason[0] ? cluster->reason : REASON_Discovering, cluster->problem, core->now.wall_ms);
	/* Also of one whose channels were taken away: what was said of them holds no more. */
	if (cluster->target->nchannels || conditions_has(cluster->conditions, "ChannelsReady")) {
		bool good = hooks_judge(cluster, text, sizeof text);

		conditions_set(cluster->conditions, "ChannelsReady", good ? "True" : "False", good ? REASON_ChannelsReady
		    : REASON_ChannelFailing, text, core->now.wall_ms);
	}
	json_open(&out, NULL);
	json_put_int(&out, "observedGeneration", meta->generation);
	put_host_ids(cluster, &out);
	if (cluster->sweep.done_asked_up_ms != INT64_MIN) {
		json_put_str(&out, "version", cluster->version);
		put_members(cluster, &out);
	} else if (cluster->target->nknown) {
		put_remembered(cluster, &out);
	}
	json_put_str(&out, "operation", works ? cluster->queue[0]->name : "");
	json_put_int(&out, "queued", (int64_t)(cluster->nqueue - works));
	hints_put(cluster, &out);
	conditions_write(cluster->conditions, &out, meta->generation);
	json_close(&out);
	return buf_take(&body);
}

static void
due(struct core *core, void *owner)
{
	struct cluster *cluster = owner;

	cluster->status_due = true;
	cluster_kick(core, cluster);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct cluster *cluster = owner;
	bool answer = event->outcome == OUTCOME_ANSWERED, written = answer && event->status == 200;
	char problem[300];

	(void)arg;
	cluster->status_request = 0;
	if (written) {
		core->counters.status_writes++;
		written = kube_take_answered(&cluster->target->meta, event);
	} else if (!answer || event->status != 409) {   /* 409: somebody has written it; the watch tells what it is now */
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "cannot write the status of cluster %s: %s", cluster->key,
		    kube_problem(event, problem, sizeof problem));
	}
	if (written) {
		free(cluster->written);
		cluster->written = TAKE_PTR(cluster->sending);
	}
	free(cluster->sending);
	cluster->sending = NULL;
	timer_arm(&core->timers, &cluster->status_timer, cluster->status_sent_up_ms + COALESCE_MS, due, cluster);
}

void
cluster_forget_status(struct core *core, struct cluster *cluster)
{
	timer_disarm(&core->timers, &cluster->status_timer);
	cluster->status_request = 0;
	free(cluster->sending);
	cluster->sending = NULL;
	free(cluster->written);
	cluster->written = NULL;
}

void
cluster_write_status(struct core *core, struct cluster *cluster)
{
	char *body;
	bool flipped = cluster->told_ready != cluster->ready || strcmp(cluster->told, cluster->reason) != 0;

	if (cluster->status_request || cluster->sweep.running || (cluster->status_timer.armed && !flipped) ||
	    !shard_is_valid(core, cluster->shard))
		return;
	body = body_of(core, cluster);
	if (cluster->written && strcmp(cluster->written, body) == 0) {
		cluster->status_due = false;
		free(body);
		return;
	}
	/* A short operation comes and goes within the second that a reader waits at most. */
	if (cluster->written && !flipped && !cluster->status_due) {
		timer_arm(&core->timers, &cluster->status_timer, core->now.up_ms + COALESCE_MS, due, cluster);
		free(body);
		return;
	}
	cluster->status_due = false;
	free(cluster->sending);
	cluster->sending = body;
	cluster->told_ready = cluster->ready;
	snprintf(cluster->told, sizeof cluster->told, "%s", cluster->reason);
	cluster->status_sent_up_ms = core->now.up_ms;
	cluster->status_request = kube_apply_status(core, "targetclusters", "TargetCluster", &cluster->target->meta, body,
	    answered, cluster);
}
