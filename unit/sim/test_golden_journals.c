/* Journals as controllers of every format so far have left them, mid-operation: each is put in place of our own at the
 * same point of the same run, and is resumed to a good end. unit/golden/journals/FORMAT/POINT holds one; those of the
 * present format are written anew with STRAIT_GOLDEN=journals, and never once a release has them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "golden.h"
#include "journal.h"
#include "story.h"

enum { SEED = 7, RESTART_MS = 2000, RESUMED_NODE = 1 };

struct point {
	const char *name;
	bool (*until)(struct world *world, const char *arg);
	const char *arg;
	bool breaks;                     /* db-b-1's host is away until somebody helps, and asks for a retry */
	size_t drains, stops;            /* that db-b-1 has had in all when it is over */
};

static bool
until_draining(struct world *world, const char *node)
{
	return scene_count(world, SIM_ARRIVED_DRAIN, SIM_CONTROLLER, node) > 0;
}

/* The journal has the phase; whatever the status says. */
static bool
until_journaled(struct world *world, const char *phase)
{
	const struct api_object *o = scene_operation(world);
	const char *op = o ? store_value(store_find(world->store, o->uid), "op") : NULL;

	return op && strncmp(op, "{\"phase\":\"", 10) == 0 && strncmp(op + 10, phase, strlen(phase)) == 0;
}

static const struct point points[] = {
	{"begun", until_phase, "Running", false, 1, 1},
	{"draining", until_draining, "db-b-1", false, 1, 1},
	{"drained", until_done, "1.1/db-b-1", false, 1, 1},
	{"stopped", until_done, "1.2/db-b-1", false, 1, 1},
	{"starting", until_started, "db-b-1", false, 1, 1},
	{"failed", until_phase, "Failed", true, 1, 1},
	{"finished", until_journaled, "Succeeded", false, 1, 1},
};

/* --- the run --- */

static struct scene *
run_to(const struct point *point)
{
	struct scene *scene = scene_new(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = SEED,
	    .operation = "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-c-1\"}", .stable_ms = 3000});
	struct world *world = scene->world;

	world->weather = (struct weather){.io_max = 2, .net_max = 10};
	world_start(world);
	if (point->breaks) {
		reach(scene, until_done, "1.1/db-b-1", HOURS(1));
		sim_host_away(world->sim, RESUMED_NODE, true);
	}
	reach(scene, point->until, point->arg, HOURS(4));
	return scene;
}

static void
resume(const struct point *point, int format)
{
	struct scene *scene = run_to(point);
	struct world *world = scene->world;
	size_t first_node = arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1");
	struct store_journal *journal = store_find(world->store, scene_operation(world)->uid);

	world_crash(world, RESTART_MS);
	golden_journal(journal, point->name, format);
	if (point->breaks) {
		sim_host_away(world->sim, RESUMED_NODE, false);
		wait_ms(scene, MINUTES(1));
		scene->retry = 1;
		scene_turn_knobs(scene);
		reach(scene, until_phase, "Running", MINUTES(10));
	}
	reach(scene, until_over, NULL, HOURS(4));
	HOLDS(scene, until_phase(world, "Succeeded"));
	HOLDS(scene, scene_all_serving(world));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1") == (first_node ? first_node : 1));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-b-1") == point->drains);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_STOP, "db-b-1") <= point->stops);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-c-1") == 1);
	end(scene, "Succeeded", 0, 0);
}

static void
every_format_is_resumed_at_every_point(void **state)
{
	int oldest = JOURNAL_FORMAT > 1 ? JOURNAL_FORMAT - 1 : 1;

	(void)state;
	for (int format = oldest; format <= JOURNAL_FORMAT; format++)
		for (size_t i = 0; i < ARRAY_LEN(points); i++)
			resume(&points[i], format);
	print_message("golden journals: %zu points of formats %d to %d resumed\n", ARRAY_LEN(points), oldest, JOURNAL_FORMAT);
}

/* What a newer controller has written is left alone, whatever its fields are. */
static void
a_newer_format_is_left_alone(void **state)
{
	struct scene *scene = run_to(&points[2]);
	struct world *world = scene->world;
	struct store_journal *journal = store_find(world->store, scene_operation(world)->uid);
	size_t acts = world->acts;

	(void)state;
	world_crash(world, RESTART_MS);
	free(journal->format);
	journal->format = xasprintf("%d", JOURNAL_FORMAT + 1);
	store_journal_set(journal, "lane/1/db-b-1", "{\"state\":\"hovering\"}");
	reach(scene, until_message, "format", MINUTES(2));
	wait_ms(scene, MINUTES(30));
	HOLDS(scene, world->acts == acts);
	HOLDS(scene, strtol(journal->format, NULL, 10) == JOURNAL_FORMAT + 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_is_resumed_at_every_point),
		cmocka_unit_test(a_newer_format_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
