#include "kube_reach.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "kube_words.h"
#include "op.h"
#include "state.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";

const char *
kube_namespace_of(const struct task *t, const struct kube_ref *ref)
{
	return ref->namespace_ && *ref->namespace_ ? ref->namespace_ : t->op->namespace_;
}

/* A segment of a path: no slash, nothing that is coded, and no way up. */
static bool
is_segment(const char *text, const char *also)
{
	size_t len = strlen(text);

	if (len == 0 || len >= KUBE_NAME || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return false;
	for (const char *at = text; *at; at++)
		if (!strchr(letters, *at) && !strchr(also, *at))
			return false;
	return true;
}

static bool
is_api_version(const char *text)
{
	const char *slash = strchr(text, '/');
	CLEANUP_FREE char *group = xstrndup(text, slash ? (size_t)(slash - text) : 0);

	return is_segment(slash ? slash + 1 : text, "") && (!slash || is_segment(group, ""));
}

static bool
is_group(const char *api_version, const char *group)
{
	size_t len = strlen(group);

	return strncmp(api_version, group, len) == 0 && api_version[len] == '/';
}

/* What a task never touches, whatever the controller's own rights are. */
static const char *
forbidden(const struct kube_ref *ref)
{
	if (strcmp(ref->kind, "Secret") == 0 && strcmp(ref->api_version, "v1") == 0)
		return "Secrets do not pass through Strait: their text would stand in the plan and the journal";
	if (is_group(ref->api_version, "strait.dev"))
		return "an operation does not change Strait's own objects: it could approve or override itself";
	if (is_group(ref->api_version, "coordination.k8s.io"))
		return "Leases say who leads, Strait's own among them";
	return NULL;
}

/* Is 'name' one of "a,b,c"? */
static bool
is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == len && strncmp(at, name, len) == 0)
			return true;
	return false;
}

bool
kube_may_reach(const struct task *t, const struct kube_ref *ref, char *problem)
{
	const char *never, *wrong = NULL;

	(void)t;
	if (!is_api_version(ref->api_version))
		wrong = "apiVersion";
	else if (!is_segment(ref->kind, ""))
		wrong = "kind";
	else if (!is_segment(ref->name, ":"))
		wrong = "name";
	else if (ref->namespace_ && *ref->namespace_ && !is_segment(ref->namespace_, ""))
		wrong = "namespace";
	if (wrong) {
		snprintf(problem, KUBE_WORDS, "its %s is none: expected letters, digits and - . _", wrong);
		return false;
	}
	never = forbidden(ref);
	if (never)
		snprintf(problem, KUBE_WORDS, "%s", never);
	return !never;
}

bool
kube_may_reach_scope(const struct task *t, const struct kube_ref *ref, bool namespaced, char *problem)
{
	const char *namespace_ = kube_namespace_of(t, ref);

	if (!namespaced && !t->core->config.kubernetes_cluster_scoped) {
		snprintf(problem, KUBE_WORDS, "it has no namespace, and operations reach only what is in theirs: the "
		    "controller's flag --kubernetes-cluster-scoped allows it");
		return false;
	}
	if (!namespaced || strcmp(namespace_, t->op->namespace_) == 0 ||
	    is_listed(t->core->config.kubernetes_namespaces, namespace_))
		return true;
	snprintf(problem, KUBE_WORDS,
	    "it is in namespace \"%s\", and the operation in \"%s\": the controller's flag "
	    "--kubernetes-namespaces names others that operations may reach", namespace_, t->op->namespace_);
	return false;
}

char *
kube_query_text(const char *text)
{
	struct buf out = BUF_INIT(BUF_MAX_LINE);

	buf_puts(&out, "");
	buf_put_escaped(&out, text);
	return buf_take(&out);
}
