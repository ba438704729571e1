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
until_logged(struct world *world, const char *text)
{
	return transcript_count(world->log, text) > 0;
}

/* What the process that goes down says of itself is heard. */
static struct scene *
restart_untold(const char *operation, const char *workflow)
{
	struct scene *scene = begin_with((struct scene_config){.operation = operation, .workflow = workflow});

	scene->world->mute = "/generation_number";
	reach(scene, until_logged, "sent restart", MINUTES(10));
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

static const char commands[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":["
    "{\"task\":\"run-command\",\"with\":{\"command\":\"bounce\"},\"impact\":\"takesNodeDown\"},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"10s\",\"pollInterval\":\"1s\"}]},"
    "{\"task\":\"run-command\",\"with\":{\"command\":\"look\"},\"impact\":\"none\"}]}}]}";

/* It has ended when what it has begun on its host has not: the wait after it meets the process before. */
static void
what_a_command_does_late_is_ours(void **state)
{
	static const char *const mute[] = {NULL, "/generation_number"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mute); i++) {
		struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"" ONE_NODE,
		    .workflow = commands, .target = ",\"commands\":[{\"name\":\"bounce\",\"args\":[\"/usr/bin/true\"]},"
		    "{\"name\":\"look\",\"args\":[\"/usr/bin/true\"]}]"});
		struct world *world = scene->world;

		world->mute = mute[i];
		reach(scene, until_logged, "sent run", MINUTES(10));
		world->mute = NULL;
		reach(scene, until_done, "1.1/db-a-1", MINUTES(10));
		wait_ms(scene, SECONDS(2));
		sim_restart(world->sim, world->now, scene_node(world, "db-a-1"));
		reach(scene, until_over, NULL, HOURS(1));
		HOLDS(scene, arrived(scene, SIM_RAN, "db-a-1") == 2);
		end(scene, "Succeeded", 0, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_is_ours_though_the_generation_before_is_unknown),
		cmocka_unit_test(so_is_one_whose_outcome_is_unknown),
		cmocka_unit_test(what_a_command_does_late_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
