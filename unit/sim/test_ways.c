#include "story.h"

#include "alloc.h"

/* What a workflow says of its steps beside their doing: what failure means, and what is done then. Each way is played as it is
 * and then with a crash after every journal write, act and write of a status (make check: after some), unanswered, answered
 * unseen, not left; it must come to the same end, tell the same and do nothing twice. */

#define UP "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"2s\",\"pollInterval\":\"1s\"}]}"
#define DRAIN "{\"task\":\"scylla-drain\"}"
#define RESTART "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}"
#define FAIL(more) "{\"task\":\"fail\",\"with\":{\"message\":\"no such luck\"}" more "}"
#define LOOK "{\"wait\":[{\"condition\":\"cluster-normal\",\"pollInterval\":\"1s\"}]}"
#define STEPS(steps) "\"spec\":{\"steps\":[" steps "]"
#define EACH(steps) "{\"eachNode\":{\"steps\":[" steps "]}}"

#define SLEEP "{\"task\":\"sleep\",\"with\":{\"duration\":\"20s\"}}"
#define APPROVAL(outcome) "{\"approval\":{\"message\":\"look\",\"timeout\":\"20s\",\"onTimeout\":\"" outcome "\"}}"
#define EARLY_UP "{\"condition\":\"is-up-normal\",\"successWindow\":\"2s\",\"pollInterval\":\"1s\"}"
#define LATE_UP "{\"condition\":\"is-up-normal\",\"successWindow\":\"50m\",\"timeout\":\"1h\"}"
#define FINALLY(steps) "\"finally\":[" steps "]}"

#define IN_B "\"when\":{\"variable\":\"zone\",\"is\":\"dc1/b\"}"

#define SET(name, from) "{\"task\":\"set-variable\",\"with\":{\"variable\":\"" name "\"," from "},\"abortOnFailure\":false}"

enum { SAYS = 5 };

static void
cancel_in_time(struct scene *scene)
{
	world_run(scene->world, until_drained, "db-a-1", MINUTES(10));
	scene->cancel = true;
	scene_turn_knobs(scene);
}

static void
retry_once(struct scene *scene)
{
	world_run(scene->world, until_phase, "Failed", HOURS(1));
	world_run(scene->world, NULL, NULL, SECONDS(5));
	scene->retry = 1;
	scene_turn_knobs(scene);
	world_run(scene->world, NULL, NULL, SECONDS(60));
}

