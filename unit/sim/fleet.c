#include "fleet.h"

#include <inttypes.h>

#include "alloc.h"
#include "check.h"
#include "person.h"

/* About as long as an operation takes for a node without faults. */
enum { NODE_MS = 35000, TRANSCRIPT = 150, HELPS = 4 };

static const char *const workflows[] = {
	"\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-b-1\",\"settle\":\"3s\"}",
	"\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"3s\"}",
	"\"workflow\":\"own\"",
};

/* Half on three nodes, half on six or more in three zones. */
static const char *const layouts[] = {
	"dc1/a:1,dc1/b:1,dc1/c:1", "dc1/a:1,dc1/b:1,dc1/c:1", "dc1/a:1,dc1/b:1,dc1/c:1",
	"dc1/a:2,dc1/b:2,dc1/c:2", "dc1/a:2,dc1/b:2,dc1/c:2", "dc1/a:3,dc1/b:2,dc1/c:2",
};

static struct scene *
make(const struct fleet_config *config)
{
	struct chance chance = {.state = config->seed ^ UINT64_C(0xf1ee7)};
	struct scene_config scene = {
		.seed = config->seed,
		.workflow = scene_by_restart,
		.layout = layouts[chance_between(&chance, 0, ARRAY_LEN(layouts) - 1)],
		.operation = workflows[chance_between(&chance, 0, ARRAY_LEN(workflows) - 1)],
		.stable_ms = 3000,
		.lease_ms = 6000,
	};

	/* Two at once is legal where any two may be down together: with the stock keyspaces none may. */
	scene.no_system_keyspaces = strstr(scene.operation, "\"own\"") != NULL;
	scene.controllers = config->controllers ? config->controllers : (size_t)chance_between(&chance, 1, 2);
	if (scene.controllers == 1 && chance_of(&chance, 300))
		scene.lease_ms = 0;
	return scene_new(&scene);
}

static bool
all_serve(struct world *world, const char *unused)
{
	(void)unused;
	return scene_all_serving(world);
}

/* Faults have ended; who is stuck by then is helped by a person, a few times. */
static void
play(struct fleet *fleet)
{
	struct world *world = fleet->scene->world;
	int64_t end = faults_end(&fleet->faults);

	world_start(world);
	world_run(world, until_over, NULL, end - world->now);
	world_run(world, until_settled, NULL, HOURS(8));
	/* What is left in the network arrives, the last status too; strangers return, knobs are turned back. */
	world_run(world, NULL, NULL, SECONDS(30));
	if (end > world->now)
		world_run(world, NULL, NULL, end - world->now + SECONDS(30));
	for (int helped = 0; helped < HELPS; helped++) {
		world_run(world, until_settled, NULL, HOURS(2));
		if (!person_helps(fleet->scene, fleet->wrong, sizeof fleet->wrong))
			break;
		fleet->helped++;
		world_run(world, NULL, NULL, SECONDS(30));
	}
	world_run(world, until_settled, NULL, HOURS(2));
	world_run(world, all_serve, NULL, MINUTES(30));
}

struct fleet *
fleet_play(const struct fleet_config *config)
{
	struct fleet *fleet = xcalloc(1, sizeof *fleet);
	char text[600];
	const char *wrong;
	size_t nodes;

	fleet->scene = make(config);
	nodes = sim_nodes(fleet->scene->world->sim);
	if (!config->told)
		transcript_off(fleet->scene->world->log);
	fleet->faults.world = fleet->scene->world;
	if (!config->calm)
		faults_draw(&fleet->faults, fleet->scene->world, &config->choice,
		    NODE_MS * (int64_t)sim_nodes(fleet->scene->world->sim));
	fleet->faults.scene = fleet->scene;
	fleet->faults.left_out = config->left_out;
	faults_begin(&fleet->faults);
	play(fleet);
	wrong = judge(fleet->scene->world, text, sizeof text);
	if (!wrong)
		wrong = judge_end(fleet->scene->world, nodes, text, sizeof text);
	if (wrong)
		snprintf(fleet->wrong, sizeof fleet->wrong, "%s", wrong);
	return fleet;
}

