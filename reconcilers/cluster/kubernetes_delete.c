#include <stdio.h>
#include <string.h>

#include "json.h"
#include "kubernetes.h"
#include "kubernetes_object.h"

/* "; finalizers: a, b": who keeps it. */
static void
finalizers(const struct cJSON *object, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	JSON_EACH (finalizer, json_path(object, "metadata", "finalizers", NULL)) {
		const char *name = json_text(finalizer);

		if (name && len + 1 < size)
			len += (size_t)snprintf(text + len, size - len, "%s%.60s", len ? ", " : "; finalizers: ", name);
	}
}

/* It was there, and we have asked for it to go. */
static enum verdict
going(struct task *t, const struct kube_ref *ref, const struct kube_seen *seen, const char *uid, const char *what)
{
	const struct act *act = kube_delete(t, "delete", ref, uid);
	char left[200];

	if (act->state == ACT_REFUSED && act->status != 404 && act->status != 409)
		return kube_follow(t, act, "delete", what);
	if (!json_path(seen->object, "metadata", "deletionTimestamp", NULL)) {
		if (act->state == ACT_NONE || act->state == ACT_NOT_SENT)
			task_remember(t, "uid", uid);
		return act->state == ACT_ANSWERED ? task_wait(t, SECONDS(1), "%s is still there", what)
		    : kube_follow(t, act, "delete", what);
	}
	if (act->state == ACT_UNKNOWN)
		act_happened(t, act);
	if (!task_integer(t, "wait"))
		return task_done(t, "%s is being deleted", what);
	finalizers(seen->object, left, sizeof left);
	return task_wait(t, SECONDS(2), "%s is being deleted%s", what, left);
}

/* Desired: no object of that name, or another one than was there. */
static enum verdict
delete(struct task *t)
{
	struct kube_ref ref = kube_object_ref(t);
	const struct kube_seen *seen;
	enum verdict verdict;
	const char *before, *uid;
	char what[KUBE_WHAT];

	kube_what(&ref, what);
	seen = kube_look(t, &ref, &verdict);
	if (!seen)
		return verdict;
	before = task_recall(t, "uid");
	if (!seen->found)
		return task_done(t, "%s is %s", what, before ? "deleted" : "not there");
	uid = json_str_or(json_get(seen->object, "metadata"), "uid", "");
	if (!*uid)
		return task_wait(t, SECONDS(2), "%s: the API server's answer has no uid", what);
	if (before && strcmp(before, uid) != 0)
		return task_done(t, "%s is deleted; there is another one of its name", what);
	/* Somebody else is deleting it: nothing is left to be asked for. */
	if (!before && json_path(seen->object, "metadata", "deletionTimestamp", NULL))
		return task_integer(t, "wait") ? task_wait(t, SECONDS(2), "%s is being deleted by somebody else", what)
		    : task_done(t, "%s is being deleted by somebody else", what);
	return going(t, &ref, seen, uid, what);
}

const struct reconciler kubernetes_delete = {
	.name = "kubernetes-delete",
	.scope = SCOPE_ANY,
	.opaque = true,
	.summary = "Delete a Kubernetes object, and what it owns.",
	.parameters = {
		KUBE_OBJECT_PARAMETERS,
		{.name = "wait", .type = PARAMETER_BOOLEAN, .fallback = "true",
		    .help = "until it is gone; false: until its deletion has begun"},
	},
	.timeout_ms = MINUTES(10),
	.reconcile = delete,
};
