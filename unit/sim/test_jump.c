#include "story.h"

#include "alloc.h"
#include "breaks.h"
#include "notices.h"

/* The wall clock is set, and a moment later the controller dies: the next one has the journal and that clock, and as much time
 * must be left as there was. */

#define NODE_STEPS "{\"task\":\"scylla-drain\",\"retries\":1},{\"task\":\"systemd-stop-scylla-server\",\"timeout\":\"20m\"}," \
	"{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}," \
	"{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\"}]}"
#define NODES(members) "{\"eachNode\":{" members "\"steps\":[" NODE_STEPS "]}}"
#define STEPS(steps) "\"spec\":{\"steps\":[" steps "]}"

static const int64_t jumps[] = {HOURS(2), -HOURS(2)};

static struct scene *
begin_own(const char *workflow)
{
	return begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = workflow,
	    .no_system_keyspaces = true});
}

static void
set_clock(struct scene *scene, int64_t by_ms)
{
	world_jump(scene->world, by_ms);
	wait_ms(scene, 300);
	process_crash(&scene->world->processes[0], SECONDS(5));
}

/* Something that lasts for ten minutes: it is 'seen' in the message, and over when 'over'. */
static struct scene *
lasts_ten_minutes(const char *workflow, int64_t by_ms, const char *seen, bool (*over)(struct world *, const char *),
    const char *what)
{
	struct scene *scene = begin_own(workflow);
	int64_t began;

	reach(scene, until_message, seen, MINUTES(20));
	began = scene->world->now;
	wait_ms(scene, MINUTES(4));
	set_clock(scene, by_ms);
	wait_ms(scene, MINUTES(10) + began - scene->world->now - SECONDS(30));
	HOLDS(scene, until_message(scene->world, seen));
	reach(scene, over, what, MINUTES(1) + SECONDS(30));
	return scene;
}

static void
a_canary_soaks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++)
		end(lasts_ten_minutes(STEPS(NODES("\"canary\":{\"nodes\":2,\"soak\":\"10m\"},")), jumps[i],
		    "canary soaks until", until_drained, "db-b-1"), "Succeeded", 6, 1);
}

static void
a_place_cools_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++)
		end(lasts_ten_minutes(STEPS(NODES("\"coolDown\":\"10m\",")), jumps[i], "cools down until", until_drained,
		    "db-a-2"), "Succeeded", 6, 1);
}

static void
an_approval_is_awaited(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++)
		end(lasts_ten_minutes(STEPS("{\"approval\":{\"message\":\"go\",\"timeout\":\"10m\","
		    "\"onTimeout\":\"continue\"}}," NODES("")), jumps[i], "approve 1", until_drained, "db-a-1"), "Succeeded", 6,
		    1);
}

static void
a_task_sleeps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++)
		end(lasts_ten_minutes(STEPS("{\"task\":\"sleep\",\"with\":{\"duration\":\"10m\"}}," NODES("")), jumps[i],
		    "sleeps until", until_drained, "db-a-1"), "Succeeded", 6, 1);
}

static bool
until_status(struct world *world, const char *text)
{
	const struct api_object *o = scene_operation(world);

	return o && o->status && strstr(o->status, text);
}

/* The step that stops it has twenty minutes. */
static void
a_step_has_its_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++) {
		struct scene *scene = begin_own(STEPS(NODES("")));
		struct world *world = scene->world;
		int64_t began;

		reach(scene, until_drained, "db-a-1", MINUTES(10));
		sim_host_away(world->sim, scene_node(world, "db-a-1"), true);
		reach(scene, until_message, "systemd-stop", MINUTES(2));
		began = world->now;
		wait_ms(scene, MINUTES(12));
		set_clock(scene, jumps[i]);
		wait_ms(scene, MINUTES(20) + began - world->now - MINUTES(1));
		HOLDS(scene, !until_status(world, "not done after 20m"));
		reach(scene, until_status, "not done after 20m", MINUTES(2) + SECONDS(30));
		sim_host_away(world->sim, scene_node(world, "db-a-1"), false);
		end(scene, "Succeeded", 6, 1);
	}
}

