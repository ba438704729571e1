#include <string.h>

#include "alloc.h"
#include "begin.h"
#include "command.h"
#include "object.h"
#include "objects.h"
#include "registry.h"
#include "workflow_file.h"

/* The Workflow goes when the last operation that was made of it does. */
static void
tie(struct api *api, const struct args *args, const char *workflow, const struct cJSON *made, struct buf *said)
{
	const struct cJSON *meta = json_get(made, "metadata");
	const char *name = json_str_or(meta, "name", ""), *uid = json_str_or(meta, "uid", "");
	CLEANUP_FREE char *after = xasprintf("/%s?fieldManager=straitctl-%.36s", workflow, uid);
	CLEANUP_FREE char *path = object_path(api, KIND_WORKFLOW, false, after);
	CLEANUP_FREE char *body = xasprintf("{\"apiVersion\":\"" CRD_API_VERSION "\",\"kind\":\"Workflow\",\"metadata\":"
	    "{\"name\":\"%s\",\"ownerReferences\":[{\"apiVersion\":\"" CRD_API_VERSION "\",\"kind\":\"ClusterOperation\","
	    "\"name\":\"%s\",\"uid\":\"%s\"}]}}", workflow, name, uid);
	struct err err;
	struct cJSON *tied = api_send(api, &(struct api_request){.method = "PATCH", .path = path,
	    .content_type = API_APPLY, .body = body}, &err);

	if (!tied)
		complain(args, said, 0, "Workflow %s will stay when %s is deleted: %s", workflow, name, err.text);
	json_free(tied);
}

static struct cJSON *
make_operation(struct api *api, const struct args *args, const char *workflow, struct err *err)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out json = JSON_OUT(&body);

	begin_open(&json, args, args->cluster, workflow);
	json_put_str(&json, "workflow", workflow);
	if (begin_put_pairs(&json, "variables", &args->vars, err) < 0)
		return NULL;
	json_close(&json);
	json_close(&json);
	return begin_post(api, buf_str(&body), err);
}

/* The same text may be there already, of an operation before: then it is the same Workflow. */
static bool
make_workflow(struct api *api, const struct workflow_file *file, bool *is_new, struct err *err)
{
	CLEANUP_FREE char *path = object_path(api, KIND_WORKFLOW, false, "?fieldManager=straitctl");
	struct cJSON *made = api_send(api, &(struct api_request){.method = "POST", .path = path, .content_type = API_JSON,
	    .body = file->body}, err);

	*is_new = made != NULL;
	json_free(made);
	return *is_new || api->status == 409;
}

static void
unmake_workflow(struct api *api, const char *name)
{
	CLEANUP_FREE char *after = xasprintf("/%s", name), *path = object_path(api, KIND_WORKFLOW, false, after);

	json_free(api_send(api, &(struct api_request){.method = "DELETE", .path = path}, NULL));
}

static int
run_file(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct workflow_file file;
	int status = workflow_file_read(&file, args, args->words[0], said);
	struct cJSON *made = NULL;
	bool is_new = false;
	struct err err;

	if (status != EXIT_DONE)
		return status;
	if (make_workflow(api, &file, &is_new, &err))
		made = make_operation(api, args, file.name, &err);
	if (!made)
		status = complain(args, said, EXIT_FAILED, "%s", err.text);
	if (!made && is_new)
		unmake_workflow(api, file.name);
	if (made) {
		tie(api, args, file.name, made, said);
		status = begin_follow(api, args, made, out, said);
	}
	json_free(made);
	workflow_file_done(&file);
	return status;
}

/* The controller would wait for it to appear; who typed it would rather hear of it. */
static int
check_workflow(struct api *api, const char *name, struct err *err)
{
	struct cJSON *object;

	for (const char *const *builtin = builtin_workflows; *builtin; builtin += 2)
		if (strcmp(*builtin, name) == 0)
			return 0;
	object = object_get(api, KIND_WORKFLOW, name, err);
	json_free(object);
	return object ? 0 : -1;
}

static int
check_cluster(struct api *api, const char *name, struct err *err)
{
	struct cJSON *object = object_get(api, KIND_TARGET, name, err);

	json_free(object);
	return object ? 0 : -1;
}

static int
run_name(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	CLEANUP_JSON struct cJSON *made = NULL;
	struct err err;

	if (check_workflow(api, args->words[0], &err) == 0)
		made = make_operation(api, args, args->words[0], &err);
	if (!made)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	return begin_follow(api, args, made, out, said);
}

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;

	if (check_cluster(api, args->cluster, &err) < 0)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	return workflow_file_is_meant(args->words[0]) ? run_file(api, args, out, said) : run_name(api, args, out, said);
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	bool file = workflow_file_is_meant(args->words[0]);

	if (!args->cluster)
		return complain(args, said, EXIT_USAGE, "job run: expected --cluster NAME");
	if (args->nodes.count > 0 && args->zones.count > 0)
		return complain(args, said, EXIT_USAGE, "job run: expected --nodes or --zone, not both");
	if (!file && !object_name_is_good(args->words[0]))
		return complain(args, said, EXIT_USAGE, "\"%s\" is no Workflow's name, and no file's: expected NAME, or a path "
		    "that ends with .yaml", args->words[0]);
	return api_with(args, out, said, ask);
}

const struct command cmd_job_run = {
	.name = "job run",
	.arguments = "WORKFLOW|FILE",
	.takes = TAKES_API | TAKES_CLUSTER | TAKES_TARGETS | TAKES_EARLIER | TAKES_START,
	.least = 1,
	.most = 1,
	.summary = "Run a workflow on a cluster, and follow it.",
	.help = "WORKFLOW is the name of a Workflow of the namespace, or of a built-in one. FILE (a path, or a name that ends\n"
	    "with .yaml, .yml or .json; - is the standard input) holds a Workflow object or SCP's YAML; it is checked as by\n"
	    "lint, and becomes a Workflow that is deleted with the operation. Ctrl-C leaves the operation as it is: it goes\n"
	    "on.\n"
	    FOLLOW_HELP,
	.run = run,
};
