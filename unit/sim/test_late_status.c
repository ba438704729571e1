#include "story.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* A status that is long on its way: it is of an object as that was, and never lands on what that has become since, nor on
 * another of its name. */

/* One that has left its controller and has not arrived. */
struct late {
	char *path, *content_type, *body;
};

static void
late_done(struct late *late)
{
	free(late->path);
	free(late->content_type);
	free(late->body);
}

static struct flight *
find_status(struct world *world, const char *plural)
{
	for (size_t i = 0; i < world->nflights; i++) {
		struct flight *flight = world->flights[i];

		if (flight->effect.kind == EFFECT_KUBE && flight->state == FLIGHT_LEFT && flight->wanted &&
		    strcmp(flight->effect.kube.method, "PATCH") == 0 && strstr(flight->effect.kube.path, plural) &&
		    strstr(flight->effect.kube.path, "/status?"))
			return flight;
	}
	return NULL;
}

static bool
until_status_leaves(struct world *world, const char *plural)
{
	return find_status(world, plural) != NULL;
}

/* The next one is taken off its way; its controller hears nothing until the deadline. */
static struct late
take_off(struct scene *scene, const char *plural)
{
	struct flight *flight;

	reach(scene, until_status_leaves, plural, MINUTES(10));
	flight = find_status(scene->world, plural);
	flight->fate = FATE_LOST_REQUEST;
	return (struct late){xstrdup(flight->effect.kube.path), xstrdup(flight->effect.kube.content_type),
	    xstrdup(flight->effect.kube.body)};
}

/* And arrives now. The HTTP status. */
static int
arrive(struct scene *scene, const struct late *late)
{
	CLEANUP_BUF struct buf answer = BUF_INIT(BUF_MAX_ANSWER);
	struct effect_kube request = {.method = "PATCH", .path = late->path, .content_type = late->content_type,
	    .body = late->body};
	int status = api_serve(scene->world->api, &request, &answer);

	transcript_add(scene->world->log, scene->world->now, "---- a late status arrives: %d", status);
	world_tell_watches(scene->world);
	return status;
}

static void
create_again(struct scene *scene, enum kind kind, const char *name, const char *content)
{
	api_create(scene->world->api, kind, SCENE_NAMESPACE, name, content);
	world_tell_watches(scene->world);
}

static void
one_of_a_deleted_operation_misses_the_next_of_its_name(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	CLEANUP_FREE char *content = NULL;
	struct late late;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	content = xstrdup(scene_operation(world)->content);
	late = take_off(scene, "clusteroperations");
	scene_delete(scene);
	reach(scene, until_gone, NULL, HOURS(1));
	create_again(scene, KIND_OPERATION, SCENE_OPERATION, content);
	CHECK_INT(arrive(scene, &late), 409);
	HOLDS(scene, !until_phase(world, "Running"));
	late_done(&late);
	reach(scene, until_over, NULL, HOURS(4));
	HOLDS(scene, until_phase(world, "Succeeded") && !*world->api->foul);
	scene_free(scene);
}

static bool
until_finalizer_leaves(struct world *world, const char *unused)
{
	(void)unused;
	for (size_t i = 0; i < world->nflights; i++)
		if (world->flights[i]->effect.kind == EFFECT_KUBE && world->flights[i]->state == FLIGHT_LEFT &&
		    strstr(world->flights[i]->effect.kube.body ? world->flights[i]->effect.kube.body : "", "/finalizers"))
			return true;
	return false;
}

/* Its controller hears late that it was deleted, and has begun it. */
static void
one_that_is_not_known_to_be_deleted_tells_nothing_of_the_next(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	CLEANUP_FREE char *content = xstrdup(scene_operation(world)->content);
	size_t refused;

	(void)state;
	reach(scene, until_finalizer_leaves, NULL, MINUTES(10));
	world->weather.slow_line = 1000;
	world->weather.slow_max = SECONDS(20);
	api_delete(world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION);
	create_again(scene, KIND_OPERATION, SCENE_OPERATION, content);
	refused = world->api->refused;
	wait_ms(scene, SECONDS(1));
	HOLDS(scene, world->api->refused > refused);
	world->weather.slow_line = 0;
	end(scene, "Succeeded", 6, 1);
}

/* Away by force, and made anew, while the controller hears nothing of it: nobody is told how the first one ends. */
static void
one_of_an_object_that_is_gone_is_not_waited_for(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	CLEANUP_FREE char *content = NULL;
	char text[600];

	(void)state;
	reach(scene, until_phase, "Running", MINUTES(10));
	content = xstrdup(scene_operation(world)->content);
	world_api_away(world, SECONDS(4));
	api_vanish(world->api, scene_operation(world));
	create_again(scene, KIND_OPERATION, SCENE_OPERATION, content);
	wait_ms(scene, SECONDS(3));
	CHECK_TEXT(scene_phase(world), "");
	reach(scene, until_over, NULL, HOURS(4));
	judge_or_fail(world, judge(world, text, sizeof text), "of the next one", scene->config.seed);
	HOLDS(scene, until_phase(world, "Succeeded") && !*world->api->foul);
	scene_free(scene);
}

static void
one_of_a_deleted_cluster_misses_the_next_of_its_name(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	struct late late = take_off(scene, "targetclusters");
	CLEANUP_FREE char *content = NULL;

	(void)state;
	content = xstrdup(api_find(world->api, KIND_TARGET, SCENE_NAMESPACE, "messages-prd")->content);
	api_delete(world->api, KIND_TARGET, SCENE_NAMESPACE, "messages-prd");
	create_again(scene, KIND_TARGET, "messages-prd", content);
	CHECK_INT(arrive(scene, &late), 409);
	late_done(&late);
	end(scene, "Succeeded", 6, 1);
}

