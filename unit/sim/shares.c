#include "shares.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "scene.h"

/* Who ends waits no longer than this for what it has sent; who only gives a shard away. */
enum { ENDING_MS = 300, GIVING_MS = 1000 };

static size_t
count_shards(const struct world *world)
{
	return world->config.shards > 1 ? world->config.shards : 1;
}

size_t
shares_of(const struct world *world, const struct sim *sim)
{
	uint64_t highest = 0;
	size_t shard = 0;

	for (size_t i = 0; i < count_shards(world); i++) {
		uint64_t weight = hash_u64(hash_str(hash_str(HASH_SEED, SCENE_NAMESPACE), sim_cluster_name(sim)), i + 1);

		if (weight < highest)
			continue;
		highest = weight;
		shard = i;
	}
	return shard;
}

static char *
lease_name(const struct world *world, size_t shard)
{
	return count_shards(world) == 1 ? xstrdup(world->config.lease_name)
	    : xasprintf("%s-%zu-of-%zu", world->config.lease_name, shard, count_shards(world));
}

const char *
shares_holder(const struct world *world, size_t shard)
{
	static char holder[40];
	CLEANUP_FREE char *name = lease_name(world, shard);
	const struct api_object *lease = api_find(world->api, KIND_LEASE, world->config.lease_namespace, name);
	const char *at = lease ? strstr(lease->content, "\"holderIdentity\":\"") : NULL;

	snprintf(holder, sizeof holder, "%.*s", at ? (int)strcspn(at + 18, "\"") : 0, at ? at + 18 : "");
	return holder;
}

bool
shares_has(const struct world *world, const struct process *process, const struct sim *sim)
{
	if (!world->config.lease_namespace)
		return world->nprocesses == 1;
	return strcmp(shares_holder(world, shares_of(world, sim)), process->identity) == 0;
}

struct sim *
effect_cluster(const struct world *world, const struct effect *effect, size_t *ret_node)
{
	const char *address = effect->kind == EFFECT_HOST ? effect->host.address
	    : effect->kind == EFFECT_REST ? effect->rest.address : NULL;

	return address ? world_find(world, address, ret_node) : NULL;
}

static bool
is_act_of(const struct world *world, const struct flight *flight, unsigned life, size_t shard)
{
	size_t node;
	const struct sim *sim = effect_letter(&flight->effect) == 'a' ? effect_cluster(world, &flight->effect, &node) : NULL;

	return sim && flight->life == life && flight->wanted && shares_of(world, sim) == shard;
}

/* The shard whose Lease the request gives up; SIZE_MAX: none. */
static size_t
gives_up(const struct world *world, const struct effect *effect)
{
	if (effect->kind != EFFECT_KUBE || effect->kube.pool != KUBE_LEASE || !effect->kube.body ||
	    !strstr(effect->kube.body, "\"holderIdentity\":\"\""))
		return SIZE_MAX;
	for (size_t i = 0; i < count_shards(world) && i < SHARES_MAX; i++) {
		CLEANUP_FREE char *name = lease_name(world, i);
		const char *last = strrchr(effect->kube.path, '/');

		if (last && strcmp(last + 1, name) == 0)
			return i;
	}
	return SIZE_MAX;
}

void
shares_ordered(struct world *world, const struct flight *flight)
{
	size_t shard = gives_up(world, &flight->effect);
	int64_t patience_ms = flight->process->told_to_stop ? ENDING_MS : GIVING_MS;

	if (shard == SIZE_MAX)
		return;
	world->shares.given[shard] = (struct share_given){.life = flight->life, .number = flight->number};
	world->shares.given_up++;
	for (size_t i = 0; i < world->nflights; i++) {
		const struct flight *act = world->flights[i];

		if (!is_act_of(world, act, flight->life, shard))
			continue;
		world->shares.acting++;
		if (world->now - act->ordered_ms < patience_ms)
			checker_fault(world->checker, world->now, "I17: shard %zu is given up %" PRId64 " ms after act "
			    "#%" PRIu64 " was ordered, which has no answer", shard, world->now - act->ordered_ms, act->number);
	}
}

/* By the journal of whom ever. */
static bool
is_held(const struct world *world, const char *node)
{
	for (size_t i = 0; i < world->checker->nledgers; i++) {
		const struct store_journal *journal = &world->checker->ledgers[i].journal;

		for (size_t j = 0; j < journal->nfields; j++)
			if (strncmp(journal->fields[j].name, "lane/", 5) == 0 &&
			    strcmp(strrchr(journal->fields[j].name, '/') + 1, node) == 0 &&
			    strstr(journal->fields[j].value, "\"held\":true"))
				return true;
	}
	return false;
}

void
shares_left(struct world *world, const struct flight *flight)
{
	size_t node;
	const struct sim *sim = effect_letter(&flight->effect) == 'a' ? effect_cluster(world, &flight->effect, &node) : NULL;
	const struct share_given *given;
	bool touched;

	if (!sim)
		return;
	touched = node >= ARRAY_LEN(*world->act_left) || world->act_left[world_number(world, sim)][node];
	world->shares.actors[world_number(world, sim)] |= UINT64_C(1) << flight->life % 64;
	if (!world->config.lease_namespace || shares_has(world, flight->process, sim) ||
	    (touched && (is_held(world, sim_name(sim, node)) || is_held(world, sim_address(sim, node)))))
		return;
	if ((world->shares.deleted_from >> flight->life % 64 & 1) &&
	    world->now < world->shares.deleted_ms + world->config.lease_ms)
		return;
	given = &world->shares.given[shares_of(world, sim)];
	if (given->life == flight->life && flight->number < given->number)
		return;
	checker_fault(world->checker, world->now, "I17: act #%" PRIu64 " for %s leaves core %u, and its shard's Lease names "
	    "\"%s\"", flight->number, sim_name(sim, node), flight->life, shares_holder(world, shares_of(world, sim)));
}

static struct api_object *
lease_of(struct world *world, uint64_t shard)
{
	CLEANUP_FREE char *name = lease_name(world, (size_t)(shard % count_shards(world)));

	return world->config.lease_namespace ? api_find(world->api, KIND_LEASE, world->config.lease_namespace, name) : NULL;
}

void
shares_delete(struct world *world, uint64_t shard)
{
	const struct api_object *lease = lease_of(world, shard);

	if (!lease)
		return;
	world->shares.deleted_ms = world->now;
	for (size_t i = 0; i < world->nprocesses; i++) {
		const struct process *process = &world->processes[i];

		if (strcmp(shares_holder(world, (size_t)(shard % count_shards(world))), process->identity) == 0)
			world->shares.deleted_from |= UINT64_C(1) << process->life % 64;
	}
	api_delete(world->api, KIND_LEASE, lease->namespace_, lease->name);
}

void
shares_annotate(struct world *world, uint64_t shard, const char *annotations)
{
	const struct api_object *lease = lease_of(world, shard);

	if (lease)
		api_annotate(world->api, KIND_LEASE, lease->namespace_, lease->name, annotations);
}

const char *
shares_annotations(struct world *world, uint64_t shard)
{
	const struct api_object *lease = lease_of(world, shard);

	return lease && lease->annotations ? lease->annotations : "";
}
