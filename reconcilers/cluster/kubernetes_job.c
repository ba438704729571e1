#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "kubernetes.h"
#include "manifest_source.h"

enum { LOG_LINES = 10, LOG_KEPT = 260, LOOK_MS = 3000, TTL_LEAST_S = 300 };

struct work {
	struct task *t;
	struct kube_ref ref;
	char name[KUBE_OWN_NAME];
	const struct cJSON *manifest;
	const struct kube_seen *seen;
};

/* --- what became of it --- */

static const struct cJSON *
condition(const struct cJSON *job, const char *type)
{
	JSON_EACH (condition, json_path(job, "status", "conditions", NULL))
		if (strcmp(json_str_or(condition, "type", ""), type) == 0 &&
		    strcmp(json_str_or(condition, "status", ""), "True") == 0)
			return condition;
	return NULL;
}

/* Of the pods the one that was made last. */
static const char *
last_pod(const struct cJSON *list)
{
	const char *last = "", *name = NULL;

	JSON_EACH (pod, json_get(list, "items")) {
		const struct cJSON *metadata = json_get(pod, "metadata");
		const char *made = json_str_or(metadata, "creationTimestamp", "");

		if (json_str(metadata, "name") && strcmp(made, last) >= 0) {
			last = made;
			name = json_str(metadata, "name");
		}
	}
	return name;
}

/* The end of the text on one line. */
static void
tail(const struct answer *log, char *text, size_t size)
{
	size_t len = log->len < LOG_KEPT ? log->len : LOG_KEPT, at = 0;

	for (const char *from = log->body + log->len - len; *from && at + 1 < size; from++)
		text[at++] = (unsigned char)*from < ' ' ? ' ' : *from;
	while (at > 0 && text[at - 1] == ' ')
		at--;
	text[at] = '\0';
}

/* An API server, or what stands before it, may refuse without a word. */
static void
no_log(struct work *w, const char *pod, const struct answer *log, char *text, size_t size)
{
	const char *why = answer_text(w->t, log);

	if (*why)
		snprintf(text, size, "no log of pod %.80s: %.120s", pod, why);
	else
		snprintf(text, size, "no log of pod %.80s: HTTP %d", pod, log->status);
}

/* NULL: being asked. */
static const char *
log_of(struct work *w, char *text, size_t size)
{
	const struct kube_ref pods = {.api_version = "v1", .kind = "Pod", .namespace_ = w->ref.namespace_, .name = w->name};
	char selector[KUBE_OWN_NAME + 16];
	const struct kube_seen *list;
	struct kube_ref pod = pods;
	const struct answer *log;

	snprintf(selector, sizeof selector, "job-name=%s", w->name);
	list = kube_list(w->t, &pods, selector);
	if (!list)
		return NULL;
	pod.name = list->told ? last_pod(list->object) : NULL;
	if (!pod.name) {
		snprintf(text, size, "no log: %.200s", list->told ? "it has no pod any more" : list->problem);
		return text;
	}
	log = kube_log(w->t, &pod, LOG_LINES);
	if (!log)
		return NULL;
	if (!log->reached || log->status != 200)
		no_log(w, pod.name, log, text, size);
	else if (log->len == 0)
		snprintf(text, size, "the log of pod %.80s is empty", pod.name);
	else
		tail(log, text, size);
	return text;
}

/* The next attempt makes another one. */
static void
give_up(struct work *w)
{
	task_remember(w->t, "job", "");
}

/* It stays, to be looked at: until the operation's object goes, which owns it, or its own time is over. */
static enum verdict
failed(struct work *w, const struct cJSON *why)
{
	char text[LOG_KEPT + 40];
	const char *log = log_of(w, text, sizeof text);

	if (!log)
		return VERDICT_WAIT;
	give_up(w);
	return task_retry(w->t, "Job %s failed: %.40s: %.100s; %s", w->name, json_str_or(why, "reason", "no reason"),
	    json_str_or(why, "message", "no message"), log);
}

/* What we made we delete, and nothing else of that name. */
static enum verdict
succeeded(struct work *w)
{
	const char *uid = json_str_or(json_get(w->seen->object, "metadata"), "uid", "");
	const struct act *act;

	if (task_integer(w->t, "keep"))
		return task_done(w->t, "Job %s succeeded", w->name);
	act = kube_delete(w->t, "delete", &w->ref, uid);
	if (act->state == ACT_NONE || act->state == ACT_NOT_SENT)
		task_remember(w->t, "succeeded", uid);
	/* Its work is done, whether it can be cleaned up or not. */
	if (act->state == ACT_REFUSED)
		return task_done(w->t, "Job %s succeeded, but is left: %.200s", w->name, act->answer);
	if (act->state == ACT_ANSWERED || json_path(w->seen->object, "metadata", "deletionTimestamp", NULL)) {
		act_happened(w->t, act);
		return task_done(w->t, "Job %s succeeded, and is deleted", w->name);
	}
	return kube_follow(w->t, act, "delete the succeeded", w->name);
}

