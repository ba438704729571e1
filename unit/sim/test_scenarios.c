#include "story.h"

/* What issue 3 must show, each as a story with a name. */

static void
a_roll_touches_each_node_once_zone_by_zone(void **state)
{
	(void)state;
	end(begin(), "Succeeded", 6, 1);
}

static void
servers_away_mid_way(void **state)
{
	struct scene *scene = begin();

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	world_api_away(scene->world, SECONDS(20));
	reach(scene, until_drained, "db-b-1", MINUTES(30));
	world_redis_away(scene->world, SECONDS(20));
	end(scene, "Succeeded", 6, 1);
}

static void
redis_away_for_long_and_the_node_held_down_is_brought_back(void **state)
{
	struct scene *scene = begin();

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(20));
	world_redis_away(scene->world, MINUTES(20));
	reach(scene, until_started, "db-a-2", MINUTES(3));
	reach(scene, until_all_serve, NULL, MINUTES(10));
	HOLDS(scene, scene->world->redis_away_until > scene->world->now);
	wait_ms(scene, MINUTES(3));
	/* Nothing is begun while nothing can be journaled. */
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 2);
	end(scene, "Succeeded", 6, 1);
}

static void
api_server_away_for_long(int64_t lease_ms)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLLING, .lease_ms = lease_ms});

	reach(scene, until_drained, "db-a-2", MINUTES(20));
	world_api_away(scene->world, MINUTES(20));
	/* It takes its time: by then a Lease would be over. */
	sim_stuck_stop(scene->world->sim, scene->world->now, scene_node(scene->world, "db-a-2"), true);
	wait_ms(scene, MINUTES(1));
	sim_stuck_stop(scene->world->sim, scene->world->now, scene_node(scene->world, "db-a-2"), false);
	reach(scene, until_started, "db-a-2", MINUTES(3));
	reach(scene, until_all_serve, NULL, MINUTES(10));
	end(scene, "Succeeded", 6, 1);
}

static void
api_server_away_for_long_and_the_node_held_down_is_brought_back(void **state)
{
	(void)state;
	api_server_away_for_long(0);
}

/* The Lease cannot be renewed meanwhile, and nobody else can take it. */
static void
lease_unrenewed_for_long_and_the_node_held_down_is_brought_back(void **state)
{
	(void)state;
	api_server_away_for_long(SECONDS(15));
}

static void
stranger_crashes(bool redis_too)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	reach(scene, until_drained, "db-a-1", MINUTES(10));
	sim_crash(world->sim, world->now, scene_node(world, "db-b-2"));
	if (redis_too)
		world_redis_away(world, MINUTES(2));
	reach(scene, until_started, "db-a-1", MINUTES(3));
	wait_ms(scene, MINUTES(8));
	HOLDS(scene, sim_serving(world->sim, world->now, scene_node(world, "db-a-1")));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	HOLDS(scene, until_phase(world, "Frozen"));
	HOLDS(scene, until_message(world, "db-b-2"));
	sim_start(world->sim, world->now, scene_node(world, "db-b-2"));
	end(scene, "Succeeded", 6, 1);
}

static void
stranger_crashes_while_ours_is_drained(void **state)
{
	(void)state;
	stranger_crashes(false);
}

static void
stranger_crashes_with_redis_away(void **state)
{
	(void)state;
	stranger_crashes(true);
}

static void
node_restarted_by_hand_between_drain_and_stop(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_done, "1.1/db-a-1", MINUTES(10));
	world_crash(world, MINUTES(4));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_STOP, "db-a-1") == 0);
	sim_restart(world->sim, world->now, scene_node(world, "db-a-1"));
	reach(scene, until_over, NULL, HOURS(2));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1") == 2);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_STOP, "db-a-1") == 1);
	HOLDS(scene, event_says(scene, "db-a-1", "restarted"));
	end(scene, "Succeeded", 0, 0);
}

/* As before, and the journal does not know yet that the drain has succeeded. */
static void
node_restarted_by_hand_after_an_unseen_drain(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	world_crash(world, MINUTES(4));
	sim_restart(world->sim, world->now, scene_node(world, "db-a-1"));
	reach(scene, until_over, NULL, HOURS(2));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1") == 2);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_STOP, "db-a-1") == 1);
	end(scene, "Succeeded", 0, 0);
}

