/* Target clusters: the objects, and whether each may be operated. A cluster is ready when its object reads, its
 * Secret is there, its nodes answer, and they are who the object says. Why not is its Ready condition, and it is
 * judged again whenever one of these changes. */
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

struct cluster *
cluster_find(struct core *core, const char *namespace_, const char *name)
{
	CLEANUP_FREE char *key = xasprintf("%s/%s", namespace_, name);
	struct cluster *cluster;

	HASH_FIND_STR(core->clusters, key, cluster);
	return cluster;
}

static struct cluster *
cluster_get_or_make(struct core *core, const char *namespace_, const char *name)
{
	struct cluster *cluster = cluster_find(core, namespace_, name);

	if (cluster)
		return cluster;
	cluster = xcalloc(1, sizeof *cluster);
	cluster->key = xasprintf("%s/%s", namespace_, name);
	cluster->shard = shard_of(core, namespace_, name);
	cluster->ring = ring_new();
	cluster->last_act_up_ms = INT64_MIN;
	sweep_drop(core, cluster);
	HASH_ADD_KEYPTR(hh, core->clusters, cluster->key, strlen(cluster->key), cluster);
	return cluster;
}

/* --- is it ready? --- */

static void
not_ready(struct cluster *cluster, const char *reason, const char *problem)
{
	cluster->ready = false;
	snprintf(cluster->reason, sizeof cluster->reason, "%s", reason);
	snprintf(cluster->problem, sizeof cluster->problem, "%s", problem);
}

/* The host ids first seen are the identity: a cluster that shares none of them with its record is another one. */
static bool
is_stranger(const struct cluster *cluster)
{
	for (size_t i = 0; i < cluster->target->nhost_ids; i++)
		if (ring_find_host_id(cluster->ring, cluster->target->host_ids[i]) >= 0)
			return false;
	return cluster->target->nhost_ids > 0 && cluster->ring->nmembers > 0;
}

static void
judge_hosts(struct core *core, struct cluster *cluster)
{
	char text[400];

	switch (hosts_judge(core, cluster, text, sizeof text)) {
	case HOSTS_BAD:
		not_ready(cluster, REASON_HostRefused, text);
		break;
	case HOSTS_ASKING:
		not_ready(cluster, REASON_Discovering, "asking the hosts whether they can be commanded");
		break;
	case HOSTS_GOOD:
		cluster->ready = true;
		snprintf(cluster->reason, sizeof cluster->reason, "%s", REASON_Ready);
		cluster->problem[0] = '\0';
		break;
	}
}

static void
judge_duplicate(struct core *core, struct cluster *cluster)
{
	const struct cluster *first;
	char text[400];
	bool known;

	first = duplicate_judge(core, cluster, &known);
	if (!first) {
		judge_hosts(core, cluster);
		return;
	}
	snprintf(text, sizeof text, known
	    ? "TargetCluster %.200s has the same nodes and was created first: delete one of the two"
	    : "asking TargetCluster %.200s, of the same clusterName, whether its nodes are the same", first->key);
	not_ready(cluster, known ? REASON_DuplicateTarget : REASON_Discovering, text);
}

static void
judge_nodes(struct core *core, struct cluster *cluster)
{
	const struct target *target = cluster->target;
	char text[400];

	if (cluster->cluster_name[0] && strcmp(cluster->cluster_name, target->cluster_name) != 0) {
		snprintf(text, sizeof text, "spec.clusterName is \"%s\", but %s answers as \"%s\": correct "
		    "spec.contactPoints or create a TargetCluster for that cluster", target->cluster_name,
		    cluster->sweep.asker[0] ? cluster->sweep.asker : "the contact point", cluster->cluster_name);
		not_ready(cluster, REASON_WrongCluster, text);
	} else if (cluster->sweep.failed) {
		snprintf(text, sizeof text, "spec.contactPoints: %.300s; trying again", cluster->sweep.problem);
		not_ready(cluster, REASON_Unreachable, text);
	} else if (cluster->sweep.done_asked_up_ms == INT64_MIN) {
		not_ready(cluster, REASON_Discovering, "asking the nodes who they are");
	} else if (is_stranger(cluster)) {
		not_ready(cluster, REASON_WrongCluster, "none of the host ids in status.hostIds is a member any more: this is "
		    "another cluster of the same name; create a new TargetCluster for it");
	} else if (!names_settle(core, cluster)) {
		not_ready(cluster, REASON_Discovering, "asking DNS what the nodes are called whom spec.nodes does not name");
	} else {
		judge_duplicate(core, cluster);
	}
}