static const struct way {
	const char *name, *workflow, *phase;
	size_t starts;
	const char *says[SAYS];          /* of the last status */
	const char *tells;               /* and, where nothing crashed, this */
	bool all;                        /* of all three nodes, else of one */
	void (*people)(struct scene *scene);     /* what happens besides; or NULL */
} ways[] = {
	{"passed over", STEPS(EACH(DRAIN "," FAIL(",\"abortOnFailure\":false") "," RESTART "," UP) ","
	    FAIL(",\"abortOnFailure\":false") "," LOOK), "Succeeded", 1,
	    .says = {"1 nodes done, 2 steps failed and passed over", "\"stepsPassedOver\":2", "fail: no such luck"}},
	{"rescued", STEPS(EACH(DRAIN "," FAIL(",\"onFailure\":[" LOOK "," RESTART "]") "," UP) ","
	    FAIL(",\"onFailure\":[" LOOK "," LOOK "]")), "Succeeded", 1, .says = {"1 nodes done, 2 steps rescued",
	    "\"stepsRescued\":2", "fail: no such luck"}},
	{"not rescued", STEPS(EACH(DRAIN "," FAIL(",\"onFailure\":[" LOOK "," FAIL("") "," RESTART "]") "," RESTART "," UP)),
	    "Failed", 1, .says = {"db-a-1: fail: no such luck", "\"step\":\"1.2.onFailure.2\"", "\"failed\":1"}},
	{"rescued by what may fail", STEPS(EACH(DRAIN "," RESTART "," UP) "," FAIL(",\"onFailure\":["
	    FAIL(",\"abortOnFailure\":false") "," LOOK "]")), "Succeeded", 1,
	    .says = {"1 nodes done, 1 step rescued, 1 failed and passed over"}},
	{"no rescue, and passed over", STEPS(EACH(DRAIN "," RESTART "," UP) "," FAIL(",\"onFailure\":[" FAIL("") "],"
	    "\"abortOnFailure\":false") "," LOOK), "Succeeded", 1, .says = {"1 nodes done, 1 step failed and passed over"}},
	{"a cluster step fails", STEPS(EACH(DRAIN "," RESTART "," UP) "," FAIL(",\"onFailure\":[" FAIL("") "]")), "Failed", 1,
	    .says = {"step 2.1.onFailure.1: fail: no such luck"}},
	{"finally after success", STEPS(EACH(DRAIN "," RESTART "," UP)) "," FINALLY(SLEEP "," LOOK), "Succeeded", 1,
	    .says = {"1 nodes done"}},
	{"finally after failure", STEPS(EACH(DRAIN "," FAIL("") "," RESTART "," UP)) "," FINALLY(SLEEP "," LOOK), "Failed", 1,
	    .says = {"db-a-1: fail: no such luck", "\"failed\":1"}},
	{"finally fails after success", STEPS(EACH(DRAIN "," RESTART "," UP)) "," FINALLY(LOOK "," FAIL("")), "Failed", 1,
	    .says = {"step 2.2 of finally: fail: no such luck; before it 1 nodes done"}},
	{"finally fails after failure", STEPS(EACH(DRAIN "," RESTART "," UP) "," FAIL("")) "," FINALLY(FAIL(
	    ",\"onFailure\":[" LOOK "]") "," FAIL("") "," LOOK), "Failed", 1,
	    .says = {"step 2.1: fail: no such luck; step 3.2 of finally: fail: no such luck"}},
	{"finally after cancel", STEPS(EACH(DRAIN "," RESTART "," UP)) "," FINALLY(SLEEP), "Cancelled", 1,
	    .says = {"1 of 3 nodes done"}, .all = true, .people = cancel_in_time},
	{"finally, failed, taken up again", STEPS(EACH(DRAIN "," RESTART "," UP) "," LOOK) "," FINALLY(SLEEP "," FAIL("")),
	    "Failed", 1, .says = {"step 3.2 of finally", "\"retryObserved\":1"}, .people = retry_once},
	{"batches of two", STEPS("{\"eachNode\":{\"batch\":{\"size\":2,\"then\":[" LOOK "," SLEEP "]},\"steps\":[" DRAIN ","
	    RESTART "," UP "]}}," LOOK), "Succeeded", 3, .says = {"3 nodes done"}, .all = true},
	{"a batch fails", STEPS("{\"eachNode\":{\"batch\":{\"size\":\"34%\",\"then\":[" LOOK "," FAIL(
	    ",\"onFailure\":[" FAIL("") "]") "]},\"steps\":[" DRAIN "," RESTART "," UP "]}}," LOOK), "Failed", 1,
	    .says = {"step 1.batch.2.onFailure.1: fail: no such luck", "\"progress\":\"1/3\""}, .all = true},
	{"an approval that goes on without", STEPS(APPROVAL("continue") "," EACH(DRAIN "," RESTART "," UP)), "Succeeded", 1,
	    .says = {"1 nodes done"}},
	{"an approval that fails", STEPS(LOOK "," APPROVAL("fail") "," EACH(DRAIN "," RESTART "," UP)) "," FINALLY(LOOK),
	    "Failed", 0, .says = {"step 1.2: approval: nobody has approved step 1.2 within 20s: it has failed"}},
	{"an approval that cancels", STEPS(EACH(DRAIN "," RESTART "," UP) "," APPROVAL("cancel") "," LOOK) "," FINALLY(SLEEP),
	    "Cancelled", 1, .says = {"1 of 1 nodes done; an approval was not given in time"}},
	{"left out on two nodes", STEPS(EACH("{\"task\":\"scylla-drain\"," IN_B "},{\"task\":\"systemd-restart-service\","
	    "\"with\":{\"service\":\"scylla-server\"}," IN_B "},{\"wait\":[" EARLY_UP "]," IN_B "}")), "Succeeded", 1,
	    .says = {"3 nodes done"}, .tells = "when: +zone+ is dc1/c, not dc1/b", .all = true},
	{"left out by what became of others", STEPS(FAIL(",\"name\":\"try\",\"abortOnFailure\":false") ",{\"task\":\"sleep\","
	    "\"name\":\"nap\",\"with\":{\"duration\":\"20s\"},\"when\":{\"step\":\"try\",\"is\":\"done\"}},"
	    "{\"eachNode\":{\"when\":{\"step\":\"nap\",\"not\":\"skipped\"},\"steps\":[" DRAIN "," RESTART "," UP "]}},"
	    "{\"eachNode\":{\"when\":[{\"step\":\"try\",\"is\":\"failed\"},{\"step\":\"nap\",\"is\":\"skipped\"}],"
	    "\"steps\":[" DRAIN "," RESTART "," UP "]}}"), "Succeeded", 1, .says = {"1 nodes done", "\"skipped\":1"},
	    .tells = "when: step 1.1 is failed, not done"},
	{"left out by what became of a rescue", STEPS(EACH(DRAIN ",{\"task\":\"fail\",\"name\":\"try\",\"with\":{"
	    "\"message\":\"no such luck\"},\"onFailure\":[" LOOK "]},{\"task\":\"fail\",\"with\":{\"message\":\"never\"},"
	    "\"when\":{\"step\":\"try\",\"not\":\"rescued\"}}," RESTART "," UP)), "Succeeded", 1,
	    .says = {"1 nodes done, 1 step rescued"}, .tells = "when: step 1.2 is rescued"},
	{"set by what is observed", "\"spec\":{\"variables\":[{\"name\":\"release\",\"type\":\"string\",\"default\":\"none\"},"
	    "{\"name\":\"mood\",\"type\":\"string\",\"enum\":[\"good\"],\"default\":\"good\"}],\"steps\":["
	    SET("release", "\"node\":\"db-c-1\",\"scylla\":\"/storage_service/scylla_release_version\"") ","
	    SET("mood", "\"node\":\"db-c-1\",\"scylla\":\"/storage_service/operation_mode\"") ","
	    "{\"eachNode\":{\"when\":{\"variable\":\"release\",\"is\":\"none\"},\"steps\":[" DRAIN "]}},"
	    EACH(DRAIN "," RESTART "," UP ",{\"task\":\"fail\",\"with\":{\"message\":\"+node+ ran +release+, +mood+\"},"
	    "\"abortOnFailure\":false,\"when\":{\"variable\":\"release\",\"not\":\"none\"}}") "]", "Succeeded", 1,
	    .says = {"1 nodes done, 1 skipped, 2 steps failed and passed over", "db-a-1 ran 2025.1.4-0", ", good",
	    "mood: expected good, got \\\"NORMAL\\\""}},
	{"any of two, backwards", STEPS("{\"eachNode\":{\"order\":\"reverse\",\"steps\":[" DRAIN "," RESTART ",{\"wait\":["
	    LATE_UP "," EARLY_UP "],\"any\":true}]}}"), "Succeeded", 3, .says = {"3 nodes done"}, .all = true},
};