/* The gate's timeout, half an hour. */
static void
a_gate_is_closed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++) {
		struct scene *scene = begin_own(STEPS(NODES("")));
		struct world *world = scene->world;
		int64_t began;

		reach(scene, until_drained, "db-a-1", MINUTES(10));
		sim_crash(world->sim, world->now, scene_node(world, "db-c-1"));
		reach(scene, until_phase, "Frozen", MINUTES(10));
		began = world->now;
		wait_ms(scene, MINUTES(20));
		set_clock(scene, jumps[i]);
		wait_ms(scene, MINUTES(30) + began - world->now - MINUTES(1));
		HOLDS(scene, until_phase(world, "Frozen"));
		reach(scene, until_phase, "Paused", MINUTES(2));
		sim_start(world->sim, world->now, scene_node(world, "db-c-1"));
		scene->retry = 1;
		scene_turn_knobs(scene);
		end(scene, "Succeeded", 6, 1);
	}
}

#define CHANNEL ",\"channels\":[{\"name\":\"log\",\"type\":\"json\",\"urlSecretRef\":{\"name\":\"hooks\",\"key\":\"log\"}}]"

/* A message is tried for six hours, of which two minutes are over. */
static void
a_message_waits(void **state)
{
	size_t calls;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++) {
		struct scene *scene = begin_with((struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .target = CHANNEL,
		    .operation = "\"workflow\":\"restart-node\",\"targets\":{\"nodes\":[\"db-a-1\"]}"});
		struct world *world = scene->world;

		world->web.mood = WEB_AWAY;
		world->web.until = INT64_MAX;
		reach(scene, until_over, NULL, HOURS(1));
		wait_ms(scene, MINUTES(2));
		set_clock(scene, 4 * jumps[i]);
		wait_ms(scene, MINUTES(2));
		world->web.until = world->now;
		wait_ms(scene, MINUTES(20));
		HOLDS(scene, notices_taken(world, "log", "finished/0", &calls) == 1);
		end(scene, "Succeeded", 1, 1);
	}
}

/* A gate that closes once is told of once. */
static void
what_was_told_is_not_told_again(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"",
	    .workflow = STEPS(NODES("")), .target = CHANNEL});
	struct world *world = scene->world;
	size_t told = 0;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	sim_crash(world->sim, world->now, scene_node(world, "db-c-1"));
	reach(scene, until_phase, "Frozen", MINUTES(10));
	wait_ms(scene, MINUTES(5));
	set_clock(scene, HOURS(2));
	wait_ms(scene, MINUTES(5));
	for (size_t i = 0; i < world->web.nposts; i++)
		told += strstr(world->web.posts[i].body, "frozen for two minutes") != NULL;
	HOLDS(scene, told == 1);
	sim_start(world->sim, world->now, scene_node(world, "db-c-1"));
	end(scene, "Succeeded", 6, 1);
}

/* Set while nobody was at work, it has used up the time of a restart for who comes then: that one tries again, once. */
static void
dead_it_is_late(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"",
	    .workflow = scene_by_restart, .no_system_keyspaces = true});
	struct world *world = scene->world;

	(void)state;
	sim_boot_slow(world->sim, scene_node(world, "db-a-1"), MINUTES(2));
	reach(scene, until_message, "db-a-1: systemctl restart was accepted", MINUTES(5));
	process_crash(&world->processes[0], SECONDS(30));
	wait_ms(scene, SECONDS(1));
	world_jump(world, HOURS(2));
	reach(scene, until_message, "db-a-1: not done after 1h30m", MINUTES(2));
	sim_boot_slow(world->sim, scene_node(world, "db-a-1"), 0);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-a-1") == 2);
	end(scene, "Succeeded", 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_canary_soaks),
		cmocka_unit_test(a_place_cools_down),
		cmocka_unit_test(an_approval_is_awaited),
		cmocka_unit_test(a_task_sleeps),
		cmocka_unit_test(a_step_has_its_time),
		cmocka_unit_test(a_gate_is_closed),
		cmocka_unit_test(a_message_waits),
		cmocka_unit_test(what_was_told_is_not_told_again),
		cmocka_unit_test(dead_it_is_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
