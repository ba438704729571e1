#include <string.h>

#include "command.h"
#include "json.h"
#include "objects.h"
#include "show.h"

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;
	CLEANUP_JSON struct cJSON *list = object_list(api, KIND_OPERATION, args->all_namespaces, &err);
	const struct show_choice choice = {.cluster = args->cluster, .wide = args->output != NULL,
	    .namespaces = args->all_namespaces};

	if (!list)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	if (!object_print(list, KIND_OPERATION, args->output, out))
		show_operations(list, &choice, loop_now().wall_ms, out);
	if (json_count(json_get(list, "items")) == 0 && !args->output)
		complain(args, said, 0, "there is no operation in %s%s", args->all_namespaces ? "any namespace" : "namespace ",
		    args->all_namespaces ? "" : api->namespace_);
	return EXIT_DONE;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	return api_with(args, out, said, ask);
}

const struct command cmd_job_list = {
	.name = "job list",
	.arguments = "",
	.takes = TAKES_API | TAKES_ALL | TAKES_FORMS | TAKES_CLUSTER,
	.summary = "List the operations, those that have not ended first.",
	.help = "With --cluster, those of one cluster; -o json and yaml print all of them.\n",
	.run = run,
};
