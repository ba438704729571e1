/* What users of other controllers have reported, each as it would have looked here. */
#include <inttypes.h>

#include "alloc.h"
#include "check.h"
#include "defects.h"
#include "story.h"

/* A peer is slow to hear that a restarted node is back. */
void
issue_1(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);

	sim_lag(scene->world->sim, scene_node(scene->world, "db-c-1"), SECONDS(40));
	play_end(scene, NULL, wrong, size);
}

/* The same: when the node is told to be up for good, everybody sees it. */
void
issue_3(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);
	struct world *world = scene->world;
	size_t node = scene_node(world, "db-a-1");
	char text[200] = "";

	sim_lag(world->sim, scene_node(world, "db-c-1"), SECONDS(40));
	world_run(world, until_done, "1.stable/db-a-1", HOURS(1));
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		if (!sim_sees(world->sim, world->now, i, node))
			snprintf(text, sizeof text, "db-a-1 is told stable while %s sees it down", sim_name(world->sim, i));
	play_end(scene, *text ? text : NULL, wrong, size);
}

/* A node that the roll has nothing to do with dies in the middle of it. */
void
issue_4(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);
	struct world *world = scene->world;
	char text[200] = "";

	world_run(world, until_stopped, "db-a-1", HOURS(1));
	sim_crash(world->sim, world->now, scene_node(world, "db-c-1"));
	world_run(world, until_phase, "Frozen", MINUTES(3));
	if (arrived(scene, SIM_ARRIVED_DRAIN, NULL) > 1)
		snprintf(text, sizeof text, "db-c-1 is dead, and another node is drained");
	else if (!until_message(world, "db-c-1 down since"))
		snprintf(text, sizeof text, "db-c-1 is dead, and it says \"%.60s\"", scene_message(world));
	world_run(world, NULL, NULL, MINUTES(3));
	sim_start(world->sim, world->now, scene_node(world, "db-c-1"));
	play_end(scene, *text ? text : NULL, wrong, size);
}

/* A broken cluster: with a person's word, and for the named node alone, the restart goes on. */
void
issue_5(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.no_system_keyspaces = true,
	    .operation = ROLLING ",\"targets\":{\"nodes\":[\"db-a-1\"]}"}, seed);
	struct world *world = scene->world;
	char text[200] = "";

	scene->suspend = true;
	scene_turn_knobs(scene);
	world_run(world, until_phase, "Paused", MINUTES(5));
	sim_crash(world->sim, world->now, scene_node(world, "db-a-2"));
	world_run(world, NULL, NULL, MINUTES(1));
	scene->suspend = false;
	scene_turn_knobs(scene);
	if (!world_run(world, until_phase, "Frozen", MINUTES(10)))
		snprintf(text, sizeof text, "db-a-2 is dead, and nothing is held back");
	scene->more = ",\"overrides\":[{\"gate\":\"cluster-normal\",\"nodes\":[\"db-a-1\"],"
	    "\"reason\":\"the rack is dark\",\"until\":\"2100-01-01T00:00:00Z\"}]";
	scene_turn_knobs(scene);
	if (!world_run(world, until_drained, "db-a-1", MINUTES(10)) && !*text)
		snprintf(text, sizeof text, "overridden, and db-a-1 is held back all the same: \"%.60s\"",
		    scene_message(world));
	sim_start(world->sim, world->now, scene_node(world, "db-a-2"));
	play_end(scene, text, wrong, size);
}

/* One node at a time, zone by zone. Two of a rack share no range here: to the gate it is one as the other. */
static void
end_in_order(struct scene *scene, char *wrong, size_t size)
{
	char text[200];

	world_run(scene->world, until_over, NULL, HOURS(1));
	play_end(scene, judge_order(scene->world, sim_nodes(scene->world->sim), 1, text, sizeof text), wrong, size);
}

/* Where one replica is enough for clients all racks could go down at once: they are taken one by one all the same. */
void
issue_6(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true,
	    .target = ",\"availability\":{\"consistency\":\"ONE\"}"}, seed);

	end_in_order(scene, wrong, size);
}

