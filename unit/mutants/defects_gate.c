/* Defects of what the gate knows, and for whom it opens; and the runs in which they show. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "defects.h"
#include "hands.h"
#include "newcomers.h"
#include "op.h"
#include "raft.h"
#include "story.h"

bool __real_topology_read(struct topology_answer *ret, const struct ring *ring, enum topology_question question, int status,
    const char *body, size_t len, const char *version);
bool __wrap_topology_read(struct topology_answer *ret, const struct ring *ring, enum topology_question question, int status,
    const char *body, size_t len, const char *version);
bool __real_ring_is_witness(const struct ring *ring, size_t member);
bool __wrap_ring_is_witness(const struct ring *ring, size_t member);
enum raft_release __real_raft_release(const char *version);
enum raft_release __wrap_raft_release(const char *version);

/* --- the defects --- */

enum gate
spare_the_dead(const struct op *op, const struct step *step, enum gate gate)
{
	const struct ring *ring = op->cluster->ring;
	int member = step->lane ? ring_find_host_id(ring, step->lane->node->host_id) : -1;
	bool frozen = op->cluster->target->frozen;

	if (gate != GATE_CLOSED || member < 0 || !ring_is_out(ring, (size_t)member) ||
	    (frozen ? mutant != FREEZE_SPARES_THE_DEAD : mutant != TOPOLOGY_SPARES_THE_DEAD))
		return gate;
	return GATE_OPEN;
}

bool
__wrap_topology_read(struct topology_answer *ret, const struct ring *ring, enum topology_question question, int status,
    const char *body, size_t len, const char *version)
{
	bool read = __real_topology_read(ret, ring, question, status, body, len, version);

	if (mutant == A_PART_IS_ALL && ret->ntasks > 1)
		ret->ntasks = 1;
	return read;
}

bool
__wrap_ring_is_witness(const struct ring *ring, size_t member)
{
	return mutant == ANYBODY_IS_A_WITNESS || __real_ring_is_witness(ring, member);
}

/* What the cluster was when it was first asked. */
static const char first_release[] = "5.4.9";

enum raft_release
__wrap_raft_release(const char *version)
{
	return __real_raft_release(mutant == AN_OLD_RELEASE ? first_release : version);
}

/* --- the runs --- */

