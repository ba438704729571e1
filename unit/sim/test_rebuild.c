/* Redis loses everything while the controller is down, and a person asks for a new journal by spec.rebuildJournal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "story.h"

static char knob[128];

#define SPEC(before, after) \
	"\"spec\":{\"variables\":[{\"name\":\"release\",\"type\":\"string\",\"default\":\"none\"}],\"steps\":[" before \
	"{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":\"systemd-stop-scylla-server\"},{\"task\":" \
	"\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}},{\"wait\":[{\"condition\":\"is-up-normal\"," \
	"\"pollInterval\":\"1s\"}]}]}}," after "{\"task\":\"sleep\",\"with\":{\"duration\":\"1s\"}}]}"
#define SET "{\"task\":\"set-variable\",\"with\":{\"variable\":\"release\",\"node\":\"db-c-1\",\"scylla\":" \
	"\"/storage_service/scylla_release_version\"}},"
#define TRY "{\"task\":\"fail\",\"name\":\"try\",\"with\":{\"message\":\"no such luck\"},\"abortOnFailure\":false},"
#define TELL "{\"task\":\"fail\",\"with\":{\"message\":\"+release+\"},\"abortOnFailure\":false},"
#define IF_TRIED "{\"task\":\"sleep\",\"with\":{\"duration\":\"1s\"},\"when\":{\"step\":\"try\",\"is\":\"done\"}},"

/* Down, all lost, up again: it stands still. */
static struct scene *
lose_of(struct scene *scene, bool (*until)(struct world *world, const char *arg), const char *arg)
{
	struct world *world = scene->world;

	reach(scene, until, arg, MINUTES(30));
	world_crash(world, SECONDS(20));
	checker_forget_epochs(world->checker);
	store_flush(world->store);
	reach(scene, until_message, "Redis holds", MINUTES(2));
	return scene;
}

static struct scene *
lose(bool (*until)(struct world *world, const char *arg), const char *arg)
{
	return lose_of(begin(), until, arg);
}

static void
ask(struct scene *scene, const char *uid)
{
	snprintf(knob, sizeof knob, ",\"rebuildJournal\":\"%s\"", uid);
	scene->more = knob;
	scene_turn_knobs(scene);
}

static void
ask_rightly(struct scene *scene)
{
	ask(scene, scene_operation(scene->world)->uid);
}

static void
check_end(struct scene *scene)
{
	struct world *world = scene->world;

	reach(scene, until_over, NULL, HOURS(4));
	HOLDS(scene, until_phase(world, "Succeeded"));
	HOLDS(scene, scene_all_serving(world));
	HOLDS(scene, event_says(scene, "rebuildJournal", "brought back"));
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		HOLDS(scene, started(scene, sim_name(world->sim, i)) >= 1);
	HOLDS(scene, sim_violations(world->sim) == 0);
	/* As ever, no act left before its intent was acknowledged. */
	HOLDS(scene, world->checker->faults == 0);
	scene_free(scene);
}

static void
a_node_held_down_is_brought_back_and_the_rest_follows(void **state)
{
	struct scene *scene = lose(until_stopped, "db-b-1");

	(void)state;
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, started(scene, "db-b-1") == 0);
	ask_rightly(scene);
	reach(scene, until_started, "db-b-1", MINUTES(5));
	reach(scene, until_drained, "db-c-2", HOURS(4));
	/* Those that the status counted as done are not touched again. */
	HOLDS(scene, started(scene, "db-a-1") == 1 && started(scene, "db-a-2") == 1 && started(scene, "db-b-1") == 1);
	check_end(scene);
}

static void
a_node_that_is_up_again_begins_again(void **state)
{
	struct scene *scene = lose(until_started, "db-b-1");

	(void)state;
	wait_ms(scene, MINUTES(10));
	/* As with a retry: who asks for this may have a node restarted that has been restarted. */
	HOLDS(scene, sim_violations(scene->world->sim) == 0);
	sim_mark(scene->world->sim, scene->world->now);
	ask_rightly(scene);
	reach(scene, until_drained, "db-c-2", HOURS(4));
	HOLDS(scene, started(scene, "db-a-2") == 1);
	HOLDS(scene, started(scene, "db-b-1") <= 2);
	check_end(scene);
}

/* It had ended with a node down: that is shouted again, and a retry brings it back. */
static void
a_node_left_down_is_shouted_again(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	sim_mask(world->sim, scene_node(world, "db-b-1"), true);
	reach(scene, until_phase, "Failed", HOURS(1));
	wait_ms(scene, SECONDS(5));
	world_crash(world, SECONDS(20));
	checker_forget_epochs(world->checker);
	store_flush(world->store);
	reach(scene, until_message, "Redis holds", MINUTES(2));
	sim_mask(world->sim, scene_node(world, "db-b-1"), false);
	ask_rightly(scene);
	reach(scene, until_message, "db-b-1 is OUT OF SERVICE", MINUTES(2));
	HOLDS(scene, until_phase(world, "Failed"));
	scene->retry++;
	scene_turn_knobs(scene);
	reach(scene, until_started, "db-b-1", MINUTES(5));
	check_end(scene);
}

static void
another_uid_is_refused(void **state)
{
	struct scene *scene = lose(until_stopped, "db-b-1");

	(void)state;
	ask(scene, "00000000-0000-0000-0000-000000000000");
	reach(scene, until_message, "rebuildJournal: it is", MINUTES(2));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, started(scene, "db-b-1") == 0);
	ask_rightly(scene);
	check_end(scene);
}

