#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "fleet.h"
#include "breaks.h"
#include "hash.h"

/* Several controllers share the clusters of a fleet, all of which are rolled at once. POINT=effect WAY=n of enum
 * crash_how plays one moment again, SEED=n one world with faults. */

enum { CLUSTERS = 6, CONTROLLERS = 3, SHARDS = 12, DEALT_MS = 10000, HANDED_MS = 3000, CALM_MOST = 50, FAULTS_MOST = 100 };

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
	for (size_t n = 0; !getenv("LEFT_OUT") && n < seeds_wanted(5) && n < CALM_MOST; n++) {
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
	CHECK(most > 1 || getenv("SEED") || getenv("LEFT_OUT"));
}

/* --- handing over */

static bool
until_dealt(struct world *world, const char *unused)
{
	char text[200];

	(void)unused;
	return !judge_deal(world, text, sizeof text);
}

/* One controller drains a node of each cluster, and no drain comes to an end; then two others join. */
static void
an_act_that_takes_long_keeps_no_shard(void **state)
{
	struct scene *scene = begin(1, CLUSTERS);
	struct world *world = scene->world;
	char text[600];

	(void)state;
	world->late = CONTROLLERS - 1;
	for (size_t i = 0; world_cluster(world, i); i++)
		for (size_t node = 0; node < sim_nodes(world_cluster(world, i)); node++)
			sim_drain_hang(world_cluster(world, i), world->now, node, true);
	world_start(world);
	world_run(world, NULL, NULL, DEALT_MS);
	roll_all(scene);
	world_run(world, NULL, NULL, SECONDS(5));
	process_start(&world->processes[1]);
	process_start(&world->processes[2]);
	world_run(world, until_dealt, NULL, HANDED_MS);
	judge_or_fail(world, judge_deal(world, text, sizeof text), "the deal", 1);
	CHECK(world->shares.acting > 0);
	for (size_t i = 0; world_cluster(world, i); i++)
		for (size_t node = 0; node < sim_nodes(world_cluster(world, i)); node++)
			sim_drain_hang(world_cluster(world, i), world->now, node, false);
	world_run(world, until_all_over, NULL, HOURS(1));
	world_run(world, NULL, NULL, SECONDS(30));
	judge_or_fail(world, judge_all(world, text, sizeof text), "all rolls", 1);
	scene_free(scene);
}

/* --- who comes and goes, at any moment */

enum { FEW_CLUSTERS = 3, LATE = 1, GONE_MS = 25000 };

/* What the plays add up to. */
struct sum {
	size_t plays, at_acts, moved, given_up, acting;
};

static void
add_up(struct sum *sum, struct world *world, bool at_act)
{
	sum->plays++;
	sum->at_acts += at_act;
	sum->given_up += world->shares.given_up;
	sum->acting += world->shares.acting;
	for (size_t i = 0; i < world->checker->nledgers; i++)
		sum->moved += world->checker->ledgers[i].ntakeovers > 1;
}

/* All rolls to their ends, with something that happens at one effect. *ret_from: the effects before the rolls. */
static void
play(const struct crash *crash, bool at_act, struct buf *kinds, size_t *ret_from, struct sum *sum)
{
	static const char *const names[HALT_WAYS] = {"killed before it leaves", "killed unanswered", "killed as it is answered",
	    [HALT_PAUSED] = "stopped", [HALT_TOLD] = "told to leave", [HALT_JOINED] = "another one joins"};
	struct scene *scene = begin(1, FEW_CLUSTERS);
	struct world *world = scene->world;
	char text[600];

	world->late = LATE;
	world->pause_ms = GONE_MS;
	world->kinds = kinds;
	if (crash)
		world_crash_at(world, crash->effect, crash->how);
	world_start(world);
	world_run(world, NULL, NULL, DEALT_MS);
	*ret_from = world->effects;
	roll_all(scene);
	world_run(world, until_all_over, NULL, HOURS(1));
	world_run(world, NULL, NULL, SECONDS(30));
	/* One that is struck at the end holds its Leases for a while. */
	world_run(world, until_dealt, NULL, SECONDS(30));
	judge_or_fail(world, judge_all(world, text, sizeof text), crash ? names[crash->how] : "undisturbed", 1);
	judge_or_fail(world, judge_deal(world, text, sizeof text), crash ? names[crash->how] : "undisturbed", 1);
	add_up(sum, world, at_act);
	scene_free(scene);
}

