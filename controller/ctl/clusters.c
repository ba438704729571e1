#include "clusters.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"
#include "objects.h"
#include "table.h"

static const char *
name_of(const struct cJSON *cluster)
{
	return json_str_or(json_get(cluster, "metadata"), "name", "");
}

static int
by_name(const void *a, const void *b)
{
	return strverscmp(name_of(*(const struct cJSON *const *)a), name_of(*(const struct cJSON *const *)b));
}

static void
row(struct table *table, const struct cJSON *cluster, int64_t now_ms)
{
	const struct cJSON *status = json_get(cluster, "status"), *ready = object_condition(cluster, "Ready");
	CLEANUP_FREE char *zones = xasprintf("%lld", (long long)json_int(status, "zones", 0));
	CLEANUP_FREE char *queued = xasprintf("%lld", (long long)json_int(status, "queued", 0));
	const char *is = json_str_or(ready, "status", "Unknown");
	char age[INSTANT_TEXT];

	object_age(json_str(json_get(cluster, "metadata"), "creationTimestamp"), now_ms, age);
	table_row(table, json_str(json_get(cluster, "metadata"), "namespace"), name_of(cluster), is,
	    json_str(status, "nodes"), json_str(status, "version"), zones, json_str(status, "operation"), queued, age,
	    strcmp(is, "True") == 0 ? NULL : json_str_or(ready, "message", "nobody has looked at it yet"));
}

void
clusters_print(const struct cJSON *list, bool namespaces, int64_t now_ms, struct buf *out)
{
	const struct cJSON *items = json_get(list, "items");
	CLEANUP_FREE const struct cJSON **sorted = xcalloc(json_count(items) + 1, sizeof *sorted);
	struct table table;
	size_t count = 0;

	JSON_EACH(cluster, items)
		sorted[count++] = cluster;
	qsort(sorted, count, sizeof *sorted, by_name);
	table_head(&table, "NAMESPACE", "NAME", "READY", "NODES", "VERSION", "ZONES", "OPERATION", "QUEUED", "AGE", "WHY",
	    NULL);
	table.hidden = !namespaces;
	for (size_t i = 0; i < count; i++)
		row(&table, sorted[i], now_ms);
	if (count > 0)
		table_print(&table, out);
	table_done(&table);
}
