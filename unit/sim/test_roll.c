#include "check.h"

#include <inttypes.h>
#include <time.h>

#include "scene.h"

/* The whole roll of six nodes in three zones, a hundred times, each time with other faults. */

static struct sum {
	size_t runs, succeeded, steps, effects, crashes, unavoidable;
	int64_t simulated_ms;
} sum;

enum { FAULTS_MS = 5 * 60 * 1000 };

static void
hand_crash(void *arg, int64_t value)
{
	world_crash(arg, value);
}

static void
hand_stop(void *arg, int64_t value)
{
	(void)value;
	world_stop(arg);
}

static void
hand_redis_away(void *arg, int64_t value)
{
	world_redis_away(arg, value);
}

static void
hand_api_away(void *arg, int64_t value)
{
	world_api_away(arg, value);
}

static void
hand_break_redis(void *arg, int64_t value)
{
	(void)value;
	peers_break_redis(arg, NULL);
}

static void
hand_compact(void *arg, int64_t value)
{
	struct world *world = arg;

	(void)value;
	api_compact(world->api);
	peers_break_watches(world, NULL);
}

static void
hand_stranger_crashes(void *arg, int64_t value)
{
	struct world *world = arg;

	sim_crash(world->sim, world->now, (size_t)value);
}

static void
hand_stranger_returns(void *arg, int64_t value)
{
	struct world *world = arg;

	sim_start(world->sim, world->now, (size_t)value);
}

/* The node's number, and whether it begins, in one value. */
enum { BEGINS = 1000 };

static void
hand_hang(void *arg, int64_t value)
{
	struct world *world = arg;

	sim_hang(world->sim, world->now, (size_t)(value % BEGINS), value >= BEGINS);
}

static void
hand_slow(void *arg, int64_t value)
{
	struct world *world = arg;

	sim_slow(world->sim, (size_t)(value % BEGINS), value >= BEGINS ? 1500 : 0);
}

static void
hand_lag(void *arg, int64_t value)
{
	struct world *world = arg;

	sim_lag(world->sim, (size_t)(value % BEGINS), value >= BEGINS ? 8000 : 0);
}

static void
hand_host_away(void *arg, int64_t value)
{
	struct world *world = arg;

	sim_host_away(world->sim, (size_t)(value % BEGINS), value >= BEGINS);
}

static void
hand_schema(void *arg, int64_t value)
{
	struct world *world = arg;

	(void)value;
	sim_schema_change(world->sim, world->now);
}

/* Somebody restarts the node, whatever we are doing with it. */
static void
hand_restart(void *arg, int64_t value)
{
	struct world *world = arg;

	sim_restart(world->sim, world->now, (size_t)value);
}

static void
hand_jump(void *arg, int64_t value)
{
	world_jump(arg, value);
}

static int64_t
some_time(struct world *world)
{
	return world->now + chance_between(&world->chance, 0, FAULTS_MS);
}

/* A stranger's crash and its return. */
static void
draw_stranger(struct world *world)
{
	int64_t node = chance_between(&world->chance, 0, (int64_t)sim_nodes(world->sim) - 1), at = some_time(world);

	world_at(world, at, hand_stranger_crashes, world, node);
	world_at(world, at + chance_between(&world->chance, 30000, 150000), hand_stranger_returns, world, node);
}

/* Something is wrong with a node for a while. */
static void
draw_trouble(struct world *world)
{
	static void (*const hands[])(void *arg, int64_t value) = {hand_hang, hand_slow, hand_lag, hand_host_away};
	int64_t node = chance_between(&world->chance, 0, (int64_t)sim_nodes(world->sim) - 1), at = some_time(world);
	void (*hand)(void *arg, int64_t value) = hands[chance_between(&world->chance, 0, 3)];

	world_at(world, at, hand, world, node + BEGINS);
	world_at(world, at + chance_between(&world->chance, 1000, 90000), hand, world, node);
}

