#include "story.h"

#include "alloc.h"
#include "silence.h"

/* I9: what a status says is understood and compared with the world; and what once kept an operation silent. */

/* --- sentences --- */

static struct claim
claimed(struct scene *scene, const char *text, bool cut)
{
	struct claim claim = {.world = scene->world, .sim = scene->world->sim, .cut = cut};

	cause_read(&claim, text);
	return claim;
}

static struct scene *
open_scene(void)
{
	return scene_new(&(struct scene_config){.operation = ROLLING});
}

static void
what_a_sentence_names_is_found(void **state)
{
	struct scene *scene = open_scene();
	struct claim claim = claimed(scene, "db-b-1: is-up-normal: db-b-1 is down since 10:02 or longer, as db-a-1 and 3 more "
	    "see it", false);

	(void)state;
	assert_non_null(claim.cause);
	CHECK_TEXT(sim_name(scene->world->sim, (size_t)claim.lane), "db-b-1");
	CHECK_INT(claim.nnodes, 2);
	CHECK_TEXT(sim_name(scene->world->sim, (size_t)claim.nodes[1]), "db-a-1");
	CHECK_INT(claim.minute, 10 * 60 + 2);
	claim = claimed(scene, "suspends after db-a-2: draining", false);
	assert_non_null(claim.cause);
	assert_non_null(claim.beside);
	scene_free(scene);
}

static void
a_sentence_may_be_cut_anywhere(void **state)
{
	static const char whole[] = "db-b-1: db-c-1 does not answer, though db-a-1 calls it up: its view is unknown";
	struct scene *scene = open_scene();
	char text[sizeof whole];

	(void)state;
	for (size_t len = strlen("db-b-1: db-c-1 does"); len < strlen(whole); len++) {
		snprintf(text, sizeof text, "%.*s", (int)len, whole);
		assert_non_null(claimed(scene, text, true).cause);
		CHECK(!claimed(scene, text, false).cause || len == strlen("db-b-1: db-c-1 does not answer"));
	}
	scene_free(scene);
}

static void
what_nobody_has_written_a_test_for_is_not_known(void **state)
{
	static const char *const unknown[] = {
		"", "working", "db-b-1", "db-b-1: ", "db-b-1: scylla-drain", "db-x-9 down since 10:02",
	};
	struct scene *scene = open_scene();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		assert_null(claimed(scene, unknown[i], false).cause);
	scene_free(scene);
}

/* --- who calls whom down --- */

static void
who_hangs_is_not_down(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	sim_hang(world->sim, world->now, scene_node(world, "db-c-1"), true);
	wait_ms(scene, SECONDS(20));
	HOLDS(scene, !cause_is_called_down(world->sim, world->now, scene_node(world, "db-c-1")));
	sim_crash(world->sim, world->now, scene_node(world, "db-c-2"));
	wait_ms(scene, SECONDS(20));
	HOLDS(scene, cause_is_called_down(world->sim, world->now, scene_node(world, "db-c-2")));
	scene_free(scene);
}

/* --- what was silent once --- */

static bool
until_told_otherwise(struct world *world, const char *text)
{
	return !strstr(scene_message(world), text);
}

/* A member answers again, and its host does not: what had been ready is not, and is looked at again before long. */
static void
a_host_that_is_back_is_noticed_soon(void **state)
{
	static const char away[] = "spec.access.host: the host of db-c-2 cannot be commanded";

	(void)state;
	for (int64_t later = 0; later < 5000; later += 700) {
		struct scene *scene = scene_new(&(struct scene_config){.operation = ROLLING, .seed = seed_number(0)});
		struct world *world = scene->world;
		size_t node = scene_node(world, "db-c-2");

		world->weather = (struct weather){.io_max = 2, .net_max = 10};
		sim_hang(world->sim, world->now, node, true);
		sim_host_away(world->sim, node, true);
		world_start(world);
		reach(scene, until_message, "db-c-2 does not answer", HOURS(1));
		wait_ms(scene, later);
		sim_hang(world->sim, world->now, node, false);
		reach(scene, until_message, away, HOURS(1));
		wait_ms(scene, SECONDS(2));
		sim_host_away(world->sim, node, false);
		reach(scene, until_told_otherwise, away, SECONDS(4));
		end(scene, "Succeeded", 6, 1);
	}
}

/* Nothing needs to happen besides: an idle roll goes on when the last watch is open again. */
static void
it_goes_on_when_the_api_server_is_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct scene *scene = scene_new(&(struct scene_config){.operation = ROLLING, .seed = seed});
		struct world *world = scene->world;

		world->weather = (struct weather){.io_max = 2, .net_max = 10};
		world_start(world);
		reach(scene, until_started, "db-a-1", HOURS(1));
		world_api_away(world, SECONDS(120));
		wait_ms(scene, SECONDS(120));
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-2") == 0);
		reach(scene, until_drained, "db-a-2", SECONDS(14));
		end(scene, "Succeeded", 6, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_sentence_names_is_found),
		cmocka_unit_test(a_sentence_may_be_cut_anywhere),
		cmocka_unit_test(what_nobody_has_written_a_test_for_is_not_known),
		cmocka_unit_test(who_hangs_is_not_down),
		cmocka_unit_test(a_host_that_is_back_is_noticed_soon),
		cmocka_unit_test(it_goes_on_when_the_api_server_is_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
