#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "json_place.h"
#include "kubernetes_object.h"

/* What is said of an object that has changed since is said of another one. */
static bool
is_outdated(const struct cJSON *object, const struct cJSON *says)
{
	int64_t generation = json_int(json_get(object, "metadata"), "generation", 0);
	int64_t observed = json_int(says, "observedGeneration", json_int(json_get(object, "status"), "observedGeneration", -1));

	return observed >= 0 && observed < generation;
}

/* "Ready" or "Ready=False" */
static enum truth
judge_condition(struct task *t, const struct cJSON *object, const char *wanted, const char *what)
{
	size_t len = strcspn(wanted, "=");
	const char *status = wanted[len] ? wanted + len + 1 : "True";

	JSON_EACH (condition, json_path(object, "status", "conditions", NULL)) {
		const char *type = json_str_or(condition, "type", ""), *is = json_str_or(condition, "status", "Unknown");

		if (strlen(type) != len || strncmp(type, wanted, len) != 0)
			continue;
		if (is_outdated(object, condition))
			return task_fails(t, "%s: its status is of a generation before", what);
		if (strcmp(is, status) == 0)
			return task_holds(t, "%s: %s is %s", what, type, is);
		return task_fails(t, "%s: %s is %s%s%.200s", what, type, is, *json_str_or(condition, "message", "") ? ": " : "",
		    json_str_or(condition, "message", ""));
	}
	return task_fails(t, "%s has no condition %.*s (yet)", what, (int)len, wanted);
}

static enum truth
judge_place(struct task *t, const struct cJSON *object, const char *path, const char *what)
{
	const char *wanted = task_text(t, "value");
	bool bad;
	const struct cJSON *found = json_place(object, path, &bad);
	char *text CLEANUP_FREE = found ? json_scalar(found) : NULL;
	bool whole = found && (json_is_object(found) || json_is_array(found));

	if (bad)
		return task_fails(t, "jsonPath \"%.80s\" cannot be read: expected names and [numbers], as .status.phase", path);
	if (strncmp(path + strspn(path, "{."), "status", 6) == 0 && is_outdated(object, NULL))
		return task_fails(t, "%s: its status is of a generation before", what);
	if (!text && !whole)
		return task_fails(t, "%s has nothing at %.80s (yet)", what, path);
	if (!*wanted)
		return task_holds(t, "%s: %.80s is %.80s", what, path, text ? text : "there");
	if (!text)
		return task_fails(t, "%s: %.80s is no single value", what, path);
	if (strcmp(text, wanted) == 0)
		return task_holds(t, "%s: %.80s is %.80s", what, path, text);
	return task_fails(t, "%s: %.80s is %.80s, not %.80s", what, path, text, wanted);
}

/* Holds: the API server says it of the object. */
static enum truth
judge(struct task *t)
{
	struct kube_ref ref = kube_object_ref(t);
	const char *condition = task_text(t, "condition"), *path = task_text(t, "jsonPath");
	bool deleted = task_integer(t, "deleted");
	const struct kube_seen *seen;
	char what[KUBE_WHAT];

	kube_what(&ref, what);
	if ((*condition != '\0') + (*path != '\0') + deleted != 1)
		return task_fails(t, "condition, jsonPath and deleted: exactly one of them is expected");
	seen = kube_get(t, &ref);
	if (!seen)
		return TRUTH_UNKNOWN;
	if (!seen->told)
		return task_unknown(t, "%s: %s", what, seen->problem);
	if (deleted)
		return seen->found ? task_fails(t, "%s is still there", what) : task_holds(t, "%s is not there", what);
	if (!seen->found)
		return task_fails(t, "%s is not there (yet)", what);
	return *condition ? judge_condition(t, seen->object, condition, what) : judge_place(t, seen->object, path, what);
}

const struct reconciler kubernetes_wait = {
	.name = "kubernetes-wait",
	.scope = SCOPE_ANY,
	.summary = "A Kubernetes object has a condition or a value, or is gone.",
	.parameters = {
		KUBE_OBJECT_PARAMETERS,
		{.name = "condition", .type = PARAMETER_STRING, .fallback = "",
		    .help = "TYPE or TYPE=STATUS of status.conditions; the status True by default"},
		{.name = "jsonPath", .type = PARAMETER_STRING, .fallback = "", .help = "a place such as .status.readyReplicas"},
		{.name = "value", .type = PARAMETER_STRING, .fallback = "",
		    .help = "what stands at jsonPath; without it anything will do"},
		{.name = "deleted", .type = PARAMETER_BOOLEAN, .fallback = "false", .help = "there is no such object"},
	},
	.timeout_ms = MINUTES(30),
	.judge = judge,
};