static void
judge(struct core *core, struct cluster *cluster)
{
	const struct target *target = cluster->target;
	char text[400];

	if (!target || cluster->gone || cluster->unreadable) {
		not_ready(cluster, REASON_Invalid, cluster->unreadable ? cluster->unreadable : "the TargetCluster is gone");
	} else if (target->host_ssh && !target->host_secret) {
		not_ready(cluster, REASON_Invalid, "spec.access.host.sshSecretRef.name: missing; name the Secret with the "
		    "keys ssh-privatekey and known_hosts");
	} else if (target->host_ssh && cluster->secret.synced && !cluster->secret_fits) {
		snprintf(text, sizeof text, "spec.access.host.sshSecretRef: Secret \"%s\" %s: create it in namespace %s with "
		    "the keys ssh-privatekey and known_hosts", target->host_secret,
		    cluster->secret_seen ? "lacks a key" : "is not there", target->meta.namespace_);
		not_ready(cluster, REASON_SecretMissing, text);
	} else if (target->host_ssh && !cluster->secret.synced) {
		not_ready(cluster, REASON_Discovering, cluster->secret.problem[0] ? cluster->secret.problem
		    : "reading the Secret with the SSH key");
	} else {
		judge_nodes(core, cluster);
	}
}

/* Who was refused for what the cluster was looks at what it has become. */
static void
kick_operations(struct core *core, struct cluster *cluster)
{
	struct op *op, *next;

	HASH_ITER (hh, core->ops, op, next)
		if (op->cluster == cluster || (op->object && !op->cluster))
			op_kick(core, op);
}

/* True: its spec, or its ring, is another than when its operations were judged last. */
static bool
note_change(struct cluster *cluster)
{
	int64_t generation = cluster->target ? cluster->target->meta.generation : 0;
	uint64_t fingerprint = cluster->sweep.slow_fingerprint;
	bool another = generation != cluster->judged_generation || fingerprint != cluster->judged_fingerprint;

	cluster->judged_generation = generation;
	cluster->judged_fingerprint = fingerprint;
	return another;
}

static void
cluster_run(struct core *core, struct cluster *cluster)
{
	bool was = cluster->ready;
	char before[sizeof cluster->problem];
	bool changed;

	snprintf(before, sizeof before, "%s", cluster->problem);
	judge(core, cluster);
	duplicates_kick(core, cluster);
	changed = was != cluster->ready || strcmp(before, cluster->problem) != 0;
	if (changed)
		say(core, cluster->ready ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, NULL, NULL, NULL,
		    "cluster %s is %s reason=%s%s%s", cluster->key, cluster->ready ? "ready" : "not ready",
		    cluster->reason, cluster->problem[0] ? ": " : "", cluster->problem);
	turn_kick(core, cluster);
	if (was && !cluster->ready)
		cluster_refresh_soon(core, cluster);
	if (note_change(cluster) || changed)
		kick_operations(core, cluster);
	if (cluster->target && !cluster->gone && cluster_is_led(core, cluster))
		cluster_write_status(core, cluster);
	cluster_let_go(core, cluster);
}

void
cluster_kick(struct core *core, struct cluster *cluster)
{
	if (cluster->dirty)
		return;
	cluster->dirty = true;
	cluster->next_dirty = core->dirty_clusters;
	core->dirty_clusters = cluster;
}

void
clusters_run(struct core *core)
{
	while (core->dirty_clusters) {
		struct cluster *cluster = core->dirty_clusters;

		core->dirty_clusters = cluster->next_dirty;
		cluster->dirty = false;
		cluster_run(core, cluster);
	}
}

/* --- the objects --- */

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool
same_access(const struct target *a, const struct target *b)
{
	bool same = a->api_port == b->api_port && a->ncontact_points == b->ncontact_points &&
	    strcmp(a->cluster_name, b->cluster_name) == 0;

	for (size_t i = 0; same && i < a->ncontact_points; i++)
		same = strcmp(a->contact_points[i], b->contact_points[i]) == 0;
	same = same && a->nnodes == b->nnodes;
	for (size_t i = 0; same && i < a->nnodes; i++)
		same = strcmp(a->nodes[i].name, b->nodes[i].name) == 0 && strcmp(a->nodes[i].address, b->nodes[i].address) == 0;
	return same && a->api_ssh == b->api_ssh && a->host_ssh == b->host_ssh && a->host_port == b->host_port &&
	    a->host_sudo == b->host_sudo && same_text(a->host_user, b->host_user) &&
	    same_text(a->host_secret, b->host_secret);
}

