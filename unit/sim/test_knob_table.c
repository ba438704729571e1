#include "story.h"

#include <assert.h>

#include "alloc.h"
#include "knob_table.h"

/* knobs.def, walked: an operation is brought into each phase, each knob is turned, and what follows is what the table
 * says. The API server's refusals are unit/crd/refusals.sh's; here a refused knob, turned all the same, changes nothing. */

#define SELF "\"spec\":{\"cluster\":\"messages-prd\","
#define BROKEN "db-a-2"

struct place {
	const char *phase;
	struct scene *(*reach)(void);
	void (*release)(struct scene *scene);    /* what it waits for comes; NULL: nothing is missing */
};

static struct scene *
in_pending(void)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"",
	    .no_system_keyspaces = true});

	wait_ms(scene, MINUTES(1));
	return scene;
}

static void
out_of_pending(struct scene *scene)
{
	api_create(scene->world->api, KIND_WORKFLOW, SCENE_NAMESPACE, "own", own_roll);
	world_tell_watches(scene->world);
}

/* Another one stands at the head, suspended, before this one can be accepted. */
static struct scene *
in_queued(void)
{
	struct scene *scene = in_pending();

	api_create(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, "ahead", SELF ROLLING ",\"suspend\":true}");
	world_tell_watches(scene->world);
	wait_ms(scene, MINUTES(1));
	out_of_pending(scene);
	reach(scene, until_phase, "Queued", MINUTES(1));
	return scene;
}

static void
out_of_queued(struct scene *scene)
{
	api_replace(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, "ahead", SELF ROLLING ",\"cancel\":true}");
	world_tell_watches(scene->world);
}

static const char canary[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"canary\":{\"approval\":true},\"steps\":["
    "{\"task\":\"scylla-drain\"},{\"task\":\"systemd-stop-scylla-server\"},"
    "{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\"}]}]}}]}";

static struct scene *
in_awaiting(void)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = canary});

	reach(scene, until_phase, "AwaitingApproval", MINUTES(10));
	return scene;
}

/* Of this plan when it has one, of another else. */
static void
approve(struct scene *scene)
{
	static char more[160];
	const struct api_object *o = scene_operation(scene->world);
	const char *hash = o->status ? strstr(o->status, "\"planHash\":\"") : NULL;

	snprintf(more, sizeof more, ",\"approvals\":[{\"step\":\"1.canary\",\"planHash\":\"%.16s\"}]",
	    hash ? hash + strlen("\"planHash\":\"") : "0123456789abcdef");
	scene->more = more;
}

static void
out_of_awaiting(struct scene *scene)
{
	approve(scene);
	scene_turn_knobs(scene);
}

static struct scene *
in_running(void)
{
	struct scene *scene = begin();

	reach(scene, until_drained, "db-a-1", MINUTES(10));
	return scene;
}

static struct scene *
in_paused(void)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true});

	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", MINUTES(5));
	return scene;
}

static void
out_of_paused(struct scene *scene)
{
	scene->suspend = false;
	scene_turn_knobs(scene);
}

/* Beside a dead node that shares no range with the first one. */
static struct scene *
in_frozen(void)
{
	struct scene *scene = in_paused();
	struct world *world = scene->world;

	sim_crash(world->sim, world->now, scene_node(world, "db-a-2"));
	wait_ms(scene, MINUTES(1));
	out_of_paused(scene);
	reach(scene, until_phase, "Frozen", MINUTES(5));
	return scene;
}

static void
out_of_frozen(struct scene *scene)
{
	sim_start(scene->world->sim, scene->world->now, scene_node(scene->world, "db-a-2"));
}

static struct scene *
in_cancelling(void)
{
	struct scene *scene = in_running();

	sim_host_away(scene->world->sim, scene_node(scene->world, "db-a-1"), true);
	scene->cancel = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Cancelling", MINUTES(1));
	return scene;
}

static struct scene *
in_succeeded(void)
{
	struct scene *scene = begin();

	reach(scene, until_phase, "Succeeded", HOURS(2));
	return scene;
}

static struct scene *
in_failed(void)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true});

	sim_mask(scene->world->sim, scene_node(scene->world, BROKEN), true);
	reach(scene, until_phase, "Failed", HOURS(2));
	sim_mask(scene->world->sim, scene_node(scene->world, BROKEN), false);
	return scene;
}

/* As the reason's remedy says: brought back by hand, then retried. */
static void
out_of_failed(struct scene *scene)
{
	sim_start(scene->world->sim, scene->world->now, scene_node(scene->world, BROKEN));
	reach(scene, until_all_serve, NULL, MINUTES(10));
	scene->retry++;
	scene_turn_knobs(scene);
}

static struct scene *
in_cancelled(void)
{
	struct scene *scene = in_paused();

	scene->cancel = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Cancelled", MINUTES(5));
	return scene;
}

