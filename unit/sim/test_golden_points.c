/* What a journal holds beside lanes and acts: a canary's soak and a pace, a rescue midway, a node that is joining, messages
 * that wait, a lane that is skipped, a gate that has paused it, what steps have set and become. Each is kept as a controller of
 * this format left it and is put in place of our own at the same point of the same run: every later build goes on from it to
 * the same end. As in test_golden_journals. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "golden.h"
#include "hands.h"
#include "journal.h"
#include "notices.h"
#include "story.h"

enum { SEED = 7, RESTART_MS = 2000 };

#define OWN "\"workflow\":\"own\""
#define UP_FOR(window) "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"" window "\",\"pollInterval\":\"1s\"}]}"
#define UP UP_FOR("2s")
#define DRAIN "{\"task\":\"scylla-drain\"}"
#define RESTART "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}"
#define NODES(members, steps) "{\"eachNode\":{" members "\"steps\":[" steps "]}}"
#define STEPS(steps) "\"spec\":{\"steps\":[" steps "]}"
#define FAIL(name, more) "{\"task\":\"fail\"," name "\"with\":{\"message\":\"no such luck\"}" more "}"

static const char soaking[] = STEPS(NODES("\"canary\":{\"nodes\":1,\"soak\":\"10m\"},", DRAIN "," RESTART "," UP));
static const char cooling[] = STEPS(NODES("\"coolDown\":\"10m\",", DRAIN "," RESTART "," UP));
static const char rescued[] = STEPS(NODES("", FAIL("", ",\"onFailure\":[" UP "," UP_FOR("20s") "," DRAIN "," RESTART "]")
    "," UP));
static const char salted[] = STEPS(NODES("", "{\"task\":\"salt-highstate\"}," UP));
static const char setting[] = "\"spec\":{\"variables\":[{\"name\":\"release\",\"type\":\"string\",\"default\":\"none\"}],"
    "\"steps\":["
    "{\"task\":\"set-variable\",\"with\":{\"variable\":\"release\",\"node\":\"db-c-1\",\"scylla\":"
    "\"/storage_service/scylla_release_version\"}}," FAIL("\"name\":\"try\",", ",\"abortOnFailure\":false") ","
    NODES("", DRAIN "," RESTART "," UP) ",{\"task\":\"fail\",\"with\":{\"message\":\"they ran +release+\"},\"abortOnFailure\":"
    "false,\"when\":{\"step\":\"try\",\"is\":\"failed\"}}]}";

static const char channel[] = ",\"channels\":[{\"name\":\"log\",\"type\":\"json\",\"urlSecretRef\":{\"name\":\"hooks\","
    "\"key\":\"log\"}}]";

/* --- what happens before the crash, and after it --- */

static void
skip_b(struct scene *scene)
{
	scene->more = ",\"skip\":[{\"node\":\"db-b-1\",\"reason\":\"its disk\"}]";
	scene_turn_knobs(scene);
}

static void
receivers_are_away(struct scene *scene)
{
	scene->world->web.mood = WEB_AWAY;
	scene->world->web.until = INT64_MAX;
}

static void
receivers_are_back(struct scene *scene)
{
	size_t calls;

	scene->world->web.until = scene->world->now;
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, notices_taken(scene->world, "log", "finished/0", &calls));
}

static void
lose_c(struct scene *scene)
{
	reach(scene, until_drained, "db-a-1", MINUTES(20));
	sim_crash(scene->world->sim, scene->world->now, scene_node(scene->world, "db-c-1"));
}

static void
bring_c_back(struct scene *scene)
{
	sim_start(scene->world->sim, scene->world->now, scene_node(scene->world, "db-c-1"));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, until_phase(scene->world, "Paused") && started(scene, NULL) == 1);
	scene->retry = 1;
	scene_turn_knobs(scene);
	reach(scene, until_drained, "db-b-1", MINUTES(10));
}

/* As long as it was to be when it began, and not longer. */
static void
lasts_ten_minutes(struct scene *scene)
{
	wait_ms(scene, MINUTES(8));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	reach(scene, until_drained, "db-b-1", MINUTES(3));
}

static bool
until_joining(struct world *world, const char *node)
{
	return strcmp(sim_mode(world->sim, world->now, scene_node(world, node)), "BOOTSTRAP") == 0;
}

