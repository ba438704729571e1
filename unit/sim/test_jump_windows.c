#include "story.h"

/* The wall clock is set while a condition is held against its success window: the window starts again, for whichever step. */

#define WAIT "{\"wait\":[{\"condition\":\"cluster-normal\",\"successWindow\":\"10m\",\"pollInterval\":\"1s\"}]},"
#define NODES(first) "{\"eachNode\":{\"steps\":[" first "{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\"," \
	"\"with\":{\"service\":\"scylla-server\"}}]}}"
#define TARGETS "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-1\"]}"

static void
starts_again(const char *workflow, int64_t by_ms)
{
	struct scene *scene = begin_with((struct scene_config){.operation = TARGETS, .workflow = workflow,
	    .no_system_keyspaces = true});

	reach(scene, until_message, "cluster-normal", MINUTES(1));
	wait_ms(scene, MINUTES(8));
	if (by_ms)
		world_jump(scene->world, by_ms);
	wait_ms(scene, MINUTES(2) + SECONDS(15));
	HOLDS(scene, until_drained(scene->world, "db-a-1") == (by_ms == 0));
	if (by_ms)
		wait_ms(scene, MINUTES(7));
	HOLDS(scene, until_drained(scene->world, "db-a-1") == (by_ms == 0));
	wait_ms(scene, MINUTES(1));
	HOLDS(scene, until_drained(scene->world, "db-a-1"));
	end(scene, "Succeeded", 1, 1);
}

static void
of_a_node(void **state)
{
	static const char workflow[] = "\"spec\":{\"steps\":[" NODES(WAIT) "]}";

	(void)state;
	starts_again(workflow, 0);
	starts_again(workflow, HOURS(2));
	starts_again(workflow, -HOURS(2));
}

static void
of_the_cluster(void **state)
{
	static const char workflow[] = "\"spec\":{\"steps\":[" WAIT NODES("") "]}";

	(void)state;
	starts_again(workflow, 0);
	starts_again(workflow, HOURS(2));
	starts_again(workflow, -HOURS(2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_node),
		cmocka_unit_test(of_the_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
