#include "person.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "json.h"

static bool
is_lost(struct world *world)
{
	const struct api_object *operation = scene_operation(world);

	return operation->status && strstr(operation->status, "\"JournalLost\"");
}

bool
until_settled(struct world *world, const char *unused)
{
	return until_over(world, unused) || until_phase(world, "Paused") || is_lost(world);
}

/* Members whose processes are gone, and nobody who is at work has to do with them. */
static bool
start_nodes(struct world *world)
{
	bool started = false;

	for (size_t i = 0; i < sim_nodes(world->sim); i++) {
		if (!sim_member(world->sim, i) || *sim_mode(world->sim, world->now, i))
			continue;
		transcript_add(world->log, world->now, "---- a person starts %s", sim_name(world->sim, i));
		sim_start(world->sim, world->now, i);
		started = true;
	}
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

	if (!names_a_node(world, message))
		snprintf(wrong, size, "Failed, and its message names no node: \"%s\"", message);
}

/* The plan's hash that the status asks to approve; false: it asks for nothing of the kind. */
static bool
approve_plan(struct scene *scene)
{
	static const char asked[] = "approve plan, plan ";
	const char *status = scene_operation(scene->world)->status, *at = NULL;

	/* The first one, of the WHY column, is cut. */
	for (const char *next = status; (next = strstr(next, asked)); next++)
		at = next;
	if (!at)
		return false;
	snprintf(scene->approved, sizeof scene->approved,
	    ",\"approvals\":[{\"step\":\"plan\",\"planHash\":\"%.16s\"}]", at + sizeof asked - 1);
	scene->more = scene->approved;
	scene_turn_knobs(scene);
	return true;
}

bool
person_helps(struct scene *scene, char *wrong, size_t size)
{
	struct world *world = scene->world;
	bool failed = until_phase(world, "Failed"), paused = until_phase(world, "Paused"), started = start_nodes(world);

	if (!scene_operation(world) || (!failed && !paused))
		return started;
	if (failed)
		read_failure(world, wrong, size);
	if (paused && approve_plan(scene))
		return true;
	scene->retry++;
	scene_turn_knobs(scene);
	return true;
}
