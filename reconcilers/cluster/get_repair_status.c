#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "manager.h"
#include "ring.h"
#include "scylla.h"
#include "web.h"

enum { SAID_MOST = 440, KEYSPACES_MOST = 200, TIMES_MOST = 100 };

/* What is told, as much as fits a status; the rest is counted. */
struct said {
	char text[SAID_MOST];
	size_t entries, more;
};

static void
say(struct said *said, const char *entry)
{
	size_t len = strlen(said->text);

	said->entries++;
	if (said->more || len + strlen(entry) + 3 >= sizeof said->text)
		said->more++;
	else
		snprintf(said->text + len, sizeof said->text - len, "%s%s", len ? "; " : "", entry);
}

static enum verdict
done(struct task *t, const struct said *said, const char *none)
{
	if (!said->entries)
		return task_done(t, "%s", none);
	if (said->more)
		return task_done(t, "%s; and %zu more", said->text, said->more);
	return task_done(t, "%s", said->text);
}

/* --- by Scylla Manager --- */

static void
say_task(struct said *said, const struct cJSON *task)
{
	char entry[SAID_MOST], names[KEYSPACES_MOST], times[TIMES_MOST];

	manager_join(json_path(task, "properties", "keyspace", NULL), names, sizeof names);
	snprintf(entry, sizeof entry, "%s/%s: %s (keyspaces: %s; schedule: %s)", json_str_or(task, "type", "?"),
	    json_str_or(task, "id", "?"), json_str_or(task, "status", "?"), names[0] ? names : "all",
	    manager_schedule(json_get(task, "schedule"), times, sizeof times));
	say(said, entry);
}

/* NULL: being asked, or *ret. */
static struct cJSON *
ask_manager(struct task *t, const char *url, enum verdict *ret)
{
	const struct answer *answer = web_get(t, url, NULL);
	struct err err = {""};
	struct cJSON *json;

	*ret = VERDICT_WAIT;
	if (!answer)
		return NULL;
	if (!answer->reached || answer->status != 200) {
		*ret = task_wait(t, SECONDS(2), "Scylla Manager does not tell (HTTP %d): %s", answer->status,
		    answer_text(t, answer));
		return NULL;
	}
	json = json_parse(answer->body, answer->len, &err);
	if (!json_is_array(json)) {
		json_free(json);
		*ret = task_wait(t, SECONDS(2), "Scylla Manager answers something else: %s", answer_text(t, answer));
		return NULL;
	}
	return json;
}

/* By the cluster's own name, which is usually what it is called there, too. */
static char *
find_cluster(struct task *t, const char *url, enum verdict *ret)
{
	CLEANUP_FREE char *clusters = xasprintf("%s%s", url, MANAGER_CLUSTERS);
	CLEANUP_JSON struct cJSON *json = ask_manager(t, clusters, ret);
	const char *name = web_cluster_name(t), *id = manager_find_cluster(json, name);

	if (id)
		return xstrdup(id);
	if (json)
		*ret = task_halt(t, "Scylla Manager knows no cluster of the name %.80s: register it under spec.clusterName",
		    name);
	return NULL;
}

static enum verdict
by_manager(struct task *t, const char *url)
{
	enum verdict verdict;
	CLEANUP_FREE char *cluster = find_cluster(t, url, &verdict), *tasks = NULL;
	CLEANUP_JSON struct cJSON *json = NULL;
	struct said said = {0};

	if (!cluster)
		return verdict;
	tasks = xasprintf("%s" MANAGER_TASKS, url, cluster);
	json = ask_manager(t, tasks, &verdict);
	if (!json)
		return verdict;
	JSON_EACH (task, json)
		if (strcmp(json_str_or(task, "type", "repair"), "repair") == 0)
			say_task(&said, task);
	return done(t, &said, "Scylla Manager has no repair task for this cluster");
}

/* --- by the nodes --- */

static void
say_node(struct task *t, struct said *said, const char *name, const struct answer *answer)
{
	CLEANUP_JSON struct cJSON *json = answer_ok(answer) ? json_parse(answer->body, answer->len, NULL) : NULL;
	char entry[SAID_MOST];

	if (!json_is_array(json))
		snprintf(entry, sizeof entry, "%s does not tell: %s", name, answer_text(t, answer));
	else if (json_count(json))
		snprintf(entry, sizeof entry, "%s: %zu repairs run", name, json_count(json));
	else
		return;
	say(said, entry);
}

static enum verdict
by_nodes(struct task *t)
{
	const struct ring *ring = scylla_ring(t);
	struct said said = {0};
	bool asking = false;
	char none[64];

	if (!ring)
		return VERDICT_WAIT;
	for (size_t i = 0; i < ring->nmembers; i++)
		asking |= !scylla_get_from(t, ring->members[i].name, "/storage_service/active_repair");
	if (asking)
		return VERDICT_WAIT;
	for (size_t i = 0; i < ring->nmembers; i++)
		say_node(t, &said, ring->members[i].name, scylla_get_from(t, ring->members[i].name,
		    "/storage_service/active_repair"));
	snprintf(none, sizeof none, "no repair runs on %zu nodes", ring->nmembers);
	return done(t, &said, none);
}

/* Desired: to have been told. */
static enum verdict
status(struct task *t)
{
	const char *url = web_manager(t);

	return url ? by_manager(t, url) : by_nodes(t);
}

const struct reconciler get_repair_status = {
	.name = "get-repair-status",
	.scope = SCOPE_CLUSTER,
	.summary = "Tell which repairs there are: Scylla Manager's tasks where access.manager is given, else the nodes' own.",
	.timeout_ms = MINUTES(2),
	.reconcile = status,
};
