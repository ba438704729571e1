#include "alloc.h"
#include "breaks.h"
#include "story.h"

/* Nodes that are brought back: what we took down, each with one restart, whatever else befalls it. */

static const char impatient[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":["
    "{\"task\":\"scylla-drain\"},"
    "{\"task\":\"systemd-stop-scylla-server\"},"
    "{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"},\"timeout\":\"%s\"},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"1s\",\"pollInterval\":\"1s\","
    "\"timeout\":\"2s\"}]}]}}]}";

static struct scene *
begin_impatient(const char *start_timeout)
{
	static char workflow[sizeof impatient + 20];

	snprintf(workflow, sizeof workflow, impatient, start_timeout);
	return begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = workflow});
}

static bool
until_db_a_1_runs_again(struct world *world, const char *unused)
{
	(void)unused;
	return scene_count(world, SIM_PROCESS_START, SIM_CONTROLLER, "db-a-1") > 0;
}

/* The step fails while the node is down in all views, and boots: it needs time, not a second restart. */
static void
a_node_that_boots_is_not_restarted_again(void **state)
{
	static const char *const start_timeouts[] = {"1h", "3s"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(start_timeouts); i++) {
		struct scene *scene = begin_impatient(start_timeouts[i]);

		reach(scene, until_db_a_1_runs_again, NULL, MINUTES(5));
		reach(scene, until_over, NULL, HOURS(2));
		HOLDS(scene, scene_all_serving(scene->world));
		HOLDS(scene, started(scene, "db-a-1") == 1);
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
		end(scene, "Failed", 0, 0);
	}
}

/* A stranger has restarted it, and no node answers who could tell of it: that is what it waits for. */
static void
what_nobody_can_look_at_says_so(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(5));
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		if (i != scene_node(world, "db-a-1"))
			sim_crash(world->sim, world->now, i);
	sim_restart(world->sim, world->now, scene_node(world, "db-a-1"));
	reach(scene, until_message, "db-a-1: the ring cannot be read: ", SECONDS(6));
	wait_ms(scene, SECONDS(30));
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		sim_start(world->sim, world->now, i);
	reach(scene, until_phase, "Succeeded", HOURS(1));
	end(scene, "Succeeded", 0, 0);
}

static bool
until_drain_is_sent(struct world *world, const char *unused)
{
	(void)unused;
	return transcript_count(world->log, "sent drain") > 0;
}

static bool
until_drained_or_over(struct world *world, const char *node)
{
	return until_drained(world, node) || until_over(world, NULL);
}

/* Whose process was drained? Ours is the second: somebody has started it while our drain was on its way. */
static bool
hit_the_next_process(const struct scene *scene)
{
	const struct world *world = scene->world;
	size_t node = scene_node(world, "db-a-1");
	bool started = false;

	for (size_t i = 0; i < sim_audit_count(world->sim); i++) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		if (entry->node == node && entry->event == SIM_PROCESS_START)
			started = true;
		if (entry->node == node && entry->event == SIM_DRAINED)
			return started;
	}
	return false;
}

/* Between what we saw and our drain's arrival somebody restarts the node: it is the new process that is drained, and
 * whatever is said to the operation just then, we bring it back. */
static size_t
drain_another_process(uint64_t seed, bool cancel)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	size_t hit;

	world->chance.state = seed;
	world->weather.slow_act = 1000;
	world->weather.late_act = 14000;
	reach(scene, until_drain_is_sent, NULL, MINUTES(10));
	world->weather.slow_act = 0;
	sim_crash(world->sim, world->now, scene_node(world, "db-a-1"));
	sim_start(world->sim, world->now, scene_node(world, "db-a-1"));
	reach(scene, until_drained_or_over, "db-a-1", MINUTES(10));
	hit = hit_the_next_process(scene);
	if (cancel)
		scene->cancel = true;
	else
		scene->suspend = true;
	scene_turn_knobs(scene);
	if (cancel)
		reach(scene, until_over, NULL, MINUTES(30));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, scene_all_serving(world));
	scene->suspend = false;
	scene_turn_knobs(scene);
	end(scene, cancel ? "Cancelled" : "Succeeded", 0, 0);
	return hit;
}

static void
a_drain_that_met_another_process_is_undone(void **state)
{
	size_t hit = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		hit += drain_another_process(seed, true);
		hit += drain_another_process(seed, false);
	}
	CHECK(hit >= 4);
}

