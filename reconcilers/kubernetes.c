#include "kubernetes.h"

#include <stdio.h>

#include "json.h"

enum { LOOK_MS = 2000 };

struct kube_ref
kube_ref_of(const struct cJSON *object)
{
	const struct cJSON *metadata = json_get(object, "metadata");

	return (struct kube_ref){
		.api_version = json_str_or(object, "apiVersion", ""),
		.kind = json_str_or(object, "kind", ""),
		.namespace_ = json_str_or(metadata, "namespace", ""),
		.name = json_str_or(metadata, "name", ""),
	};
}

void
kube_what(const struct kube_ref *ref, char *text)
{
	bool named = ref->namespace_ && *ref->namespace_;

	snprintf(text, KUBE_WHAT, "%.60s %.80s%s%.50s", ref->kind, ref->name, named ? " in " : "",
	    named ? ref->namespace_ : "");
}

static enum verdict
not_told(struct task *t, const struct kube_ref *ref, const struct kube_seen *seen)
{
	char what[KUBE_WHAT];

	kube_what(ref, what);
	if (seen->hopeless)
		return task_halt(t, "%s: %s", what, seen->problem);
	return task_wait(t, LOOK_MS, "%s: %s", what, seen->problem);
}

const struct kube_seen *
kube_look(struct task *t, const struct kube_ref *ref, enum verdict *ret)
{
	const struct kube_seen *seen = kube_get(t, ref);

	*ret = VERDICT_WAIT;
	if (!seen || seen->told)
		return seen;
	*ret = not_told(t, ref, seen);
	return NULL;
}

bool
kube_reach(struct task *t, const struct kube_ref *ref, enum verdict *ret)
{
	const struct kube_seen *seen = kube_resolve(t, ref);

	*ret = VERDICT_WAIT;
	if (!seen)
		return false;
	if (!seen->told)
		*ret = not_told(t, ref, seen);
	return seen->told;
}

/* What the server refuses as such it refuses the next time, too. A conflict with another writer passes, and so does a webhook
 * or a quota that says no. */
static enum verdict
refused(struct task *t, const struct act *act, const char *doing, const char *what)
{
	bool hopeless = act->status == 400 || act->status == 403 || act->status == 405 || act->status == 413 ||
	    act->status == 415 || act->status == 422;

	if (hopeless)
		return task_halt(t, "%s %s was refused: %s", doing, what, act->answer);
	return task_retry(t, "%s %s was refused: %s", doing, what, act->answer);
}

enum verdict
kube_follow(struct task *t, const struct act *act, const char *doing, const char *what)
{
	switch (act->state) {
	case ACT_NONE:
	case ACT_NOT_SENT:
		return task_wait(t, SECONDS(1), "%s %s: to be sent%s%s", doing, what, act->answer[0] ? ", last time: " : "",
		    act->answer);
	case ACT_REFUSED:
		return refused(t, act, doing, what);
	case ACT_UNKNOWN:
		return task_wait(t, SECONDS(1), "%s %s: the outcome is unknown%s%s", doing, what, act->answer[0] ? ": " : "",
		    act->answer);
	case ACT_INTENDED:
	case ACT_SENT:
	case ACT_ANSWERED:
		break;
	}
	return task_wait(t, SECONDS(1), "%s %s: on its way", doing, what);
}