static void
own_drained_node_does_not_block_the_stop(void **state)
{
	struct scene *scene = begin();

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	world_crash(scene->world, 500);
	end(scene, "Succeeded", 6, 1);
}

static void
two_candidates_with_room_for_one(void **state)
{
	/* Only two of a rack share no range: of any other two lanes one may go. */
	static const char workflow[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyUnit\":\"datacenter\","
	    "\"concurrencyLimit\":2,\"steps\":[{\"task\":\"scylla-drain\",\"retries\":1},"
	    "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";
	struct scene *scene = begin_with((struct scene_config){
	    .layout = "dc1/a:2,dc1/b:1,dc1/c:2", .operation = "\"workflow\":\"own\"", .workflow = workflow,
	    .no_system_keyspaces = true});

	(void)state;
	reach(scene, until_over, NULL, HOURS(2));
	for (size_t i = 0; i < sim_nodes(scene->world->sim); i++)
		HOLDS(scene, started(scene, sim_name(scene->world->sim, i)) == 1);
	end(scene, "Succeeded", 0, 0);
}

/* One rack: any two nodes share a range, so that two at once could only ever wait for one another. */
static void
room_for_two_that_is_never_there_is_refused(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.layout = "dc1/a:5", .operation = "\"workflow\":\"later\""});
	struct world *world = scene->world;

	(void)state;
	wait_ms(scene, MINUTES(1));
	api_create(world->api, KIND_WORKFLOW, SCENE_NAMESPACE, "later", own_roll);
	world_tell_watches(world);
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, until_phase(world, "Pending"));
	HOLDS(scene, strstr(scene_operation(world)->status, "\"reason\":\"PlanRefused\""));
	HOLDS(scene, strstr(scene_operation(world)->status, "workflow later, spec.steps[0].eachNode.concurrencyLimit: 2 nodes "
	    "at once, but no two of a unit can ever be down together: keyspace "));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
	scene_free(scene);
}

static void
two_candidates_with_room_for_both(void **state)
{
	struct scene *scene = begin_with((struct scene_config){
	    .layout = "dc1/a:3,dc1/b:3,dc1/c:3", .operation = "\"workflow\":\"own\"", .workflow = own_roll,
	    .no_system_keyspaces = true});
	char text[600];

	(void)state;
	reach(scene, until_over, NULL, HOURS(2));
	/* Two at once were allowed, and two at once went. */
	HOLDS(scene, judge_order(scene->world, 9, 1, text, sizeof text) != NULL);
	end(scene, "Succeeded", 9, 2);
}

static void
deleted_mid_roll(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	char text[600];

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	scene_delete(scene);
	reach(scene, until_gone, NULL, MINUTES(15));
	HOLDS(scene, scene_all_serving(world));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	judge_or_fail(world, judge(world, text, sizeof text), "at the end", scene->config.seed);
	scene_free(scene);
}

static void
two_datacenters_with_equal_rack_names(void **state)
{
	struct scene *scene = begin_with((struct scene_config){
	    .layout = "dc1/a:1,dc1/b:1,dc1/c:1,dc2/a:1,dc2/b:1,dc2/c:1",
	    .operation = "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-dc1-a-1\"}"});

	(void)state;
	end(scene, "Succeeded", 6, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_roll_touches_each_node_once_zone_by_zone),
		cmocka_unit_test(servers_away_mid_way),
		cmocka_unit_test(redis_away_for_long_and_the_node_held_down_is_brought_back),
		cmocka_unit_test(api_server_away_for_long_and_the_node_held_down_is_brought_back),
		cmocka_unit_test(lease_unrenewed_for_long_and_the_node_held_down_is_brought_back),
		cmocka_unit_test(stranger_crashes_while_ours_is_drained),
		cmocka_unit_test(stranger_crashes_with_redis_away),
		cmocka_unit_test(node_restarted_by_hand_between_drain_and_stop),
		cmocka_unit_test(node_restarted_by_hand_after_an_unseen_drain),
		cmocka_unit_test(own_drained_node_does_not_block_the_stop),
		cmocka_unit_test(two_candidates_with_room_for_one),
		cmocka_unit_test(room_for_two_that_is_never_there_is_refused),
		cmocka_unit_test(two_candidates_with_room_for_both),
		cmocka_unit_test(deleted_mid_roll),
		cmocka_unit_test(two_datacenters_with_equal_rack_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
