#include "begin.h"
#include "command.h"
#include "objects.h"
#include "task_type.h"

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;
	CLEANUP_JSON struct cJSON *cluster = object_get(api, KIND_TARGET, args->cluster, &err);
	CLEANUP_JSON struct cJSON *made = cluster ? begin_task(api, args, args->cluster, NULL, &err) : NULL;

	if (!made)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	return begin_follow(api, args, made, out, said);
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;

	if (!args->cluster)
		return complain(args, said, EXIT_USAGE, "cluster-task: expected --cluster NAME");
	if (task_type_check(args->words[0], false, args->program, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s", err.text);
	return api_with(args, out, said, ask);
}

const struct command cmd_cluster_task = {
	.name = "cluster-task",
	.arguments = "TYPE",
	.takes = TAKES_API | TAKES_CLUSTER | TAKES_PARAMETERS | TAKES_START,
	.least = 1,
	.most = 1,
	.summary = "Run one task on a cluster as a whole, and follow it.",
	.help = "Ctrl-C leaves the operation as it is: it goes on.\n" FOLLOW_HELP,
	.run = run,
};
