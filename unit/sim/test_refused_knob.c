/* The object of an operation at work is changed into one that cannot be read, as the API server may take it: an older
 * controller, a newer CRD. Nothing is begun from then on, what is down is brought back, the sentence is in the status; and
 * it can still be deleted, or abandoned. So too when the controller starts anew meanwhile. */
#include "story.h"

#include "alloc.h"

static const char wrong[] = ",\"overrides\":[{\"gate\":\"cluster-normal\",\"nodes\":[\"db-a-1\"],\"reason\":\"r\","
    "\"until\":\"2030-01-28t18:00:00Z\"}]";

/* db-a-2 is down at that moment. */
static struct scene *
changed(bool crash)
{
	struct scene *scene = begin();

	reach(scene, until_stopped, "db-a-2", MINUTES(30));
	scene->more = wrong;
	scene_turn_knobs(scene);
	if (crash)
		world_crash(scene->world, SECONDS(3));
	return scene;
}

static void
over(struct scene *scene)
{
	char text[600];

	wait_ms(scene, SECONDS(30));
	judge_or_fail(scene->world, judge(scene->world, text, sizeof text), "at the end", scene->config.seed);
	scene_free(scene);
}

static void
it_pauses_and_says_why(bool crash)
{
	struct scene *scene = changed(crash);
	struct world *world = scene->world;

	reach(scene, until_phase, "Paused", MINUTES(10));
	reach(scene, until_message, "spec.overrides[0].until: expected a time", SECONDS(5));
	HOLDS(scene, strstr(scene_operation(world)->status, "got \\\"2030-01-28t18:00:00Z\\\""));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, started(scene, "db-a-2") == 1 && arrived(scene, SIM_ARRIVED_DRAIN, "db-b-1") == 0);
	HOLDS(scene, scene_all_serving(world));
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, until_phase(world, "Paused") && until_message(world, "spec.overrides[0].until"));
	scene->more = NULL;
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 6, 1);
}

static void
nothing_is_begun_until_it_can_be_read(void **state)
{
	(void)state;
	it_pauses_and_says_why(false);
}

static void
nor_by_one_that_starts_then(void **state)
{
	(void)state;
	it_pauses_and_says_why(true);
}

/* One that waits for its turn, and has a plan no more. */
static void
nor_is_one_that_was_queued(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	static const char begun[] = "\"spec\":{\"cluster\":\"messages-prd\",\"nodeTask\":{\"type\":\"scylla-drain\"},"
	    "\"targets\":{\"nodes\":[\"db-c-1\"]}";
	CLEANUP_FREE char *first = xasprintf("%s}", begun), *second = xasprintf("%s%s}", begun, wrong);
	const struct ledger *ledger;

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(30));
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, "next", first);
	world_tell_watches(world);
	wait_ms(scene, SECONDS(5));
	api_replace(world->api, KIND_OPERATION, SCENE_NAMESPACE, "next", second);
	world_tell_watches(world);
	reach(scene, until_phase, "Succeeded", HOURS(1));
	wait_ms(scene, MINUTES(5));
	ledger = checker_ledger(world->checker, api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, "next")->uid);
	HOLDS(scene, strcmp(ledger->told_phase, "Pending") == 0);
	HOLDS(scene, strstr(ledger->told_message, "spec.overrides[0].until"));
	api_replace(world->api, KIND_OPERATION, SCENE_NAMESPACE, "next", first);
	world_tell_watches(world);
	sim_mark(world->sim, world->now);
	reach(scene, until_drained, "db-c-1", MINUTES(5));
	scene_free(scene);
}

static void
deleted_it_is_cancelled(void **state)
{
	(void)state;
	for (int crash = 0; crash < 2; crash++) {
		struct scene *scene = changed(crash);

		scene_delete(scene);
		reach(scene, until_gone, NULL, MINUTES(10));
		HOLDS(scene, scene_all_serving(scene->world));
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-b-1") == 0);
		over(scene);
	}
}

/* What the same change asks for besides is heard, where it can only stop things. */
static void
its_cancel_counts(void **state)
{
	(void)state;
	for (int crash = 0; crash < 2; crash++) {
		struct scene *scene = changed(crash);

		scene->cancel = true;
		scene_turn_knobs(scene);
		reach(scene, until_phase, "Cancelled", MINUTES(10));
		HOLDS(scene, scene_all_serving(scene->world));
		over(scene);
	}
}

/* Who takes over by hand is alone: when the host is there again nothing is sent to it. */
static void
abandoned_it_is_let_go(void **state)
{
	(void)state;
	for (int crash = 0; crash < 2; crash++) {
		struct scene *scene = changed(crash);
		struct world *world = scene->world;
		size_t before;

		sim_host_away(world->sim, scene_node(world, "db-a-2"), true);
		wait_ms(scene, MINUTES(10));
		HOLDS(scene, scene_operation(world) != NULL && !scene_all_serving(world));
		before = started(scene, "db-a-2");
		api_annotate(world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION,
		    "{\"strait.dev/abandon\":\"the host burns\"}");
		scene_delete(scene);
		reach(scene, until_gone, NULL, SECONDS(5));
		wait_ms(scene, SECONDS(30));
		HOLDS(scene, event_says(scene, "the host burns", "held down: db-a-2"));
		HOLDS(scene, api_count_events(world->api, "Abandoned") == 1);
		sim_host_away(world->sim, scene_node(world, "db-a-2"), false);
		wait_ms(scene, MINUTES(30));
		HOLDS(scene, started(scene, "db-a-2") == before && !scene_all_serving(world));
		scene_free(scene);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_begun_until_it_can_be_read),
		cmocka_unit_test(nor_by_one_that_starts_then),
		cmocka_unit_test(nor_is_one_that_was_queued),
		cmocka_unit_test(deleted_it_is_cancelled),
		cmocka_unit_test(its_cancel_counts),
		cmocka_unit_test(abandoned_it_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
