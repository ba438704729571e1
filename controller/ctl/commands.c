#include "commands.h"

#include <stddef.h>

const struct command *const commands[] = {
	&cmd_node_task, &cmd_cluster_task, &cmd_job, &cmd_why, &cmd_timeline, &cmd_clusters, &cmd_nodes, &cmd_plan,
	&cmd_lint, &cmd_convert, &cmd_explain, &cmd_completion, &cmd_man, &cmd_version, NULL,
};
