#include "clusters.h"
#include "command.h"
#include "json.h"
#include "objects.h"

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;
	CLEANUP_JSON struct cJSON *list = object_list(api, KIND_TARGET, args->all_namespaces, &err);

	if (!list)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	if (!object_print(list, KIND_TARGET, args->output, out))
		clusters_print(list, args->all_namespaces, loop_now().wall_ms, out);
	if (json_count(json_get(list, "items")) == 0 && !args->output)
		complain(args, said, 0, "there is no TargetCluster in %s%s",
		    args->all_namespaces ? "any namespace" : "namespace ", args->all_namespaces ? "" : api->namespace_);
	return EXIT_DONE;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	return api_with(args, out, said, ask);
}

const struct command cmd_clusters = {
	.name = "clusters",
	.arguments = "",
	.takes = TAKES_API | TAKES_ALL | TAKES_FORMS,
	.summary = "List the target clusters: whether they are ready, and who is at work on them.",
	.run = run,
};
