#include <string.h>

#include "alloc.h"
#include "json.h"
#include "json_place.h"
#include "kubernetes_object.h"

/* A patch at work. */
struct work {
	struct task *t;
	struct kube_ref ref;
	const struct kube_seen *seen;
	const struct cJSON *patch;
	char what[KUBE_WHAT];
};

/* --- merge and strategic: they say what is to be --- */

static enum verdict
merge(struct work *w, enum kube_patch_type type, const char *text)
{
	const struct act *act = NULL;

	/* A strategic patch that holds says the same as a merge-patch; one that has directives never does. */
	if (!task_recall(w->t, "asked") && json_has(w->seen->object, w->patch))
		return task_done(w->t, "%s is as the patch says", w->what);
	act = kube_patch(w->t, "patch", ACT_REPEATABLE, &w->ref, type, text);
	if (act->state == ACT_ANSWERED)
		return task_done(w->t, "patched %s", w->what);
	if (act->state == ACT_NONE || act->state == ACT_NOT_SENT)
		task_remember(w->t, "asked", "yes");
	return kube_follow(w->t, act, "patch", w->what);
}

/* --- json: it says what to do --- */

/* The last word of the path may be a place in an array, where things move. */
static bool
is_index(const char *path)
{
	const char *word = strrchr(path, '/');

	return !word || strcmp(word, "/-") == 0 || strspn(word + 1, "0123456789") == strlen(word + 1);
}

/* The same once and twice? */
static bool
is_idempotent(const struct cJSON *patch)
{
	JSON_EACH (operation, patch) {
		const char *op = json_str_or(operation, "op", "");

		if (strcmp(op, "test") != 0 && strcmp(op, "replace") != 0 &&
		    (strcmp(op, "add") != 0 || is_index(json_str_or(operation, "path", ""))))
			return false;
	}
	return true;
}

/* Whether it has happened can be seen afterwards: not of what moves things, nor of what has a place in an array. */
static bool
is_visible(const struct cJSON *operation)
{
	const char *op = json_str_or(operation, "op", "");

	return (strcmp(op, "add") == 0 || strcmp(op, "replace") == 0 || strcmp(op, "remove") == 0) &&
	    !is_index(json_str_or(operation, "path", ""));
}

/* Does the object look as after it? TRUTH_UNKNOWN: that cannot be told. */
static enum truth
looks(const struct cJSON *object, const struct cJSON *patch)
{
	enum truth all = TRUTH_UNKNOWN;

	JSON_EACH (operation, patch) {
		const char *op = json_str_or(operation, "op", "");
		const struct cJSON *present = json_pointer(object, json_str_or(operation, "path", ""));
		bool so = strcmp(op, "remove") == 0 ? !present : present && json_same(present, json_get(operation, "value"));

		if (strcmp(op, "test") == 0)
			continue;
		if (!is_visible(operation))
			return TRUTH_UNKNOWN;
		all = so && all != TRUTH_FAILS ? TRUTH_HOLDS : TRUTH_FAILS;
	}
	return all;
}

/* The user's operations behind a test that makes them void once anything has changed. */
static char *
guarded(const char *version, const struct cJSON *patch)
{
	struct buf out = BUF_INIT(BUF_MAX_OBJECT), one CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out to = JSON_OUT(&out);

	json_open_array(&to, NULL);
	json_open(&to, NULL);
	json_put_str(&to, "op", "test");
	json_put_str(&to, "path", "/metadata/resourceVersion");
	json_put_str(&to, "value", version);
	json_close(&to);
	JSON_EACH (operation, patch) {
		buf_clear(&one);
		json_print(operation, &one);
		json_put_raw(&to, NULL, buf_str(&one));
	}
	json_close_array(&to);
	return buf_take(&out);
}

static const struct act *
ask(struct work *w, bool idempotent, const char *version, const char *text)
{
	char *body CLEANUP_FREE = idempotent ? NULL : guarded(version, w->patch);

	return kube_patch(w->t, "json-patch", idempotent ? ACT_REPEATABLE : ACT_ONCE, &w->ref, KUBE_PATCH_JSON,
	    body ? body : text);
}

