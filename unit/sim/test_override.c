#include "story.h"

/* spec.overrides: a roll beside a dead node that nobody can bring back today. */

#define UNTIL(time) "\"reason\":\"the rack is dark\",\"until\":\"" time "\"}]"
#define NORMAL_FOR(node) ",\"overrides\":[{\"gate\":\"cluster-normal\",\"nodes\":[\"" node "\"],"

/* db-a-1 and db-a-2 share no range, so one of them may go while the other is dead; the oracle agrees or says so. */
static struct scene *
frozen_beside_a_dead_node(void)
{
	struct scene *scene = begin_with((struct scene_config){
	    .operation = ROLLING ",\"targets\":{\"nodes\":[\"db-a-1\"]}", .no_system_keyspaces = true});
	struct world *world = scene->world;

	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", MINUTES(5));
	sim_crash(world->sim, world->now, scene_node(world, "db-a-2"));
	wait_ms(scene, MINUTES(1));
	scene->suspend = false;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Frozen", MINUTES(10));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1") == 0);
	return scene;
}

static bool
condition_says(struct scene *scene, const char *text)
{
	const struct api_object *o = scene_operation(scene->world);

	return strstr(o->status, text) != NULL;
}

static void
it_lets_the_named_node_through(void **state)
{
	struct scene *scene = frozen_beside_a_dead_node();
	struct world *world = scene->world;

	(void)state;
	scene->more = NORMAL_FOR("db-a-1") UNTIL("2100-01-01T00:00:00Z");
	scene_turn_knobs(scene);
	reach(scene, until_drained, "db-a-1", MINUTES(5));
	HOLDS(scene, event_says(scene, "db-a-1: cluster-normal overridden until 2100-01-01", "the rack is dark"));
	wait_ms(scene, SECONDS(3));
	HOLDS(scene, condition_says(scene, "GateOverridden"));
	sim_start(world->sim, world->now, scene_node(world, "db-a-2"));
	end(scene, "Succeeded", 1, 1);
}

static void
past_its_end_it_is_not_in_force(void **state)
{
	struct scene *scene = frozen_beside_a_dead_node();
	struct world *world = scene->world;

	(void)state;
	scene->more = NORMAL_FOR("db-a-1") UNTIL("2020-01-01T00:00:00Z");
	scene_turn_knobs(scene);
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, until_phase(world, "Frozen"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1") == 0);
	sim_start(world->sim, world->now, scene_node(world, "db-a-2"));
	end(scene, "Succeeded", 1, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_lets_the_named_node_through),
		cmocka_unit_test(past_its_end_it_is_not_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