static void
draw_faults(struct world *world)
{
	struct chance *chance = &world->chance;

	world->weather = (struct weather){
		.io_max = chance_between(chance, 0, 10),
		.net_max = chance_between(chance, 1, 40),
		.slow = (int)chance_between(chance, 0, 8),
		.slow_max = 2500,
		.lost_request = (int)chance_between(chance, 0, 6),
		.lost_answer = (int)chance_between(chance, 0, 6),
		.slow_act = (int)chance_between(chance, 0, 150),
		.lost_act = (int)chance_between(chance, 0, 80),
		.late_act = 1000,        /* what is later is nobody's to blame: test_restart does that */
	};
	world->away_silently = chance_of(chance, 500);
	for (int64_t n = chance_between(chance, 0, 4); n > 0; n--)
		world_at(world, some_time(world), hand_crash, world, chance_between(chance, 100, 20000));
	for (int64_t n = chance_between(chance, 0, 2); n > 0; n--)
		world_at(world, some_time(world), hand_redis_away, world, chance_between(chance, 500, 60000));
	for (int64_t n = chance_between(chance, 0, 2); n > 0; n--)
		world_at(world, some_time(world), hand_api_away, world, chance_between(chance, 500, 60000));
	for (int64_t n = chance_between(chance, 0, 3); n > 0; n--)
		world_at(world, some_time(world), hand_break_redis, world, 0);
	if (chance_of(chance, 300))
		world_at(world, some_time(world), hand_stop, world, 0);
	if (chance_of(chance, 300))
		world_at(world, some_time(world), hand_compact, world, 0);
	if (chance_of(chance, 200))
		world_at(world, some_time(world), hand_jump, world, chance_between(chance, -7200000, 7200000));
	for (int64_t n = chance_between(chance, 0, 2); n > 0; n--)
		draw_stranger(world);
	for (int64_t n = chance_between(chance, 0, 3); n > 0; n--)
		draw_trouble(world);
	if (chance_of(chance, 200))
		world_at(world, some_time(world), hand_schema, world, 0);
	if (chance_of(chance, 300))
		world_at(world, some_time(world), hand_restart, world,
		    chance_between(chance, 0, (int64_t)sim_nodes(world->sim) - 1));
}

static bool
all_serve(struct world *world, const char *unused)
{
	(void)unused;
	return scene_all_serving(world);
}

static void
add_up(struct world *world)
{
	sum.runs++;
	sum.succeeded += until_phase(world, "Succeeded");
	sum.steps += world->steps;
	sum.effects += world->effects;
	sum.crashes += world->crashed;
	sum.unavoidable += sim_unavoidable(world->sim);
	sum.simulated_ms += world->now;
}

static void
roll_once(uint64_t seed, bool faults)
{
	const struct scene_config config = {
		.seed = seed,
		.operation = faults && seed % 3 == 0 ? "\"workflow\":\"own\"" :
		    "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-b-1\",\"settle\":\"3s\"}",
		.workflow = scene_by_restart,
		.no_system_keyspaces = faults && seed % 3 == 0,
		.stable_ms = 3000,
		.lease_ms = faults && seed % 2 ? 6000 : 0,
	};
	struct scene *scene = scene_new(&config);
	struct world *world = scene->world;
	char text[600];

	if (faults)
		draw_faults(world);
	world_start(world);
	world_run(world, until_over, NULL, HOURS(8));
	/* What is left in the network arrives, the last status too; strangers return. */
	world_run(world, NULL, NULL, SECONDS(30));
	world_run(world, all_serve, NULL, MINUTES(30));
	judge_or_fail(world, judge(world, text, sizeof text), "roll", seed);
	if (!faults && !until_phase(world, "Succeeded"))
		judge_or_fail(world, scene_message(world), "not Succeeded", seed);
	if (!faults)
		judge_or_fail(world, judge_order(world, 6, 1, text, sizeof text), "roll", seed);
	add_up(world);
	scene_free(scene);
}

static void
a_roll_without_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < seeds_wanted(5); i++)
		roll_once(seed_number(i), false);
}

static void
a_hundred_rolls_with_faults(void **state)
{
	struct timespec from, to;
	double seconds;

	(void)state;
	sum = (struct sum){0};
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (size_t i = 0; i < seeds_wanted(100); i++)
		roll_once(seed_number(i), true);
	clock_gettime(CLOCK_MONOTONIC, &to);
	seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	printf("  %zu rolls, %zu succeeded, %.1f operations/s, %.0f steps/s, %zu effects, %zu crashes, "
	    "%zu unavoidable, %" PRId64 " simulated hours in %.1f s\n", sum.runs, sum.succeeded,
	    (double)sum.runs / seconds, (double)sum.steps / seconds, sum.effects, sum.crashes, sum.unavoidable,
	    sum.simulated_ms / HOURS(1), seconds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_roll_without_faults),
		cmocka_unit_test(a_hundred_rolls_with_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