static const char hasty[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":["
    "{\"task\":\"scylla-drain\",\"timeout\":\"1s\",\"retries\":%s},"
    "{\"task\":\"systemd-stop-scylla-server\"},"
    "{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

/* The step gives up while its drain is on its way, and the node is up, as if nothing had been done to it. */
static size_t
give_up_early(uint64_t seed, const char *retries, bool crash)
{
	char workflow[sizeof hasty + 20];
	struct scene *scene;
	struct world *world;
	size_t drained;

	snprintf(workflow, sizeof workflow, hasty, retries);
	scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = workflow});
	world = scene->world;
	world->chance.state = seed;
	world->weather.slow_act = 1000;
	world->weather.late_act = 7000;
	reach(scene, until_drain_is_sent, NULL, MINUTES(10));
	if (crash)
		process_crash(&world->processes[0], SECONDS(1));
	wait_ms(scene, SECONDS(8));
	drained = arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1");
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, scene_all_serving(world) || !until_over(world, NULL));
	world->weather.slow_act = 0;
	reach(scene, until_over, NULL, HOURS(2));
	HOLDS(scene, scene_all_serving(world));
	end(scene, scene_phase(world), 0, 0);
	return drained;
}

static void
a_late_drain_is_not_forgotten(void **state)
{
	size_t drained = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		drained += give_up_early(seed, "0", false);
		drained += give_up_early(seed, "1", false);
		drained += give_up_early(seed, "0", true);
	}
	CHECK(drained >= 20);
}

static bool
until_restart_is_sent(struct world *world, const char *unused)
{
	(void)unused;
	return transcript_count(world->log, "sent restart") > 0;
}

/* Our start arrived, and after it the restart that somebody before us had ordered. */
static bool
is_restarted_after_its_start(const struct scene *scene, const char *name)
{
	const struct world *world = scene->world;
	size_t node = scene_node(world, name);
	bool start = false;

	for (size_t i = 0; i < sim_audit_count(world->sim); i++) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		if (entry->node == node && entry->event == SIM_ARRIVED_RESTART && start)
			return true;
		start |= entry->node == node && entry->event == SIM_ARRIVED_START;
	}
	return false;
}

/* Without Redis the node is brought back on the intent that was journaled with its drain, and whoever takes over knows of no
 * such act, which may be on its way still. */
static size_t
lose_a_restore(uint64_t seed)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	size_t late;

	reach(scene, until_drained, "db-a-1", HOURS(1));
	world->chance.state = seed;
	world_redis_away(world, SECONDS(3));
	world->weather.slow_act = 1000;
	world->weather.late_act = 7000;
	reach(scene, until_restart_is_sent, NULL, MINUTES(1));
	wait_ms(scene, 5);
	process_crash(&world->processes[0], 500);
	world->weather.slow_act = 0;
	wait_ms(scene, SECONDS(3));
	late = arrived(scene, SIM_ARRIVED_RESTART, "db-a-1") == 0;
	reach(scene, until_over, NULL, HOURS(2));
	late &= arrived(scene, SIM_ARRIVED_RESTART, "db-a-1") > 0;
	HOLDS(scene, !is_restarted_after_its_start(scene, "db-a-1"));
	end(scene, "Succeeded", 0, 0);
	return late;
}

static void
a_restore_that_the_journal_does_not_know_is_waited_for(void **state)
{
	size_t late = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		late += lose_a_restore(seed);
	CHECK(late >= 4);
}

static bool
until_out_of_service(struct world *world, const char *unused)
{
	(void)unused;
	return transcript_count(world->log, "Running -> Failed reason=OutOfService") > 0;
}

/* One intent is one restart: the next try of a person waits until the journal knows what has become of the first. */
static void
a_retry_waits_for_the_journal_of_the_restore(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-1", HOURS(1));
	sim_boot_fail(world->sim, scene_node(world, "db-a-1"), 1);
	world_redis_away(world, MINUTES(2));
	reach(scene, until_out_of_service, NULL, MINUTES(1));
	scene->retry = 1;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(40));
	HOLDS(scene, started(scene, "db-a-1") == 1);
	HOLDS(scene, until_message(world, "Redis does not answer"));
	end(scene, "Succeeded", 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_that_boots_is_not_restarted_again),
		cmocka_unit_test(what_nobody_can_look_at_says_so),
		cmocka_unit_test(a_late_drain_is_not_forgotten),
		cmocka_unit_test(a_restore_that_the_journal_does_not_know_is_waited_for),
		cmocka_unit_test(a_retry_waits_for_the_journal_of_the_restore),
		cmocka_unit_test(a_drain_that_met_another_process_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