/* Not lost, but edited by hand: that key is named, nothing is done, and a new journal is as good. */
static void
an_unreadable_journal_is_rebuilt_too(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_stopped, "db-b-1", MINUTES(30));
	world_crash(world, SECONDS(20));
	store_journal_set(store_find(world->store, scene_operation(world)->uid), "lane/1/db-b-1", "{\"held\":\"yes\"}");
	reach(scene, until_message, "field \"lane/1/db-b-1\"", MINUTES(2));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, started(scene, "db-b-1") == 0);
	ask_rightly(scene);
	reach(scene, until_drained, "db-c-2", HOURS(4));
	HOLDS(scene, started(scene, "db-a-2") == 1 && started(scene, "db-b-1") == 1);
	check_end(scene);
}

/* A second loss needs a second word. */
static void
one_word_is_for_one_rebuilding(void **state)
{
	struct scene *scene = lose(until_stopped, "db-a-2");

	(void)state;
	ask_rightly(scene);
	reach(scene, until_stopped, "db-b-1", HOURS(1));
	world_crash(scene->world, SECONDS(20));
	checker_forget_epochs(scene->world->checker);
	store_flush(scene->world->store);
	reach(scene, until_message, "Redis holds", MINUTES(2));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, started(scene, "db-b-1") == 0);
	ask_rightly(scene);
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, started(scene, "db-b-1") == 0);     /* nothing has changed in the spec */
	scene->suspend = true;
	ask_rightly(scene);
	scene->suspend = false;
	ask_rightly(scene);
	check_end(scene);
}

/* A controller dies while it rebuilds, at every moment of it. */
static void
dying_meanwhile_is_no_harm(void **state)
{
	size_t points = 0;

	(void)state;
	for (int64_t ms = 0; ms < 30000; ms += getenv("STRAIT_QUICK") ? 3100 : 700, points++) {
		struct scene *scene = lose(until_stopped, "db-b-1");

		ask_rightly(scene);
		wait_ms(scene, ms);
		world_crash(scene->world, SECONDS(3));
		check_end(scene);
	}
	print_message("rebuilding: %zu crash points\n", points);
}

/* What has been taken down is not known any more, so a cancel cannot be carried out: that is said, and it is carried out when
 * the journal is rebuilt. */
static void
cancelled_it_stays_until_it_is_known_again(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-b-1", MINUTES(30));
	world_crash(world, SECONDS(20));
	checker_forget_epochs(world->checker);
	store_flush(world->store);
	scene->cancel = true;
	scene_turn_knobs(scene);
	reach(scene, until_message, "Redis holds", MINUTES(2));
	wait_ms(scene, MINUTES(1));
	HOLDS(scene, strstr(scene_operation(world)->status, "JournalLost") && scene_operation(world)->nfinalizers == 1);
	ask_rightly(scene);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, until_phase(world, "Cancelled") && scene_all_serving(world));
	scene_free(scene);
}

/* What a step has set or become is in the journal alone: to go on with a default, or by another branch, would be guessing. */
static void
what_is_not_in_the_status_is_not_guessed(void **state)
{
	static const struct {
		const char *workflow, *says;     /* NULL: it is rebuilt */
	} cases[] = {
		{SPEC(SET, TELL), "1.1 has set +release+"},
		{SPEC(TRY, IF_TRIED), "what became of step 1.1"},
		{SPEC("", SET TELL), NULL},
		{SPEC("", TRY IF_TRIED), NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene *scene = lose_of(begin_with((struct scene_config){.operation = "\"workflow\":\"own\"",
		    .workflow = cases[i].workflow}), until_stopped, "db-b-1");

		ask_rightly(scene);
		if (!cases[i].says) {
			check_end(scene);
			continue;
		}
		reach(scene, until_message, cases[i].says, MINUTES(2));
		wait_ms(scene, MINUTES(10));
		HOLDS(scene, started(scene, "db-b-1") == 0);
		HOLDS(scene, strstr(scene_operation(scene->world)->status, "JournalLost") != NULL);
		scene_delete(scene);
		reach(scene, until_gone, NULL, MINUTES(1));
		scene_free(scene);
	}
}

/* Deleted it is let go: a person has looked at the nodes. */
static void
deleted_it_is_gone(void **state)
{
	struct scene *scene = lose(until_drained, "db-b-1");

	(void)state;
	scene_delete(scene);
	reach(scene, until_gone, NULL, MINUTES(1));
	scene_free(scene);
}

/* What was sent before may still arrive: until that is over it stays, and says what has become of it. */
static void
deleted_meanwhile_it_says_why_it_is_still_there(void **state)
{
	struct scene *scene = begin();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-b-1", MINUTES(30));
	world_crash(world, SECONDS(20));
	checker_forget_epochs(world->checker);
	store_flush(world->store);
	scene_delete(scene);
	reach(scene, until_message, "Redis holds", SECONDS(25));
	reach(scene, until_gone, NULL, MINUTES(1));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_held_down_is_brought_back_and_the_rest_follows),
		cmocka_unit_test(a_node_that_is_up_again_begins_again),
		cmocka_unit_test(a_node_left_down_is_shouted_again),
		cmocka_unit_test(another_uid_is_refused),
		cmocka_unit_test(an_unreadable_journal_is_rebuilt_too),
		cmocka_unit_test(one_word_is_for_one_rebuilding),
		cmocka_unit_test(cancelled_it_stays_until_it_is_known_again),
		cmocka_unit_test(deleted_it_is_gone),
		cmocka_unit_test(deleted_meanwhile_it_says_why_it_is_still_there),
		cmocka_unit_test(what_is_not_in_the_status_is_not_guessed),
		cmocka_unit_test(dying_meanwhile_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