static char *
content_of(const struct way *way)
{
	return xasprintf("%s%s", way->workflow, strstr(way->workflow, "\"finally\"") ? "" : "}");
}

static void
play(const struct way *way, const struct crash *crash, struct buf *kinds)
{
	CLEANUP_FREE char *workflow = content_of(way);
	struct scene *scene = scene_new(&(struct scene_config){
	    .layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = 1,
	    .operation = way->all ? "\"workflow\":\"own\""
	    : "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-1\"]}",
	    .workflow = workflow, .stable_ms = 2000, .lease_ms = SECONDS(6)});
	struct world *world = scene->world;
	char text[600];

	world->weather = (struct weather){.io_max = 5, .net_max = 20, .slow = 3, .slow_max = 2500};
	world->kinds = kinds;
	if (crash)
		world_crash_at(world, crash->effect, crash->how);
	world_start(world);
	if (way->people)
		way->people(scene);
	world_run(world, until_over, NULL, HOURS(2));
	world_run(world, NULL, NULL, SECONDS(30));
	judge_or_fail(world, judge(world, text, sizeof text), way->name, 1);
	if (strcmp(scene_phase(world), way->phase) != 0)
		judge_or_fail(world, scene_message(world), scene_phase(world), 1);
	for (size_t i = 0; i < SAYS && way->says[i]; i++)
		if (!strstr(scene_operation(world)->status, way->says[i]))
			judge_or_fail(world, scene_operation(world)->status, way->says[i], 1);
	if (way->tells && !crash && !strstr(scene_operation(world)->status, way->tells))
		judge_or_fail(world, scene_operation(world)->status, way->tells, 1);
	HOLDS(scene, started(scene, NULL) == way->starts && scene_all_serving(world));
	scene_free(scene);
}

