#include "story.h"

#include "alloc.h"
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

static size_t
restart_after_drain(const char *mute)
{
	size_t again = 0;

	for (int64_t later = 0; later <= 120; later += 12) {
		struct scene *scene = begin_plain();
		struct world *world = scene->world;

		world->mute = mute;
		reach(scene, until_drained, "db-b-1", HOURS(2));
		wait_ms(scene, later);
		if (arrived(scene, SIM_ARRIVED_STOP, "db-b-1") > 0) {
			scene_free(scene);
			break;
		}
		sim_restart(world->sim, world->now, scene_node(world, "db-b-1"));
		wait_ms(scene, SECONDS(30));
		world->mute = NULL;
		reach(scene, until_over, NULL, HOURS(4));
		HOLDS(scene, only_drained_was_stopped(world, "db-b-1"));
		again += event_says(scene, "db-b-1", "somebody else has restarted");
		end(scene, "Succeeded", 0, 0);
	}
	return again;
}

/* Between our drain and our stop: what was drained is gone, and the new process is drained before it is stopped. */
static void
a_node_restarted_after_its_drain_is_drained_again(void **state)
{
	(void)state;
	CHECK(restart_after_drain(NULL) > 0);
}

/* While no controller is at work: who comes next says when that was, as the node's new generation tells. */
static void
when_it_was_restarted_is_told(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-b-1", HOURS(2));
	process_crash(&world->processes[0], MINUTES(3));
	wait_ms(scene, 1);
	sim_restart(world->sim, world->now, scene_node(world, "db-b-1"));
	reach(scene, until_over, NULL, HOURS(4));
	HOLDS(scene, event_says(scene, "db-b-1: somebody else has restarted the node at 2026-11-21T08:0",
	    "Z by its clock between"));
	end(scene, "Succeeded", 0, 0);
}

/* No process of it has ever told its generation, or the first one that does is the new one: its host knows the process. */
static void
nor_need_it_have_told_its_generation(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;
	size_t node = scene_node(world, "db-b-1");

	(void)state;
	CHECK(restart_after_drain("/generation_number") > 0);
	world->mute = "/generation_number";
	reach(scene, until_drained, "db-b-1", HOURS(2));
	sim_host_away(world->sim, node, true);
	sim_restart(world->sim, world->now, node);
	wait_ms(scene, SECONDS(40));
	sim_host_away(world->sim, node, false);
	world->mute = NULL;
	reach(scene, until_over, NULL, HOURS(4));
	HOLDS(scene, only_drained_was_stopped(world, "db-b-1"));
	HOLDS(scene, event_says(scene, "db-b-1", "somebody else has restarted"));
	end(scene, "Succeeded", 0, 0);
}

/* It is down as its turn comes, and somebody starts it: that process is the one that is drained. */
static void
a_node_started_before_its_drain_is_restarted_once(void **state)
{
	static const char *const mute[] = {NULL, "/generation_number"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mute); i++) {
		struct scene *scene = begin_with((struct scene_config){.operation = ROLLING
		    ",\"targets\":{\"nodes\":[\"db-a-1\",\"db-b-1\"]}"});
		struct world *world = scene->world;
		size_t node = scene_node(world, "db-b-1");

		reach(scene, until_started, "db-a-1", HOURS(1));
		sim_crash(world->sim, world->now, node);
		reach(scene, until_message, "db-b-1: the node does not tell its mode", HOURS(1));
		wait_ms(scene, SECONDS(3));
		sim_start(world->sim, world->now, node);
		reach(scene, until_drained, "db-b-1", HOURS(1));
		world->mute = mute[i];
		wait_ms(scene, SECONDS(5));
		world->mute = NULL;
		reach(scene, until_over, NULL, HOURS(1));
		HOLDS(scene, !event_says(scene, "db-b-1", "somebody else"));
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-b-1") == 1);
		end(scene, "Succeeded", 0, 0);
	}
}

static bool
until_booting(struct world *world, const char *node)
{
	return scene_count(world, SIM_ARRIVED_START, SIM_CONTROLLER, node) > 0;
}

/* The same host id: its lane goes on there. */
static void
a_node_that_comes_back_elsewhere_is_followed(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;
	struct err err = {""};

	(void)state;
	reach(scene, until_booting, "db-b-1", HOURS(2));
	wait_ms(scene, SECONDS(30));
	if (sim_readdress(world->sim, world->now, scene_node(world, "db-b-1"), "10.0.0.99", &err) < 0)
		CHECK_FAIL("%s", err.text);
	reach(scene, until_over, NULL, HOURS(4));
	HOLDS(scene, event_says(scene, "db-b-1 has moved from 10.0.0.3 to 10.0.0.99", "the same host id"));
	scene_free(scene);
}

