#include "story.h"

/* The node's host is rebooted between an order to systemd and what was to come of it; nothing starts ScyllaDB then. */

static struct scene *
begin_by(const char *workflow, const char *operation)
{
	struct scene *scene = begin_with((struct scene_config){.operation = operation, .workflow = workflow});

	sim_disable(scene->world->sim, scene_node(scene->world, "db-a-1"), true);
	return scene;
}

static void
reboot(struct scene *scene)
{
	struct world *world = scene->world;

	transcript_add(world->log, world->now, "---- the host of db-a-1 is rebooted");
	sim_reboot(world->sim, world->now, scene_node(world, "db-a-1"), MINUTES(1));
}

#define ONE_NODE ",\"targets\":{\"nodes\":[\"db-a-1\"]}"

/* Seconds, where its time would be 90 minutes. */
static void
a_restart_that_the_reboot_ate_is_ordered_anew(void **state)
{
	struct scene *scene = begin_by(scene_by_restart, "\"workflow\":\"own\"" ONE_NODE);

	(void)state;
	reach(scene, until_started, "db-a-1", MINUTES(10));
	wait_ms(scene, SECONDS(2));
	reboot(scene);
	wait_ms(scene, MINUTES(1));
	reach(scene, until_all_serve, NULL, MINUTES(3));
	HOLDS(scene, started(scene, "db-a-1") == 2);
	end(scene, "Succeeded", 0, 0);
}

static void
a_start_that_the_reboot_ate_is_ordered_anew(void **state)
{
	struct scene *scene = begin_by(NULL, ROLLING ONE_NODE);

	(void)state;
	reach(scene, until_started, "db-a-1", MINUTES(10));
	reboot(scene);
	wait_ms(scene, MINUTES(1));
	reach(scene, until_all_serve, NULL, MINUTES(3));
	HOLDS(scene, started(scene, "db-a-1") == 2);
	end(scene, "Succeeded", 0, 0);
}

static bool
until_sent(struct world *world, const char *unused)
{
	(void)unused;
	return transcript_count(world->log, "sent restart") > 0;
}

/* Whether it arrived nobody knows. The checker counts arrivals of each intent. */
static void
an_order_of_unknown_outcome_is_not_repeated_for_a_reboot(void **state)
{
	struct scene *scene = begin_by(scene_by_restart, "\"workflow\":\"own\"" ONE_NODE);
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_sent, NULL, MINUTES(5));
	world->ssh_lost = UINT64_C(1) << scene_node(world, "db-a-1");
	reach(scene, until_started, "db-a-1", MINUTES(10));
	world->ssh_lost = 0;
	reboot(scene);
	wait_ms(scene, MINUTES(1));
	reach(scene, until_all_serve, NULL, MINUTES(3));
	HOLDS(scene, started(scene, "db-a-1") == 2);
	end(scene, "Succeeded", 0, 0);
}

/* The new process is not taken for the one that was ordered to stop. */
static void
a_host_that_starts_it_at_boot_is_looked_at_anew(void **state)
{
	struct scene *scene = begin_by(NULL, ROLLING ONE_NODE);
	struct world *world = scene->world;

	(void)state;
	sim_disable(world->sim, scene_node(world, "db-a-1"), false);
	reach(scene, until_stopped, "db-a-1", MINUTES(10));
	reboot(scene);
	wait_ms(scene, MINUTES(1));
	reach(scene, until_all_serve, NULL, MINUTES(5));
	end(scene, "Succeeded", 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_that_the_reboot_ate_is_ordered_anew),
		cmocka_unit_test(a_start_that_the_reboot_ate_is_ordered_anew),
		cmocka_unit_test(an_order_of_unknown_outcome_is_not_repeated_for_a_reboot),
		cmocka_unit_test(a_host_that_starts_it_at_boot_is_looked_at_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
