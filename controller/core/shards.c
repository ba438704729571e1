#include "shards.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "hash.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "outbox.h"
#include "state.h"

enum { PATIENCE_MS = 1000, LOOK_MS = 50 };

static void deal(struct core *core, void *owner);

static bool
is_elected(const struct core *core)
{
	return core->config.lease_namespace != NULL;
}

size_t
shard_of(const struct core *core, const char *namespace_, const char *cluster)
{
	size_t best = 0;
	uint64_t most = 0;

	for (size_t i = 0; i < core->shards.count; i++) {
		uint64_t weight = hash_u64(hash_str(hash_str(HASH_SEED, namespace_), cluster), i + 1);

		if (weight >= most) {
			most = weight;
			best = i;
		}
	}
	return best;
}

bool
shard_is_led(const struct core *core, size_t shard)
{
	return core->leading && (!is_elected(core) || core->shards.list[shard].held);
}

size_t
shards_led(const struct core *core)
{
	size_t led = 0;

	for (size_t i = 0; i < core->shards.count; i++)
		led += shard_is_led(core, i);
	return led;
}

int64_t
shard_valid_until(const struct core *core, size_t shard)
{
	return is_elected(core) ? lease_valid_until(core, &core->shards.list[shard]) : INT64_MAX;
}

bool
shard_is_valid(const struct core *core, size_t shard)
{
	return core->now.up_ms < shard_valid_until(core, shard);
}

/* What could not be taken over or told meanwhile can be now. */
void
shard_renewed(struct core *core, size_t shard)
{
	struct cluster *cluster, *next_cluster;
	struct op *op, *next;

	HASH_ITER (hh, core->ops, op, next)
		if (op->shard == shard)
			op_kick(core, op);
	HASH_ITER (hh, core->clusters, cluster, next_cluster)
		if (cluster->shard == shard)
			cluster_kick(core, cluster);
}

bool
shard_is_leaving(const struct core *core, size_t shard)
{
	const struct lease *lease = &core->shards.list[shard];

	return core->stopping || (is_elected(core) && lease->held && !lease->wanted);
}

/* --- the deal --- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
shard_is_quiet(const struct core *core, size_t shard)
{
	for (const struct op *op = core->ops; op; op = op->hh.next)
		if (op->shard == shard && op->journal.taken && (roll_has_act_in_flight(op) ||
		    outbox_has_request(op) || !journal_is_quiet(op)))
			return false;
	return true;
}

static void
give_or_take(struct core *core, struct lease *lease, bool ours)
{
	bool was_leaving = lease->held && !lease->wanted;

	lease_want(core, lease, ours);
	if (ours && was_leaving)
		shard_renewed(core, lease->shard);
	if (ours || !lease->held)
		return;
	/* What has left is waited for a moment: then whoever takes over need not wait for it. */
	if (!shard_is_quiet(core, lease->shard) && core->now.up_ms - lease->unwanted_up_ms < PATIENCE_MS)
		return;
	say(core, LOG_LEVEL_INFO, NULL, NULL, NULL, "shard %zu goes to another replica", lease->shard);
	lease_release(core, lease);
}

/* Again when the next replica may have died, and soon while a shard waits to be given up. */
static void
deal_again(struct core *core)
{
	struct shards *shards = &core->shards;
	int64_t at = INT64_MAX;

	for (size_t i = 0; i < shards->nreplicas; i++) {
		int64_t dies = shards->replicas[i].seen_up_ms + shards->replicas[i].duration_ms;

		if (dies > core->now.up_ms && dies < at)
			at = dies;
	}
	for (size_t i = 0; i < shards->count; i++)
		if (shards->list[i].held && !shards->list[i].wanted && at > core->now.up_ms + LOOK_MS)
			at = core->now.up_ms + LOOK_MS;
	if (at < INT64_MAX)
		timer_arm(&core->timers, &shards->deal, at, deal, NULL);
}

static void
deal(struct core *core, void *owner)
{
	struct shards *shards = &core->shards;
	const char *identities[COUNT_MAX_REPLICAS];
	size_t alive = 0, to[COUNT_MAX_SHARDS];
	bool present = false;

	(void)owner;
	if (shards->count == 1 || core->stopping || !shards->watch.synced)
		return;
	for (size_t i = 0; i < shards->nreplicas; i++)
		if (replica_is_alive(core, &shards->replicas[i]) && replica_divides_alike(core, &shards->replicas[i])) {
			identities[alive++] = shards->replicas[i].identity;
			present |= strcmp(shards->replicas[i].identity, core->config.identity) == 0;
		}
	/* Who cannot show signs of life is not counted by the others; what it holds it keeps until another holds it. Whom the
	 * others leave out because they are so many gives it up. */
	if (present || alive == COUNT_MAX_REPLICAS) {
		qsort(identities, alive, sizeof identities[0], by_text);
		shards_deal(identities, alive, shards->count, to);
		for (size_t i = 0; i < shards->count; i++)
			give_or_take(core, &shards->list[i], strcmp(identities[to[i]], core->config.identity) == 0);
	}
	deal_again(core);
}

