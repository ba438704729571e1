/* What has come out of an operation, compared with what the world saw: to be asked when all faults are over and a person has
 * helped. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "json.h"
#include "scene.h"

/* A process of the node has started after the controller had drained or stopped it; or after it had sent an act, which did not
 * arrive: it cannot tell that from one that did, and takes somebody else's restart for its own. */
static bool
was_restarted(const struct world *world, const struct sim *sim, size_t node)
{
	const int64_t *all = world->act_left[world_number(world, sim)];
	int64_t left = node < ARRAY_LEN(*world->act_left) ? all[node] : 0;
	bool touched = false;

	for (size_t i = 0; i < sim_audit_count(sim); i++) {
		const struct sim_entry *entry = sim_audit(sim, i);

		if (entry->node != node)
			continue;
		touched |= entry->source == SIM_CONTROLLER && (entry->event == SIM_ARRIVED_DRAIN ||
		    entry->event == SIM_ARRIVED_STOP || entry->event == SIM_ARRIVED_RESTART);
		if ((touched || (left && entry->t >= left)) && entry->event == SIM_PROCESS_START)
			return true;
	}
	return false;
}

const char *
judge_restarted(const struct world *world, const char *node, char *text, size_t size)
{
	if (scene_count(world, SIM_ARRIVED_DRAIN, SIM_CONTROLLER, node) > 0 &&
	    was_restarted(world, world->sim, scene_node(world, node)))
		return NULL;
	snprintf(text, size, "I15: %s was not drained and restarted", node);
	return text;
}

const char *
judge_rolled(const struct world *world, const struct sim *sim, char *text, size_t size)
{
	for (size_t i = 0; i < sim_nodes(sim); i++) {
		if (was_restarted(world, sim, i))
			continue;
		snprintf(text, size, "I15: Succeeded, and %s was not restarted", sim_name(sim, i));
		return text;
	}
	return NULL;
}

/* Every member of the first day has been restarted; who came later was never asked for. */
static const char *
judge_success(const struct scene *scene, char *text, size_t size)
{
	struct world *world = scene->world;

	for (size_t i = 0; i < scene->nfirst; i++) {
		if (!scene_is_first(scene, i) || was_restarted(world, world->sim, i))
			continue;
		snprintf(text, size, "I15: Succeeded, and %s was not restarted: \"%s\"", sim_name(world->sim, i),
		    scene_message(world));
		return text;
	}
	return NULL;
}

const char *
judge_end(const struct scene *scene, char *text, size_t size)
{
	struct world *world = scene->world;

	if (until_phase(world, "Succeeded"))
		return judge_success(scene, text, size);
	if (!until_over(world, NULL) && !strstr(scene_operation(world)->status, "\"Journal")) {
		snprintf(text, size, "has not ended, and nothing is lost: phase %s, \"%s\"", scene_phase(world),
		    scene_message(world));
		return text;
	}
	/* What is cancelled is not taken up again, nor what has lost its journal. */
	if (until_phase(world, "Failed") && !strstr(scene_operation(world)->content, "\"cancel\":true") &&
	    !strstr(scene_operation(world)->status, "\"JournalLost\"")) {
		snprintf(text, size, "Failed though nothing is in the way and somebody retried it: \"%s\"",
		    scene_message(world));
		return text;
	}
	return NULL;
}
