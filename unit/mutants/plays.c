#include <inttypes.h>

#include "alloc.h"
#include "check.h"
#include "defects.h"
#include "fleet.h"
#include "story.h"

/* The whole of it, with faults. */
void
with_faults(uint64_t seed, char *wrong, size_t size)
{
	struct fleet *fleet = fleet_play(&(struct fleet_config){.seed = seed});

	snprintf(wrong, size, "%s", fleet->wrong);
	fleet_free(fleet);
}

/* Nodes that answer what cannot be read for a while: nobody says that they are down. */
void
with_garbled_nodes(uint64_t seed, char *wrong, size_t size)
{
	struct fleet *fleet = fleet_play(&(struct fleet_config){.seed = seed, .alone = true, .controllers = 1,
	    .choice = {.only = "REST garbage"}});

	snprintf(wrong, size, "%s", fleet->wrong);
	fleet_free(fleet);
}

/* One to four operations on one or two clusters, and nothing that goes wrong but what they are for. */
void
with_others(uint64_t seed, char *wrong, size_t size)
{
	struct fleet *fleet = fleet_play(&(struct fleet_config){.seed = seed, .calm = true});

	snprintf(wrong, size, "%s", fleet->wrong);
	fleet_free(fleet);
}

void
with_faults_and_two(uint64_t seed, char *wrong, size_t size)
{
	struct fleet *fleet = fleet_play(&(struct fleet_config){.seed = seed, .controllers = 2});

	snprintf(wrong, size, "%s", fleet->wrong);
	fleet_free(fleet);
}

struct scene *
play_begin(struct scene_config config, uint64_t seed)
{
	struct scene *scene;

	config.seed = seed;
	scene = scene_new(&config);
	if (!getenv("VERBOSE"))
		transcript_off(scene->world->log);
	world_start(scene->world);
	return scene;
}

void
play_end(struct scene *scene, const char *own, char *wrong, size_t size)
{
	char text[400];
	const char *judged;

	if (!own || !*own)
		world_run(scene->world, until_over, NULL, HOURS(4));
	judged = judge(scene->world, text, sizeof text);
	own = own && *own ? own : judged ? judged : own;
	if (!judged && !own)
		judged = judge_order(scene->world, sim_nodes(scene->world->sim), 1, text, sizeof text);
	snprintf(wrong, size, "%s", own ? own : judged ? judged : "");
	scene_free(scene);
}

void
calmly(uint64_t seed, char *wrong, size_t size)
{
	play_end(play_begin((struct scene_config){.operation = ROLLING}, seed), NULL, wrong, size);
}

/* Two at once, and acts that are under way for a while: the second one must not begin before the first is seen. */
void
two_at_once(uint64_t seed, char *wrong, size_t size)
{
	static const char workflow[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyUnit\":\"datacenter\","
	    "\"concurrencyLimit\":2,\"steps\":[{\"task\":\"scylla-drain\",\"retries\":3},{\"task\":"
	    "\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},{\"wait\":[{\"condition\":"
	    "\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\"}]}]}}]}";
	struct scene *scene = play_begin((struct scene_config){.operation = "\"workflow\":\"own\","
	    "\"targets\":{\"nodes\":[\"db-a-1\",\"db-b-1\",\"db-b-2\"]}",
	    .workflow = workflow, .no_system_keyspaces = true}, seed);

	scene->world->weather.slow_act = 1000;
	scene->world->weather.late_act = 900;
	play_end(scene, "", wrong, size);
}

/* The controller dies as an act leaves, which is slow to arrive: the next one must wait until it cannot arrive any more. */
void
late_acts(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = "\"workflow\":\"own\"",
	    .workflow = scene_by_restart, .no_system_keyspaces = true}, seed);

	scene->world->weather.slow_act = 1000;
	scene->world->weather.late_act = SECONDS(6);
	scene->world->restart_after_ms = 500;
	scene->world->crash_at_act = 1 + seed % 12;
	play_end(scene, "", wrong, size);
}

