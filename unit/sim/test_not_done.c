/* spec.targets.notDoneBy on the whole core: one operation goes on where another, which was cancelled, has left off. */
#include "story.h"

#include "alloc.h"
#include "json.h"

#define REST "rest"
#define RESTART "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"2s\"}"

static const char rest_of_roll[] = "\"spec\":{\"cluster\":\"messages-prd\"," RESTART ",\"targets\":{\"notDoneBy\":\"roll\"}}";
static const char rest_of_nobody[] = "\"spec\":{\"cluster\":\"messages-prd\"," RESTART ",\"targets\":{\"notDoneBy\":\"rol\"}}";

static struct ledger *
ledger_of(struct world *world, const char *name)
{
	const struct api_object *o = api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, name);

	return o ? checker_ledger(world->checker, o->uid) : NULL;
}

static bool
rest_says(struct world *world, const char *text)
{
	const struct ledger *ledger = ledger_of(world, REST);

	return ledger && strstr(ledger->told_message, text);
}

static bool
rest_is(struct world *world, const char *phase)
{
	const struct ledger *ledger = ledger_of(world, REST);

	return ledger && strcmp(ledger->told_phase, phase) == 0;
}

static void
add_rest(struct scene *scene, const char *content)
{
	api_create(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, REST, content);
	world_tell_watches(scene->world);
}

/* The roll's status.nodesDone, by name. */
static bool
roll_has_done(struct scene *scene, const char *node)
{
	const struct api_object *o = scene_operation(scene->world);
	CLEANUP_JSON struct cJSON *status = json_parse(o->status, strlen(o->status), NULL);

	JSON_EACH (element, json_get(status, "nodesDone"))
		if (strcmp(json_str_or(element, "name", ""), node) == 0)
			return strlen(json_str_or(element, "hostId", "")) == 36;
	return false;
}

/* Cancelled after the first node, with 'rest' waiting for its end. A crash at the effect of that number, or that many after
 * the roll's end; 0: none. */
static void
cancelled_and_gone_on(uint64_t seed, size_t effect, bool late, enum crash_how how)
{
	struct scene *scene = scene_new(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = seed,
	    .operation = RESTART, .stable_ms = 2000});
	struct world *world = scene->world;
	char text[600];

	if (effect && !late)
		world_crash_at(world, effect, how);
	world_start(world);
	reach(scene, until_drained, "db-a-1", MINUTES(30));
	add_rest(scene, rest_of_roll);
	reach(scene, rest_says, "notDoneBy: roll has not ended", MINUTES(5));
	reach(scene, until_drained, "db-b-1", MINUTES(30));
	scene->cancel = true;
	scene_turn_knobs(scene);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, until_phase(world, "Cancelled"));
	if (effect && late)
		world_crash_at(world, world->effects + effect, how);
	reach(scene, rest_is, "Succeeded", HOURS(2));
	wait_ms(scene, SECONDS(30));
	judge_or_fail(world, judge(world, text, sizeof text), "notDoneBy", seed);
	HOLDS(scene, roll_has_done(scene, "db-a-1") && !roll_has_done(scene, "db-c-1"));
	/* What the roll has done is left alone; what it had to bring back when it was cancelled begins again. */
	HOLDS(scene, started(scene, "db-a-1") == 1);
	HOLDS(scene, started(scene, "db-b-1") == (roll_has_done(scene, "db-b-1") ? 1 : 2));
	HOLDS(scene, started(scene, "db-c-1") == 1);
	HOLDS(scene, world->crashed == (effect > 0));
	scene_free(scene);
}

static void
it_goes_on_where_the_other_left_off(void **state)
{
	(void)state;
	cancelled_and_gone_on(1, 0, false, (enum crash_how)0);
}

/* Before it has asked, between asking and planning, after planning: it is all the same. */
static void
whenever_the_controller_dies(void **state)
{
	size_t runs = seeds_wanted(40);

	(void)state;
	for (size_t i = 0; i < runs; i++) {
		struct chance chance = {.state = seed_number(i)};
		bool late = i % 4;

		cancelled_and_gone_on(seed_number(i), (size_t)chance_between(&chance, 1, late ? 60 : 700), late,
		    (enum crash_how)chance_between(&chance, 0, CRASH_WAYS - 1));
	}
}

/* The roll has done all of them: nothing is left, and its end is told by a controller that never saw it. */
static void
nobody_is_left(void **state)
{
	struct scene *scene = scene_new(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = 3,
	    .operation = RESTART, .stable_ms = 2000});
	struct world *world = scene->world;

	(void)state;
	world_start(world);
	reach(scene, until_over, NULL, HOURS(1));
	world_crash(world, SECONDS(3));
	add_rest(scene, rest_of_roll);
	reach(scene, rest_says, "spec.targets: of 3 nodes none is left", MINUTES(5));
	HOLDS(scene, rest_is(world, "Pending"));
	scene_free(scene);
}

/* Judged again when it appears. */
static void
one_that_is_not_there_is_waited_for(void **state)
{
	struct scene *scene = scene_new(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = 4,
	    .operation = RESTART, .stable_ms = 2000});
	struct world *world = scene->world;

	(void)state;
	world_start(world);
	add_rest(scene, rest_of_nobody);
	reach(scene, rest_says, "notDoneBy: there is no ClusterOperation", MINUTES(1));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, until_phase(world, "Succeeded"));
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, "rol", "\"spec\":{\"cluster\":\"messages-prd\"," RESTART
	    ",\"targets\":{\"nodes\":[\"db-b-1\"]}}");
	world_tell_watches(world);
	reach(scene, rest_is, "Succeeded", HOURS(1));
	HOLDS(scene, started(scene, "db-a-1") == 2 && started(scene, "db-b-1") == 2 && started(scene, "db-c-1") == 2);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_on_where_the_other_left_off),
		cmocka_unit_test(whenever_the_controller_dies),
		cmocka_unit_test(nobody_is_left),
		cmocka_unit_test(one_that_is_not_there_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
