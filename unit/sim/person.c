#include "person.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "breaks.h"
#include "hands.h"
#include "json.h"

static bool
is_lost(struct world *world)
{
	return checker_ledger(world->checker, scene_operation(world)->uid)->told_lost;
}

bool
until_settled(struct world *world, const char *unused)
{
	return until_over(world, unused) || until_phase(world, "Paused") || is_lost(world);
}

/* Of two that will not start each removal needs the other one. */
static void
give_up_others(struct world *world, struct sim *sim, uint64_t hopeless, size_t node)
{
	struct err err = {""};

	for (size_t i = 0; i < sim_nodes(sim); i++)
		if (i != node && hopeless >> i & 1 && sim_member(sim, i) && !*sim_mode(sim, world->now, i))
			(void)sim_exclude(sim, world->now, i, &err);
}

/* Its removal has begun once and failed: it is banned, and still a member. */
static void
remove_it(struct world *world, struct sim *sim, uint64_t hopeless, size_t node)
{
	struct err err = {""};

	give_up_others(world, sim, hopeless, node);
	if (sim_removenode(sim, world->now, SIZE_MAX, node, MINUTES(1), &err) < 0)
		transcript_add(world->log, world->now, "---- removenode is refused: %s", err.text);
}

/* Members whose processes are gone. Who will not start is made anew; who cannot be is removed. */
static bool
start_nodes_of(struct world *world, struct sim *sim, struct started *by_hand)
{
	bool started = false;

	for (size_t i = 0; i < sim_nodes(sim); i++) {
		if (!sim_member(sim, i) || *sim_mode(sim, world->now, i))
			continue;
		transcript_add(world->log, world->now, "---- a person starts %s", sim_name(sim, i));
		if (by_hand->anew >> i & 1)
			remove_it(world, sim, by_hand->anew, i);
		else if (by_hand->once >> i & 1)
			sim_remake(sim, world->now, i);
		else
			sim_start(sim, world->now, i);
		by_hand->anew |= by_hand->once & UINT64_C(1) << i;
		by_hand->once |= UINT64_C(1) << i;
		started = true;
	}
	return started;
}

static bool
start_nodes(struct scene *scene)
{
	bool started = false;

	for (size_t c = 0; world_cluster(scene->world, c); c++)
		started |= start_nodes_of(scene->world, world_cluster(scene->world, c), &scene->started[c]);
	return started;
}

/* One that is a member, or was. */
static bool
names_a_node(const struct world *world, const char *text)
{
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		if (strstr(text, sim_name(world->sim, i)))
			return true;
	return false;
}

/* What has failed says at which node. */
static void
read_failure(struct world *world, char *wrong, size_t size)
{
	const char *status = scene_operation(world)->status;
	CLEANUP_JSON struct cJSON *json = json_parse(status, strlen(status), NULL);
	const char *message = json_str_or(json, "message", "");

	if (strcmp(json_str_or(json, "phase", ""), "Failed") != 0 || is_lost(world))
		return;         /* on its way to the API server; or it says what to do of the journal */
	if (!names_a_node(world, message) && !strstr(message, "step ") && !strstr(message, "the journal was rebuilt"))
		snprintf(wrong, size, "Failed, and its message names no node and no step of the cluster: \"%s\"", message);
}

/* The plan's hash that the status asks to approve; false: it asks for nothing of the kind. */
static bool
approve_plan(struct scene *scene)
{
	static const char asked[] = "approve plan, plan ";
	/* What it asks for now: its transitions tell, too, what it has asked for before. */
	const char *at = strstr(scene_message(scene->world), asked);

	if (!at)
		return false;
	snprintf(scene->asked, sizeof scene->asked,
	    ",\"approvals\":[{\"step\":\"plan\",\"planHash\":\"%.16s\"}]", at + sizeof asked - 1);
	scene->more = scene->asked;
	scene_turn_knobs(scene);
	return true;
}

static bool
rack_has_tokens(const struct world *world, size_t like)
{
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		if (sim_has_tokens(world->sim, i) && scene_same_zone(world, i, like))
			return true;
	return false;
}

/* A rack that has lost its last node gets another: else every keyspace is a replica short, and the gate stays closed.
 * True: one has come. */
static bool
fill_racks(const struct scene *scene)
{
	struct world *world = scene->world;
	struct err err = {""};
	bool added = false;

	for (size_t i = 0; i < scene->nfirst; i++) {
		const struct sim_host host = {
			.datacenter = sim_datacenter(world->sim, i), .rack = sim_rack(world->sim, i),
		};

		if (sim_member(world->sim, i) || rack_has_tokens(world, i))
			continue;
		transcript_add(world->log, world->now, "---- a person adds a node to %s", host.rack);
		if (sim_add(world->sim, world->now, &host, &err) < 0)
			transcript_add(world->log, world->now, "---- it is refused: %s", err.text);
		world_run(world, NULL, NULL, MINUTES(5));
		added = true;
	}
	return added;
}

