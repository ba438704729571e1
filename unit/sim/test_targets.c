/* spec.targets by facts, and blocks of others: whom an operation works on, on the whole core. */
#include "check.h"

#include "alloc.h"
#include "scene.h"
#include "story.h"

#define RESTART "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"2s\"}"

static const char round_the_others[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"nodes\":\"others\",\"steps\":["
    "{\"task\":\"scylla-drain\"},"
    "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

static const struct {
	const char *operation, *workflow, *phase, *message;
} cases[] = {
	{RESTART ",\"targets\":{\"exclude\":[\"db-a-1\"]}", NULL, "Succeeded", "2 nodes done"},
	{RESTART ",\"targets\":{\"exclude\":[\"db-a-1\",\"dc1/b\"],\"versionBelow\":\"9999.1\"}", NULL, "Succeeded",
	    "1 nodes done"},
	{RESTART ",\"targets\":{\"uptimeOver\":\"1ms\",\"startedBefore\":\"2999-01-01T00:00:00Z\"}", NULL, "Succeeded",
	    "3 nodes done"},
	{RESTART ",\"targets\":{\"versionBelow\":\"1.0\"}", NULL, "Pending", "spec.targets: of 3 nodes none is left"},
	{"\"workflow\":\"own\",\"targets\":{\"zones\":[\"dc1/c\"]}", round_the_others, "Succeeded", "2 nodes done"},
};

static void
whom_it_works_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene *scene = scene_new(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = i + 1,
		    .operation = cases[i].operation, .workflow = cases[i].workflow, .stable_ms = 2000});
		struct world *world = scene->world;
		char text[600];

		world_start(world);
		world_run(world, until_phase, cases[i].phase, HOURS(1));
		world_run(world, NULL, NULL, SECONDS(30));
		if (strcmp(scene_phase(world), cases[i].phase) != 0 || !strstr(scene_message(world), cases[i].message))
			CHECK_FAIL("case %zu: %s: %s", i, scene_phase(world), scene_message(world));
		if (strcmp(cases[i].phase, "Succeeded") == 0)
			judge_or_fail(world, judge(world, text, sizeof text), cases[i].message, i + 1);
		scene_free(scene);
	}
}

/* One that is down does not tell: nothing is guessed of it. */
static void
who_does_not_tell_is_waited_for(void **state)
{
	struct scene *scene = scene_new(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = 7,
	    .operation = RESTART ",\"targets\":{\"versionBelow\":\"9999.1\"}", .stable_ms = 2000});
	struct world *world = scene->world;

	(void)state;
	sim_crash(world->sim, world->now, scene_node(world, "db-b-1"));
	world_start(world);
	world_run(world, until_message, "db-b-1 does not tell", MINUTES(5));
	CHECK_TEXT(scene_phase(world), "Pending");
	CHECK_CONTAINS(scene_message(world), "db-b-1 does not tell its release");
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whom_it_works_on),
		cmocka_unit_test(who_does_not_tell_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