/* Nobody knows whether it arrived: the object does, as soon as nothing of it can arrive any more. */
static enum verdict
unknown(struct work *w, const struct act *act, const char *version, bool idempotent, const char *text)
{
	const char *before = task_recall(w->t, "version");
	enum truth happened = looks(w->seen->object, w->patch);

	if (act->settled && happened == TRUTH_HOLDS) {
		act_happened(w->t, act);
		return task_done(w->t, "patched %s, as is seen", w->what);
	}
	if (act->settled && !idempotent && (happened == TRUTH_FAILS || (before && strcmp(before, version) == 0))) {
		act_refuted(w->t, act);
		task_remember(w->t, "version", version);
		ask(w, idempotent, version, text);
		return task_wait(w->t, SECONDS(1), "patch %s did not arrive", w->what);
	}
	return kube_follow(w->t, act, "patch", w->what);
}

/* An idempotent one is repeatable as it is. Another one takes effect on the version that was seen before it, and on no other:
 * so it cannot happen twice, and the version tells whether it did. */
static enum verdict
json(struct work *w, const char *text)
{
	const char *version = json_str_or(json_get(w->seen->object, "metadata"), "resourceVersion", "");
	const char *before = task_recall(w->t, "version");
	bool idempotent = is_idempotent(w->patch);
	const struct act *act;

	if (!json_is_array(w->patch))
		return task_halt(w->t, "a patch of type json is a list of operations, each with op and path");
	if (!*version)
		return task_wait(w->t, SECONDS(2), "%s: the API server's answer has no resourceVersion", w->what);
	act = ask(w, idempotent, before ? before : version, text);
	if (act->state == ACT_NONE) {
		task_remember(w->t, "version", version);
		act = ask(w, idempotent, version, text);
	}
	if (act->state == ACT_ANSWERED)
		return task_done(w->t, "patched %s", w->what);
	if (act->state == ACT_UNKNOWN)
		return unknown(w, act, version, idempotent, text);
	if (act->state == ACT_REFUSED && !idempotent && before && strcmp(before, version) != 0)
		return task_retry(w->t, "%s was changed by somebody else in between: %s", w->what, act->answer);
	return kube_follow(w->t, act, "patch", w->what);
}

static enum verdict
patch(struct task *t)
{
	struct work w = {.t = t, .ref = kube_object_ref(t)};
	const char *type = task_text(t, "type"), *problem = NULL, *text = NULL;
	enum verdict verdict;

	kube_what(&w.ref, w.what);
	w.patch = kube_read_yaml(t, task_text(t, "patch"), &text, &problem);
	if (!w.patch)
		return task_halt(t, "the patch cannot be read: %s", problem);
	w.seen = kube_look(t, &w.ref, &verdict);
	if (!w.seen)
		return verdict;
	if (!w.seen->found)
		return task_wait(t, SECONDS(2), "%s is not there (yet); a patch needs it", w.what);
	if (strcmp(type, "json") == 0)
		return json(&w, text);
	if (strcmp(type, "merge") == 0 || strcmp(type, "strategic") == 0)
		return merge(&w, *type == 'm' ? KUBE_PATCH_MERGE : KUBE_PATCH_STRATEGIC, text);
	return task_halt(t, "type \"%.40s\" is none of merge, json, strategic", type);
}

const struct reconciler kubernetes_patch = {
	.name = "kubernetes-patch",
	.scope = SCOPE_ANY,
	.opaque = true,
	.summary = "Patch a Kubernetes object that is there.",
	.parameters = {
		KUBE_OBJECT_PARAMETERS,
		{.name = "patch", .type = PARAMETER_YAML, .required = true,
		    .help = "as YAML or JSON; of type json a list of operations"},
		{.name = "type", .type = PARAMETER_STRING, .fallback = "merge",
		    .help = "merge, json or strategic, as kubectl patch has it"},
	},
	.timeout_ms = MINUTES(5),
	.reconcile = patch,
};