static enum verdict
running(struct work *w)
{
	const struct cJSON *status = json_get(w->seen->object, "status");

	if (json_path(w->seen->object, "metadata", "deletionTimestamp", NULL)) {
		give_up(w);
		return task_retry(w->t, "Job %s is being deleted, not by us", w->name);
	}
	return task_wait(w->t, LOOK_MS, "Job %s runs: %" PRId64 " active, %" PRId64 " failed", w->name,
	    json_int(status, "active", 0), json_int(status, "failed", 0));
}

/* --- making it --- */

static enum verdict
create(struct work *w)
{
	const struct cJSON *object = kube_own(w->t, w->manifest, w->name);
	const struct act *act = kube_create(w->t, "create", &w->ref, object);

	switch (act->state) {
	case ACT_ANSWERED:
		give_up(w);
		return task_retry(w->t, "Job %s was created, and is gone before it was seen to end", w->name);
	case ACT_UNKNOWN:
		if (!act->settled)
			break;
		act_refuted(w->t, act);
		return task_wait(w->t, SECONDS(1), "Job %s was not created", w->name);
	case ACT_REFUSED:
		if (act->status == 409)         /* AlreadyExists: the next look tells whose it is */
			return task_wait(w->t, SECONDS(1), "create Job %s: %s", w->name, act->answer);
		break;
	default:
		break;
	}
	if (act->state == ACT_NONE || act->state == ACT_NOT_SENT)
		task_remember(w->t, "job", w->name);
	return kube_follow(w->t, act, "create Job", w->name);
}

static enum verdict
found(struct work *w)
{
	const struct cJSON *why;

	if (!kube_is_own(w->t, w->seen->object))
		return task_halt(w->t, "there is a Job %s which this operation has not made", w->name);
	if (task_acted(w->t, "create"))
		act_happened(w->t, task_acted(w->t, "create"));
	why = condition(w->seen->object, "Failed");
	if (why)
		return failed(w, why);
	return condition(w->seen->object, "Complete") ? succeeded(w) : running(w);
}

/* One that an attempt before has begun and not seen to end is this one's, too. */
static void
name_it(struct work *w)
{
	const char *before = task_recall(w->t, "job");

	if (before && *before)
		snprintf(w->name, sizeof w->name, "%s", before);
	else
		kube_own_name(w->t, w->ref.name, w->name);
}

/* Desired: a Job of this step's own name has completed. The name is the same whoever computes it, so that it is made once. */
static enum verdict
run(struct task *t)
{
	enum verdict verdict;
	const char *text = manifest_source(t, "manifest", "fromConfigMap", &verdict);
	const struct kube_manifest *manifest = text ? kube_read_manifest(t, text) : NULL;
	struct work w = {.t = t};

	if (!text)
		return verdict;
	if (manifest->problem)
		return task_halt(t, "the manifest cannot be read: %s", manifest->problem);
	w.manifest = manifest->objects[0];
	w.ref = kube_ref_of(w.manifest);
	if (manifest->count != 1 || strcmp(w.ref.kind, "Job") != 0 || strcmp(w.ref.api_version, "batch/v1") != 0)
		return task_halt(t, "the manifest is expected to be one object of batch/v1 Job");
	if (json_int(json_get(w.manifest, "spec"), "ttlSecondsAfterFinished", TTL_LEAST_S) < TTL_LEAST_S)
		return task_halt(t, "ttlSecondsAfterFinished below %d: a Job that is gone before its end was seen might "
		    "be run twice; leave it out", TTL_LEAST_S);
	name_it(&w);
	w.ref.name = w.name;
	w.seen = kube_look(t, &w.ref, &verdict);
	if (!w.seen)
		return verdict;
	if (w.seen->found)
		return found(&w);
	if (task_recall(t, "succeeded"))
		return task_done(t, "Job %s succeeded, and is deleted", w.name);
	return create(&w);
}

const struct reconciler kubernetes_job = {
	.name = "kubernetes-job",
	.scope = SCOPE_ANY,
	.opaque = true,
	.summary = "Run a Kubernetes Job of a template, and wait until it has completed.",
	.parameters = {
		{.name = "manifest", .type = PARAMETER_MANIFEST,
		    .help = "the Job as YAML or JSON; its name gets a suffix of this step's own"},
		{.name = "fromConfigMap", .type = PARAMETER_STRING,
		    .help = "NAME/KEY of a ConfigMap in the operation's namespace that holds it instead"},
		{.name = "keep", .type = PARAMETER_BOOLEAN, .fallback = "false",
		    .help = "leave it there after it has completed; one that failed is left in any case"},
	},
	.timeout_ms = HOURS(1),
	.reconcile = run,
};
