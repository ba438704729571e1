#include "check.h"

#include <inttypes.h>
#include <time.h>

#include "scene.h"

/* One node's restart under crash enumeration: stop after effect 1, 2, 3 …, start again, finish, judge. */

static const struct scene_config one_restart = {
	.layout = "dc1/a:1,dc1/b:1,dc1/c:1",
	.operation = "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-b-1\"},"
	    "\"targets\":{\"nodes\":[\"db-a-1\"]}",
	.stable_ms = 3000,
};

static struct scene *
make(uint64_t seed)
{
	struct scene_config config = one_restart;
	struct scene *scene;

	config.seed = seed;
	scene = scene_new(&config);
	scene->world->weather = (struct weather){
		.io_max = chance_between(&scene->world->chance, 0, 10),
		.net_max = chance_between(&scene->world->chance, 1, 40),
		.slow = 3,
		.slow_max = 2500,
	};
	return scene;
}

/* Every act takes its time, half of the runs with one that is for once. */
static struct scene *
make_late(uint64_t seed)
{
	struct scene_config config = one_restart;
	struct scene *scene;

	config.seed = seed;
	config.workflow = scene_by_restart;
	if (seed % 2)
		config.operation = "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-1\"]}";
	scene = scene_new(&config);
	scene->world->weather = (struct weather){.net_max = 5, .slow_act = 1000, .late_act = 7000};
	scene->world->restart_after_ms = 300;
	return scene;
}

/* Play to the end and judge. */
static void
finish(struct scene *scene, const char *what, uint64_t seed)
{
	struct world *world = scene->world;
	char text[600];

	world_start(world);
	world_run(world, until_over, NULL, HOURS(2));
	/* What is left in the network arrives, the last status too. */
	world_run(world, NULL, NULL, SECONDS(30));
	judge_or_fail(world, judge(world, text, sizeof text), what, seed);
	if (strcmp(scene_phase(world), "Succeeded") != 0)
		judge_or_fail(world, scene_message(world), "not Succeeded", seed);
	if (!scene_all_serving(world))
		judge_or_fail(world, "a node is not serving", what, seed);
	judge_or_fail(world, judge_restarted(world, "db-a-1", text, sizeof text), what, seed);
}

/* The effects of a run without a crash, a letter each. */
static void
count_effects(uint64_t seed, struct buf *kinds)
{
	struct scene *scene = make(seed);
	char text[600];

	scene->world->kinds = kinds;
	finish(scene, "without a crash", seed);
	judge_or_fail(scene->world, judge_order(scene->world, 1, 1, text, sizeof text), "without a crash", seed);
	scene_free(scene);
}

static void
crash_once(uint64_t seed, size_t effect, enum crash_how how)
{
	struct scene *scene = make(seed);

	world_crash_at(scene->world, effect, how);
	finish(scene, "crash", seed);
	scene_free(scene);
}

static void
every_write_and_every_act(void **state)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(1 << 20);
	size_t points = 0, other = 0;
	uint64_t seed = seed_number(0);
	bool quick = getenv("STRAIT_QUICK") != NULL;

	(void)state;
	count_effects(seed, &kinds);
	for (size_t i = 0; i < kinds.len; i += quick ? 9 : 1) {
		if (kinds.data[i] == '.' && other++ % 8 != 0)
			continue;
		for (int how = 0; how < CRASH_WAYS; how++) {
			if (kinds.data[i] == '.' && how != (int)(other / 8 % CRASH_WAYS))
				continue;
			crash_once(seed, i + 1, (enum crash_how)how);
			points++;
		}
	}
	printf("  enumerated: %zu effects, %zu crash points\n", kinds.len, points);
}

static void
any_effect_of_any_seed(void **state)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(1 << 20);
	size_t count = seeds_wanted(100);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		uint64_t seed = seed_number(i);
		struct chance chance = {.state = seed ^ 0xc4a5};

		buf_clear(&kinds);
		count_effects(seed, &kinds);
		for (int n = 0; n < 3; n++)
			crash_once(seed, (size_t)chance_between(&chance, 1, (int64_t)kinds.len),
			    (enum crash_how)chance_between(&chance, 0, CRASH_WAYS - 1));
	}
}

/* A crash, and another one while the new core recovers. */
static void
crash_within_recovery(void **state)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(1 << 20);
	size_t count = seeds_wanted(60);

	(void)state;
	count_effects(seed_number(0), &kinds);
	for (size_t i = 0; i < count; i++) {
		uint64_t seed = seed_number(i);
		struct chance chance = {.state = seed ^ 0xdb1e};
		struct scene *scene = make(seed);
		size_t effect = (size_t)chance_between(&chance, 1, (int64_t)kinds.len);

		for (int n = 0; n < 3; n++) {
			world_crash_at(scene->world, effect,
			    (enum crash_how)chance_between(&chance, 0, CRASH_WAYS - 1));
			effect += (size_t)chance_between(&chance, 1, 60);
		}
		finish(scene, "crashes", seed);
		scene_free(scene);
	}
}

/* Every act leaves, its controller dies, and it arrives seconds later, while another one recovers. */
static void
acts_in_flight_across_a_takeover(void **state)
{
	size_t count = seeds_wanted(20), points = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		uint64_t seed = seed_number(i);
		bool more = true;

		for (size_t act = 1; more; act++) {
			struct scene *scene = make_late(seed);

			scene->world->crash_at_act = act;
			finish(scene, "late act", seed);
			more = scene->world->crashed > 0;
			points += more;
			scene_free(scene);
		}
	}
	printf("  %zu acts in flight\n", points);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_write_and_every_act),
		cmocka_unit_test(any_effect_of_any_seed),
		cmocka_unit_test(crash_within_recovery),
		cmocka_unit_test(acts_in_flight_across_a_takeover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
