#include "story.h"

#include "alloc.h"

/* A node that does not tell its generation before it is restarted, and tells the old one while it still goes down: our own
 * restart is nobody else's. */

#define ONE_NODE ",\"targets\":{\"nodes\":[\"db-a-1\"]}"
#define RESTART \
	"\"nodeTask\":{\"type\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}" ONE_NODE

static const char restart_and_wait[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":["
    "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\"}]}]}}]}";

static bool
until_sent(struct world *world, const char *unused)
{
	(void)unused;
	return transcript_count(world->log, "sent restart") > 0;
}

/* What the process that goes down says of itself is heard. */
static struct scene *
restart_untold(const char *operation, const char *workflow)
{
	struct scene *scene = begin_with((struct scene_config){.operation = operation, .workflow = workflow});

	scene->world->mute = "/generation_number";
	reach(scene, until_sent, NULL, MINUTES(10));
	scene->world->mute = NULL;
	return scene;
}

static void
end_once(struct scene *scene)
{
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, started(scene, "db-a-1") == 1);
	HOLDS(scene, !event_says(scene, "db-a-1", "somebody else"));
	end(scene, "Succeeded", 0, 0);
}

static void
a_restart_is_ours_though_the_generation_before_is_unknown(void **state)
{
	(void)state;
	end_once(restart_untold(RESTART, NULL));
	end_once(restart_untold("\"workflow\":\"own\"" ONE_NODE, restart_and_wait));
}

/* The answer to the order is lost on its way: it is looked for, and what is seen meanwhile is of the process before. */
static void
so_is_one_whose_outcome_is_unknown(void **state)
{
	static const char *const workflows[] = {NULL, restart_and_wait};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(workflows); i++) {
		struct scene *scene = restart_untold(i ? "\"workflow\":\"own\"" ONE_NODE : RESTART, workflows[i]);

		scene->world->ssh_lost = UINT64_C(1) << scene_node(scene->world, "db-a-1");
		reach(scene, until_started, "db-a-1", MINUTES(10));
		wait_ms(scene, SECONDS(1));
		scene->world->ssh_lost = 0;
		end_once(scene);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_is_ours_though_the_generation_before_is_unknown),
		cmocka_unit_test(so_is_one_whose_outcome_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