static struct scene *
in_planned(void)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLLING ",\"dryRun\":true"});

	reach(scene, until_phase, "Planned", MINUTES(1));
	return scene;
}

static const struct place places[] = {
	{"Pending", in_pending, out_of_pending}, {"Queued", in_queued, out_of_queued},
	{"AwaitingApproval", in_awaiting, out_of_awaiting}, {"Running", in_running, NULL},
	{"Paused", in_paused, out_of_paused}, {"Frozen", in_frozen, out_of_frozen}, {"Cancelling", in_cancelling, NULL},
	{"Succeeded", in_succeeded, NULL}, {"Failed", in_failed, out_of_failed}, {"Cancelled", in_cancelled, NULL},
	{"Planned", in_planned, NULL},
};

/* --- turning them --- */

static bool
turn(struct scene *scene, enum knob knob)
{
	switch (knob) {
	case KNOB_suspend:
		scene->suspend = true;
		break;
	case KNOB_cancel:
		scene->cancel = true;
		break;
	case KNOB_retry:
		scene->retry++;
		break;
	case KNOB_urgent:
		scene->more = ",\"urgent\":true";
		break;
	case KNOB_skip:
		scene->more = ",\"skip\":[{\"node\":\"db-c-2\",\"reason\":\"as it is\"}]";
		break;
	case KNOB_approvals:
		approve(scene);
		break;
	case KNOB_overrides:
		scene->more = ",\"overrides\":[{\"gate\":\"cluster-normal\",\"nodes\":[\"db-a-1\"],\"reason\":\"as it is\","
		    "\"until\":\"2100-01-01T00:00:00Z\"}]";
		break;
	case KNOB_acknowledge:
		scene->more = ",\"acknowledge\":\"known\"";
		break;
	default:
		return false;
	}
	scene_turn_knobs(scene);
	return true;
}

static bool
is_left_out(struct scene *scene)
{
	const struct api_object *o = scene_operation(scene->world);
	const char *lane = store_value(&checker_ledger(scene->world->checker, o->uid)->journal, "lane/1/db-c-2");

	return lane && strstr(lane, "\"state\":\"skipped\"");
}

/* Kept: it shows once the operation goes on. */
static void
check_kept(struct scene *scene, const struct place *place, enum knob knob)
{
	HOLDS(scene, knob != KNOB_skip || !is_left_out(scene));
	if (!place->release)
		return;
	place->release(scene);
	reach(scene, until_phase, knob == KNOB_suspend ? "Paused" : "Succeeded", HOURS(3));
	HOLDS(scene, knob != KNOB_skip || is_left_out(scene));
	if (knob == KNOB_suspend)
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-c-2") == 0);
}

static void
check_cell(const struct place *place, const struct knob_cell *cell, enum knob knob)
{
	struct scene *scene = place->reach();
	struct world *world = scene->world;
	size_t drains;

	HOLDS(scene, until_phase(world, place->phase));
	drains = arrived(scene, SIM_ARRIVED_DRAIN, NULL);
	turn(scene, knob);
	if (cell->becomes) {
		reach(scene, until_phase, cell->becomes, MINUTES(30));
		if (strcmp(cell->becomes, "Running") != 0)
			HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == drains && scene_all_serving(world) ==
			    (strcmp(place->phase, "Frozen") != 0));
	} else {
		wait_ms(scene, SECONDS(2));
		HOLDS(scene, until_phase(world, place->phase));
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == drains);
	}
	if (knob == KNOB_skip && cell->effect == TAKES_NOW)
		HOLDS(scene, is_left_out(scene));
	if (cell->effect == TAKES_KEPT)
		check_kept(scene, place, knob);
	if (cell->effect == TAKES_NONE || cell->effect == TAKES_REFUSED)
		HOLDS(scene, !is_left_out(scene));
	scene_free(scene);
}

static bool
is_turned_here(enum knob knob)
{
	return knob != KNOB_rebuildJournal;     /* of a lost journal, which is a story of its own */
}

static void
each_cell_is_what_happens(void **state)
{
	const struct place *place = *state;
	const struct knob_row *row = knob_rows();
	size_t walked = 0;

	while (row->phase && strcmp(row->phase, place->phase) != 0)
		row++;
	CHECK(row->phase);
	for (enum knob knob = 0; knob < KNOBS; knob++) {
		if (!is_turned_here(knob))
			continue;
		print_message("%s x %s\n", row->phase, knob_name(knob));
		check_cell(place, &row->cells[knob], knob);
		walked++;
	}
	CHECK_INT(walked, KNOBS - 1);
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(places)];
	size_t nrows = 0;

	/* Every phase that an operation can be in. */
	for (const struct knob_row *row = knob_rows(); row->phase; row++)
		nrows++;
	assert(nrows == ARRAY_LEN(places));
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		tests[i] = (struct CMUnitTest){
			.name = places[i].phase,
			.test_func = each_cell_is_what_happens,
			.initial_state = (void *)&places[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