static void
enumerate(const struct way *way)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(1 << 20);
	size_t stride = getenv("STRAIT_QUICK") ? 23 : seeds_wanted(50) >= 1000 ? 1 : 5, points = 0, number = 0;

	play(way, NULL, &kinds);
	for (size_t i = 0; i < kinds.len; i++)
		for (int how = 0; how < CRASH_WAYS; how++) {
			const struct crash crash = {.effect = i + 1, .how = (enum crash_how)how};

			if (kinds.data[i] == '.' || number++ % stride != 0)
				continue;
			play(way, &crash, NULL);
			points++;
		}
	printf("  %s: %zu effects, %zu crash points\n", way->name, kinds.len, points);
}

static void
every_way_is_gone_to_its_end_whatever_crashes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		enumerate(&ways[i]);
}

/* An Event tells each turn once. */
static void
each_turn_is_told(void **state)
{
	static const struct {
		size_t way;
		const char *reason;
	} cases[] = {{0, "StepPassedOver"}, {1, "StepFallsBack"}, {1, "StepRescued"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *workflow = content_of(&ways[cases[i].way]);
		struct scene *scene = begin_with((struct scene_config){
		    .operation = "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-1\"]}",
		    .workflow = workflow});

		reach(scene, until_over, NULL, HOURS(1));
		wait_ms(scene, SECONDS(5));
		HOLDS(scene, api_count_events(scene->world->api, cases[i].reason) == 2);
		end(scene, "Succeeded", 0, 0);
	}
}

/* It is said what the end will be, and what is still done before it; a suspension holds that up, a cancel does not. */
static void
the_end_is_told_before_it_comes(void **state)
{
	CLEANUP_FREE char *workflow = xasprintf("%s", STEPS(EACH(DRAIN "," RESTART "," UP)) "," FINALLY(SLEEP "," SLEEP));
	struct scene *scene = begin_with((struct scene_config){
	    .operation = "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-1\"]}", .workflow = workflow});

	(void)state;
	reach(scene, until_message, "ends as Succeeded after ", MINUTES(10));
	scene->suspend = true;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(2));
	reach(scene, until_phase, "Paused", MINUTES(2));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, until_phase(scene->world, "Paused"));
	world_crash(scene->world, SECONDS(3));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, until_phase(scene->world, "Paused"));
	scene->suspend = false;
	scene_turn_knobs(scene);
	reach(scene, until_message, "ends as Succeeded after sleeps until", MINUTES(1));
	scene->cancel = true;
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 1, 1);
}

