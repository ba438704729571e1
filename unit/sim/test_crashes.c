#include "check.h"

#include "alloc.h"
#include "scene.h"
#include "story.h"

/* Crash enumeration: every journal write, every act and every write of a status in six scenarios, before it leaves, left
 * unanswered, answered unseen; all that comes last, up to the expiry, likewise; other effects now and then; and second
 * crashes within the recovery. make check takes every seventh, make test all of them. */

enum { LAST = 30, AFTER = 25, RETRIES = 3 };

struct scenario {
	const char *name;
	const char *operation;
	const char *workflow;
	size_t controllers;
	/* What happens besides, up to the end. */
	void (*people)(struct scene *scene);
	const char *phase;               /* how it ends; NULL: 'judge' says */
	const char *restarted[4];        /* by then; NULL after the last */
	const char *message;             /* and what it says then; NULL: whatever */
	const char *target;              /* more of the TargetCluster's spec; or NULL */
	const char *(*judge)(struct world *world);       /* what else is wrong; or NULL */
	size_t sampled;                  /* every so manieth of its points alone; 0: all */
};

#define EVERY_NODE "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"2s\"}"
#define NODES(list) ",\"targets\":{\"nodes\":[" list "]}"

static const char hasty[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":["
    "{\"task\":\"scylla-drain\"},"
    "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"2s\",\"pollInterval\":\"1s\","
    "\"timeout\":\"25s\"}]}]}}]}";

/* The lanes of the second block are found when it begins. */
static const char of_others[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"wait\":[{\"condition\":\"is-up-normal\"}]}]}},"
    "{\"eachNode\":{\"nodes\":\"others\",\"steps\":["
    "{\"task\":\"scylla-drain\"},"
    "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"2s\",\"pollInterval\":\"1s\"}]}]}}]}";

/* A program on the node's host, and a request to somebody's server that is for once. */
static const char of_outsiders[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":["
    "{\"task\":\"run-command\",\"with\":{\"command\":\"tidy\"}},"
    "{\"wait\":[{\"condition\":\"is-up-normal\"}]}]}},"
    "{\"task\":\"http-request\",\"with\":{\"url\":\"http://billing.example/restarted\"},\"impact\":\"none\"}]}";

static void
nothing_happens(struct scene *scene)
{
	(void)scene;
}

/* A peer hears too late that the node is back: it fails. Somebody mends the peer, and asks for a retry until it succeeds. */
static void
retry(struct scene *scene)
{
	struct world *world = scene->world;
	size_t deaf = scene_node(world, "db-c-1");

	sim_lag(world->sim, deaf, SECONDS(50));
	for (int n = 0; n < RETRIES && world_run(world, until_over, NULL, HOURS(1)) && until_phase(world, "Failed"); n++) {
		sim_lag(world->sim, deaf, 0);
		world_run(world, NULL, NULL, SECONDS(5));
		scene->retry++;
		scene_turn_knobs(scene);
		world_run(world, NULL, NULL, SECONDS(60));
	}
}

static void
cancel(struct scene *scene)
{
	world_run(scene->world, until_drained, "db-a-1", MINUTES(10));
	scene->cancel = true;
	scene_turn_knobs(scene);
}

static void
hand_over(struct scene *scene)
{
	world_run(scene->world, until_drained, "db-a-1", MINUTES(10));
	world_stop(scene->world);
}

/* What has come of the request nobody may know: a person looks, and asks for another only if it has not arrived. */
static void
look(struct scene *scene)
{
	struct world *world = scene->world;

	for (int n = 0; n < RETRIES && world_run(world, until_over, NULL, HOURS(1)) && until_phase(world, "Failed") &&
	    world->web.nposts == 0; n++) {
		world_run(world, NULL, NULL, SECONDS(5));
		scene->retry++;
		scene_turn_knobs(scene);
		world_run(world, NULL, NULL, SECONDS(60));
	}
}

static const char *
judge_outside(struct world *world)
{
	if (world->web.nposts != 1 || scene_count(world, SIM_RAN, SIM_CONTROLLER, "db-a-1") != 1)
		return "the request and the program are not there once each";
	if (!until_phase(world, "Succeeded") && !until_message(world, "outcome unknown"))
		return scene_message(world);
	return NULL;
}

static const struct scenario scenarios[] = {
	{.name = "a roll", .operation = EVERY_NODE NODES("\"db-a-1\",\"db-b-1\""), .controllers = 1,
	    .people = nothing_happens, .phase = "Succeeded", .restarted = {"db-a-1", "db-b-1"}},
	{.name = "failure and retry", .operation = "\"workflow\":\"own\"" NODES("\"db-a-1\""), .workflow = hasty,
	    .controllers = 1, .people = retry, .phase = "Succeeded", .restarted = {"db-a-1"}},
	{.name = "cancel", .operation = EVERY_NODE, .controllers = 1, .people = cancel, .phase = "Cancelled"},
	{.name = "hand-over", .operation = EVERY_NODE NODES("\"db-a-1\""), .controllers = 2, .people = hand_over,
	    .phase = "Succeeded", .restarted = {"db-a-1"}},
	{.name = "others", .operation = "\"workflow\":\"own\"" NODES("\"db-a-1\""), .workflow = of_others, .controllers = 1,
	    .people = nothing_happens, .phase = "Succeeded", .restarted = {"db-b-1", "db-c-1"}, .message = "3 nodes done",
	    .sampled = 3},
	{.name = "outsiders", .operation = "\"workflow\":\"own\"" NODES("\"db-a-1\""), .workflow = of_outsiders,
	    .controllers = 1, .people = look, .judge = judge_outside,
	    .target = ",\"commands\":[{\"name\":\"tidy\",\"impact\":\"none\",\"args\":[\"/usr/bin/sleep\",\"3\"]}]"},
};

/* Play it with these crashes and judge it; 'kinds' takes the effects' letters. */
static void
play(const struct scenario *scenario, uint64_t seed, const struct crash *crashes, size_t ncrashes, struct buf *kinds)
{
	struct scene *scene = scene_new(&(struct scene_config){
	    .layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = seed, .operation = scenario->operation,
	    .workflow = scenario->workflow, .target = scenario->target, .stable_ms = 2000, .lease_ms = SECONDS(6),
	    .controllers = scenario->controllers});
	struct world *world = scene->world;
	char text[600];

	world->weather = (struct weather){.io_max = 5, .net_max = 20, .slow = 3, .slow_max = 2500};
	world->kinds = kinds;
	for (size_t i = 0; i < ncrashes; i++)
		world_crash_at(world, crashes[i].effect, crashes[i].how);
	world_start(world);
	scenario->people(scene);
	world_run(world, until_over, NULL, HOURS(2));
	/* What is left in the network arrives, the last status and the expiry too. */
	world_run(world, NULL, NULL, SECONDS(30));
	judge_or_fail(world, judge(world, text, sizeof text), scenario->name, seed);
	if (!scene_all_serving(world))
		judge_or_fail(world, "a node is not serving", scenario->name, seed);
	if (scenario->judge)
		judge_or_fail(world, scenario->judge(world), scenario->name, seed);
	if (scenario->phase && strcmp(scene_phase(world), scenario->phase) != 0)
		judge_or_fail(world, scene_message(world), scene_phase(world), seed);
	for (size_t i = 0; scenario->restarted[i]; i++)
		judge_or_fail(world, judge_restarted(world, scenario->restarted[i], text, sizeof text), scenario->name, seed);
	if (scenario->message && strcmp(scene_message(world), scenario->message) != 0)
		judge_or_fail(world, scene_message(world), scenario->message, seed);
	scene_free(scene);
}

static size_t
stride(const struct scenario *scenario)
{
	size_t all = getenv("STRAIT_QUICK") ? 41 : seeds_wanted(50) >= 1000 ? 1 : 7;

	return scenario->sampled ? all * scenario->sampled : all;
}

/* Is the n-th effect one to crash at in this way? */
static bool
is_point(const struct buf *kinds, size_t at, int how)
{
	bool last = at + LAST >= kinds->len;

	if (kinds->data[at] == '.' && !last)
		return at % 24 == (size_t)how * 8;
	return true;
}

static size_t
crash_once(const struct scenario *scenario, const struct buf *kinds)
{
	size_t points = 0, number = 0;

	for (size_t i = 0; i < kinds->len; i++) {
		for (int how = 0; how < CRASH_WAYS; how++) {
			const struct crash crash = {.effect = i + 1, .how = (enum crash_how)how};

			if (!is_point(kinds, i, how) || number++ % stride(scenario) != 0)
				continue;
			play(scenario, 1, &crash, 1, NULL);
			points++;
		}
	}
	return points;
}

/* The second crash is at one of the first effects after the restart; which one, the place says. */
static size_t
crash_twice(const struct scenario *scenario, const struct buf *kinds)
{
	struct chance chance = {.state = 0xdb1e};
	size_t points = 0, number = 0;

	for (size_t i = 0; i < kinds->len; i++) {
		struct crash crashes[2] = {{.effect = i + 1}};

		crashes[0].how = (enum crash_how)chance_between(&chance, 0, CRASH_WAYS - 1);
		crashes[1].effect = crashes[0].effect + (size_t)chance_between(&chance, 1, AFTER);
		crashes[1].how = (enum crash_how)chance_between(&chance, 0, CRASH_WAYS - 1);
		if (kinds->data[i] == '.' || number++ % stride(scenario) != 0)
			continue;
		play(scenario, 1, crashes, ARRAY_LEN(crashes), NULL);
		points++;
	}
	return points;
}

static void
enumerate(const struct scenario *scenario)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(1 << 20);
	size_t once, twice;

	play(scenario, 1, NULL, 0, &kinds);
	once = crash_once(scenario, &kinds);
	twice = crash_twice(scenario, &kinds);
	printf("  %s: %zu effects, %zu crash points, %zu of two crashes\n", scenario->name, kinds.len, once, twice);
}

static void
a_roll(void **state)
{
	(void)state;
	enumerate(&scenarios[0]);
}

static void
failure_and_retry(void **state)
{
	(void)state;
	enumerate(&scenarios[1]);
}

static void
cancel_with_restoring(void **state)
{
	(void)state;
	enumerate(&scenarios[2]);
}

static void
hand_over_between_two(void **state)
{
	(void)state;
	enumerate(&scenarios[3]);
}

static void
others_that_are_found_on_the_way(void **state)
{
	(void)state;
	enumerate(&scenarios[4]);
}

static void
a_program_and_a_request_outside(void **state)
{
	(void)state;
	enumerate(&scenarios[5]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_roll),
		cmocka_unit_test(failure_and_retry),
		cmocka_unit_test(cancel_with_restoring),
		cmocka_unit_test(hand_over_between_two),
		cmocka_unit_test(others_that_are_found_on_the_way),
		cmocka_unit_test(a_program_and_a_request_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
