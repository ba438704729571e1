/* Our own status read back: which nodes it names, and how many there are of which kind. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "operation_private.h"

static struct operation_told_node *
node_of(struct operation_told *told, const char *name)
{
	struct operation_told_node *node;

	for (size_t i = 0; i < told->nnodes; i++)
		if (strcmp(told->nodes[i].name, name) == 0)
			return &told->nodes[i];
	node = ARRAY_GROW(told->nodes, told->nnodes);
	node->name = xstrdup(name);
	node->state = xstrdup("");
	return node;
}

struct operation_told *
operation_read_told(const struct cJSON *status)
{
	struct operation_told *told = xcalloc(1, sizeof *told);
	const struct cJSON *counts = json_get(status, "counts");

	told->total = json_int(counts, "total", 0);
	told->done = json_int(counts, "done", 0);
	told->skipped = json_int(counts, "skipped", 0);
	told->failed = json_int(counts, "failed", 0);
	told->running = json_int(counts, "running", 0);
	told->waiting = json_int(counts, "waiting", 0);
	JSON_EACH(element, json_get(status, "nodes")) {
		struct operation_told_node *node = node_of(told, json_str_or(element, "name", ""));

		free(node->state);
		node->state = xstrdup(json_str_or(element, "state", ""));
	}
	JSON_EACH(element, json_get(status, "nodesHeldDown"))
		if (json_text(element))
			node_of(told, json_text(element))->held = true;
	return told;
}

static bool
is_left_out(const struct cJSON *status, const char *name)
{
	JSON_EACH(element, json_get(status, "nodes"))
		if (strcmp(json_str_or(element, "name", ""), name) == 0)
			return strcmp(json_str_or(element, "state", ""), "skipped") == 0;
	return false;
}

char *
operation_read_held(const struct cJSON *status)
{
	JSON_EACH(element, json_get(status, "nodesHeldDown"))
		if (json_text(element) && !is_left_out(status, json_text(element)))
			return xstrdup(json_text(element));
	return NULL;
}

void
operation_told_free(struct operation_told *told)
{
	for (size_t i = 0; told && i < told->nnodes; i++) {
		free(told->nodes[i].name);
		free(told->nodes[i].state);
	}
	if (told)
		free(told->nodes);
	free(told);
}
