#include <stdlib.h>

#include "alloc.h"
#include "begin.h"
#include "command.h"
#include "find_node.h"
#include "objects.h"
#include "task_type.h"

enum { ADDRESSES = 16 };

static int
find_at(const struct cJSON *clusters, const struct args *args, char **addresses, size_t count, struct found_node *ret,
    struct err *err)
{
	int status = find_node(clusters, args->cluster, args->node, addresses, count, ret, err);

	while (count > 0)
		free(addresses[--count]);
	return status;
}

/* By its name or address; then by what DNS knows under that name; then by what it calls the nodes that have no name but
 * their address. */
static int
find(struct api *api, const struct cJSON *clusters, const struct args *args, struct found_node *ret, struct err *err)
{
	char *addresses[ADDRESSES];
	int status = find_at(clusters, args, addresses, 0, ret, err);

	if (status < 0 && !ret->cluster)
		status = find_at(clusters, args, addresses, find_node_addresses(args->node, addresses, ADDRESSES), ret, err);
	if (status < 0 && !ret->cluster)
		status = find_at(clusters, args, addresses,
		    find_node_reverse(&api->loop, clusters, args->cluster, args->node, addresses, ADDRESSES), ret, err);
	return status;
}

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;
	CLEANUP_JSON struct cJSON *clusters = object_list(api, KIND_TARGET, false, &err);
	CLEANUP_JSON struct cJSON *made = NULL;
	struct found_node node;

	if (!clusters)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	if (find(api, clusters, args, &node, &err) < 0)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	made = begin_task(api, args, node.cluster, node.name, &err);
	if (!made)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	return begin_follow(api, args, made, out, said);
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;

	if (!args->node)
		return complain(args, said, EXIT_USAGE, "node-task: expected --node NODE");
	if (task_type_check(args->words[0], true, args->program, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s", err.text);
	return api_with(args, out, said, ask);
}

const struct command cmd_node_task = {
	.name = "node-task",
	.arguments = "TYPE",
	.takes = TAKES_API | TAKES_NODE | TAKES_CLUSTER | TAKES_PARAMETERS | TAKES_START,
	.least = 1,
	.most = 1,
	.summary = "Run one task on one node, and follow it.",
	.help = "The node is looked for among those of all target clusters of the namespace, by its name or address, or by a\n"
	    "name that DNS knows: of its address, where nobody has named it. When two have one of that name, --cluster\n"
	    "says which is meant. Ctrl-C leaves the operation as it is: it goes on.\n" FOLLOW_HELP,
	.run = run,
};
