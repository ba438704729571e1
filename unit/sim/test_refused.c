/* An operation that was refused for what its cluster is begins when the cluster has become another, and not only when its own
 * object is touched. */
#include "check.h"

#include "alloc.h"
#include "scene.h"
#include "story.h"

#define RESTART "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"2s\"},\"targets\":{\"nodes\":[\"db-a-2\"]}"

/* Long after what its own status' coming back has looked at by the way. */
static struct scene *
refused(const struct scene_config *config, const char *why)
{
	struct scene *scene = scene_new(config);

	world_start(scene->world);
	if (!world_run(scene->world, until_message, why, MINUTES(1)))
		CHECK_FAIL("not refused: %s: %s", scene_phase(scene->world), scene_message(scene->world));
	world_run(scene->world, NULL, NULL, MINUTES(10));
	CHECK_TEXT(scene_phase(scene->world), "Pending");
	return scene;
}

static void
begins(struct scene *scene, int64_t within_ms)
{
	struct world *world = scene->world;

	if (!world_run(world, until_phase, "Running", within_ms))
		CHECK_FAIL("after %lld ms still %s: %s", (long long)within_ms, scene_phase(world), scene_message(world));
	world_run(world, until_over, NULL, HOURS(1));
	CHECK_TEXT(scene_phase(world), "Succeeded");
	scene_free(scene);
}

static void
a_decision_on_a_keyspace_lets_it_begin(void **state)
{
	struct sim_keyspace keyspaces[2];
	struct err err = {""};
	struct scene *scene;

	(void)state;
	CHECK(sim_keyspace_parse("app:dc1=3", &keyspaces[0], &err) == 0);
	CHECK(sim_keyspace_parse("scratch:dc1=1", &keyspaces[1], &err) == 0);
	scene = refused(&(struct scene_config){.seed = 3, .operation = RESTART, .keyspaces = keyspaces,
	    .nkeyspaces = ARRAY_LEN(keyspaces), .stable_ms = 2000}, "too few replicas");
	scene->config.target = ",\"availability\":{\"keyspaces\":[{\"name\":\"scratch\",\"require\":\"none\"}]}";
	scene_freeze(scene, false);
	begins(scene, SECONDS(5));
}

/* Its members are looked at every quarter of a minute, or so. */
static void
a_member_that_comes_lets_it_begin(void **state)
{
	struct scene *scene = refused(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .spares = 1, .seed = 4,
	    .operation = RESTART, .stable_ms = 2000}, "db-a-2");

	(void)state;
	sim_start(scene->world->sim, scene->world->now, scene_node(scene->world, "db-a-2"));
	begins(scene, MINUTES(30));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_decision_on_a_keyspace_lets_it_begin),
		cmocka_unit_test(a_member_that_comes_lets_it_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
