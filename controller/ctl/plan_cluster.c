#include "plan_cluster.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "documents.h"
#include "json.h"
#include "yaml_json.h"

static int
add_node(struct plan_cluster *ret, const struct cJSON *node, const char *zone, struct err *err)
{
	const char *address = json_str_or(node, "address", ""), *name = json_str_or(node, "name", address);

	if (!*name || !*address)
		return err_set(err, "TargetCluster %s: a node without name or address", ret->name);
	if (!*zone)
		return err_set(err, "TargetCluster %s: %s has no zone in spec.nodes and no status tells it: write zone: "
		    "datacenter/rack beside its address, or give what \"kubectl get targetcluster %s -o yaml\" prints",
		    ret->name, name, ret->name);
	*ARRAY_GROW(ret->nodes, ret->nnodes) = (struct plan_node){
		.name = xstrdup(name),
		.address = xstrdup(address),
		.host_id = xstrdup(json_str_or(node, "hostId", "")),
		.datacenter = xstrndup(zone, strcspn(zone, "/")),
		.zone = xstrdup(zone),
	};
	return 0;
}

static bool
is_known(const struct plan_cluster *cluster, const char *name, const char *address)
{
	for (size_t i = 0; i < cluster->nnodes; i++)
		if (strcmp(cluster->nodes[i].name, name) == 0 || strcmp(cluster->nodes[i].address, address) == 0)
			return true;
	return false;
}

/* Of the inventory, and no member: an operation may add it. */
static void
add_new(struct plan_cluster *ret, const struct cJSON *nodes)
{
	JSON_EACH(node, nodes) {
		const char *name = json_str_or(node, "name", ""), *address = json_str_or(node, "address", "");
		const char *zone = json_str_or(node, "zone", "");

		if (is_known(ret, name, address))
			continue;
		*ARRAY_GROW(ret->nodes, ret->nnodes) = (struct plan_node){
			.name = xstrdup(name),
			.address = xstrdup(address),
			.host_id = xstrdup(""),
			.datacenter = xstrndup(zone, strcspn(zone, "/")),
			.zone = xstrdup(zone),
			.is_new = true,
		};
	}
}

/* status.nodes is "UP/ALL"; the list of a large ring is cut. */
static size_t
count_all(const struct cJSON *status)
{
	const char *slash = strchr(json_str_or(status, "nodes", ""), '/');

	return slash ? strtoul(slash + 1, NULL, 10) : 0;
}

static const char **
channels_of(const struct cJSON *list)
{
	const char **names = xcalloc(json_count(list) + 1, sizeof *names);
	size_t count = 0;

	JSON_EACH (channel, list)
		if (json_str(channel, "name"))
			names[count++] = json_str(channel, "name");
	return names;
}

static void
note_up(struct plan_cluster *ret, const struct cJSON *members)
{
	size_t count = 0;

	ret->up = xcalloc(ret->nnodes + 1, sizeof *ret->up);
	JSON_EACH(member, members)
		ret->up[count++] = strcmp(json_str_or(member, "state", ""), "Up") == 0;
}

int
plan_cluster_read(struct plan_cluster *ret, struct cJSON *object, struct err *err)
{
	const struct cJSON *spec = json_get(object, "spec"), *status = json_get(object, "status");
	const struct cJSON *members = json_get(status, "members");

	*ret = (struct plan_cluster){.object = object, .live = json_count(members) > 0};
	ret->name = xstrdup(json_str_or(json_get(object, "metadata"), "name", "?"));
	ret->max_nodes_down = json_int(json_get(spec, "limits"), "maxNodesDown", 0);
	ret->channels = channels_of(json_get(spec, "channels"));
	JSON_EACH(node, ret->live ? members : json_get(spec, "nodes"))
		if (add_node(ret, node, json_str_or(node, "zone", ""), err) < 0)
			return -1;
	if (target_commands_read(&(struct field){.key = "spec.commands", .value = json_get(spec, "commands")}, &ret->commands,
	    err) < 0)
		return -1;
	if (ret->nnodes == 0)
		return err_set(err, "TargetCluster %s: neither spec.nodes nor status.members names a node", ret->name);
	ret->nmembers = ret->nnodes;
	if (ret->live && count_all(status) > ret->nnodes)
		ret->missing = count_all(status) - ret->nnodes;
	else if (ret->live)
		add_new(ret, json_get(spec, "nodes"));
	note_up(ret, members);
	return 0;
}

void
plan_cluster_done(struct plan_cluster *cluster)
{
	for (size_t i = 0; i < cluster->nnodes; i++) {
		free(cluster->nodes[i].name);
		free(cluster->nodes[i].host_id);
		free(cluster->nodes[i].address);
		free(cluster->nodes[i].datacenter);
		free(cluster->nodes[i].zone);
	}
	free(cluster->nodes);
	free(cluster->channels);
	free(cluster->name);
	json_free(cluster->object);
	free(cluster->up);
	free(cluster->unfit);
	target_commands_done(&cluster->commands);
	*cluster = (struct plan_cluster){0};
}

/* --- finding it in a text */

struct search {
	const char *name;        /* or NULL: whichever there is */
	struct cJSON *found;
	char *other;             /* the name of a TargetCluster that is not the one; or NULL */
};

static const char *
name_of(const struct cJSON *object)
{
	return json_str_or(json_get(object, "metadata"), "name", "");
}

/* Takes 'object'. */
static int
offer(struct search *search, struct cJSON *object, struct err *err)
{
	bool wanted = strcmp(json_str_or(object, "kind", ""), "TargetCluster") == 0;

	if (wanted && search->name && strcmp(search->name, name_of(object)) != 0) {
		free(search->other);
		search->other = xstrdup(name_of(object));
		wanted = false;
	}
	if (wanted && search->found) {
		err_set(err, "there are two TargetClusters in it, %s and %s: say which with --cluster", name_of(search->found),
		    name_of(object));
		json_free(object);
		return -1;
	}
	if (wanted)
		search->found = object;
	else
		json_free(object);
	return 0;
}

static struct cJSON *
parse(const struct document *document, struct err *err)
{
	CLEANUP_BUF struct buf json = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_FREE char *text = xstrndup(document->text, document->len);
	struct err why = {""};

	if (yaml_to_json(text, document->len, &json, &why) == 0)
		return json_parse(buf_str(&json), json.len, err);
	err_set(err, "%s%s", document->line ? "after the first document: " : "", why.text);
	return NULL;
}

struct cJSON *
plan_cluster_parse(const char *text, size_t len, const char *name, struct err *err)
{
	struct documents documents = {.text = text, .len = len};
	struct search search = {.name = name};
	struct document document;
	bool failed = false;

	while (!failed && documents_next(&documents, &document)) {
		struct cJSON *object = parse(&document, err);

		failed = !object || offer(&search, object, err) < 0;
	}
	if (!failed && !search.found && search.other)
		err_set(err, "there is no TargetCluster %s in it, only %s", name, search.other);
	else if (!failed && !search.found)
		err_set(err, "there is no TargetCluster in it");
	if (failed) {
		json_free(search.found);
		search.found = NULL;
	}
	free(search.other);
	return search.found;
}
