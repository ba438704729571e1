/* An operation whose journal is lost has begun, and nobody knows what it holds down or has sent: it keeps its cluster from
 * the others until a person has looked. Other clusters go on. */
#include "story.h"

#include "alloc.h"
#include "json.h"

#define NEXT "next"
#define BESIDE "beside"
#define RESTART(cluster, node, knobs) "\"spec\":{\"cluster\":\"" cluster "\"" knobs ",\"nodeTask\":{\"type\":" \
    "\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},\"targets\":{\"nodes\":[\"" node "\"]}}"

static const struct ledger *
ledger_of(struct world *world, const char *name)
{
	const struct api_object *o = api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, name);

	return o ? checker_ledger(world->checker, o->uid) : NULL;
}

static bool
until_next(struct world *world, const char *phase)
{
	const struct ledger *ledger = ledger_of(world, NEXT);

	return ledger && strcmp(ledger->told_phase, phase) == 0;
}

static bool
next_says(struct world *world, const char *text)
{
	const struct ledger *ledger = ledger_of(world, NEXT);

	return ledger && strstr(ledger->told_message, text);
}

static bool
until_beside(struct world *world, const char *phase)
{
	const struct ledger *ledger = ledger_of(world, BESIDE);

	return ledger && strcmp(ledger->told_phase, phase) == 0;
}

/* The order to node 'name' is on its way. */
static bool
until_act_left(struct world *world, const char *name)
{
	char text[300];

	for (size_t i = 0; i < world->nflights; i++) {
		const struct flight *flight = world->flights[i];

		if (flight->state != FLIGHT_LEFT || effect_letter(&flight->effect) != 'a')
			continue;
		effect_text(world, &flight->effect, text, sizeof text);
		if (strstr(text, name))
			return true;
	}
	return false;
}

static void
add(struct scene *scene, const char *name, const char *content)
{
	api_create(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, name, content);
	world_tell_watches(scene->world);
}

static void
lose_all(struct scene *scene, int64_t restart_ms)
{
	world_crash(scene->world, restart_ms);
	checker_forget_epochs(scene->world->checker);
	store_flush(scene->world->store);
}

static void
turn(struct scene *scene, const char *knob)
{
	static char text[200];

	snprintf(text, sizeof text, "%s", knob);
	scene->more = text;
	scene_turn_knobs(scene);
}

static void
have_rebuilt(struct scene *scene)
{
	CLEANUP_FREE char *knob = xasprintf(",\"rebuildJournal\":\"%s\"", scene_operation(scene->world)->uid);

	turn(scene, knob);
}

static void
over(struct scene *scene)
{
	char text[600];

	judge_or_fail(scene->world, judge(scene->world, text, sizeof text), "at the end", scene->config.seed);
	scene_free(scene);
}

/* A drain of db-a-2 that takes seconds; 300 ms after it has left, Redis is empty and the controller dead. */
static struct scene *
lost_with_an_act_on_its_way(void)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	reach(scene, until_started, "db-a-1", MINUTES(30));
	add(scene, NEXT, RESTART(SCENE_CLUSTER, "db-c-1", ""));
	reach(scene, next_says, "behind roll", SECONDS(5));
	world->weather.slow_act = 1000;
	world->weather.late_act = 6500;
	reach(scene, until_act_left, "db-a-2", MINUTES(10));
	wait_ms(scene, 300);
	HOLDS(scene, until_act_left(world, "db-a-2"));
	lose_all(scene, SECONDS(1));
	world->weather.slow_act = 0;
	return scene;
}

static void
whoever_is_behind_waits_until_it_is_rebuilt(void **state)
{
	struct scene *scene = lost_with_an_act_on_its_way();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_message, "Redis holds", MINUTES(1));
	reach(scene, next_says, "held by roll: db-a-2, journal lost", MINUTES(1));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, until_next(world, "Queued") && arrived(scene, SIM_ARRIVED_RESTART, NULL) == 0);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-2") == 1);
	/* Whoever takes over finds the same. */
	world_crash(world, SECONDS(1));
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, next_says(world, "held by roll: db-a-2, journal lost"));
	have_rebuilt(scene);
	reach(scene, until_phase, "Succeeded", HOURS(2));
	reach(scene, until_next, "Succeeded", HOURS(1));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-1") == 1 && scene_all_serving(world));
	over(scene);
}

/* Deleted or acknowledged at once: what has left may still arrive, and the next one begins after that. */
static void
let_go_it_goes_after_the_settle_time(bool delete)
{
	struct scene *scene = lost_with_an_act_on_its_way();
	struct world *world = scene->world;

	reach(scene, until_message, "Redis holds", MINUTES(1));
	HOLDS(scene, until_act_left(world, "db-a-2"));
	if (delete)
		scene_delete(scene);
	else
		turn(scene, ",\"acknowledge\":\"known\"");
	reach(scene, next_says, delete ? "held by roll" : "an act of before the takeover may still arrive", SECONDS(2));
	HOLDS(scene, until_next(world, "Queued"));
	reach(scene, until_next, "Frozen", MINUTES(1));
	HOLDS(scene, !scene_operation(world) == delete);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-2") == 1 && arrived(scene, SIM_ARRIVED_RESTART, NULL) == 0);
	sim_restart(world->sim, world->now, scene_node(world, "db-a-2"));
	reach(scene, until_next, "Succeeded", MINUTES(20));
	over(scene);
}

static void
deleted_it_lets_go_after_the_settle_time(void **state)
{
	(void)state;
	let_go_it_goes_after_the_settle_time(true);
}

static void
acknowledged_it_does_so_too(void **state)
{
	(void)state;
	let_go_it_goes_after_the_settle_time(false);
}

