#include "story.h"

/* spec.skip: who is left out, when, and what is told of it. */

#define SKIP(node, reason) ",\"skip\":[{\"node\":\"" node "\",\"reason\":\"" reason "\"}]"

static bool
journal_says(struct scene *scene, const char *lane, const char *one, const char *other)
{
	const struct api_object *o = scene_operation(scene->world);
	const char *value = store_value(&checker_ledger(scene->world->checker, o->uid)->journal, lane);

	return value && strstr(value, one) && strstr(value, other);
}

static bool
status_says(struct scene *scene, const char *text)
{
	return strstr(scene_operation(scene->world)->status, text) != NULL;
}

static void
a_node_to_come_is_left_out(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	scene->more = SKIP("db-b-1", "disk is being replaced");
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(5));
	HOLDS(scene, journal_says(scene, "lane/1/db-b-1", "\"state\":\"skipped\"", "disk is being replaced"));
	HOLDS(scene, event_says(scene, "db-b-1 is left out", "disk is being replaced"));
	world_crash(world, SECONDS(3));
	reach(scene, until_over, NULL, HOURS(2));
	HOLDS(scene, started(scene, "db-b-1") == 0);
	HOLDS(scene, until_message(world, "5 nodes done, 1 skipped"));
	wait_ms(scene, SECONDS(2));
	HOLDS(scene, status_says(scene, "\"progress\":\"5/6\""));
	HOLDS(scene, status_says(scene, "\"skipped\":1"));
	HOLDS(scene, status_says(scene, "disk is being replaced"));
	end(scene, "Succeeded", 5, 1);
}

static void
a_node_held_down_is_finished_first_and_that_is_said(void **state)
{
	struct scene *scene = begin();

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	scene->more = SKIP("db-a-1", "too late");
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(2));
	HOLDS(scene, event_says(scene, "spec.skip has no effect on db-a-1 now", "comes back first"));
	end(scene, "Succeeded", 6, 1);
}

/* Nothing has happened to a node whose first act the gate holds back. */
static void
a_node_that_waits_at_the_gate_is_left_out(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(20));
	sim_host_away(world->sim, scene_node(world, "db-b-1"), true);
	reach(scene, until_phase, "Frozen", HOURS(1));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-b-1") == 0);
	scene->more = SKIP("db-b-1", "its host is dead");
	scene_turn_knobs(scene);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-b-1") == 0);
	end(scene, "Succeeded", 5, 1);
}

static void
a_wrong_name_is_refused_with_a_sentence(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	scene->more = SKIP("db-x-9", "no such thing");
	scene_turn_knobs(scene);
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, until_phase(world, "Pending"));
	HOLDS(scene, status_says(scene, "spec.skip[0].node: db-x-9 is no node of the plan"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
	scene->more = NULL;
	scene_turn_knobs(scene);
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	scene->more = SKIP("db-x-9", "no such thing");
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(2));
	HOLDS(scene, event_says(scene, "db-x-9", "no node of the plan"));
	end(scene, "Succeeded", 6, 1);
}

/* db-a-2 is down and cannot be brought back. */
static struct scene *
fail_at_the_second(void)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	reach(scene, until_drained, "db-a-2", MINUTES(20));
	sim_host_away(world->sim, scene_node(world, "db-a-2"), true);
	reach(scene, until_phase, "Failed", HOURS(12));
	HOLDS(scene, until_message(world, "OUT OF SERVICE"));
	sim_host_away(world->sim, scene_node(world, "db-a-2"), false);
	return scene;
}

