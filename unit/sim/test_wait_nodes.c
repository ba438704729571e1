/* A wait among the cluster's steps for a condition of nodes: what comes after it begins when it holds on every target. */
#include "story.h"

#define SPEC "\"spec\":{\"steps\":[{\"wait\":[{\"condition\":\"compactions-nominal\",\"pollInterval\":\"1s\"}]}," \
	"{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\",\"with\":" \
	"{\"service\":\"scylla-server\"}},{\"wait\":[{\"condition\":\"is-up-normal\",\"pollInterval\":\"1s\"}]}]}}]}"

enum { MANY = 5000, LAST = 5 };

static void
one_node_keeps_all_waiting(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = SPEC,
	    .no_system_keyspaces = true});
	struct world *world = scene->world;

	(void)state;
	sim_compactions(world->sim, LAST, MANY);
	wait_ms(scene, MINUTES(3));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0 && until_phase(world, "Running"));
	world_crash(world, SECONDS(20));
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
	sim_compactions(world->sim, LAST, 0);
	end(scene, "Succeeded", 6, 1);
}

/* Only the operation's targets are looked at. */
static void
who_is_no_target_keeps_nobody_waiting(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation =
	    "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-1\"]}", .workflow = SPEC, .no_system_keyspaces = true});

	(void)state;
	sim_compactions(scene->world->sim, LAST, MANY);
	end(scene, "Succeeded", 1, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_node_keeps_all_waiting),
		cmocka_unit_test(who_is_no_target_keeps_nobody_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