static bool
until_stopping(struct world *world, const char *node)
{
	return scene_count(world, SIM_ARRIVED_STOP, SIM_CONTROLLER, node) > 0;
}

/* The leader loses the API server in a long stop, and wants to go on with that node when it is over; meanwhile the other
 * one has taken over. Who of the two sees the stop's end first differs from seed to seed: the second one finds the node
 * booting, and has nothing to do. */
void
two_leaders(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING, .lease_ms = SECONDS(6),
	    .controllers = 2}, seed);
	struct world *world = scene->world;

	sim_stuck_stop(world->sim, world->now, scene_node(world, "db-a-1"), true);
	world_run(world, until_stopping, "db-a-1", HOURS(1));
	world->leader->api_away_until = world->now + MINUTES(2);
	world_run(world, NULL, NULL, SECONDS(14) + (int64_t)(seed * 137 % 2000));
	sim_stuck_stop(world->sim, world->now, scene_node(world, "db-a-1"), false);
	play_end(scene, "", wrong, size);
}

static bool
until_told_by_the_second(struct world *world, const char *unused)
{
	(void)unused;
	return checker_ledger(world->checker, scene_operation(world)->uid)->told_epoch > 1;
}

/* Redis fails over to a replica that has not heard of the last takeover. */
void
a_takeover_lost(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING, .lease_ms = SECONDS(6),
	    .controllers = 2}, seed);
	struct world *world = scene->world;
	struct store *replica;
	struct process *second;

	world_run(world, until_drained, "db-a-2", HOURS(1));
	second = &world->processes[1 - world->leader->number];
	process_crash(world->leader, SECONDS(30));
	replica = store_copy(world->store);
	world_run(world, until_told_by_the_second, NULL, MINUTES(1));
	process_pause(second, MINUTES(2));
	checker_forget_epochs(world->checker);
	store_free(world->store);
	world->store = replica;
	peers_break_redis(world, NULL);
	play_end(scene, "", wrong, size);
}

void
a_roll_of_one(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){
	    .operation = ROLLING ",\"targets\":{\"nodes\":[\"db-a-1\"]}"}, seed);

	world_run(scene->world, until_over, NULL, HOURS(4));
	/* The last status arrives. */
	world_run(scene->world, NULL, NULL, SECONDS(30));
	play_end(scene, "", wrong, size);
}

/* The controller dies as a request to somebody's server leaves, which takes it: a second one would be a second order. */
void
an_outside_service(uint64_t seed, char *wrong, size_t size)
{
	static const char workflow[] = "\"spec\":{\"steps\":[{\"task\":\"http-request\",\"with\":{\"url\":"
	    "\"http://billing.example/orders\"},\"impact\":\"none\"}]}";
	struct scene *scene = play_begin((struct scene_config){
	    .operation = "\"workflow\":\"own\"", .workflow = workflow}, seed);

	scene->world->weather.late_act = 500;
	scene->world->restart_after_ms = 500;
	scene->world->crash_at_act = 1;
	play_end(scene, "", wrong, size);
}

/* A controller dies anywhere: what it had not done is done by the next one. */
void
a_crash_somewhere(uint64_t seed, char *wrong, size_t size)
{
	static const char *const nodes[] = {"db-a-1", "db-b-1", "db-c-1"};
	struct scene *scene = play_begin((struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1",
	    .operation = "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"2s\"}"}, seed);
	struct world *world = scene->world;
	char text[200] = "";

	world_crash_at(world, 1 + seed * 211 % 1200, (enum crash_how)(seed % CRASH_WAYS));
	world_run(world, until_over, NULL, HOURS(4));
	for (size_t i = 0; until_phase(world, "Succeeded") && i < ARRAY_LEN(nodes) && !*text; i++)
		judge_restarted(world, nodes[i], text, sizeof text);
	play_end(scene, text, wrong, size);
}

