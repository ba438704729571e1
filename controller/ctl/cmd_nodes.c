#include "command.h"
#include "json.h"
#include "nodes.h"
#include "objects.h"

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct cJSON *cluster;
	struct err err;
	int status;

	cluster = object_get(api, KIND_TARGET, args->words[0], &err);
	if (!cluster)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	status = nodes_print(args, cluster, out, said);
	json_free(cluster);
	return status;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	return api_with(args, out, said, ask);
}

const struct command cmd_nodes = {
	.name = "nodes",
	.arguments = "CLUSTER",
	.takes = TAKES_API | TAKES_FORMS,
	.least = 1,
	.most = 1,
	.summary = "List a target cluster's nodes as the controller last saw them.",
	.help = "STATE is Up when every member sees the node up; SeenDown when some member does not; NotAnswering when\n"
	    "only its own REST API is silent; Down when every member sees it down; else its mode, such as DRAINED.\n"
	    "With -o json or yaml: a list of objects with name, address, hostId, zone and state; -o name: the names alone.\n",
	.run = run,
};