/* A word of before the loss is no word about it. */
static void
acknowledged_it_lets_go(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_stopped, "db-a-2", MINUTES(30));
	add(scene, NEXT, RESTART(SCENE_CLUSTER, "db-c-1", ""));
	turn(scene, ",\"acknowledge\":\"of another day\"");
	reach(scene, next_says, "behind roll", SECONDS(5));
	lose_all(scene, SECONDS(3));
	reach(scene, next_says, "held by roll: db-a-2, journal lost", MINUTES(1));
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, next_says(world, "held by roll: db-a-2, journal lost"));
	turn(scene, ",\"acknowledge\":\"db-a-2 is ours now\"");
	/* Its gate is the node's own affair now. */
	reach(scene, until_next, "Frozen", MINUTES(1));
	HOLDS(scene, event_says(scene, "roll", "db-a-2 is ours now") || event_says(scene, "db-a-2", "db-a-2 is ours now"));
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, until_next(world, "Frozen"));
	sim_restart(world->sim, world->now, scene_node(world, "db-a-2"));
	reach(scene, until_next, "Succeeded", MINUTES(20));
	HOLDS(scene, strstr(scene_operation(world)->status, "\"JournalLost\""));
	over(scene);
}

/* Its status names no node, and nothing of it can still arrive: it stands as at a safe point. */
static void
an_urgent_one_runs_between_where_it_holds_no_node(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_started, "db-a-1", MINUTES(30));
	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", MINUTES(30));
	wait_ms(scene, SECONDS(3));
	lose_all(scene, SECONDS(3));
	reach(scene, until_message, "Redis holds", MINUTES(1));
	add(scene, NEXT, RESTART(SCENE_CLUSTER, "db-c-1", ""));
	reach(scene, next_says, "held by roll: its journal is lost", MINUTES(1));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, until_next(world, "Queued"));
	add(scene, BESIDE, RESTART(SCENE_CLUSTER, "db-c-2", ",\"urgent\":true"));
	reach(scene, until_beside, "Succeeded", MINUTES(20));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, next_says(world, "held by roll: its journal is lost"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, NULL) == 1);
	scene->suspend = false;
	sim_mark(world->sim, world->now);
	have_rebuilt(scene);
	reach(scene, until_phase, "Succeeded", HOURS(2));
	reach(scene, until_next, "Succeeded", HOURS(1));
	over(scene);
}

/* What changes nothing keeps nobody waiting, by the plan that it would have now. */
static void
one_that_only_looks_keeps_nobody_waiting(void **state)
{
	struct scene *scene = scene_new(&(struct scene_config){.seed = seed_number(0),
	    .operation = "\"workflow\":\"" TURNS_LOOKS "\""});
	struct world *world = scene->world;

	(void)state;
	api_create(world->api, KIND_WORKFLOW, SCENE_NAMESPACE, TURNS_LOOKS,
	    "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"wait\":["
	    "{\"condition\":\"is-up-normal\",\"successWindow\":\"4h\",\"timeout\":\"5h\"}]}]}}]}");
	world->weather = (struct weather){.io_max = 2, .net_max = 10};
	world_start(world);
	reach(scene, until_phase, "Running", MINUTES(1));
	wait_ms(scene, SECONDS(10));
	lose_all(scene, SECONDS(3));
	reach(scene, until_message, "Redis holds", MINUTES(1));
	add(scene, NEXT, RESTART(SCENE_CLUSTER, "db-c-1", ""));
	reach(scene, until_next, "Succeeded", MINUTES(10));
	over(scene);
}

/* A hand was at one journal: its cluster stands, the other one goes on, and both come to their ends. */
static void
the_rest_goes_on(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLLING, .second = "dc2/x:1,dc2/y:1,dc2/z:1"});
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_stopped, "db-a-2", MINUTES(30));
	add(scene, NEXT, RESTART(SCENE_CLUSTER, "db-c-1", ""));
	add(scene, BESIDE, "\"spec\":{\"cluster\":\"" SCENE_SECOND "\",\"workflow\":\"rolling-restart\","
	    "\"variables\":{\"known_node\":\"db-x-1\"}}");
	reach(scene, until_beside, "Running", MINUTES(1));
	world_crash(world, SECONDS(3));
	world->edited = SCENE_OPERATION;
	store_journal_set(store_find(world->store, scene_operation(world)->uid), "lane/1/db-a-2", "{\"held\":\"yes\"}");
	reach(scene, until_message, "field \"lane/1/db-a-2\"", MINUTES(2));
	reach(scene, next_says, "held by roll: db-a-2, journal unreadable", MINUTES(1));
	reach(scene, until_beside, "Succeeded", HOURS(1));
	HOLDS(scene, next_says(world, "held by roll: db-a-2, journal unreadable"));
	HOLDS(scene, started(scene, "db-a-2") == 0 && arrived(scene, SIM_ARRIVED_RESTART, NULL) == 0);
	have_rebuilt(scene);
	reach(scene, until_phase, "Succeeded", HOURS(2));
	reach(scene, until_next, "Succeeded", HOURS(1));
	HOLDS(scene, started(scene, "db-a-2") == 1);
	over(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_is_behind_waits_until_it_is_rebuilt),
		cmocka_unit_test(deleted_it_lets_go_after_the_settle_time),
		cmocka_unit_test(acknowledged_it_does_so_too),
		cmocka_unit_test(acknowledged_it_lets_go),
		cmocka_unit_test(an_urgent_one_runs_between_where_it_holds_no_node),
		cmocka_unit_test(one_that_only_looks_keeps_nobody_waiting),
		cmocka_unit_test(the_rest_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