/* What was held down comes back, and is not begun again. */
static void
skip_and_retry_does_the_failed_and_the_rest_only(void **state)
{
	struct scene *scene = fail_at_the_second();
	struct world *world = scene->world;

	(void)state;
	scene->more = SKIP("db-a-2", "its disk is to be replaced");
	scene_turn_knobs(scene);
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, until_phase(world, "Failed"));
	scene->retry = 1;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(1));
	world_crash(world, SECONDS(3));
	reach(scene, until_over, NULL, HOURS(2));
	HOLDS(scene, until_message(world, "5 nodes done, 1 skipped"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-2") == 1);
	HOLDS(scene, started(scene, "db-a-2") == 1);
	HOLDS(scene, started(scene, "db-a-1") == 1);
	HOLDS(scene, scene_all_serving(world));
	HOLDS(scene, journal_says(scene, "lane/1/db-a-2", "\"state\":\"skipped\"", "its disk is to be replaced"));
	end(scene, "Succeeded", 0, 0);
}

/* It has nothing to drain: it comes back before anything else is asked of it, and its restart is what it was taken down
 * for. */
static void
retry_without_skip_brings_the_node_back_first(void **state)
{
	struct scene *scene = fail_at_the_second();
	struct world *world = scene->world;

	(void)state;
	sim_crash(world->sim, world->now, scene_node(world, "db-a-2"));
	wait_ms(scene, SECONDS(30));
	scene->retry = 1;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(1));
	world_crash(world, SECONDS(3));
	reach(scene, until_all_serve, NULL, MINUTES(3));
	reach(scene, until_over, NULL, MINUTES(30));
	HOLDS(scene, until_message(world, "6 nodes done"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-2") == 1);
	HOLDS(scene, started(scene, "db-a-2") == 1);
	end(scene, "Succeeded", 0, 0);
}

/* Somebody has started it by hand meanwhile: then no act of ours reaches it any more. */
static void
what_is_back_already_is_not_touched(void **state)
{
	struct scene *scene = fail_at_the_second();
	struct world *world = scene->world;

	(void)state;
	sim_restart(world->sim, world->now, scene_node(world, "db-a-2"));
	reach(scene, until_all_serve, NULL, MINUTES(10));
	scene->more = SKIP("db-a-2", "started by hand");
	scene->retry = 1;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(10));
	reach(scene, until_over, NULL, HOURS(2));
	HOLDS(scene, until_message(world, "5 nodes done, 1 skipped"));
	HOLDS(scene, started(scene, "db-a-2") == 0);
	end(scene, "Succeeded", 0, 0);
}

/* It cannot be brought back at all: it is tried once more, shouted, and the others are done under the gate. */
static void
what_is_broken_for_good_stands_in_nobodys_way(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true});
	struct world *world = scene->world;
	size_t broken = scene_node(world, "db-c-1");

	(void)state;
	sim_mask(world->sim, broken, true);
	reach(scene, until_phase, "Failed", HOURS(2));
	HOLDS(scene, until_message(world, "db-c-1 is OUT OF SERVICE"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-c-2") == 0);
	scene->more = SKIP("db-c-1", "its disk is broken");
	scene->retry = 1;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(1));
	world_crash(world, SECONDS(3));
	reach(scene, until_phase, "Succeeded", HOURS(2));
	HOLDS(scene, until_message(world, "db-c-1 is OUT OF SERVICE; 5 nodes done, 1 skipped"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-c-1") == 1);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-1") <= 3);
	HOLDS(scene, started(scene, "db-c-2") == 1 && started(scene, "db-b-2") == 1);
	HOLDS(scene, journal_says(scene, "lane/1/db-c-1", "\"state\":\"skipped\"", "\"outOfService\":true"));
	wait_ms(scene, SECONDS(30));
	HOLDS(scene, status_says(scene, "\"nodesHeldDown\":[\"db-c-1\"]"));
	HOLDS(scene, sim_violations(world->sim) == 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_to_come_is_left_out),
		cmocka_unit_test(a_node_held_down_is_finished_first_and_that_is_said),
		cmocka_unit_test(a_node_that_waits_at_the_gate_is_left_out),
		cmocka_unit_test(a_wrong_name_is_refused_with_a_sentence),
		cmocka_unit_test(skip_and_retry_does_the_failed_and_the_rest_only),
		cmocka_unit_test(retry_without_skip_brings_the_node_back_first),
		cmocka_unit_test(what_is_back_already_is_not_touched),
		cmocka_unit_test(what_is_broken_for_good_stands_in_nobodys_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
