#include "story.h"

/* What people do to an operation, and what befalls it, until it ends well or badly. */

static void
suspended_and_resumed(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	scene->suspend = true;
	scene_turn_knobs(scene);
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, until_phase(world, "Paused"));
	HOLDS(scene, scene_all_serving(world));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, until_phase(world, "Paused"));
	scene->suspend = false;
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 6, 1);
}

static void
cancelled(void **state)
{
	struct scene *scene = begin();

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	scene->cancel = true;
	scene_turn_knobs(scene);
	reach(scene, until_over, NULL, MINUTES(15));
	HOLDS(scene, scene_all_serving(scene->world));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	end(scene, "Cancelled", 0, 0);
}

static void
cancelled_before_it_began(void **state)
{
	struct scene *scene = begin();

	(void)state;
	scene->cancel = true;
	scene_turn_knobs(scene);
	reach(scene, until_over, NULL, MINUTES(5));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
	end(scene, "Cancelled", 0, 0);
}

static void
host_away_then_failed_then_retried(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(20));
	sim_host_away(world->sim, scene_node(world, "db-a-2"), true);
	reach(scene, until_message, "OUT OF SERVICE", HOURS(4));
	HOLDS(scene, until_message(world, "db-a-2"));
	/* Nobody else is touched meanwhile. */
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 2);
	sim_host_away(world->sim, scene_node(world, "db-a-2"), false);
	wait_ms(scene, HOURS(1));
	if (until_phase(world, "Failed")) {
		scene->retry = 1;
		scene_turn_knobs(scene);
		wait_ms(scene, SECONDS(30));
	}
	HOLDS(scene, started(scene, "db-a-1") == 1);
	end(scene, "Succeeded", 0, 0);
}

static void
unknown_workflow_is_refused_and_recovers(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"",
	    .no_system_keyspaces = true});
	struct world *world = scene->world;

	(void)state;
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, strstr(scene_operation(world)->status, "\"Accepted\""));
	HOLDS(scene, strstr(scene_operation(world)->status, "own"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
	api_create(world->api, KIND_WORKFLOW, SCENE_NAMESPACE, "own", own_roll);
	world_tell_watches(world);
	end(scene, "Succeeded", 6, 2);
}

static bool
until_drain_is_sent(struct world *world, const char *unused)
{
	(void)unused;
	return transcript_count(world->log, "sent drain") > 0;
}

/* The node crashes while nobody knows whether its drain has arrived, and is started again by hand: the drain belonged
 * to a process that is gone, and another one would leave the node down as nobody's. */
static void
cancelled_while_a_drain_is_unknown_and_its_node_restarted_by_hand(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct scene *scene = begin();
		struct world *world = scene->world;

		world->chance.state = seed;
		world->weather.lost_act = 1000;
		reach(scene, until_drain_is_sent, NULL, MINUTES(10));
		wait_ms(scene, SECONDS(1));
		world->weather.lost_act = 0;
		sim_crash(world->sim, world->now, scene_node(world, "db-a-1"));
		wait_ms(scene, SECONDS(30));
		scene->cancel = true;
		scene_turn_knobs(scene);
		wait_ms(scene, SECONDS(30));
		sim_start(world->sim, world->now, scene_node(world, "db-a-1"));
		reach(scene, until_over, NULL, MINUTES(30));
		wait_ms(scene, MINUTES(1));
		HOLDS(scene, scene_all_serving(world));
		end(scene, "Cancelled", 0, 0);
	}
}

static void
one_node_task(void **state)
{
	struct scene *scene = begin_with((struct scene_config){
	    .operation = "\"nodeTask\":{\"type\":\"systemd-restart-service\","
	    "\"with\":{\"service\":\"scylla-server\"}},\"targets\":{\"nodes\":[\"db-b-1\"]}"});

	(void)state;
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-b-1") == 1);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, NULL) == 1);
	end(scene, "Succeeded", 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suspended_and_resumed),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(cancelled_before_it_began),
		cmocka_unit_test(host_away_then_failed_then_retried),
		cmocka_unit_test(unknown_workflow_is_refused_and_recovers),
		cmocka_unit_test(cancelled_while_a_drain_is_unknown_and_its_node_restarted_by_hand),
		cmocka_unit_test(one_node_task),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
