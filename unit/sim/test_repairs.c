#include "story.h"

/* A node that was down for longer than hints are kept, in a cluster that Scylla Manager repairs. */

static const char patient[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":["
    "{\"task\":\"scylla-drain\"},"
    "{\"task\":\"systemd-stop-scylla-server\",\"timeout\":\"12h\"},"
    "{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"},\"timeout\":\"12h\"},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"5s\",\"pollInterval\":\"1s\","
    "\"timeout\":\"1h\"}]}]}}]}";

/* db-a-1 is back after 3 h 5 min. */
static struct scene *
held(const char *properties)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = patient,
	    .access = "," MANAGER_ACCESS});
	struct world *world = scene->world;

	world->web.manager = (struct manager){.cluster_name = SCENE_CLUSTER, .properties = properties};
	reach(scene, until_stopped, "db-a-1", MINUTES(10));
	sim_host_away(world->sim, scene_node(world, "db-a-1"), true);
	wait_ms(scene, HOURS(3) + MINUTES(5));
	return scene;
}

static void
let_go(struct scene *scene)
{
	sim_host_away(scene->world->sim, scene_node(scene->world, "db-a-1"), false);
	reach(scene, until_all_serve, NULL, MINUTES(20));
	reach(scene, until_phase, "Frozen", MINUTES(10));
	HOLDS(scene, until_message(scene->world, "db-a-1 needs a repair"));
}

static int64_t
wall(const struct scene *scene)
{
	return scene->world->now + scene->world->wall_ahead;
}

static void
a_run_begins(struct scene *scene, const char *ended)
{
	manager_begin(&scene->world->web.manager, wall(scene), ended);
}

/* The condition GateOpen has the whole sentence. */
static bool
is_held_back(struct scene *scene, const char *why)
{
	const struct api_object *o;

	wait_ms(scene, MINUTES(3));
	o = scene_operation(scene->world);
	return until_phase(scene->world, "Frozen") && arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1 &&
	    until_message(scene->world, "db-a-1 needs a repair") && o && o->status && strstr(o->status, why);
}

static bool
is_lifted(struct scene *scene)
{
	wait_ms(scene, MINUTES(2));
	return event_says(scene, "db-a-1 was down for longer than hints are kept, and has been repaired", "repair/5ea1e000-");
}

static bool
the_cluster_says(const struct scene *scene, const char *text)
{
	const struct api_object *o = api_find(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, SCENE_CLUSTER);

	return o && o->status && strstr(o->status, text);
}

/* Nor is it forgotten by the next controller that the node has been repaired. */
static void
a_whole_repair_lifts_it(void **state)
{
	struct scene *scene = held("{}");
	struct manager *manager = &scene->world->web.manager;

	(void)state;
	HOLDS(scene, manager->asked == 0);
	let_go(scene);
	HOLDS(scene, is_held_back(scene, "Scylla Manager: no repair of all keyspaces was begun since"));
	a_run_begins(scene, NULL);
	HOLDS(scene, is_held_back(scene, "Scylla Manager: repair/5ea1e000 runs since"));
	HOLDS(scene, the_cluster_says(scene, "\"repair\":\"Scylla Manager: repair/5ea1e000 runs since"));
	process_crash(&scene->world->processes[0], SECONDS(5));
	HOLDS(scene, is_held_back(scene, "Scylla Manager: repair/5ea1e000 runs since"));
	manager_end(manager, "DONE");
	HOLDS(scene, is_lifted(scene));
	HOLDS(scene, !the_cluster_says(scene, "repairNeeded"));
	process_crash(&scene->world->processes[0], SECONDS(5));
	end(scene, "Succeeded", 6, 1);
}

