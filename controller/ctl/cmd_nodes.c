#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "nearest.h"
#include "nodes.h"
#include "object.h"

enum { OFFERED = 500 };

/* The name goes into a path. */
static bool
is_name(const char *text)
{
	return *text && strlen(text) <= 253 && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-")];
}

static char *
path_of(const struct api *api, const char *name)
{
	return xasprintf("/apis/" CRD_API_VERSION "/namespaces/%s/targetclusters%s", api->namespace_, name);
}

static int
not_there(struct api *api, const struct args *args, struct buf *said)
{
	CLEANUP_FREE char *path = NULL, *limit = xasprintf("?limit=%d", OFFERED);
	struct nearest nearest = NEAREST_INIT(args->words[0]);
	char hint[NEAREST_TEXT];
	struct cJSON *list;
	bool missing;

	path = path_of(api, limit);
	list = api_get(api, path, &missing, NULL);
	JSON_EACH(object, json_get(list, "items"))
		nearest_offer(&nearest, json_str_or(json_get(object, "metadata"), "name", ""));
	nearest_text(&nearest, hint);
	json_free(list);
	return complain(args, said, EXIT_FAILED, "there is no TargetCluster \"%s\" in namespace %s%s", args->words[0],
	    api->namespace_, hint);
}

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	CLEANUP_FREE char *name = xasprintf("/%s", args->words[0]), *path = path_of(api, name);
	struct cJSON *cluster;
	struct err err;
	bool missing;
	int status;

	cluster = api_get(api, path, &missing, &err);
	if (!cluster && missing)
		return not_there(api, args, said);
	if (!cluster)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	status = nodes_print(args, cluster, out, said);
	json_free(cluster);
	return status;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	struct api api;
	struct err err;
	int status;

	if (!is_name(args->words[0]))
		return complain(args, said, EXIT_USAGE, "\"%s\" is no TargetCluster's name: expected lower-case letters, "
		    "digits, '-' and '.'", args->words[0]);
	if (args->namespace_ && !is_name(args->namespace_))
		return complain(args, said, EXIT_USAGE, "--namespace %s: expected lower-case letters, digits and '-'",
		    args->namespace_);
	if (api_open(&api, args, &err))
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	status = ask(&api, args, out, said);
	api_close(&api);
	return status;
}

const struct command cmd_nodes = {
	.name = "nodes",
	.arguments = "CLUSTER",
	.takes = TAKES_API | TAKES_OUTPUT,
	.least = 1,
	.most = 1,
	.summary = "List a target cluster's nodes as the controller last saw them.",
	.help = "STATE is Up when every member sees the node up; SeenDown when some member does not; NotAnswering when\n"
	    "only its own REST API is silent; Down when every member sees it down; else its mode, such as DRAINED.\n"
	    "With -o json: an array of objects with name, address, hostId, zone and state.\n",
	.run = run,
};