static const char by_restart[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"systemd-restart-service\","
    "\"with\":{\"service\":\"scylla-server\"}},{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\","
    "\"pollInterval\":\"1s\"}]}]}}]}";

#define ONLY(node) "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"" node "\"]}"
#define UNTIL ",\"reason\":\"the rack is dark\",\"until\":\"2100-01-01T00:00:00Z\""
#define FOR_DB_B_1 ",\"nodes\":[\"db-b-1\"]" UNTIL "},"

/* One node is to be restarted, and waits for a person's word. */
static struct scene *
begin_suspended(struct scene_config config, const char *operation, uint64_t seed)
{
	struct scene *scene;

	config.operation = operation;
	config.workflow = by_restart;
	scene = play_begin(config, seed);
	scene->suspend = true;
	scene_turn_knobs(scene);
	world_run(scene->world, NULL, NULL, MINUTES(1));
	return scene;
}

static void
go_on(struct scene *scene, int64_t ms)
{
	scene->suspend = false;
	scene_turn_knobs(scene);
	world_run(scene->world, NULL, NULL, ms);
}

/* It is dead, and the cluster frozen. */
void
frozen_with_a_dead_node(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = begin_suspended((struct scene_config){0}, ONLY("db-a-1"), seed);

	sim_crash(scene->world->sim, scene->world->now, scene_node(scene->world, "db-a-1"));
	scene_freeze(scene, true);
	world_run(scene->world, NULL, NULL, MINUTES(1));
	go_on(scene, MINUTES(3));
	scene_freeze(scene, false);
	play_end(scene, "", wrong, size);
}

/* It is dead, and somebody is removing it. */
void
a_dead_node_is_removed(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = begin_suspended((struct scene_config){0}, ONLY("db-a-1"), seed);
	struct world *world = scene->world;
	size_t node = scene_node(world, "db-a-1");
	struct err err = {""};

	sim_crash(world->sim, world->now, node);
	world_run(world, NULL, NULL, MINUTES(1));
	if (sim_removenode(world->sim, world->now, SIZE_MAX, node, MINUTES(3), &err) < 0)
		snprintf(wrong, size, "removenode: %s", err.text);
	world_run(world, NULL, NULL, SECONDS(30));
	go_on(scene, MINUTES(5));
	play_end(scene, *wrong ? wrong : "", wrong, size);
}

/* A neighbour repairs a keyspace in tablets, which is nothing to wait for, and then one in vnodes. */
void
one_repair_behind_another(uint64_t seed, char *wrong, size_t size)
{
	static const struct sim_keyspace keyspaces[] = {
		{.name = "app", .replication = SIM_NETWORK, .rf = 3},
		{.name = "moving", .replication = SIM_NETWORK, .rf = 3, .tablets = 8, .tables = 1},
	};
	struct scene *scene = begin_suspended((struct scene_config){.keyspaces = keyspaces, .nkeyspaces = 2}, ONLY("db-a-1"),
	    seed);
	struct world *world = scene->world;
	size_t node = scene_node(world, "db-b-1");

	sim_work(world->sim, world->now, node, SIM_REPAIR, "moving", MINUTES(4), NULL);
	world_run(world, NULL, NULL, SECONDS(1));
	sim_work(world->sim, world->now, node, SIM_REPAIR, "app", MINUTES(4), NULL);
	world_run(world, NULL, NULL, SECONDS(30));
	go_on(scene, MINUTES(5));
	play_end(scene, "", wrong, size);
}

/* A node joins, and the one that has answered for all loses its disk and all its peers before it has heard of that. A person
 * lets db-b-1 through all the same. */
void
an_isolated_node_tells(uint64_t seed, char *wrong, size_t size)
{
	static const struct sim_host host = {.datacenter = "dc1", .rack = "c"};
	struct scene *scene = begin_suspended((struct scene_config){.version = "5.4.9"}, ONLY("db-b-1"), seed);
	struct world *world = scene->world;
	size_t node = scene_node(world, "db-a-1");
	struct err err = {""};

	scene->more = ",\"overrides\":[{\"gate\":\"cluster-normal\"" FOR_DB_B_1 "{\"gate\":\"quorum-safe\"" FOR_DB_B_1
	    "{\"gate\":\"schema-agreed\"" FOR_DB_B_1 "{\"gate\":\"raft-quorum\",\"nodes\":[\"db-b-1\"]" UNTIL "}]";
	sim_lag(world->sim, node, MINUTES(5));
	if (sim_add(world->sim, world->now, &host, &err) < 0)
		snprintf(wrong, size, "a node is added: %s", err.text);
	world_run(world, NULL, NULL, SECONDS(20));
	sim_isolate(world->sim, world->now, node);
	world_run(world, NULL, NULL, SECONDS(20));
	go_on(scene, SECONDS(20));
	scene->more = NULL;
	scene_turn_knobs(scene);
	sim_lag(world->sim, node, 0);
	sim_restart(world->sim, world->now, node);
	play_end(scene, *wrong ? wrong : "", wrong, size);
}

static bool
until_all_back(struct world *world, const char *unused)
{
	(void)unused;
	return scene_all_serving(world);
}

/* All are upgraded by hand while a person keeps it waiting: from now on raft governs the cluster. Then two nodes of a rack
 * die, and the third one is let through: no range of it would lose its quorum, but three of group0's five voters would be
 * gone. */
void
upgraded_meanwhile(uint64_t seed, char *wrong, size_t size)
{
	static const char *const dead[] = {"db-a-1", "db-a-2"};
	struct scene *scene;
	struct world *world;

	scene = begin_suspended((struct scene_config){.layout = "dc1/a:3,dc1/b:1,dc1/c:1", .no_system_keyspaces = true,
	    .version = first_release}, ONLY("db-a-3"), seed);
	world = scene->world;
	for (size_t i = 0; i < sim_nodes(world->sim); i++) {
		sim_upgrade(world->sim, world->now, i, "2025.1.4");
		sim_restart(world->sim, world->now, i);
		world_run(world, NULL, NULL, SECONDS(10));
		world_run(world, until_all_back, NULL, MINUTES(5));
	}
	for (size_t i = 0; i < ARRAY_LEN(dead); i++)
		sim_crash(world->sim, world->now, scene_node(world, dead[i]));
	world_run(world, NULL, NULL, MINUTES(1));
	scene->more = ",\"overrides\":[{\"gate\":\"cluster-normal\",\"nodes\":[\"db-a-3\"]" UNTIL "}]";
	go_on(scene, MINUTES(5));
	for (size_t i = 0; i < ARRAY_LEN(dead); i++)
		sim_start(world->sim, world->now, scene_node(world, dead[i]));
	play_end(scene, "", wrong, size);
}