/* --- what the watch sees --- */

static void
seen(struct core *core, void *owner, const struct cJSON *object, uint64_t round)
{
	const char *name = json_str_or(json_get(object, "metadata"), "name", "");
	struct shards *shards = &core->shards;

	(void)owner;
	(void)round;
	for (size_t i = 0; i < shards->count; i++)
		if (strcmp(shards->list[i].name, name) == 0) {
			lease_seen(core, &shards->list[i], object);
			return;
		}
	if (!json_str(json_get(json_get(object, "metadata"), "labels"), LEASE_LABEL_SHARDS))
		return;
	replica_seen(core, name, object);
	deal(core, NULL);
}

static void
swept(struct core *core, void *owner, uint64_t round)
{
	(void)owner;
	(void)round;
	/* The informer is synced only after this: deal in the next step. */
	timer_arm(&core->timers, &core->shards.deal, core->now.up_ms, deal, NULL);
}

static void
gone(struct core *core, void *owner, const struct cJSON *object)
{
	struct replica *replica = replica_of(&core->shards, json_str_or(json_get(object, "metadata"), "name", ""));

	(void)owner;
	if (replica)
		replica->duration_ms = 0;
	deal(core, NULL);
}

static const struct informer_kind lease_kind = {
	.plural = "leases",
	.seen = seen,
	.swept = swept,
	.gone = gone,
};

/* --- start and end --- */

static void
open_watch(struct core *core)
{
	CLEANUP_FREE char *path = xasprintf(LEASES_PATH, core->config.lease_namespace);
	CLEANUP_FREE char *selector = xasprintf("labelSelector=" LEASE_LABEL "%%3D%s", core->config.lease_name);

	informer_open(core, &core->shards.watch, &lease_kind, NULL, path, selector);
}

/* An identity may hold what a name must not. */
static char *
presence_name(const struct core *core)
{
	char text[HASH_TEXT];

	return xasprintf("%s-replica-%s", core->config.lease_name, hash_text(hash_str(HASH_SEED, core->config.identity), text));
}

void
shards_start(struct core *core)
{
	struct shards *shards = &core->shards;

	shards->count = is_elected(core) && core->config.shards > 1 ? core->config.shards : 1;
	if (!is_elected(core)) {
		core_set_leading(core, 0, true);
		return;
	}
	for (size_t i = 0; i < shards->count; i++)
		lease_open(&shards->list[i], shards->count == 1 ? xstrdup(core->config.lease_name)
		    : xasprintf("%s-%zu-of-%zu", core->config.lease_name, i, shards->count), i);
	if (shards->count == 1) {
		lease_want(core, &shards->list[0], true);
	} else {
		lease_open(&shards->presence, presence_name(core), 0);
		shards->presence.presence = true;
		snprintf(shards->presence.shards, sizeof shards->presence.shards, "%zu", shards->count);
		lease_want(core, &shards->presence, true);
	}
	open_watch(core);
}

void
shards_released(struct core *core)
{
	if (core->shards.releasing > 0 && --core->shards.releasing == 0)
		effects_add(core->out, EFFECT_EXIT, 0);
}

void
shards_release(struct core *core)
{
	struct shards *shards = &core->shards;

	timer_disarm(&core->timers, &shards->deal);
	if (shards->releasing > 0)
		return;
	for (size_t i = 0; i < shards->count; i++)
		lease_want(core, &shards->list[i], false);
	lease_want(core, &shards->presence, false);
	for (size_t i = 0; i < shards->count; i++)
		shards->releasing += shards->list[i].held;
	shards->releasing += shards->presence.held;
	if (shards->releasing == 0)
		effects_add(core->out, EFFECT_EXIT, 0);
	for (size_t i = 0; i < shards->count; i++)
		if (shards->list[i].held)
			lease_release(core, &shards->list[i]);
	if (shards->presence.held)
		lease_release(core, &shards->presence);
}

void
shards_done(struct core *core)
{
	struct shards *shards = &core->shards;

	timer_disarm(&core->timers, &shards->deal);
	informer_close(core, &shards->watch);
	for (size_t i = 0; i < shards->count; i++)
		lease_close(core, &shards->list[i]);
	lease_close(core, &shards->presence);
	for (size_t i = 0; i < shards->nreplicas; i++)
		replica_done(&shards->replicas[i]);
	shards->nreplicas = 0;
}