static const struct point {
	const char *name;
	struct scene_config config;
	void (*before)(struct scene *scene);     /* or NULL */
	bool (*until)(struct world *world, const char *arg);
	const char *arg;
	const char *holds;                       /* that the journal has then */
	void (*after)(struct scene *scene);      /* or NULL */
	size_t starts[3];                        /* of db-a-1, db-b-1 and db-c-1 */
	const char *says;                        /* the last status */
} points[] = {
	{"soaking", {.operation = OWN, .workflow = soaking}, NULL, until_message, "canary soaks until", "\"soak",
	    lasts_ten_minutes, {1, 1, 1}, "3 nodes done"},
	{"cooling", {.operation = OWN, .workflow = cooling}, NULL, until_message, "cools down until", "\"coolUntil\"",
	    lasts_ten_minutes, {1, 1, 1}, "3 nodes done"},
	{"rescuing", {.operation = OWN, .workflow = rescued}, NULL, until_done, "1.1.onFailure.1/db-b-1", "\"rescue\"", NULL,
	    {1, 1, 1}, "3 nodes done, 3 steps rescued"},
	{"joining", {.operation = OWN ",\"targets\":{\"nodes\":[\"db-a-2\"]}", .workflow = salted, .spares = 1}, NULL,
	    until_joining, "db-a-2", "new/db-a-2", NULL, {0, 0, 0}, "1 nodes done"},
	{"calling", {.operation = "\"workflow\":\"rolling-restart\"", .target = channel}, receivers_are_away, until_phase,
	    "Succeeded", "\"outbox\"", receivers_are_back, {1, 1, 1}, "3 nodes done"},
	{"skipping", {.operation = "\"workflow\":\"rolling-restart\""}, skip_b, until_drained, "db-c-1", "\"skipped\"", NULL,
	    {1, 0, 1}, "2 nodes done, 1 skipped"},
	{"paused", {.operation = "\"workflow\":\"rolling-restart\""}, lose_c, until_phase, "Paused", "gate", bring_c_back,
	    {1, 1, 1}, "3 nodes done"},
	{"set", {.operation = OWN, .workflow = setting}, NULL, until_done, "2.1/db-b-1", "2025.1.4-0", NULL, {1, 1, 1},
	    "they ran 2025.1.4-0"},
};

static bool
has(const struct store_journal *journal, const char *text)
{
	for (size_t i = 0; i < journal->nfields; i++)
		if (strstr(journal->fields[i].name, text) || strstr(journal->fields[i].value, text))
			return true;
	return false;
}

static void
resume(const struct point *point, int format)
{
	static const char *const nodes[] = {"db-a-1", "db-b-1", "db-c-1"};
	struct scene_config config = point->config;
	struct store_journal *journal;
	struct scene *scene;
	struct world *world;

	config.layout = "dc1/a:1,dc1/b:1,dc1/c:1";
	config.seed = SEED;
	config.stable_ms = 3000;
	scene = scene_new(&config);
	world = scene->world;
	world->weather = (struct weather){.io_max = 2, .net_max = 10};
	world_start(world);
	if (point->before)
		point->before(scene);
	reach(scene, point->until, point->arg, HOURS(4));
	journal = store_find(world->store, scene_operation(world)->uid);
	world_crash(world, RESTART_MS);
	golden_journal(journal, point->name, format);
	if (!has(journal, point->holds))
		CHECK_FAIL("%s: the journal has no %s", point->name, point->holds);
	if (point->after)
		point->after(scene);
	reach(scene, until_over, NULL, HOURS(4));
	wait_ms(scene, SECONDS(30));
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		if (started(scene, nodes[i]) != point->starts[i])
			CHECK_FAIL("%s: %s was started %zu times", point->name, nodes[i], started(scene, nodes[i]));
	CHECK_CONTAINS(scene_operation(world)->status, point->says);
	end(scene, "Succeeded", 0, 0);
}

/* A format that comes after this one is read with those of the one before it. */
static void
each_is_resumed_to_its_end(void **state)
{
	int first = 2, oldest = JOURNAL_FORMAT - 1 > first ? JOURNAL_FORMAT - 1 : first;

	(void)state;
	for (int format = oldest; format <= JOURNAL_FORMAT; format++)
		for (size_t i = 0; i < ARRAY_LEN(points); i++)
			resume(&points[i], format);
	print_message("golden journals: %zu more points of formats %d to %d resumed\n", ARRAY_LEN(points), oldest,
	    JOURNAL_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_resumed_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