struct fleet *
fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return NULL;
	faults_done(&fleet->faults);
	scene_free(fleet->scene);
	free(fleet);
	return NULL;
}

void
fleet_add_up(const struct fleet *fleet, struct tally *tally)
{
	struct world *world = fleet->scene->world;

	tally->runs++;
	tally->operations++;
	tally->succeeded += until_phase(world, "Succeeded");
	tally->failed += until_phase(world, "Failed");
	tally->cancelled += until_phase(world, "Cancelled");
	tally->stalled += !until_over(world, NULL);
	tally->helped += fleet->helped > 0;
	tally->steps += world->steps;
	tally->effects += world->effects;
	tally->arrivals += world->arrivals;
	tally->lives += world->lives;
	tally->unavoidable += sim_unavoidable(world->sim);
	tally->excused += world->checker->excused;
	tally->simulated_ms += world->now - world->began;
	faults_add_up(&fleet->faults, tally->faults);
}

void
tally_print(const struct tally *tally, double seconds)
{
	printf("  %zu operations (%zu Succeeded, %zu Failed, %zu Cancelled, %zu Stalled; %zu helped by a person), "
	    "%.1f operations/s, %.0f steps/s\n", tally->operations, tally->succeeded, tally->failed, tally->cancelled,
	    tally->stalled, tally->helped, (double)tally->runs / seconds, (double)tally->steps / seconds);
	printf("  %zu effects, %zu acts arrived, %zu lives of controllers, %zu unavoidable arrivals, %zu done again after "
	    "Redis lost them,\n  %" PRId64 " simulated hours in %.1f s\n  operations that met:", tally->effects,
	    tally->arrivals, tally->lives, tally->unavoidable, tally->excused, tally->simulated_ms / HOURS(1), seconds);
	for (size_t i = 0; fault_name(i); i++)
		printf("%s %zu %s", i ? "," : "", tally->faults[i], fault_name(i));
	printf("\n");
}

static bool
is_bad(const struct fleet_config *config)
{
	struct fleet *fleet = fleet_play(config);
	bool bad = *fleet->wrong != '\0';

	fleet_free(fleet);
	return bad;
}

/* Leave out as many faults as possible: halves, quarters, … single ones, again while that helps. */
static void
shrink(struct fleet_config *config, size_t count)
{
	bool helped = true;

	for (size_t size = (count + 1) / 2; size > 0; size = helped && size == 1 ? 1 : size / 2) {
		helped = false;
		for (size_t from = 0; from < count; from += size) {
			struct fleet_config fewer = *config;

			for (size_t i = from; i < from + size && i < count; i++)
				fewer.left_out |= UINT64_C(1) << i;
			if (fewer.left_out == config->left_out || !is_bad(&fewer))
				continue;
			*config = fewer;
			helped = true;
		}
	}
}

bool
fleet_is_right(const struct fleet_config *config, struct tally *tally)
{
	struct fleet *fleet = fleet_play(config);
	struct fleet_config least = *config;
	bool right = *fleet->wrong == '\0';

	fleet_add_up(fleet, tally);
	if (right) {
		fleet_free(fleet);
		return true;
	}
	printf("SEED=%" PRIu64 ": %s\n", config->seed, fleet->wrong);
	if (!getenv("VERBOSE")) {
		if (!getenv("LEFT_OUT"))
			shrink(&least, fleet->faults.count);
		fleet_free(fleet);
		least.told = true;
		fleet = fleet_play(&least);
	}
	faults_print(&fleet->faults);
	transcript_print(fleet->scene->world->log, TRANSCRIPT);
	if (config->choice.only)
		printf("ONLY=\"%s\" ", config->choice.only);
	printf("SEED=%" PRIu64 " LEFT_OUT=%" PRIu64 " VERBOSE=1 build/unit/sim/test_fleet plays it again: %s\n", least.seed,
	    least.left_out, fleet->wrong);
	fflush(stdout);
	fleet_free(fleet);
	return false;
}