/* Its nodes, or how they are reached, are others: what was seen of them counts no more. */
static void
look_again(struct core *core, struct cluster *cluster)
{
	sweep_drop(core, cluster);
	hosts_drop(core, cluster);
	cluster->cluster_name[0] = '\0';
	ring_free(cluster->ring);
	cluster->ring = ring_new();
	if (cluster_is_led(core, cluster))
		cluster_refresh(core, cluster);
}

static void
take_object(struct core *core, struct cluster *cluster, struct target *target)
{
	bool another = cluster->target && strcmp(cluster->target->meta.uid, target->meta.uid) != 0;
	bool same = cluster->target && !another && !cluster->gone && same_access(cluster->target, target);

	/* It was sent before our own last write, which was of this one. */
	if (cluster->target && !another && kube_is_older(target->meta.resource_version,
	    cluster->target->meta.resource_version)) {
		target_free(target);
		return;
	}
	if (another) {
		/* Created anew under its name: nothing has been told of it. */
		free(cluster->written);
		cluster->written = NULL;
		conditions_free(cluster->conditions);
		cluster->conditions = NULL;
	}
	if (!cluster->conditions)
		cluster->conditions = conditions_load(target->conditions);
	if (!cluster->target || another || !cluster_is_led(core, cluster))
		hints_load(cluster, target);
	target_free(cluster->target);
	cluster->target = target;
	free(cluster->unreadable);
	cluster->unreadable = NULL;
	cluster->gone = false;
	secret_watch(core, cluster);
	hooks_watch(core, cluster);
	if (!same)
		look_again(core, cluster);
}

static void
seen(struct core *core, void *owner, const struct cJSON *object, uint64_t round)
{
	const struct cJSON *meta = json_get(object, "metadata");
	struct cluster *cluster = cluster_get_or_make(core, json_str_or(meta, "namespace", ""),
	    json_str_or(meta, "name", ""));
	struct err err = {""};
	struct target *target = target_decode(object, &err);

	(void)owner;
	cluster->round = round;
	if (target) {
		take_object(core, cluster, target);
	} else {
		free(cluster->unreadable);
		cluster->unreadable = xstrdup(err.text);
		if (cluster->target)
			kube_take_version(&cluster->target->meta, object);
	}
	cluster_kick(core, cluster);
}

static void
forget(struct core *core, struct cluster *cluster)
{
	cluster->gone = true;
	free(cluster->unreadable);
	cluster->unreadable = NULL;
	timer_disarm(&core->timers, &cluster->refresh);
	timer_disarm(&core->timers, &cluster->status_timer);
	cluster_kick(core, cluster);
}

static void
gone(struct core *core, void *owner, const struct cJSON *object)
{
	const struct cJSON *meta = json_get(object, "metadata");
	struct cluster *cluster = cluster_find(core, json_str_or(meta, "namespace", ""), json_str_or(meta, "name", ""));

	(void)owner;
	if (cluster)
		forget(core, cluster);
}

static void
swept(struct core *core, void *owner, uint64_t round)
{
	struct cluster *cluster, *next;

	(void)owner;
	HASH_ITER (hh, core->clusters, cluster, next)
		if (!cluster->gone && cluster->round != round)
			forget(core, cluster);
}

const struct informer_kind inventory_kind = {
	.plural = "targetclusters",
	.seen = seen,
	.swept = swept,
	.gone = gone,
};

bool
cluster_is_led(const struct core *core, const struct cluster *cluster)
{
	return shard_is_led(core, cluster->shard);
}

void
clusters_set_leading(struct core *core, size_t shard, bool leading)
{
	struct cluster *cluster, *next;

	HASH_ITER (hh, core->clusters, cluster, next) {
		if (cluster->shard != shard)
			continue;
		if (!leading) {
			sweep_drop(core, cluster);
			hosts_drop(core, cluster);
			names_drop(core, cluster);
			requests_drop(core, cluster);
			cluster_forget_status(core, cluster);
			timer_disarm(&core->timers, &cluster->refresh);
		} else if (cluster->target) {
			cluster_refresh(core, cluster);
		}
		cluster_kick(core, cluster);
	}
}