/* Nodes that have left, or in whose place others have come, are left out. */
static void
skip_replaced(struct scene *scene)
{
	CLEANUP_BUF struct buf buf = BUF_INIT(BUF_MAX_LINE);

	if (!strstr(scene_operation(scene->world)->status, "\"NodeReplaced\"") &&
	    !strstr(scene_message(scene->world), "another node"))
		return;
	for (size_t i = 0; i < scene->nfirst; i++)
		if (!scene_is_first(scene, i))
			buf_printf(&buf, "%s{\"node\":\"%s\",\"reason\":\"replaced\"}", buf.len ? "," : "",
			    sim_name(scene->world->sim, i));
	snprintf(scene->asked, sizeof scene->asked, ",\"skip\":[%s]", buf_str(&buf));
	scene->more = scene->asked;
}

/* Its plan cannot be made: the node that it names has left, or no other may be missed any more. Nobody wants it so. */
static bool
gives_up(struct scene *scene)
{
	const struct api_object *operation = scene_operation(scene->world);

	if (!operation || scene->cancel || !until_phase(scene->world, "Pending") ||
	    (!strstr(operation->status, "\"PlanRefused\"") && !strstr(operation->status, "\"KeyspaceUndecided\"")))
		return false;
	scene->cancel = true;
	scene_turn_knobs(scene);
	return true;
}

/* A node was down for longer than hints are kept: it is repaired, and that is said anew each time, with all that is said
 * already. */
static void
say_repaired(struct scene *scene)
{
	CLEANUP_FREE char *before = xstrdup(scene->more ? scene->more : "");
	char *said = strstr(before, ",\"acknowledge\"");

	if (!strstr(scene_operation(scene->world)->status, "needs a repair"))
		return;
	if (said)
		*said = '\0';
	snprintf(scene->asked, sizeof scene->asked, "%s,\"acknowledge\":\"repaired, %d\"", before, scene->retry);
	scene->more = scene->asked;
}

/* Redis has lost the journal: what the status and the nodes tell is all that is left of it. */
static bool
rebuild(struct scene *scene)
{
	const char *uid = is_lost(scene->world) ? scene_operation(scene->world)->uid : "";

	bool refused = scene->more && strstr(scene->more, "rebuildJournal");

	if (!*uid || (refused && strstr(scene->more, "acknowledge")))
		return false;
	snprintf(scene->asked, sizeof scene->asked, ",\"rebuildJournal\":\"%s\"%s", uid,
	    refused ? ",\"acknowledge\":\"looked after by hand\"" : "");
	scene->more = scene->asked;
	scene_turn_knobs(scene);
	return true;
}

bool
person_deletes_the_lost(struct world *world)
{
	for (size_t i = 0; i < world->api->nobjects; i++) {
		const struct api_object *o = &world->api->objects[i];

		if (o->kind != KIND_OPERATION || o->deleted_ms || strcmp(o->name, SCENE_OPERATION) == 0 || !o->status ||
		    !strstr(o->status, "\"JournalLost\""))
			continue;
		transcript_add(world->log, world->now, "---- somebody deletes %s, whose journal is lost", o->name);
		api_delete(world->api, KIND_OPERATION, o->namespace_, o->name);
		world_tell_watches(world);
		return true;
	}
	return false;
}

bool
person_lets_join(struct world *world, struct sim *sim, const char *name)
{
	size_t node = (size_t)sim_find(sim, name);

	if (sim_member(sim, node) || *sim_mode(sim, world->now, node))
		return false;
	transcript_add(world->log, world->now, "---- somebody empties and starts %s", name);
	sim_wipe(sim, world->now, node);
	sim_start(sim, world->now, node);
	return true;
}

/* Who is before it may be kept waiting by that, or its own gate, which need not give up; or who comes after it. */
static bool
lacks_racks(struct world *world)
{
	return until_phase(world, "Queued") || until_phase(world, "Frozen") ||
	    (!until_phase(world, "Failed") && until_over(world, NULL) && !until_all_over(world, NULL));
}

bool
person_helps(struct scene *scene, char *wrong, size_t size)
{
	struct world *world = scene->world;
	bool failed = until_phase(world, "Failed"), paused = until_phase(world, "Paused"), started = start_nodes(scene);

	if (lacks_racks(world) && fill_racks(scene))
		return true;
	if (gives_up(scene) || rebuild(scene))
		return true;
	/* It cannot be rebuilt, and the nodes have been looked after: what its last status asked for is of no use any more. */
	if (is_lost(world))
		return started;
	if (!scene_operation(world) || (!failed && !paused))
		return started;
	if (failed)
		read_failure(world, wrong, size);
	if (paused && approve_plan(scene))
		return true;
	skip_replaced(scene);
	say_repaired(scene);
	fill_racks(scene);
	/* What is still to be cancelled takes no retry. */
	scene->cancel = false;
	scene->retry++;
	scene_turn_knobs(scene);
	return true;
}
