#include "story.h"

/* spec.dryRun: a plan and the gate's word, and nothing else. */

#define REAL "\"spec\":{\"cluster\":\"messages-prd\"," ROLLING "}"
#define DRY ROLLING ",\"dryRun\":true"

static const char *
status_of(struct world *world, const char *name)
{
	const struct api_object *o = api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, name);

	return o && o->status ? o->status : "";
}

static bool
until_told(struct world *world, const char *text)
{
	return strstr(status_of(world, SCENE_OPERATION), text) != NULL;
}

static bool
nothing_happened(struct scene *scene)
{
	const struct api_object *o = scene_operation(scene->world);

	return arrived(scene, SIM_ARRIVED_DRAIN, NULL) + arrived(scene, SIM_ARRIVED_STOP, NULL) +
	    arrived(scene, SIM_ARRIVED_START, NULL) == 0 && o->nfinalizers == 0 &&
	    !*checker_ledger(scene->world->checker, o->uid)->journal.plan;
}

static void
it_ends_planned_and_nothing_was_done(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = DRY});

	(void)state;
	reach(scene, until_told, "\"phase\":\"Planned\"", SECONDS(30));
	HOLDS(scene, until_message(scene->world, "6 nodes planned; the gate is open for db-a-1"));
	HOLDS(scene, until_told(scene->world, "{\"zone\":\"dc1/a\",\"nodes\":[\"db-a-1\",\"db-a-2\"],\"total\":2}"));
	HOLDS(scene, until_told(scene->world, "\"1.1 scylla-drain\""));
	HOLDS(scene, until_told(scene->world, "{\"node\":\"db-a-1\",\"open\":true"));
	HOLDS(scene, until_told(scene->world, "\"total\":6,\"done\":0"));
	HOLDS(scene, nothing_happened(scene));
	/* A controller that starts takes it for what it is: ended. */
	world_crash(scene->world, SECONDS(3));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, nothing_happened(scene));
	HOLDS(scene, until_told(scene->world, "\"phase\":\"Planned\""));
	scene_free(scene);
}

/* What a workflow runs as a step, and whom a block will find, is told as such. */
static void
rules_are_told_as_rules(void **state)
{
	struct scene *scene = begin_with((struct scene_config){
	    .operation = "\"workflow\":\"own\",\"dryRun\":true,\"targets\":{\"zones\":[\"dc1/a\"]}",
	    .workflow = "\"spec\":{\"steps\":[{\"workflow\":\"restart-node\",\"with\":{\"settle\":\"3s\"}},{\"eachNode\":{"
	    "\"nodes\":\"others\",\"steps\":[{\"wait\":[{\"condition\":\"is-up-normal\"}]}]}}]}"});

	(void)state;
	reach(scene, until_told, "\"phase\":\"Planned\"", SECONDS(30));
	HOLDS(scene, until_told(scene->world, "{\"from\":\"restart-node\",\"concurrencyUnit\":\"zone\""));
	HOLDS(scene, until_told(scene->world, "{\"nodes\":\"others\",\"concurrencyUnit\":\"zone\""));
	HOLDS(scene, until_told(scene->world, "\"2.1 wait is-up-normal\""));
	HOLDS(scene, nothing_happened(scene));
	scene_free(scene);
}

/* The same spec without dryRun makes the same plan, by its hash. */
static void
the_plan_is_the_one_that_would_be_run(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = DRY});
	struct world *world = scene->world;
	const char *at;
	char hash[40] = "";

	(void)state;
	reach(scene, until_told, "\"phase\":\"Planned\"", SECONDS(30));
	at = strstr(status_of(world, SCENE_OPERATION), "\"planHash\":\"");
	HOLDS(scene, at && sscanf(at, "\"planHash\":%39[^,]", hash) == 1);
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, "real", REAL);
	world_tell_watches(world);
	wait_ms(scene, MINUTES(1));
	HOLDS(scene, strstr(status_of(world, "real"), hash));
	scene_free(scene);
}

static void
one_that_is_refused_can_be_cancelled(void **state)
{
	struct scene *scene = begin_with((struct scene_config){
	    .operation = "\"workflow\":\"restart-node\",\"dryRun\":true,\"targets\":{\"nodes\":[\"db-x-9\"]}"});

	(void)state;
	reach(scene, until_told, "\"phase\":\"Pending\"", SECONDS(30));
	wait_ms(scene, MINUTES(1));
	HOLDS(scene, until_told(scene->world, "\"phase\":\"Pending\""));
	scene->cancel = true;
	scene_turn_knobs(scene);
	reach(scene, until_told, "\"phase\":\"Cancelled\"", SECONDS(5));
	HOLDS(scene, nothing_happened(scene));
	scene_free(scene);
}

static void
it_needs_no_turn(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = DRY});
	struct world *world = scene->world;

	(void)state;
	/* Older, and at work before the dry run is judged. */
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, "before", REAL);
	world_tell_watches(world);
	reach(scene, until_told, "\"phase\":\"Planned\"", SECONDS(30));
	HOLDS(scene, !strstr(status_of(world, "before"), "\"phase\":\"Succeeded\""));
	scene_free(scene);
}

static void
it_says_who_closes_the_gate(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLLING ",\"suspend\":true"});
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_phase, "Paused", MINUTES(5));
	sim_crash(world->sim, world->now, scene_node(world, "db-c-2"));
	wait_ms(scene, MINUTES(1));
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, "dry", "\"spec\":{\"cluster\":\"messages-prd\"," DRY "}");
	world_tell_watches(world);
	wait_ms(scene, SECONDS(30));
	HOLDS(scene, strstr(status_of(world, "dry"), "6 nodes planned; the gate is closed for db-a-1"));
	HOLDS(scene, strstr(status_of(world, "dry"), "{\"node\":\"db-a-1\",\"open\":false,\"message\":\"db-c-2 is down"));
	HOLDS(scene, strstr(status_of(world, "dry"), "GateClosed"));
	scene_free(scene);
}

static void
a_plan_that_cannot_be_made_is_refused_as_ever(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"no-such\",\"dryRun\":true"});

	(void)state;
	wait_ms(scene, SECONDS(30));
	HOLDS(scene, until_phase(scene->world, "Pending"));
	HOLDS(scene, until_told(scene->world, "WorkflowNotFound"));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_planned_and_nothing_was_done),
		cmocka_unit_test(rules_are_told_as_rules),
		cmocka_unit_test(the_plan_is_the_one_that_would_be_run),
		cmocka_unit_test(one_that_is_refused_can_be_cancelled),
		cmocka_unit_test(it_needs_no_turn),
		cmocka_unit_test(it_says_who_closes_the_gate),
		cmocka_unit_test(a_plan_that_cannot_be_made_is_refused_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
