#include "story.h"

#include "json.h"

/* A node that stays down for longer than the others keep hints for it. */

#define PATIENT(limit, window, poll) "\"spec\":{\"steps\":[{\"eachNode\":{" limit "\"steps\":[" \
    "{\"task\":\"scylla-drain\"}," \
    "{\"task\":\"systemd-stop-scylla-server\",\"timeout\":\"12h\"}," \
    "{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"},\"timeout\":\"12h\"}," \
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"" window "\",\"pollInterval\":\"" poll "\"," \
    "\"timeout\":\"3h\"}]}]}}]}"

static const char patient[] = PATIENT("", "5s", "1s");
static const char two_at_once[] = PATIENT("\"concurrencyLimit\":2,", "100m", "2s");

/* db-a-1 has been stopped, and its host cannot be reached for so long. */
static struct scene *
hold_with(const char *workflow, const char *layout, int64_t ms)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = workflow,
	    .layout = layout, .no_system_keyspaces = layout != NULL});
	struct world *world = scene->world;

	reach(scene, until_stopped, "db-a-1", MINUTES(10));
	sim_host_away(world->sim, scene_node(world, "db-a-1"), true);
	wait_ms(scene, ms);
	return scene;
}

static struct scene *
hold(int64_t ms)
{
	return hold_with(patient, NULL, ms);
}

static void
let_go(struct scene *scene)
{
	sim_host_away(scene->world->sim, scene_node(scene->world, "db-a-1"), false);
	reach(scene, until_all_serve, NULL, MINUTES(20));
}

static struct scene *
held_too_long(void)
{
	struct scene *scene = hold(HOURS(3) + MINUTES(5));

	let_go(scene);
	reach(scene, until_phase, "Frozen", MINUTES(10));
	HOLDS(scene, until_message(scene->world, "db-a-1 needs a repair"));
	return scene;
}

/* The condition GateOpen, which alerts and people read, tells it from a gate that is closed for another reason. */
static bool
gate_says_repair(const struct scene *scene)
{
	const struct api_object *o = api_find(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION);
	CLEANUP_JSON struct cJSON *status = o && o->status ? json_parse(o->status, strlen(o->status), NULL) : NULL;

	JSON_EACH (condition, json_get(status, "conditions"))
		if (strcmp(json_str_or(condition, "type", ""), "GateOpen") == 0)
			return strcmp(json_str_or(condition, "reason", ""), "RepairNeeded") == 0;
	return false;
}

static bool
is_held_back(struct scene *scene)
{
	wait_ms(scene, MINUTES(5));
	return until_phase(scene->world, "Frozen") && arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1 && gate_says_repair(scene);
}

static bool
the_cluster_says(struct scene *scene, const char *text)
{
	const struct api_object *o = api_find(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, "messages-prd");

	return o && o->status && strstr(o->status, text);
}

/* Not forgotten by a controller that was not there. */
static void
no_other_is_taken_down_until_somebody_says_so(void **state)
{
	struct scene *scene = held_too_long();
	struct world *world = scene->world;

	(void)state;
	HOLDS(scene, is_held_back(scene));
	HOLDS(scene, event_says(scene, "db-a-1 needs a repair, it was down for 3h", "hints are kept for 3h"));
	HOLDS(scene, the_cluster_says(scene, "\"repairNeeded\":[{\"name\":\"db-a-1\""));
	process_crash(&world->processes[0], SECONDS(5));
	HOLDS(scene, is_held_back(scene));
	scene->more = ",\"acknowledge\":\"repaired by nodetool\"";
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(10));
	HOLDS(scene, event_says(scene, "db-a-1", "repaired by nodetool"));
	HOLDS(scene, !the_cluster_says(scene, "repairNeeded"));
	end(scene, "Succeeded", 6, 1);
}

/* It may have been said of something else. */
static void
what_was_acknowledged_before_does_not_count(void **state)
{
	struct scene *scene = hold(HOURS(3) + MINUTES(5));

	(void)state;
	scene->more = ",\"acknowledge\":\"of another day\"";
	scene_turn_knobs(scene);
	let_go(scene);
	reach(scene, until_phase, "Frozen", MINUTES(10));
	HOLDS(scene, is_held_back(scene));
	scene->more = ",\"acknowledge\":\"repaired\"";
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 6, 1);
}

