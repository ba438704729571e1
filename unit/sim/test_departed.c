/* The TargetCluster is deleted while a node is held down and no controller runs, and put back later: whoever takes over has
 * nothing to judge the operation by, and its plan is frozen all the same. */
#include "story.h"

#include "alloc.h"

static const struct scene_config two_at_a_time = {
	.layout = "dc1/a:3,dc1/b:3,dc1/c:3", .operation = "\"workflow\":\"own\"", .workflow = own_roll,
	.no_system_keyspaces = true,
};

/* Deleted while nobody looks, with the workflow; its content. */
static char *
depart(struct scene *scene)
{
	struct world *world = scene->world;
	char *content = xstrdup(api_find(world->api, KIND_TARGET, SCENE_NAMESPACE, SCENE_CLUSTER)->content);

	world_crash(world, SECONDS(20));
	api_delete(world->api, KIND_TARGET, SCENE_NAMESPACE, SCENE_CLUSTER);
	api_delete(world->api, KIND_WORKFLOW, SCENE_NAMESPACE, "own");
	return content;
}

static void
put_back(struct scene *scene, const char *content)
{
	api_create(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, SCENE_CLUSTER, content);
	world_tell_watches(scene->world);
}

static void
it_goes_on_by_its_plan(void **state)
{
	struct scene *scene = begin_with(two_at_a_time);
	struct world *world = scene->world;
	CLEANUP_FREE char *content = NULL;

	(void)state;
	reach(scene, until_stopped, "db-a-2", HOURS(1));
	content = depart(scene);
	reach(scene, until_message, "there is no TargetCluster", MINUTES(2));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, until_phase(world, "Running") && !scene_all_serving(world));
	put_back(scene, content);
	reach(scene, until_all_serve, NULL, MINUTES(5));
	end(scene, "Succeeded", 9, 2);
}

static void
its_cancel_counts_then(void **state)
{
	struct scene *scene = begin_with(two_at_a_time);
	struct world *world = scene->world;
	CLEANUP_FREE char *content = NULL;
	char text[600];

	(void)state;
	reach(scene, until_stopped, "db-a-2", HOURS(1));
	content = depart(scene);
	wait_ms(scene, MINUTES(2));
	scene->cancel = true;
	scene_turn_knobs(scene);
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, until_phase(world, "Running"));
	put_back(scene, content);
	reach(scene, until_phase, "Cancelled", MINUTES(10));
	HOLDS(scene, scene_all_serving(world));
	wait_ms(scene, SECONDS(30));
	judge_or_fail(world, judge(world, text, sizeof text), "at the end", scene->config.seed);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_on_by_its_plan),
		cmocka_unit_test(its_cancel_counts_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