/* A finished operation is edited while a node is missing, and the controller starts anew: nothing begins. */
void
issue_7(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);
	struct world *world = scene->world;
	char text[200] = "";
	size_t drains;

	world_run(world, until_phase, "Succeeded", HOURS(4));
	world_run(world, NULL, NULL, SECONDS(30));
	drains = arrived(scene, SIM_ARRIVED_DRAIN, NULL);
	sim_crash(world->sim, world->now, scene_node(world, "db-c-2"));
	scene->more = ",\"owner\":\"somebody else\"";
	scene_turn_knobs(scene);
	scene_freeze(scene, false);
	world_crash(world, SECONDS(3));
	world_run(world, NULL, NULL, MINUTES(5));
	sim_start(world->sim, world->now, scene_node(world, "db-c-2"));
	world_run(world, NULL, NULL, MINUTES(5));
	if (!until_phase(world, "Succeeded") || arrived(scene, SIM_ARRIVED_DRAIN, NULL) != drains)
		snprintf(text, sizeof text, "edited after its end, and it is at work again: %s, %zu nodes drained",
		    scene_phase(world), arrived(scene, SIM_ARRIVED_DRAIN, NULL) - drains);
	play_end(scene, *text ? text : NULL, wrong, size);
}

/* One node of a rack at a time, if that is what is asked for. */
void
issue_8(uint64_t seed, char *wrong, size_t size)
{
	end_in_order(play_begin((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true}, seed), wrong, size);
}

/* The controller is exchanged while a node is down: the new one knows. */
void
issue_9(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true}, seed);

	world_run(scene->world, until_stopped, "db-a-1", HOURS(1));
	world_stop(scene->world);
	end_in_order(scene, wrong, size);
}

static bool
until_back(struct world *world, const char *node)
{
	size_t at = scene_node(world, node);

	for (size_t i = sim_audit_count(world->sim); i-- > 0;) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		if (entry->node == at && (entry->event == SIM_SERVING || entry->event == SIM_PROCESS_EXIT))
			return entry->event == SIM_SERVING;
	}
	return false;
}

/* A restarted node looks well for a moment and crashes. */
void
issue_10(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING, .stable_ms = SECONDS(20)}, seed);
	struct world *world = scene->world;
	char text[200] = "";

	world_run(world, until_stopped, "db-a-1", HOURS(1));
	world_run(world, until_back, "db-a-1", HOURS(1));
	world_run(world, NULL, NULL, SECONDS(9));
	sim_crash(world->sim, world->now, scene_node(world, "db-a-1"));
	world_run(world, NULL, NULL, SECONDS(30));
	if (arrived(scene, SIM_ARRIVED_DRAIN, NULL) > arrived(scene, SIM_ARRIVED_DRAIN, "db-a-1"))
		snprintf(text, sizeof text, "another node is drained before db-a-1 has been up for its window, and it crashes");
	sim_start(world->sim, world->now, scene_node(world, "db-a-1"));
	play_end(scene, text, wrong, size);
}

static void
crash(void *arg, int64_t node)
{
	struct world *world = arg;

	sim_crash(world->sim, world->now, (size_t)node);
}

/* While the canary soaks a node dies: what was known before is of no use. */
void
issue_11(uint64_t seed, char *wrong, size_t size)
{
	static const char soaks[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"canary\":{\"nodes\":1,\"soak\":\"2m\"},"
	    "\"steps\":[{\"task\":\"scylla-drain\",\"retries\":3},{\"task\":\"systemd-restart-service\",\"with\":"
	    "{\"service\":\"scylla-server\"}},{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\","
	    "\"pollInterval\":\"1s\"}]}]}}]}";
	struct scene *scene = play_begin((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = soaks}, seed);
	struct world *world = scene->world;

	world_run(world, until_done, "1.stable/db-a-1", HOURS(1));
	world_at(world, world->now + MINUTES(2) - SECONDS(6), crash, world, (int64_t)scene_node(world, "db-c-1"));
	world_run(world, NULL, NULL, MINUTES(3));
	sim_start(world->sim, world->now, scene_node(world, "db-c-1"));
	play_end(scene, "", wrong, size);
}

/* A drain takes its time: nothing is stopped before it is done. */
void
issue_12(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);
	struct world *world = scene->world;
	CLEANUP_FREE bool *drained = xcalloc(sim_nodes(world->sim), sizeof *drained);
	char text[200] = "";

	world_run(world, until_over, NULL, HOURS(4));
	for (size_t i = 0; i < sim_audit_count(world->sim); i++) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		if (entry->event == SIM_DRAINED)
			drained[entry->node] = true;
		if (entry->event == SIM_ARRIVED_STOP && !drained[entry->node] && !*text)
			snprintf(text, sizeof text, "%s is stopped before its drain is done",
			    sim_name(world->sim, entry->node));
	}
	play_end(scene, *text ? text : NULL, wrong, size);
}
