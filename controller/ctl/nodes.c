#include "nodes.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "table.h"
#include "yaml_print.h"

static const struct cJSON *
ready_of(const struct cJSON *status)
{
	JSON_EACH(condition, json_get(status, "conditions"))
		if (strcmp(json_str_or(condition, "type", ""), "Ready") == 0)
			return condition;
	return NULL;
}

/* As people look for a node: by zone, then by name, db-10 after db-9. */
static int
by_zone(const void *a, const void *b)
{
	const struct cJSON *const *x = a, *const *y = b;
	int order = strverscmp(json_str_or(*x, "zone", ""), json_str_or(*y, "zone", ""));

	return order ? order : strverscmp(json_str_or(*x, "name", ""), json_str_or(*y, "name", ""));
}

static void
print_table(const struct cJSON *members, struct buf *out)
{
	size_t count = 0;
	CLEANUP_FREE const struct cJSON **sorted = xcalloc(json_count(members), sizeof *sorted);
	struct table table;

	JSON_EACH(member, members)
		sorted[count++] = member;
	qsort(sorted, count, sizeof *sorted, by_zone);
	table_head(&table, "NAME", "ADDRESS", "ZONE", "STATE", "HOST ID", NULL);
	for (size_t i = 0; i < count; i++)
		table_row(&table, json_str(sorted[i], "name"), json_str(sorted[i], "address"), json_str(sorted[i], "zone"),
		    json_str(sorted[i], "state"), json_str(sorted[i], "hostId"));
	table_print(&table, out);
	table_done(&table);
}

static void
print(const struct cJSON *members, const char *form, struct buf *out)
{
	if (strcmp(form, "json") == 0) {
		json_print(members, out);
		buf_putc(out, '\n');
	} else if (strcmp(form, "yaml") == 0) {
		yaml_print(members, out);
	} else if (strcmp(form, "name") == 0) {
		JSON_EACH(member, members)
			buf_printf(out, "%s\n", json_str_or(member, "name", ""));
	} else {
		print_table(members, out);
	}
}

/* status.nodes is "UP/ALL"; the list of a large ring is cut. */
static void
tell_cut(const struct args *args, const struct cJSON *status, size_t shown, struct buf *said)
{
	const char *slash = strchr(json_str_or(status, "nodes", ""), '/');
	unsigned long all = slash ? strtoul(slash + 1, NULL, 10) : 0;

	if (all > shown)
		complain(args, said, 0, "these are %zu of %lu: the status lists no more", shown, all);
}

int
nodes_print(const struct args *args, const struct cJSON *cluster, struct buf *out, struct buf *said)
{
	const struct cJSON *status = json_get(cluster, "status"), *members = json_get(status, "members");
	const struct cJSON *ready = ready_of(status);
	const char *name = json_str_or(json_get(cluster, "metadata"), "name", "");
	const char *reason = json_str_or(ready, "reason", ""), *message = json_str_or(ready, "message", "");
	size_t count = json_count(members);

	if (count == 0 && !ready)
		return complain(args, said, EXIT_FAILED, "nobody has looked at %s yet: is strait-controller running?", name);
	if (count == 0)
		return complain(args, said, EXIT_FAILED, "no member of %s is known yet: %s: %s", name, reason, message);
	print(members, args->output ? args->output : "wide", out);
	tell_cut(args, status, count, said);
	if (strcmp(json_str_or(ready, "status", ""), "True") != 0)
		complain(args, said, 0, "this is what was last seen; %s is not Ready: %s: %s", name, reason, message);
	return EXIT_DONE;
}
