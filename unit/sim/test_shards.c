#include "check.h"

#include <inttypes.h>
#include <stdio.h>

#include "alloc.h"
#include "hash.h"
#include "scene.h"

/* Several controllers share the clusters of a fleet, all of which are rolled at once. */

enum { CLUSTERS = 6, CONTROLLERS = 3, SHARDS = 12, DEALT_MS = 10000 };

#define EVERY_NODE "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"2s\"}"

static struct scene *
begin(uint64_t seed, size_t clusters)
{
	struct scene *scene = scene_new(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .clusters = clusters,
	    .controllers = CONTROLLERS, .shards = SHARDS, .seed = seed, .operation = EVERY_NODE ",\"suspend\":true",
	    .stable_ms = 2000, .lease_ms = SECONDS(6)});

	scene->world->weather = (struct weather){.io_max = 5, .net_max = 20};
	return scene;
}

/* On each cluster; the scene's own is let go. */
static void
roll_all(struct scene *scene)
{
	struct world *world = scene->world;

	scene->config.operation = EVERY_NODE;
	scene_turn_knobs(scene);
	for (size_t i = 1; world_cluster(world, i); i++) {
		const char *cluster = sim_cluster_name(world_cluster(world, i));
		CLEANUP_FREE char *name = xasprintf("roll-%s", cluster);
		CLEANUP_FREE char *content = xasprintf("\"spec\":{\"cluster\":\"%s\"," EVERY_NODE "}", cluster);

		api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, name, content);
	}
	world_tell_watches(world);
}

/* Every operation has succeeded, and each node of each cluster was restarted. */
static const char *
judge_all(struct world *world, char *text, size_t size)
{
	const char *wrong = judge(world, text, size);

	for (size_t i = 0; !wrong && i < world->api->nobjects; i++) {
		const struct api_object *o = &world->api->objects[i];

		if (o->kind != KIND_OPERATION || strcmp(checker_ledger(world->checker, o->uid)->told_phase, "Succeeded") == 0)
			continue;
		snprintf(text, size, "%s has not succeeded: %s, \"%s\"", o->name,
		    checker_ledger(world->checker, o->uid)->told_phase, checker_ledger(world->checker, o->uid)->told_message);
		wrong = text;
	}
	for (size_t i = 0; !wrong && world_cluster(world, i); i++)
		wrong = judge_rolled(world, world_cluster(world, i), text, size);
	return !wrong && !scene_all_serving(world) ? "a node is not serving" : wrong;
}

/* --- who has which */

static size_t
count_living(const struct world *world)
{
	size_t living = 0;

	for (size_t i = 0; i < world->nprocesses; i++)
		living += world->processes[i].core && !world->processes[i].paused;
	return living;
}

/* Of those who have room the one with the highest weight; NULL: nobody has. */
static const struct process *
dealt_to(const struct world *world, size_t shard, const size_t *has)
{
	size_t living = count_living(world), share = (SHARDS + living - 1) / living;
	const struct process *best = NULL;
	uint64_t highest = 0;

	for (size_t i = 0; i < world->nprocesses; i++) {
		const struct process *process = &world->processes[i];
		uint64_t weight = hash_u64(hash_str(HASH_SEED, process->identity), shard + 1);

		if (!process->core || process->paused || has[i] >= share || (best && weight <= highest))
			continue;
		best = process;
		highest = weight;
	}
	return best;
}

/* What is wrong with who holds which shard; NULL: nothing. */
static const char *
judge_deal(const struct world *world, char *text, size_t size)
{
	size_t has[CONTROLLERS] = {0};

	for (size_t shard = 0; shard < SHARDS; shard++) {
		const struct process *process = dealt_to(world, shard, has);

		has[process->number]++;
		if (strcmp(shares_holder(world, shard), process->identity) == 0)
			continue;
		snprintf(text, size, "shard %zu is held by \"%s\", and falls to %s", shard, shares_holder(world, shard),
		    process->identity);
		return text;
	}
	return NULL;
}

static const struct process *
process_at(const struct world *world, const struct sim *sim)
{
	for (size_t i = 0; i < world->nprocesses; i++)
		if (shares_has(world, &world->processes[i], sim))
			return &world->processes[i];
	return NULL;
}

/* --- calm */

static void
each_cluster_has_one_controller(void **state)
{
	size_t most = 0;
	char text[600];

	(void)state;
	for (size_t n = 0; n < seeds_wanted(5); n++) {
		uint64_t seed = seed_number(n);
		struct scene *scene = begin(seed, CLUSTERS);
		struct world *world = scene->world;
		uint64_t all = 0;

		world_start(world);
		world_run(world, NULL, NULL, DEALT_MS);
		judge_or_fail(world, judge_deal(world, text, sizeof text), "the deal", seed);
		roll_all(scene);
		world_run(world, until_all_over, NULL, HOURS(1));
		world_run(world, NULL, NULL, SECONDS(30));
		judge_or_fail(world, judge_all(world, text, sizeof text), "all rolls", seed);
		judge_or_fail(world, judge_deal(world, text, sizeof text), "the deal at the end", seed);
		for (size_t i = 0; world_cluster(world, i); i++) {
			const struct process *process = process_at(world, world_cluster(world, i));

			CHECK_INT(world->shares.actors[i], UINT64_C(1) << process->life);
			all |= world->shares.actors[i];
		}
		most = (size_t)__builtin_popcountll(all) > most ? (size_t)__builtin_popcountll(all) : most;
		scene_free(scene);
	}
	printf("  %d clusters, %d controllers: up to %zu of these at work, each cluster one\n", CLUSTERS, CONTROLLERS, most);
	CHECK(most > 1 || getenv("SEED"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cluster_has_one_controller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
