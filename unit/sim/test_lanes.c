#include "story.h"

/* Lanes that are held up in the middle of what the language lets stand around a restart: in an onFailure, before the first
 * step that takes the node down. */

#define DRAIN "{\"task\":\"scylla-drain\"}"
#define RESTART "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}"
#define UP "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"2s\",\"pollInterval\":\"1s\"}]}"
#define EACH(steps) "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[" steps "]}}]}"
#define ONE_NODE "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-1\"]}"

/* Its one restart stands in an onFailure. */
static const char rescued[] = EACH(DRAIN ",{\"task\":\"fail\",\"with\":{\"message\":\"no such luck\"},\"onFailure\":["
    RESTART "]}," UP);
static const char napping[] = EACH("{\"task\":\"sleep\",\"with\":{\"duration\":\"20s\"}}," DRAIN "," RESTART "," UP);

static bool
until_logged(struct world *world, const char *text)
{
	return transcript_count(world->log, text) > 0;
}

static struct scene *
begin_one(const char *workflow)
{
	return begin_with((struct scene_config){.operation = ONE_NODE, .workflow = workflow, .stable_ms = 2000});
}

/* Without Redis the node is brought back by the very restart that was left of the onFailure. */
static void
a_rescue_that_restoring_has_done_is_done(void **state)
{
	struct scene *scene = begin_one(rescued);

	(void)state;
	reach(scene, until_logged, "StepFallsBack", HOURS(1));
	world_redis_away(scene->world, SECONDS(30));
	reach(scene, until_logged, "the journal is away", MINUTES(1));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, started(scene, "db-a-1") == 1);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1") == 1);
	end(scene, "Succeeded", 1, 1);
}

/* So is one that could not be done until somebody had mended the host. */
static void
a_rescue_that_failed_is_not_begun_again_where_restoring_does_it(void **state)
{
	struct scene *scene = begin_one(rescued);
	struct world *world = scene->world;
	size_t node = scene_node(world, "db-a-1");

	(void)state;
	sim_mask(world->sim, node, true);
	reach(scene, until_phase, "Failed", HOURS(1));
	HOLDS(scene, until_message(world, "db-a-1 is OUT OF SERVICE"));
	sim_mask(world->sim, node, false);
	scene->retry = 1;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(5));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, started(scene, "db-a-1") == 1);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1") == 1);
	end(scene, "Succeeded", 1, 1);
}

/* db-a-1 has slept, and stands before a closed gate. */
static struct scene *
begin_frozen(void)
{
	struct scene *scene = begin_one(napping);

	reach(scene, until_logged, "sleep: start", MINUTES(10));
	sim_crash(scene->world->sim, scene->world->now, scene_node(scene->world, "db-b-1"));
	reach(scene, until_phase, "Frozen", MINUTES(10));
	return scene;
}

/* Nothing has been done to it that would have to be undone. */
static void
a_lane_that_has_not_taken_its_node_down_stops_at_once(void **state)
{
	struct scene *scene = begin_frozen();
	struct world *world = scene->world;

	(void)state;
	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", SECONDS(10));
	sim_start(world->sim, world->now, scene_node(world, "db-b-1"));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
	process_crash(&world->processes[0], SECONDS(1));
	wait_ms(scene, MINUTES(1));
	scene->suspend = false;
	scene_turn_knobs(scene);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, transcript_count(world->log, "sleep: finished") == 1);
	end(scene, "Succeeded", 1, 1);
}

static void
a_lane_that_has_not_taken_its_node_down_is_cancelled_at_once(void **state)
{
	struct scene *scene = begin_frozen();

	(void)state;
	scene->cancel = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Cancelled", SECONDS(10));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
	scene_free(scene);
}

static void
a_gate_that_stays_closed_pauses_it(void **state)
{
	struct scene *scene = begin_frozen();

	(void)state;
	reach(scene, until_phase, "Paused", MINUTES(31));
	sim_start(scene->world->sim, scene->world->now, scene_node(scene->world, "db-b-1"));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
	scene->retry = 1;
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 1, 1);
}

/* What a command does to its node nobody has stated: it may have been taken down. */
static struct scene *
begin_failing_command(void)
{
	struct scene *scene = begin_with((struct scene_config){
	    .operation = "\"nodeTask\":{\"type\":\"run-command\",\"with\":{\"command\":\"fail\"}},"
	    "\"targets\":{\"nodes\":[\"db-a-1\"]}",
	    .target = ",\"commands\":[{\"name\":\"fail\",\"args\":[\"/usr/bin/false\"]}]", .stable_ms = 5000});

	reach(scene, until_logged, "run-command: failed", MINUTES(10));
	return scene;
}

static bool
has_shouted(const struct scene *scene)
{
	return transcript_count(scene->world->log, "OUT OF SERVICE") > 0;
}

static void
a_node_that_a_failed_command_left_up_is_not_held(void **state)
{
	struct scene *scene = begin_failing_command();

	(void)state;
	reach(scene, until_phase, "Failed", MINUTES(2));
	wait_ms(scene, SECONDS(5));
	HOLDS(scene, !has_shouted(scene));
	HOLDS(scene, !strstr(scene_operation(scene->world)->status, "\"nodesHeldDown\":[\""));
	HOLDS(scene, until_message(scene->world, "db-a-1: run-command"));
	end(scene, "Failed", 0, 0);
}

/* It boots: it is given the time to. */
static void
a_node_that_a_failed_command_restarted_is_waited_for(void **state)
{
	struct scene *scene = begin_failing_command();
	struct world *world = scene->world;

	(void)state;
	sim_crash(world->sim, world->now, scene_node(world, "db-a-1"));
	sim_start(world->sim, world->now, scene_node(world, "db-a-1"));
	process_crash(&world->processes[0], SECONDS(1));
	reach(scene, until_phase, "Failed", MINUTES(5));
	wait_ms(scene, SECONDS(5));
	HOLDS(scene, scene_all_serving(world));
	HOLDS(scene, !has_shouted(scene));
	end(scene, "Failed", 0, 0);
}

static void
a_node_that_a_failed_command_left_down_is_shouted(void **state)
{
	struct scene *scene = begin_failing_command();
	struct world *world = scene->world;

	(void)state;
	sim_crash(world->sim, world->now, scene_node(world, "db-a-1"));
	reach(scene, until_message, "db-a-1 is OUT OF SERVICE", MINUTES(2));
	wait_ms(scene, SECONDS(2));
	HOLDS(scene, until_phase(world, "Failed"));
	HOLDS(scene, strstr(scene_operation(world)->status, "\"nodesHeldDown\":[\"db-a-1\"]"));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rescue_that_restoring_has_done_is_done),
		cmocka_unit_test(a_rescue_that_failed_is_not_begun_again_where_restoring_does_it),
		cmocka_unit_test(a_lane_that_has_not_taken_its_node_down_stops_at_once),
		cmocka_unit_test(a_lane_that_has_not_taken_its_node_down_is_cancelled_at_once),
		cmocka_unit_test(a_gate_that_stays_closed_pauses_it),
		cmocka_unit_test(a_node_that_a_failed_command_left_up_is_not_held),
		cmocka_unit_test(a_node_that_a_failed_command_restarted_is_waited_for),
		cmocka_unit_test(a_node_that_a_failed_command_left_down_is_shouted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