/* Another host id at its address: whoever it is, it is not the node that was planned. */
static void
a_node_that_was_replaced_is_not_touched(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_booting, "db-b-1", HOURS(2));
	sim_remake(world->sim, world->now, scene_node(world, "db-b-1"));
	reach(scene, until_over, NULL, HOURS(12));
	HOLDS(scene, until_message(world, "db-b-1 is OUT OF SERVICE"));
	HOLDS(scene, event_says(scene, "db-b-1 is another node now", "is that of host id"));
	HOLDS(scene, started(scene, "db-b-1") == 1 && arrived(scene, SIM_ARRIVED_STOP, "db-b-1") == 1);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-b-2") == 0);
	scene_free(scene);
}

/* Between two steps. */
static void
a_node_that_was_replaced_while_drained_is_not_touched(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-b-1", HOURS(2));
	sim_remake(world->sim, world->now, scene_node(world, "db-b-1"));
	reach(scene, until_over, NULL, HOURS(12));
	wait_ms(scene, SECONDS(2));
	HOLDS(scene, event_says(scene, "db-b-1 is another node now", "is that of host id"));
	HOLDS(scene, event_says(scene, "db-b-1 is OUT OF SERVICE", "taken down"));
	HOLDS(scene, started(scene, "db-b-1") == 0);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-b-2") == 0);
	scene_free(scene);
}

/* It is still to come. A person who has seen who that is leaves it out. */
static void
a_node_that_was_replaced_before_its_turn_halts_the_roll(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-1", HOURS(1));
	/* Nobody can join while a node is down. */
	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", MINUTES(20));
	sim_remake(world->sim, world->now, scene_node(world, "db-b-1"));
	wait_ms(scene, MINUTES(5));
	scene->suspend = false;
	scene_turn_knobs(scene);
	reach(scene, until_over, NULL, HOURS(12));
	wait_ms(scene, SECONDS(2));
	HOLDS(scene, until_phase(world, "Failed"));
	HOLDS(scene, event_says(scene, "db-b-1 is another node now", "is that of host id"));
	HOLDS(scene, !event_says(scene, "db-b-1", "has left the ring"));
	HOLDS(scene, until_message(world, "db-b-1 is another node now"));
	HOLDS(scene, started(scene, "db-b-1") == 0 && arrived(scene, SIM_ARRIVED_DRAIN, "db-b-1") == 0);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-b-2") == 0);
	scene->more = ",\"skip\":[{\"node\":\"db-b-1\",\"reason\":\"its disk was lost, and it was made anew\"}]";
	scene->retry = 1;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(5));
	end(scene, "Succeeded", 5, 1);
}

static bool
until_db_a_1_serves(struct world *world, const char *unused)
{
	(void)unused;
	return scene_count(world, SIM_SERVING, SIM_HAND, "db-a-1") > 0;
}

/* It has served for its window, Redis cannot be told, and somebody restarts it: it stays done, and is told to be so before the
 * new process has served for as long. The write itself may have waited, or the one before. */
static void
a_node_restarted_after_its_window_stays_done(void **state)
{
	(void)state;
	for (int64_t later = 0; later <= SECONDS(2); later += SECONDS(1)) {
		struct scene *scene = begin_plain();
		struct world *world = scene->world;

		reach(scene, until_done, "1.4/db-a-1", HOURS(1));
		wait_ms(scene, later);
		world_redis_away(world, HOURS(1));
		wait_ms(scene, SECONDS(20));
		sim_restart(world->sim, world->now, scene_node(world, "db-a-1"));
		reach(scene, until_db_a_1_serves, NULL, MINUTES(5));
		world->redis_away_until = world->now;
		reach(scene, until_done, "1.stable/db-a-1", SECONDS(3));
		reach(scene, until_over, NULL, HOURS(4));
		HOLDS(scene, started(scene, "db-a-1") == 1);
		end(scene, "Succeeded", 0, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_restarted_after_its_drain_is_drained_again),
		cmocka_unit_test(when_it_was_restarted_is_told),
		cmocka_unit_test(nor_need_it_have_told_its_generation),
		cmocka_unit_test(a_node_started_before_its_drain_is_restarted_once),
		cmocka_unit_test(a_node_that_comes_back_elsewhere_is_followed),
		cmocka_unit_test(a_node_that_was_replaced_is_not_touched),
		cmocka_unit_test(a_node_that_was_replaced_before_its_turn_halts_the_roll),
		cmocka_unit_test(a_node_that_was_replaced_while_drained_is_not_touched),
		cmocka_unit_test(a_node_restarted_after_its_window_stays_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