static void
an_older_one_does_not_undo_a_newer(void **state)
{
	struct scene *scene = begin();
	struct late late;

	(void)state;
	reach(scene, until_drained, "db-c-2", HOURS(1));
	late = take_off(scene, "clusteroperations");
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, until_phase(scene->world, "Succeeded"));
	CHECK_INT(arrive(scene, &late), 409);
	late_done(&late);
	end(scene, "Succeeded", 6, 1);
}

static void
somebody_writes(struct scene *scene, int number)
{
	CLEANUP_FREE char *annotations = xasprintf("{\"note\":\"%d\"}", number);

	api_annotate(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION, annotations);
	world_tell_watches(scene->world);
}

/* Somebody else writes the object meanwhile: what was to be told is told all the same, and soon. */
static void
one_that_is_overtaken_is_written_again(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	size_t writes, refused;
	int64_t began;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	wait_ms(scene, SECONDS(3));
	reach(scene, until_status_leaves, "clusteroperations", MINUTES(10));
	writes = world->api->status_writes;
	refused = world->api->refused;
	began = world->now;
	somebody_writes(scene, 0);
	while (world->api->status_writes == writes && world->now < began + SECONDS(2))
		world_tick(world);
	HOLDS(scene, world->api->status_writes > writes);
	CHECK(world->now - began <= 1100);
	CHECK(world->api->refused - refused <= 2);
	end(scene, "Succeeded", 6, 1);
}

/* Writers without end are no reason to do the same, not even while the first act waits for it. */
static void
one_that_is_overtaken_always_is_not_written_faster(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	size_t refused;
	int64_t began;

	(void)state;
	reach(scene, until_status_leaves, "clusteroperations", MINUTES(10));
	refused = world->api->refused;
	began = world->now;
	for (int64_t written = 0; world->now < began + SECONDS(30); world_tick(world)) {
		if (world->now > written)
			somebody_writes(scene, (int)(written = world->now));
	}
	refused = world->api->refused - refused;
	CHECK(refused > 10);
	CHECK(refused <= 36);
	end(scene, "Succeeded", 6, 1);
}

/* Its node is repaired, and a person asks for another try; the status of that meets somebody's write, and the journal goes
 * away meanwhile: what has failed before is not told again. */
static void
an_end_that_was_retried_is_not_told_again(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;
	size_t told;

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(20));
	sim_host_away(world->sim, scene_node(world, "db-a-2"), true);
	reach(scene, until_phase, "Failed", HOURS(4));
	sim_host_away(world->sim, scene_node(world, "db-a-2"), false);
	wait_ms(scene, MINUTES(1));
	scene->retry = 1;
	scene_turn_knobs(scene);
	reach(scene, until_status_leaves, "clusteroperations", MINUTES(10));
	HOLDS(scene, strstr(find_status(world, "clusteroperations")->effect.kube.body, "\"phase\":\"Running\""));
	told = transcript_count(world->log, "\"phase\":\"Failed\"");
	somebody_writes(scene, 0);
	world_redis_away(world, SECONDS(20));
	wait_ms(scene, SECONDS(15));
	HOLDS(scene, transcript_count(world->log, "\"phase\":\"Failed\"") == told);
	HOLDS(scene, until_phase(world, "Running") && until_message(world, "Redis"));
	end(scene, "Succeeded", 0, 0);
}

static bool
until_end_leaves(struct world *world, const char *phase)
{
	const struct flight *flight = find_status(world, "clusteroperations");
	CLEANUP_FREE char *text = xasprintf("\"phase\":\"%s\"", phase);

	return flight && strstr(flight->effect.kube.body, text);
}

static bool
is_letting_go(const struct world *world)
{
	for (size_t i = 0; i < world->nflights; i++) {
		const struct effect *effect = &world->flights[i]->effect;

		if (effect->kind == EFFECT_KUBE && effect->kube.body && strstr(effect->kube.body, "\"op\":\"remove\"") &&
		    strstr(effect->kube.body, "/metadata/finalizers"))
			return true;
	}
	return false;
}

/* A retry is heard of before the answer to the status of the end before it: that does not answer for the next end, which is
 * not let go before it has been told itself. */
static void
one_that_is_answered_after_a_retry_told_no_later_end(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct scene *scene = begin();
		struct world *world = scene->world;
		size_t written;

		world->chance.state = seed;
		reach(scene, until_drained, "db-a-2", MINUTES(20));
		sim_host_away(world->sim, scene_node(world, "db-a-2"), true);
		reach(scene, until_end_leaves, "Failed", HOURS(4));
		sim_host_away(world->sim, scene_node(world, "db-a-2"), false);
		written = world->api->status_writes;
		while (world->api->status_writes == written)
			world_tick(world);
		scene->retry = 1;
		scene_turn_knobs(scene);
		reach(scene, until_end_leaves, "Succeeded", HOURS(4));
		HOLDS(scene, !is_letting_go(world));
		end(scene, "Succeeded", 0, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_a_deleted_operation_misses_the_next_of_its_name),
		cmocka_unit_test(one_that_is_not_known_to_be_deleted_tells_nothing_of_the_next),
		cmocka_unit_test(one_of_an_object_that_is_gone_is_not_waited_for),
		cmocka_unit_test(one_of_a_deleted_cluster_misses_the_next_of_its_name),
		cmocka_unit_test(an_older_one_does_not_undo_a_newer),
		cmocka_unit_test(one_that_is_overtaken_is_written_again),
		cmocka_unit_test(one_that_is_overtaken_always_is_not_written_faster),
		cmocka_unit_test(one_that_is_answered_after_a_retry_told_no_later_end),
		cmocka_unit_test(an_end_that_was_retried_is_not_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
