#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"
#include "lines.h"
#include "objects.h"
#include "operation.h"
#include "table.h"

static const struct cJSON *
status_of(const struct cJSON *operation)
{
	return json_get(operation, "status");
}

static const char *
created(const struct cJSON *operation)
{
	return json_str_or(json_get(operation, "metadata"), "creationTimestamp", "");
}

/* Those that have not ended first, then the newest first. */
static int
by_need(const void *a, const void *b)
{
	const struct cJSON *const *x = a, *const *y = b;
	bool ended_x = operation_phase_is_final(json_str_or(status_of(*x), "phase", ""));
	bool ended_y = operation_phase_is_final(json_str_or(status_of(*y), "phase", ""));
	int order = strcmp(created(*y), created(*x));

	if (ended_x != ended_y)
		return ended_x ? 1 : -1;
	return order ? order
	    : strcmp(json_str_or(json_get(*x, "metadata"), "name", ""), json_str_or(json_get(*y, "metadata"), "name", ""));
}

static void
row(struct table *table, const struct cJSON *operation, bool wide, int64_t now_ms)
{
	const struct cJSON *spec = json_get(operation, "spec"), *status = status_of(operation);
	const struct cJSON *meta = json_get(operation, "metadata");
	const char *namespace_ = json_str(meta, "namespace"), *name = json_str(meta, "name");
	const char *phase = json_str(status, "phase"), *what = json_str(status, "operation");
	const char *why = json_str(status, "message");
	char age[INSTANT_TEXT];

	object_age(created(operation), now_ms, age);
	if (wide)
		table_row(table, namespace_, name, json_str(spec, "cluster"), what, phase, json_str(status, "progress"),
		    json_str(status, "zone"), json_str(status, "current"), age, json_str(spec, "owner"),
		    lines_why(operation));
	else
		table_row(table, namespace_, name, json_str(spec, "cluster"), what, phase, json_str(status, "progress"),
		    json_str(status, "current"), age, why);
}

void
show_operations(const struct cJSON *list, const struct show_choice *choice, int64_t now_ms, struct buf *out)
{
	const struct cJSON *items = json_get(list, "items");
	size_t count = 0;
	CLEANUP_FREE const struct cJSON **sorted = xcalloc(json_count(items) + 1, sizeof *sorted);
	struct table table;

	JSON_EACH(operation, items)
		if (!choice->cluster ||
		    strcmp(json_str_or(json_get(operation, "spec"), "cluster", ""), choice->cluster) == 0)
			sorted[count++] = operation;
	qsort(sorted, count, sizeof *sorted, by_need);
	if (choice->wide)
		table_head(&table, "NAMESPACE", "NAME", "CLUSTER", "OPERATION", "PHASE", "PROGRESS", "ZONE", "CURRENT", "AGE",
		    "OWNER", "WHY", NULL);
	else
		table_head(&table, "NAMESPACE", "NAME", "CLUSTER", "OPERATION", "PHASE", "PROGRESS", "CURRENT", "AGE", "WHY",
		    NULL);
	table.hidden = !choice->namespaces;
	for (size_t i = 0; i < count; i++)
		row(&table, sorted[i], choice->wide, now_ms);
	if (count > 0)
		table_print(&table, out);
	table_done(&table);
}

static void
put(struct buf *out, const char *name, const char *value)
{
	if (value && *value)
		buf_printf(out, "%-12s%s\n", name, value);
}

static void
put_held(const struct cJSON *status, struct buf *out)
{
	const struct cJSON *held = json_get(status, "nodesHeldDown");

	if (json_count(held) == 0)
		return;
	buf_printf(out, "%-12s", "Held down:");
	JSON_EACH(node, held)
		buf_printf(out, "%s%s", node == json_first(held) ? "" : ", ", json_text(node) ? json_text(node) : "");
	buf_printf(out, "%s\n", json_bool(status, "keepsCluster", false) ? "; no other operation begins on the cluster" : "");
}

static void
put_nodes(const struct cJSON *status, struct buf *out)
{
	struct table table;

	if (json_count(json_get(status, "nodes")) == 0)
		return;
	table_head(&table, "NODE", "ZONE", "STATE", "STEP", "MESSAGE", NULL);
	JSON_EACH(node, json_get(status, "nodes"))
		table_row(&table, json_str(node, "name"), json_str(node, "zone"), json_str(node, "state"),
		    json_str(node, "step"), json_str(node, "message"));
	buf_putc(out, '\n');
	table_print(&table, out);
	table_done(&table);
}

static void
put_errors(const struct cJSON *status, struct buf *out)
{
	if (json_count(json_get(status, "recentErrors")) > 0)
		buf_puts(out, "\nErrors, the newest first:\n");
	JSON_EACH(error, json_get(status, "recentErrors")) {
		const char *node = json_str_or(error, "node", ""), *remedy = json_str_or(error, "remedy", "");

		buf_printf(out, "  %s  %s%s%s: %s\n", json_str_or(error, "time", ""), node, *node ? " " : "",
		    json_str_or(error, "step", ""), json_str_or(error, "message", ""));
		if (*remedy)
			buf_printf(out, "    %s\n", remedy);
	}
}

void
show_operation(const struct cJSON *operation, int64_t now_ms, struct buf *out)
{
	const struct cJSON *spec = json_get(operation, "spec"), *status = status_of(operation);
	char age[INSTANT_TEXT];
	CLEANUP_FREE char *created_at = xasprintf("%s (%s ago)", created(operation),
	    object_age(created(operation), now_ms, age));

	put(out, "Name:", json_str(json_get(operation, "metadata"), "name"));
	put(out, "Cluster:", json_str(spec, "cluster"));
	put(out, "Operation:", json_str(status, "operation"));
	put(out, "Owner:", json_str(spec, "owner"));
	put(out, "Phase:", json_str_or(status, "phase", "not seen yet by strait-controller"));
	put(out, "Why:", lines_why(operation));
	put(out, "Progress:", json_str(status, "progress"));
	put(out, "Current:", json_str(status, "current"));
	put(out, "Zone:", json_str(status, "zone"));
	put_held(status, out);
	put(out, "Created:", created_at);
	put(out, "Began:", json_str(status, "startTime"));
	put(out, "Ended:", json_str(status, "completionTime"));
	put(out, "Plan:", json_str(status, "planHash"));
	put_nodes(status, out);
	put_errors(status, out);
}
