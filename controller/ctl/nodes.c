#include "nodes.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "table.h"

static const struct cJSON *
ready_of(const struct cJSON *status)
{
	JSON_EACH(condition, json_get(status, "conditions"))
		if (strcmp(json_str_or(condition, "type", ""), "Ready") == 0)
			return condition;
	return NULL;
}

static void
print_table(const struct cJSON *members, struct buf *out)
{
	struct table table;

	table_head(&table, "NAME", "ADDRESS", "ZONE", "STATE", "HOST ID", NULL);
	JSON_EACH(member, members)
		table_row(&table, json_str(member, "name"), json_str(member, "address"), json_str(member, "zone"),
		    json_str(member, "state"), json_str(member, "hostId"));
	table_print(&table, out);
	table_done(&table);
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
	if (args->output) {
		json_print(members, out);
		buf_putc(out, '\n');
	} else {
		print_table(members, out);
	}
	tell_cut(args, status, count, said);
	if (strcmp(json_str_or(ready, "status", ""), "True") != 0)
		complain(args, said, 0, "this is what was last seen; %s is not Ready: %s: %s", name, reason, message);
	return EXIT_DONE;
}
