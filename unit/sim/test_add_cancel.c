/* A cancel while a node is being added, whose next step would be an act: it waits for the node all the same. */
#include "check.h"

#include "breaks.h"
#include "hands.h"
#include "scene.h"
#include "story.h"

static bool
until_joining(struct world *world, const char *node)
{
	return strcmp(sim_mode(world->sim, world->now, scene_node(world, node)), "BOOTSTRAP") == 0;
}

static void
it_ends_when_the_node_is_in(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.layout = "dc1/a:2,dc1/b:1,dc1/c:1", .spares = 1,
	    .operation = "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-3\"]}",
	    .workflow = "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"salt-highstate\"},"
	    "{\"task\":\"salt-highstate\"}]}}]}"});
	struct world *world = scene->world;
	size_t node = scene_node(world, "db-a-3");

	(void)state;
	/* Its server is started half-way. */
	sim_salt(world->sim, world->now, node, &(struct sim_salt){.ms = 60000});
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	wait_ms(scene, SECONDS(25));
	HOLDS(scene, until_phase(world, "Frozen"));
	scene->cancel = true;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(20));
	HOLDS(scene, until_phase(world, "Cancelling") && !sim_member(world->sim, node));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, sim_member(world->sim, node) && scene_count(world, SIM_RAN, SIM_CONTROLLER, "db-a-3") == 1);
	end(scene, "Cancelled", 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_when_the_node_is_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
