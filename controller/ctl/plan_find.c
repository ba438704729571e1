#include "plan_find.h"

#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "command.h"
#include "json.h"
#include "known.h"
#include "plan_earlier.h"
#include "registry.h"
#include "source.h"
#include "text_file.h"
#include "workflow.h"
#include "workflow_texts.h"

static struct cJSON *
get(struct api *api, const struct args *args, const char *plural, const char *name, bool *missing, struct buf *said)
{
	CLEANUP_FREE char *path = xasprintf("/apis/strait.dev/v1alpha1/namespaces/%s/%s/%s", api->namespace_, plural, name);
	struct err err = {""};
	struct cJSON *object = api_get(api, path, missing, &err);

	if (!object && !*missing)
		complain(args, said, 0, "%s", err.text);
	return object;
}

/* --- the cluster */

static struct cJSON *
cluster_of_file(const struct args *args, struct buf *said)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct cJSON *object = NULL;
	struct err err = {""};

	if (text_file_read(args->cluster_file, &text, &err) < 0) {
		complain(args, said, 0, "%s", err.text);
		return NULL;
	}
	object = plan_cluster_parse(buf_str(&text), text.len, args->cluster, &err);
	if (!object)
		complain(args, said, 0, "%s: %s", args->cluster_file, err.text);
	return object;
}

static int
take_cluster(struct plan_cluster *ret, const struct args *args, struct cJSON *object, struct buf *said)
{
	struct err err = {""};

	if (plan_cluster_read(ret, object, &err) < 0)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	return EXIT_DONE;
}

int
plan_find_cluster(struct plan_cluster *ret, const struct args *args, struct buf *said)
{
	struct cJSON *object = cluster_of_file(args, said);

	return object ? take_cluster(ret, args, object, said) : EXIT_USAGE;
}

/* --- the workflow */

static bool
is_file(const char *word)
{
	return strcmp(word, "-") == 0 || strchr(word, '/') || access(word, R_OK) == 0;
}

static int
read_file(struct plan_found *ret, const struct args *args, struct buf *said)
{
	CLEANUP_BUF struct buf text = BUF_INIT(YAML_BYTES_MAX + 1);
	struct findings findings = {.count = 0};
	const char *file = args->words[0];
	const struct lint_others others = {at_hand_find, &ret->hand};
	struct err err = {""};

	if (text_file_read(file, &text, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s", err.text);
	if (workflow_texts_only(&text, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s: %s", file, err.text);
	CLEANUP_FREE char *name = text_file_stem(file);

	ret->workflow = workflow_read_among(&others, buf_str(&text), text.len, name, registry, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *f = &findings.items[i];

		if (f->severity != SEVERITY_NOTE)
			complain(args, said, 0, "%s:%d:%d: %s: %s", file, f->mark.line, f->mark.column,
			    severity_name(f->severity), f->text);
	}
	findings_done(&findings);
	return ret->workflow ? EXIT_DONE : EXIT_FAILED;
}

static int
take_object(struct plan_found *ret, const struct args *args, const struct cJSON *object, struct buf *said)
{
	struct err err = {""};

	ret->workflow = workflow_of_object(object, &err);
	return ret->workflow ? EXIT_DONE : complain(args, said, EXIT_FAILED, "Workflow %s: %s", args->words[0], err.text);
}

static int
read_builtin(struct plan_found *ret, const struct args *args, struct buf *said)
{
	const char *name = args->words[0];
	struct err err = {""};
	struct known known;

	for (size_t i = 0; builtin_workflows[i]; i += 2)
		if (strcmp(builtin_workflows[i], name) == 0) {
			CLEANUP_JSON struct cJSON *object = json_parse(builtin_workflows[i + 1],
			    strlen(builtin_workflows[i + 1]), &err);

			return take_object(ret, args, object, said);
		}
	known_init(&known, name);
	for (size_t i = 0; builtin_workflows[i]; i += 2)
		known_offer(&known, builtin_workflows[i]);
	known_refuse(&known, &err, "there is no file and no built-in workflow \"%.80s\"", name);
	return complain(args, said, EXIT_FAILED, "%s", err.text);
}

/* --- from the API server */

static int
leave_out_done(struct plan_cluster *cluster, const struct args *args, struct api *api, struct buf *said)
{
	CLEANUP_JSON struct cJSON *operation = NULL;
	bool missing = false;
	struct err err = {""};

	if (!args->not_done_by)
		return EXIT_DONE;
	operation = get(api, args, "clusteroperations", args->not_done_by, &missing, said);
	if (!operation)
		return missing ? complain(args, said, EXIT_FAILED, "--not-done-by: there is no ClusterOperation \"%s\" in "
		    "namespace %s", args->not_done_by, api->namespace_) : EXIT_FAILED;
	if (plan_earlier_read(cluster, operation, &err) < 0)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	return EXIT_DONE;
}

/* Another workflow, which the one that is planned runs as a step. */
static struct workflow *
fetch(void *arg, const char *name)
{
	struct plan_found *found = arg;
	bool missing = false;
	CLEANUP_JSON struct cJSON *object = get(&found->api, found->args, "workflows", name, &missing, found->said);
	struct workflow *workflow = NULL;
	struct err err = {""};

	if (!object)
		return NULL;
	workflow = workflow_of_object(object, &err);
	if (!workflow)
		complain(found->args, found->said, 0, "Workflow %s: %s", name, err.text);
	return workflow;
}

static int
find_online(struct plan_found *ret, const struct args *args, struct api *api, struct buf *said)
{
	bool missing = false;
	struct cJSON *cluster = get(api, args, "targetclusters", args->cluster, &missing, said), *object;
	int status;

	if (!cluster)
		return missing ? complain(args, said, EXIT_FAILED, "there is no TargetCluster \"%s\" in namespace %s",
		    args->cluster, api->namespace_) : EXIT_FAILED;
	status = take_cluster(&ret->cluster, args, cluster, said);
	if (status == EXIT_DONE)
		status = leave_out_done(&ret->cluster, args, api, said);
	if (status != EXIT_DONE || is_file(args->words[0]))
		return status == EXIT_DONE ? read_file(ret, args, said) : status;
	object = get(api, args, "workflows", args->words[0], &missing, said);
	if (!object)
		return missing ? read_builtin(ret, args, said) : EXIT_FAILED;
	status = take_object(ret, args, object, said);
	json_free(object);
	return status;
}

static int
find_offline(struct plan_found *ret, const struct args *args, struct buf *said)
{
	int status = plan_find_cluster(&ret->cluster, args, said);

	if (status != EXIT_DONE)
		return status;
	return is_file(args->words[0]) ? read_file(ret, args, said) : read_builtin(ret, args, said);
}

int
plan_find(struct plan_found *ret, const struct args *args, struct buf *said)
{
	struct err err = {""};

	*ret = (struct plan_found){.args = args, .said = said,
	    .hand = {.files = args->words + 1, .nfiles = args->nwords - 1}};
	if (args->cluster_file)
		return find_offline(ret, args, said);
	if (api_open(&ret->api, args, &err))
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	ret->online = true;
	ret->hand.fetch = fetch;
	ret->hand.arg = ret;
	return find_online(ret, args, &ret->api, said);
}

void
plan_found_done(struct plan_found *found)
{
	workflow_free(found->workflow);
	plan_cluster_done(&found->cluster);
	at_hand_done(&found->hand);
	if (found->online)
		api_close(&found->api);
}