/* Of the moments at acts, and of the others, one in so many. */
static size_t
stride(bool at_act)
{
	if (seeds_wanted(50) >= 1000)
		return 1;
	return (at_act ? 11 : 61) * (getenv("STRAIT_QUICK") ? 6 : 1);
}

/* Acts and journal writes, whatever the way; of the others a few. */
static bool
is_point(const struct buf *kinds, size_t at, size_t how)
{
	return kinds->data[at] == 'a' || kinds->data[at] == 'j' || at % 60 == how * 10;
}

static void
a_controller_comes_or_goes_at_any_moment(void **state)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(1 << 20);
	struct sum sum = {0};
	size_t from, ignored, numbers[2] = {0};

	(void)state;
	if (getenv("SEED"))
		return;          /* that one is of another test */
	if (getenv("POINT")) {
		play(&(struct crash){.effect = strtoul(getenv("POINT"), NULL, 10),
		    .how = (enum crash_how)strtoul(getenv("WAY"), NULL, 10)}, false, NULL, &ignored, &sum);
		return;
	}
	play(NULL, false, &kinds, &from, &(struct sum){0});
	for (size_t i = from; i < kinds.len; i++)
		for (size_t how = 0; how < HALT_WAYS; how++) {
			bool at_act = kinds.data[i] == 'a';

			if (is_point(&kinds, i, how) && numbers[at_act]++ % stride(at_act) == 0)
				play(&(struct crash){.effect = i + 1, .how = (enum crash_how)how}, at_act, NULL, &ignored,
				    &sum);
		}
	printf("  %zu effects of 3 rolls, %zu of %zu moments, %zu of them at an act: %zu operations have changed hands;\n"
	    "  %zu shards were given up, %zu of them with an act not answered yet\n", kinds.len - from, sum.plays,
	    numbers[0] + numbers[1], sum.at_acts, sum.moved, sum.given_up, sum.acting);
	CHECK(sum.moved > 0);
}

/* --- with faults */

static void
rolls_with_faults(void **state)
{
	const char *left_out = getenv("LEFT_OUT"), *others = getenv("OTHERS_LEFT_OUT"), *variety = getenv("VARIETY"),
	    *policy = getenv("POLICY");
	struct tally tally = {0};
	bool right = true;

	(void)state;
	for (size_t i = 0; right && i < seeds_wanted(12) && i < FAULTS_MOST; i++)
		right = fleet_is_right(&(struct fleet_config){.seed = seed_number(i), .clusters = CLUSTERS - 1,
		    .alone = getenv("ALONE") != NULL, .choice = {.apart = true},
		    .variety = variety ? (enum variety)strtol(variety, NULL, 10) : VARIETY_DRAWN,
		    .policies = policy ? (enum policies)strtol(policy, NULL, 10) : POLICY_DRAWN,
		    .left_out = left_out ? strtoull(left_out, NULL, 10) : 0,
		    .others_left_out = others ? (unsigned)strtoul(others, NULL, 10) : 0}, &tally);
	printf("  %zu operations on %zu clusters in %zu worlds of 3 controllers (%zu Succeeded; %zu worlds helped by a "
	    "person):\n  %zu changed hands, %zu shards were given up, %zu lives of controllers, %zu acts arrived\n",
	    tally.operations, tally.clusters, tally.runs, tally.succeeded, tally.helped, tally.moved, tally.given_up,
	    tally.lives, tally.arrivals);
	CHECK(right);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cluster_has_one_controller),
		cmocka_unit_test(an_act_that_takes_long_keeps_no_shard),
		cmocka_unit_test(a_controller_comes_or_goes_at_any_moment),
		cmocka_unit_test(rolls_with_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
