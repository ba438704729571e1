/* I8: no node is left down that no status names as such. That an operation has done it, or once planned it, says nothing. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "json.h"
#include "scene.h"

/* A plan names a node by its address that came after the inventory was written. */
struct left {
	const char *name, *address;
};

/* "db-a-1", but not in "db-a-11". */
static bool
says(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = text; (at = strstr(at, name)); at++)
		if ((at == text || !strchr("0123456789.", at[-1])) && !(at[len] >= '0' && at[len] <= '9'))
			return true;
	return false;
}

static bool
names(const struct left *left, const char *text)
{
	return says(text, left->name) || says(text, left->address);
}

static bool
is_held_down(const struct left *left, const struct cJSON *status)
{
	JSON_EACH (held, json_get(status, "nodesHeldDown"))
		if (names(left, json_text(held) ? json_text(held) : ""))
			return true;
	JSON_EACH (node, json_get(status, "nodes"))
		if (names(left, json_str_or(node, "name", "")) && strcmp(json_str_or(node, "state", ""), "done") != 0)
			return true;
	return false;
}

static bool
is_told_of(const struct left *left, const struct cJSON *status, const char *list)
{
	JSON_EACH (element, json_get(status, list))
		if (names(left, json_str_or(element, "message", "")) || names(left, json_str_or(element, "node", "")))
			return true;
	return false;
}

static bool
some_status_names(const struct world *world, const struct left *left)
{
	for (size_t i = 0; i < world->api->nobjects; i++) {
		const struct api_object *o = &world->api->objects[i];
		const char *text = o->kind == KIND_OPERATION && o->status ? o->status : "{}";
		CLEANUP_JSON struct cJSON *status = json_parse(text, strlen(text), NULL);

		if (is_held_down(left, status) || names(left, json_str_or(status, "message", "")) ||
		    is_told_of(left, status, "recentErrors") || is_told_of(left, status, "conditions"))
			return true;
	}
	return false;
}

/* It was the controller that took it down last, and nobody has laid a hand on it since. */
static bool
is_ours(const struct sim *sim, size_t node)
{
	for (size_t i = sim_audit_count(sim); i-- > 0;) {
		const struct sim_entry *entry = sim_audit(sim, i);

		if (entry->node != node)
			continue;
		if (entry->source == SIM_HAND || entry->event == SIM_PROCESS_START || entry->event == SIM_SERVING)
			return false;
		if (entry->source == SIM_CONTROLLER && (entry->event == SIM_ARRIVED_DRAIN || entry->event == SIM_ARRIVED_STOP ||
		    entry->event == SIM_ARRIVED_RESTART))
			return true;
	}
	return false;
}

/* Somebody has asked for its drain, and for nothing else. */
static bool
is_only_drained(const struct world *world, const struct left *left)
{
	for (size_t i = 0; i < world->api->nobjects; i++) {
		const struct api_object *o = &world->api->objects[i];

		if (o->kind == KIND_OPERATION && strstr(o->content, "\"scylla-drain\"") && names(left, o->content))
			return true;
	}
	return false;
}

const char *
judge_serving(const struct world *world, char *text, size_t size)
{
	struct sim *sim;

	for (size_t c = 0; (sim = world_cluster(world, c)); c++)
		for (size_t i = 0; i < sim_nodes(sim); i++) {
			const struct left left = {sim_name(sim, i), sim_address(sim, i)};

			if (!sim_member(sim, i) || sim_serving(sim, world->now, i) || is_only_drained(world, &left))
				continue;
			snprintf(text, size, "I8: %s does not serve, and nothing is in the way any more", left.name);
			return text;
		}
	return NULL;
}

const char *
judge_left(struct world *world, bool ours, char *text, size_t size)
{
	struct sim *sim;

	for (size_t c = 0; (sim = world_cluster(world, c)); c++)
		for (size_t i = 0; i < sim_nodes(sim); i++) {
			const struct left left = {sim_name(sim, i), sim_address(sim, i)};

			if (!sim_member(sim, i) || sim_serving(sim, world->now, i) || (ours && !is_ours(sim, i)) ||
			    some_status_names(world, &left))
				continue;
			snprintf(text, size, "I8: %s is left %s, and no status names it as down", left.name,
			    *sim_mode(sim, world->now, i) ? sim_mode(sim, world->now, i) : "without a process");
			return text;
		}
	return NULL;
}
