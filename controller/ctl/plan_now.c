/* What the status of a live cluster says that would hold an operation up now. */
#include "plan_text.h"

#include <string.h>

#include "json.h"
#include "plan_cluster.h"

static void
put_ready(const struct cJSON *status, struct buf *out)
{
	JSON_EACH(condition, json_get(status, "conditions")) {
		if (strcmp(json_str_or(condition, "type", ""), "Ready") == 0 &&
		    strcmp(json_str_or(condition, "status", ""), "True") != 0)
			buf_printf(out, "  - it is not Ready: %s: %s\n", json_str_or(condition, "reason", ""),
			    json_str_or(condition, "message", ""));
	}
}

static size_t
put_down(const struct cJSON *status, struct buf *out)
{
	size_t down = 0;

	JSON_EACH(member, json_get(status, "members")) {
		const char *state = json_str_or(member, "state", "");

		if (strcmp(state, "Up") == 0)
			continue;
		buf_printf(out, "  - %s is %s: the gate is closed for every other node\n", json_str_or(member, "name", "?"),
		    state);
		down++;
	}
	return down;
}

static void
put_turn(const struct cJSON *status, struct buf *out)
{
	const char *operation = json_str_or(status, "operation", "");
	int64_t queued = json_int(status, "queued", 0);

	if (*operation)
		buf_printf(out, "  - %s has the cluster, and %lld wait behind it\n", operation, (long long)queued);
}

void
plan_now(const struct plan_cluster *cluster, struct buf *out)
{
	const struct cJSON *status = json_get(cluster->object, "status");

	if (!cluster->live)
		return;
	buf_puts(out, "\nNow, by the cluster's status:\n");
	put_ready(status, out);
	if (json_bool(json_path(cluster->object, "spec", "limits", NULL), "frozen", false))
		buf_puts(out, "  - limits.frozen is true: no node is begun\n");
	put_turn(status, out);
	if (put_down(status, out) == 0)
		buf_printf(out, "  - all %zu members are up; what else the gate asks it asks before each act\n",
		    cluster->nmembers);
}