/* While Redis is away a node loses its disk and all its peers, though it still answers us. What was known of the ring when
 * the drain was intended is of no use any more when Redis has acknowledged it. */
void
an_isolation_meanwhile(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);
	struct world *world = scene->world;

	world_run(world, until_done, "1.stable/db-a-1", HOURS(1));
	world_run(world, NULL, NULL, (int64_t)(seed % 20));
	world_redis_away(world, SECONDS(8));
	sim_isolate(world->sim, world->now, scene_node(world, "db-c-1"));
	world_run(world, NULL, NULL, SECONDS(30));
	sim_restart(world->sim, world->now, scene_node(world, "db-c-1"));
	play_end(scene, "", wrong, size);
}

static void
break_a_window(int64_t redis_away_ms, uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING, .stable_ms = SECONDS(20)}, seed);
	struct world *world = scene->world;

	if (world_run(world, until_done, "1.4/db-a-1", HOURS(1))) {
		if (redis_away_ms)
			world_redis_away(world, redis_away_ms);
		world_run(world, NULL, NULL, SECONDS(8));
		sim_crash(world->sim, world->now, scene_node(world, "db-a-1"));
		sim_start(world->sim, world->now, scene_node(world, "db-a-1"));
		world_run(world, until_done, "1.stable/db-a-1", HOURS(1));
	}
	play_end(scene, "", wrong, size);
}

/* Somebody restarts a node in the middle of its window: it begins again, and holds whole. */
void
restart_in_a_window(uint64_t seed, char *wrong, size_t size)
{
	break_a_window(0, seed, wrong, size);
}

/* What is told when Redis is back must have been so meanwhile. */
void
restart_in_a_window_untold(uint64_t seed, char *wrong, size_t size)
{
	break_a_window(SECONDS(25), seed, wrong, size);
}

/* A node is down on our account when limits.frozen is set: it is brought back all the same. */
void
frozen_with_a_node_down(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);
	struct world *world = scene->world;
	char text[200] = "";

	world_run(world, until_stopped, "db-a-1", HOURS(1));
	scene_freeze(scene, true);
	world_run(world, NULL, NULL, MINUTES(5));
	if (!scene_all_serving(world))
		snprintf(text, sizeof text, "I8: frozen, and a node of ours is left down for 5 minutes");
	scene_freeze(scene, false);
	play_end(scene, text, wrong, size);
}

/* Two nodes of a rack are dead, and a person lets the third one through all the same: no range of it would lose its quorum,
 * but three of group0's five voters would be gone. */
void
a_majority_of_voters(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.layout = "dc1/a:3,dc1/b:1,dc1/c:1",
	    .operation = "\"workflow\":\"restart-node\",\"targets\":{\"nodes\":[\"db-a-3\"]}",
	    .no_system_keyspaces = true}, seed);
	struct world *world = scene->world;

	scene->suspend = true;
	scene_turn_knobs(scene);
	world_run(world, NULL, NULL, MINUTES(1));
	sim_crash(world->sim, world->now, scene_node(world, "db-a-1"));
	sim_crash(world->sim, world->now, scene_node(world, "db-a-2"));
	world_run(world, NULL, NULL, MINUTES(1));
	scene->suspend = false;
	scene->more = ",\"overrides\":[{\"gate\":\"cluster-normal\",\"nodes\":[\"db-a-3\"],"
	    "\"reason\":\"the rack is dark\","
	    "\"until\":\"2100-01-01T00:00:00Z\"}]";
	scene_turn_knobs(scene);
	world_run(world, NULL, NULL, MINUTES(10));
	sim_start(world->sim, world->now, scene_node(world, "db-a-1"));
	sim_start(world->sim, world->now, scene_node(world, "db-a-2"));
	play_end(scene, "", wrong, size);
}