/* The controller is away while it is down: since when it is, the journal knows. */
static void
it_counts_over_a_restart_of_the_controller(void **state)
{
	struct scene *scene = hold(HOURS(1));

	(void)state;
	process_crash(&scene->world->processes[0], HOURS(1));
	wait_ms(scene, HOURS(1) + MINUTES(30));
	process_crash(&scene->world->processes[0], SECONDS(5));
	wait_ms(scene, MINUTES(35));
	let_go(scene);
	reach(scene, until_phase, "Frozen", MINUTES(10));
	HOLDS(scene, is_held_back(scene));
	scene->more = ",\"acknowledge\":\"repaired\"";
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 6, 1);
}

static void
acknowledge(struct scene *scene, const char *more)
{
	scene->more = more;
	scene_turn_knobs(scene);
}

/* db-a-2 and db-a-3 take 100 minutes each beside db-a-1, which stays down; then it has been down for too long. */
static void
no_other_is_taken_down_while_it_is_down_still(void **state)
{
	struct scene *scene = hold_with(two_at_once, "dc1/a:4,dc1/b:2,dc1/c:2", HOURS(3) + MINUTES(30));

	(void)state;
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 3);
	HOLDS(scene, gate_says_repair(scene));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 3);
	acknowledge(scene, ",\"acknowledge\":\"db-a-1 is being mended\"");
	reach(scene, until_drained, "db-a-4", MINUTES(5));
	HOLDS(scene, event_says(scene, "db-a-1 has been down for longer than hints are kept", "is being mended"));
	/* That was not said of the repair. */
	let_go(scene);
	reach(scene, until_phase, "Frozen", HOURS(4));
	HOLDS(scene, until_message(scene->world, "db-a-1 needs a repair, it was down for"));
	acknowledge(scene, ",\"acknowledge\":\"repaired\"");
	reach(scene, until_drained, "db-b-1", MINUTES(5));
	scene->cancel = true;
	scene_turn_knobs(scene);
	end(scene, "Cancelled", 6, 2);
}

static void
an_override_lets_one_through(void **state)
{
	struct scene *scene = held_too_long();

	(void)state;
	scene->more = ",\"overrides\":[{\"gate\":\"hints-suffice\",\"nodes\":[\"db-a-2\"],\"reason\":\"nothing was "
	    "written\",\"until\":\"2100-01-01T00:00:00Z\"}]";
	scene_turn_knobs(scene);
	reach(scene, until_drained, "db-a-2", MINUTES(5));
	HOLDS(scene, event_says(scene, "db-a-2: hints-suffice overridden", "db-a-1 needs a repair"));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, until_phase(scene->world, "Frozen"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 2);
	scene->more = ",\"acknowledge\":\"repaired\"";
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 6, 1);
}

static void
within_the_window_hints_suffice(void **state)
{
	struct scene *scene = hold(HOURS(2) + MINUTES(40));

	(void)state;
	let_go(scene);
	end(scene, "Succeeded", 6, 1);
}

/* Down for an hour by any clock but the wall's, which is set while the controller runs; the next one has only the wall. */
static void
a_clock_that_is_set_makes_no_outage_longer(void **state)
{
	struct scene *scene = hold(MINUTES(40));

	(void)state;
	world_jump(scene->world, HOURS(2) + MINUTES(30));
	wait_ms(scene, SECONDS(5));
	process_crash(&scene->world->processes[0], SECONDS(5));
	wait_ms(scene, MINUTES(20));
	let_go(scene);
	end(scene, "Succeeded", 6, 1);
}

static void
a_clock_that_is_set_back_hides_none(void **state)
{
	struct scene *scene = hold(HOURS(2));

	(void)state;
	world_jump(scene->world, -HOURS(1) - MINUTES(50));
	wait_ms(scene, SECONDS(5));
	process_crash(&scene->world->processes[0], SECONDS(5));
	wait_ms(scene, HOURS(1) + MINUTES(5));
	let_go(scene);
	reach(scene, until_phase, "Frozen", MINUTES(10));
	HOLDS(scene, is_held_back(scene));
	scene->more = ",\"acknowledge\":\"repaired\"";
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 6, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_other_is_taken_down_until_somebody_says_so),
		cmocka_unit_test(what_was_acknowledged_before_does_not_count),
		cmocka_unit_test(it_counts_over_a_restart_of_the_controller),
		cmocka_unit_test(a_clock_that_is_set_makes_no_outage_longer),
		cmocka_unit_test(a_clock_that_is_set_back_hides_none),
		cmocka_unit_test(no_other_is_taken_down_while_it_is_down_still),
		cmocka_unit_test(an_override_lets_one_through),
		cmocka_unit_test(within_the_window_hints_suffice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