static void
any_condition_is_enough_and_nodes_are_taken_as_they_are_listed(void **state)
{
	CLEANUP_FREE char *workflow = xasprintf("%s}", STEPS("{\"eachNode\":{\"order\":\"targets\",\"steps\":[" DRAIN
	    "," RESTART ",{\"wait\":[" LATE_UP "," EARLY_UP "],\"any\":true}]}}"));
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\",\"targets\":{\"nodes\":["
	    "\"db-b-2\",\"db-c-1\",\"db-a-2\",\"db-b-1\"]}", .workflow = workflow});
	static const char *const order[] = {"db-b-2", "db-b-1", "db-c-1", "db-a-2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		reach(scene, until_drained, order[i], MINUTES(5));
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == i + 1);
	}
	end(scene, "Succeeded", 0, 1);
}

/* Given in time it is as any; its deadline is the same after a crash. */
static void
an_approval_in_time_is_taken(void **state)
{
	CLEANUP_FREE char *workflow = xasprintf("%s}", STEPS("{\"approval\":{\"timeout\":\"30m\"}}," EACH(DRAIN "," RESTART ","
	    UP)));
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\",\"targets\":{\"nodes\":["
	    "\"db-a-1\"]}", .workflow = workflow});
	char more[200];
	const char *hash;

	(void)state;
	reach(scene, until_phase, "AwaitingApproval", MINUTES(5));
	wait_ms(scene, MINUTES(20));
	world_crash(scene->world, SECONDS(30));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, until_message(scene->world, "approve 1.1, plan"));
	hash = strstr(scene_operation(scene->world)->status, "\"planHash\":\"");
	snprintf(more, sizeof more, ",\"approvals\":[{\"step\":\"1.1\",\"planHash\":\"%.16s\"}]",
	    hash + strlen("\"planHash\":\""));
	scene->more = more;
	scene_turn_knobs(scene);
	reach(scene, until_drained, "db-a-1", MINUTES(5));
	HOLDS(scene, api_count_events(scene->world->api, "ApprovalTimeout") == 0);
	end(scene, "Succeeded", 1, 1);
}

/* Between batches no node is at work, and each batch is followed by its steps once. */
static void
no_node_is_at_work_between_batches(void **state)
{
	CLEANUP_FREE char *workflow = xasprintf("%s}", STEPS("{\"eachNode\":{\"concurrencyLimit\":2,\"concurrencyUnit\":"
	    "\"all\",\"batch\":{\"size\":4,\"then\":[{\"task\":\"sleep\",\"with\":{\"duration\":\"3m\"}}]},\"steps\":[" DRAIN
	    "," RESTART "," UP "]}}"));
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = workflow,
	    .no_system_keyspaces = true});

	(void)state;
	reach(scene, until_message, "sleeps until", MINUTES(20));
	HOLDS(scene, scene_all_serving(scene->world) && started(scene, NULL) == 4);
	wait_ms(scene, MINUTES(1));
	world_crash(scene->world, SECONDS(30));
	wait_ms(scene, SECONDS(75));
	HOLDS(scene, started(scene, NULL) == 4);
	wait_ms(scene, SECONDS(60));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) > 4);
	reach(scene, until_message, "sleeps until", MINUTES(20));
	HOLDS(scene, scene_all_serving(scene->world) && started(scene, NULL) == 6);
	end(scene, "Succeeded", 6, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_is_gone_to_its_end_whatever_crashes),
		cmocka_unit_test(each_turn_is_told),
		cmocka_unit_test(the_end_is_told_before_it_comes),
		cmocka_unit_test(no_node_is_at_work_between_batches),
		cmocka_unit_test(any_condition_is_enough_and_nodes_are_taken_as_they_are_listed),
		cmocka_unit_test(an_approval_in_time_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