/* It was under way when the node came back, and so was what the next run of it took up; the one after that is whole. */
static void
what_was_begun_before_does_not_count(void **state)
{
	struct scene *scene = held("{\"intensity\":1,\"keyspace\":[],\"host\":\"\"}");
	struct manager *manager = &scene->world->web.manager;

	(void)state;
	a_run_begins(scene, NULL);
	manager_end(manager, "DONE");
	wait_ms(scene, MINUTES(2));
	a_run_begins(scene, NULL);
	let_go(scene);
	HOLDS(scene, is_held_back(scene, "repair/5ea1e000 runs, but goes on with what was begun at"));
	a_run_begins(scene, "STOPPED");
	HOLDS(scene, is_held_back(scene, "repair/5ea1e000 runs, but goes on with what was begun at"));
	manager_end(manager, "DONE");
	HOLDS(scene, is_held_back(scene, "Scylla Manager: no repair of all keyspaces was begun since"));
	a_run_begins(scene, NULL);
	manager_end(manager, "DONE");
	HOLDS(scene, is_lifted(scene));
	end(scene, "Succeeded", 6, 1);
}

/* A run that begins from scratch owes nothing to the one before it. */
static void
one_that_begins_anew_counts_by_itself(void **state)
{
	struct scene *scene = held("{\"continue\":false}");

	(void)state;
	a_run_begins(scene, NULL);
	let_go(scene);
	wait_ms(scene, MINUTES(3));
	a_run_begins(scene, "ERROR");
	manager_end(&scene->world->web.manager, "DONE");
	HOLDS(scene, is_lifted(scene));
	end(scene, "Succeeded", 6, 1);
}

static void
one_of_a_part_does_not_count(void **state)
{
	struct scene *scene = held("{\"keyspace\":[\"app\",\"!app.logs\"]}");

	(void)state;
	let_go(scene);
	wait_ms(scene, MINUTES(3));
	a_run_begins(scene, NULL);
	manager_end(&scene->world->web.manager, "DONE");
	HOLDS(scene, is_held_back(scene, "repair/5ea1e000 does not count, it is of keyspaces app, !app.logs alone"));
	scene->more = ",\"acknowledge\":\"repaired\"";
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 6, 1);
}

/* The controller's clock was an hour behind when the node came back: half an hour before that the run had begun. */
static void
a_clock_that_is_set_forward_makes_no_run_a_later_one(void **state)
{
	struct scene *scene = held("{}");
	struct manager *manager = &scene->world->web.manager;
	int64_t back;

	(void)state;
	manager->cluster_name = NULL;
	let_go(scene);
	back = wall(scene);
	HOLDS(scene, is_held_back(scene, "Scylla Manager: it knows no cluster"));
	world_jump(scene->world, HOURS(1));
	manager->cluster_name = SCENE_CLUSTER;
	manager_begin(manager, back + MINUTES(30), NULL);
	manager_end(manager, "DONE");
	HOLDS(scene, is_held_back(scene, "Scylla Manager: no repair of all keyspaces was begun since"));
	process_crash(&scene->world->processes[0], SECONDS(5));
	HOLDS(scene, is_held_back(scene, "Scylla Manager: no repair of all keyspaces was begun since"));
	a_run_begins(scene, NULL);
	manager_end(manager, "DONE");
	HOLDS(scene, is_lifted(scene));
	end(scene, "Succeeded", 6, 1);
}

static void
a_manager_that_does_not_tell_is_named(void **state)
{
	struct scene *scene = held("{}");
	struct web *web = &scene->world->web;

	(void)state;
	web->manager.cluster_name = NULL;
	let_go(scene);
	HOLDS(scene, is_held_back(scene, "Scylla Manager: it knows no cluster of the name messages-prd"));
	web->mood = WEB_AWAY;
	web->until = INT64_MAX;
	HOLDS(scene, is_held_back(scene, "Scylla Manager: connection refused"));
	web->mood = WEB_FAILS;
	HOLDS(scene, is_held_back(scene, "Scylla Manager: it answers HTTP 500"));
	web->mood = WEB_FINE;
	web->manager.cluster_name = SCENE_CLUSTER;
	a_run_begins(scene, NULL);
	manager_end(&web->manager, "DONE");
	HOLDS(scene, is_lifted(scene));
	end(scene, "Succeeded", 6, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_repair_lifts_it),
		cmocka_unit_test(what_was_begun_before_does_not_count),
		cmocka_unit_test(one_that_begins_anew_counts_by_itself),
		cmocka_unit_test(one_of_a_part_does_not_count),
		cmocka_unit_test(a_clock_that_is_set_forward_makes_no_run_a_later_one),
		cmocka_unit_test(a_manager_that_does_not_tell_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
