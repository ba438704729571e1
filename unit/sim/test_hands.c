#include "story.h"

#include "hands.h"

/* What somebody else does to a node while it is at work. */

static struct scene *
begin_plain(void)
{
	return begin_with((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true});
}

/* Every process of the node that we stopped had been drained. */
static bool
only_drained_was_stopped(struct world *world, const char *node)
{
	for (size_t i = 0; i < sim_audit_count(world->sim); i++) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		if (entry->event == SIM_ARRIVED_STOP && entry->source == SIM_CONTROLLER &&
		    entry->node == scene_node(world, node) && !strstr(entry->text, "mode=DRAINED"))
			return false;
	}
	return true;
}

/* Between our drain and our stop: what was drained is gone, and the new process is drained before it is stopped. */
static void
a_node_restarted_after_its_drain_is_drained_again(void **state)
{
	size_t again = 0;

	(void)state;
	for (int64_t later = 0; later <= 120; later += 12) {
		struct scene *scene = begin_plain();
		struct world *world = scene->world;

		reach(scene, until_drained, "db-b-1", HOURS(2));
		wait_ms(scene, later);
		if (arrived(scene, SIM_ARRIVED_STOP, "db-b-1") > 0) {
			scene_free(scene);
			break;
		}
		sim_restart(world->sim, world->now, scene_node(world, "db-b-1"));
		reach(scene, until_over, NULL, HOURS(4));
		HOLDS(scene, only_drained_was_stopped(world, "db-b-1"));
		again += event_says(scene, "db-b-1", "somebody else has restarted");
		end(scene, "Succeeded", 0, 0);
	}
	CHECK(again > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_restarted_after_its_drain_is_drained_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
