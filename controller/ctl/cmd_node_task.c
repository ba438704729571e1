#include <stdlib.h>

#include "alloc.h"
#include "begin.h"
#include "command.h"
#include "find_node.h"
#include "objects.h"
#include "task_type.h"

enum { ADDRESSES = 16 };

static struct cJSON *
make(struct api *api, const struct args *args, const struct found_node *node, struct err *err)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out json = JSON_OUT(&body);

	begin_open(&json, args, node->cluster, args->words[0]);
	begin_put_target(&json, node->name);
	json_open(&json, "nodeTask");
	json_put_str(&json, "type", args->words[0]);
	if (begin_put_pairs(&json, "with", &args->parameters, err) < 0)
		return NULL;
	json_close(&json);
	json_close(&json);
	json_close(&json);
	return begin_post(api, buf_str(&body), err);
}

/* By its name or address; then by what DNS knows under that name. */
static int
find(const struct cJSON *clusters, const struct args *args, struct found_node *ret, struct err *err)
{
	char *addresses[ADDRESSES];
	size_t count;
	int status = find_node(clusters, args->cluster, args->node, NULL, 0, ret, err);

	if (status == 0 || ret->cluster)
		return status;
	count = find_node_addresses(args->node, addresses, ADDRESSES);
	if (count > 0)
		status = find_node(clusters, args->cluster, args->node, addresses, count, ret, err);
	while (count > 0)
		free(addresses[--count]);
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
	if (find(clusters, args, &node, &err) < 0)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	made = make(api, args, &node, &err);
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
	.help = "The node is looked for among those of all target clusters of the namespace; when two have one of that name,\n"
	    "--cluster says which is meant. Ctrl-C leaves the operation as it is: it goes on.\n" FOLLOW_HELP,
	.run = run,
};
