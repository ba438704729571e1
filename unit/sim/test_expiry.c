/* What has ended leaves no journal for ever: Redis away at that moment is asked again, and nobody waits for it meanwhile. */
#include "story.h"

#include "alloc.h"

#define NEXT(knobs) "\"spec\":{\"cluster\":\"" SCENE_CLUSTER "\",\"nodeTask\":{\"type\":\"scylla-drain\"}," \
	"\"targets\":{\"nodes\":[\"db-c-1\"]}" knobs "}"

static bool
expires(struct world *world, const char *uid)
{
	const struct store_journal *journal = store_find(world->store, uid);

	return journal && journal->expiring;
}

/* It has ended, as its status tells, and Redis went away at once. */
static struct scene *
ended_without_redis(const char *phase)
{
	struct scene *scene = begin_with((struct scene_config){
		.operation = "\"nodeTask\":{\"type\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},"
		    "\"targets\":{\"nodes\":[\"db-b-1\"]}"});

	if (strcmp(phase, "Failed") == 0)
		sim_mask(scene->world->sim, scene_node(scene->world, "db-b-1"), true);
	reach(scene, until_phase, phase, HOURS(2));
	world_redis_away(scene->world, MINUTES(5));
	return scene;
}

static void
over(struct scene *scene)
{
	char text[600];

	judge_or_fail(scene->world, judge(scene->world, text, sizeof text), "at the end", scene->config.seed);
	scene_free(scene);
}

static void
redis_is_asked_until_it_answers(void **state)
{
	struct scene *scene = ended_without_redis("Succeeded");
	struct world *world = scene->world;

	(void)state;
	wait_ms(scene, SECONDS(10));
	HOLDS(scene, scene_operation(world)->nfinalizers == 0);
	HOLDS(scene, !expires(world, scene_operation(world)->uid));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, expires(world, scene_operation(world)->uid));
	over(scene);
}

static void
the_object_goes_when_it_is_told_to(void **state)
{
	struct scene *scene = ended_without_redis("Succeeded");
	CLEANUP_FREE char *uid = xstrdup(scene_operation(scene->world)->uid);

	(void)state;
	wait_ms(scene, SECONDS(2));
	scene_delete(scene);
	reach(scene, until_gone, NULL, SECONDS(2));
	HOLDS(scene, !expires(scene->world, uid));
	wait_ms(scene, MINUTES(6));
	HOLDS(scene, expires(scene->world, uid));
	over(scene);
}

/* The one behind it begins as soon as Redis lets it. */
static void
nobody_waits_for_it(void **state)
{
	struct scene *scene = ended_without_redis("Succeeded");
	struct world *world = scene->world;

	(void)state;
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, "next", "\"spec\":{\"cluster\":\"" SCENE_CLUSTER
	    "\",\"nodeTask\":{\"type\":\"scylla-drain\"},\"targets\":{\"nodes\":[\"db-c-1\"]}}");
	world_tell_watches(world);
	reach(scene, until_drained, "db-c-1", MINUTES(5) + SECONDS(10));
	scene_free(scene);
}

/* Its journal is taken over anew, so that what was ordered before is refused. */
static void
a_retry_keeps_its_journal(void **state)
{
	struct scene *scene = ended_without_redis("Failed");
	struct world *world = scene->world;
	const char *uid = scene_operation(world)->uid;

	(void)state;
	api_replace(world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION, "\"spec\":{\"cluster\":\"" SCENE_CLUSTER "\","
	    "\"nodeTask\":{\"type\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},"
	    "\"targets\":{\"nodes\":[\"db-b-1\"]},\"acknowledge\":\"its unit is being looked at\"}");
	world_tell_watches(world);
	wait_ms(scene, MINUTES(7));
	HOLDS(scene, expires(world, uid) && scene_operation(world)->nfinalizers == 0);
	world_redis_away(world, MINUTES(5));
	sim_mask(world->sim, scene_node(world, "db-b-1"), false);
	world_forgive_restarts(world);
	api_replace(world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION, "\"spec\":{\"cluster\":\"" SCENE_CLUSTER "\","
	    "\"nodeTask\":{\"type\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},"
	    "\"targets\":{\"nodes\":[\"db-b-1\"]},\"acknowledge\":\"its unit is being looked at\",\"retry\":1}");
	world_tell_watches(world);
	reach(scene, until_phase, "Running", MINUTES(6));
	HOLDS(scene, !expires(world, uid));
	reach(scene, until_phase, "Succeeded", HOURS(1));
	wait_ms(scene, SECONDS(5));
	HOLDS(scene, expires(world, uid));
	scene_free(scene);
}

/* One that waited for its turn, and never began, leaves none either. */
static void
what_never_began_leaves_none(void **state)
{
	static const bool cancelled[] = {true, false};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cancelled); i++) {
		struct scene *scene = begin();
		struct world *world = scene->world;
		CLEANUP_FREE char *uid = NULL;

		reach(scene, until_phase, "Running", MINUTES(5));
		uid = xstrdup(api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, "next", NEXT("")));
		world_tell_watches(world);
		wait_ms(scene, SECONDS(3));
		HOLDS(scene, store_find(world->store, uid) && !expires(world, uid));
		if (cancelled[i])
			api_replace(world->api, KIND_OPERATION, SCENE_NAMESPACE, "next", NEXT(",\"cancel\":true"));
		else
			api_delete(world->api, KIND_OPERATION, SCENE_NAMESPACE, "next");
		world_tell_watches(world);
		wait_ms(scene, SECONDS(3));
		HOLDS(scene, expires(world, uid));
		scene_free(scene);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(redis_is_asked_until_it_answers),
		cmocka_unit_test(the_object_goes_when_it_is_told_to),
		cmocka_unit_test(nobody_waits_for_it),
		cmocka_unit_test(a_retry_keeps_its_journal),
		cmocka_unit_test(what_never_began_leaves_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
