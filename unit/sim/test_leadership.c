#include "story.h"

#include <inttypes.h>
#include <stdio.h>

#include "checker.h"

/* How long nobody leads, on a clock without noise: told to leave, killed, stopped; at rest and in the middle of an act.
 * Taken over is when Redis has given the journal to the other one; at work, when the first act after that arrives. */

enum { GRACEFUL_MS = 1000, SLACK_MS = 1000, SETTLE_MS = 8000 };      /* settle: the scene's */

enum end { TOLD, KILLED, STOPPED };

struct moment {
	const char *name;
	bool (*until)(struct world *world, const char *arg);
	const char *arg;
};

static bool
until_drain_sent(struct world *world, const char *node)
{
	return scene_count(world, SIM_ARRIVED_DRAIN, SIM_CONTROLLER, node) > 0;
}

static bool
until_stop_sent(struct world *world, const char *node)
{
	return scene_count(world, SIM_ARRIVED_STOP, SIM_CONTROLLER, node) > 0;
}

static const struct moment moments[] = {
	{"before the first act", until_phase, "Running"},
	{"in the middle of a drain", until_drain_sent, "db-a-2"},
	{"while a node is down", until_stopped, "db-a-1"},
	{"after its stop was sent", until_stop_sent, "db-b-1"},
	{"with a lane done", until_done, "1.4/db-b-1"},
};

static bool
until_taken_over_twice(struct world *world, const char *unused)
{
	const struct ledger *ledger = checker_ledger(world->checker, scene_operation(world)->uid);

	(void)unused;
	return ledger->ntakeovers >= 2 && ledger->takeovers[1] != INT64_MAX;
}

static size_t acts_before;

static bool
until_next_act(struct world *world, const char *unused)
{
	(void)unused;
	return world->acts > acts_before || scene_has_ended(world, scene_operation(world));
}

static void
strike(struct world *world, enum end how)
{
	switch (how) {
	case TOLD:
		world_stop(world);
		break;
	case KILLED:
		process_crash(world->leader, HOURS(2));
		break;
	case STOPPED:
		process_pause(world->leader, HOURS(2));
		break;
	}
}

/* The longest of all seeds, since the strike. */
struct longest {
	int64_t taken_ms, act_ms;
};

static void
lengthen(int64_t *longest, int64_t ms)
{
	if (ms > *longest)
		*longest = ms;
}

static void
play(struct longest *longest, enum end how, const struct moment *moment, uint64_t seed, int64_t lease_ms)
{
	struct scene *scene = scene_new(&(struct scene_config){.operation = ROLLING, .lease_ms = lease_ms, .controllers = 2,
	    .seed = seed});
	struct world *world = scene->world;
	int64_t struck;

	world->weather = (struct weather){.io_max = 2, .net_max = 10};
	world_start(world);
	reach(scene, moment->until, moment->arg, HOURS(1));
	struck = world->now;
	acts_before = world->acts;
	strike(world, how);
	reach(scene, until_taken_over_twice, NULL, HOURS(1));
	lengthen(&longest->taken_ms, world->now - struck);
	reach(scene, until_next_act, NULL, HOURS(1));
	lengthen(&longest->act_ms, world->now - struck);
	scene_free(scene);
}

/* 'taken_ms' to the take-over, 'act_ms' to the next act, unless a window of the operation itself is longer. */
static void
check_times(enum end how, int64_t lease_ms, int64_t taken_ms, int64_t act_ms)
{
	static const char *const words[] = {[TOLD] = "SIGTERM", [KILLED] = "kill -9", [STOPPED] = "SIGSTOP"};

	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		struct longest longest = {0};

		for (size_t seed = 0; seed < seeds_wanted(4); seed++)
			play(&longest, how, &moments[i], seed_number(seed), lease_ms);
		print_message("%s, lease %" PRId64 " s, %s: taken over after %" PRId64 " ms, the next act after %" PRId64
		    " ms\n", words[how], lease_ms / 1000, moments[i].name, longest.taken_ms, longest.act_ms);
		CHECK(longest.taken_ms <= taken_ms);
		CHECK(longest.act_ms <= act_ms);
	}
}

static void
told_to_leave(void **state)
{
	/* What the one before has sent last may be unknown: nothing is done to that node until it has settled. */
	(void)state;
	check_times(TOLD, SECONDS(15), GRACEFUL_MS, SETTLE_MS + GRACEFUL_MS);
	check_times(TOLD, SECONDS(60), GRACEFUL_MS, SETTLE_MS + GRACEFUL_MS);
}

static void
killed(void **state)
{
	(void)state;
	check_times(KILLED, SECONDS(6), SECONDS(6) + SLACK_MS, SECONDS(6) + SETTLE_MS + SLACK_MS);
	check_times(KILLED, SECONDS(15), SECONDS(15) + SLACK_MS, SECONDS(15) + SETTLE_MS + SLACK_MS);
}

static void
stopped(void **state)
{
	(void)state;
	check_times(STOPPED, SECONDS(6), SECONDS(6) + SLACK_MS, SECONDS(6) + SETTLE_MS + SLACK_MS);
	check_times(STOPPED, SECONDS(15), SECONDS(15) + SLACK_MS, SECONDS(15) + SETTLE_MS + SLACK_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_to_leave),
		cmocka_unit_test(killed),
		cmocka_unit_test(stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
