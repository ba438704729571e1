#include "json.h"
#include "kubernetes.h"
#include "manifest_source.h"

/* One label for each object of a manifest. */
static const char *const labels[KUBE_DOCUMENTS] = {
	"apply", "apply-2", "apply-3", "apply-4", "apply-5", "apply-6", "apply-7", "apply-8",
};

/* Every object may be reached before the first is applied: half a manifest is worse than none. */
static bool
reach_all(struct task *t, const struct kube_manifest *manifest, enum verdict *ret)
{
	bool all = true;

	*ret = VERDICT_WAIT;
	for (size_t i = 0; i < manifest->count; i++) {
		struct kube_ref ref = kube_ref_of(manifest->objects[i]);
		enum verdict verdict;

		if (kube_reach(t, &ref, &verdict))
			continue;
		all = false;
		*ret = verdict;
		if (verdict == VERDICT_HALT)
			return false;
	}
	return all;
}

/* Desired: the API server has taken every object of the manifest. Which of its fields are as written only it can tell: it
 * fills in, and writes quantities its own way. So an apply counts that was answered with yes, and each is idempotent. */
static enum verdict
apply(struct task *t)
{
	enum verdict verdict;
	const char *text = manifest_source(t, "manifest", "fromConfigMap", &verdict);
	const struct kube_manifest *manifest = text ? kube_read_manifest(t, text) : NULL;
	char what[KUBE_WHAT] = "";

	if (!text)
		return verdict;
	if (manifest->problem)
		return task_halt(t, "the manifest cannot be read: %s", manifest->problem);
	if (!reach_all(t, manifest, &verdict))
		return verdict;
	for (size_t i = 0; i < manifest->count; i++) {
		struct kube_ref ref = kube_ref_of(manifest->objects[i]);
		const struct act *act = kube_apply(t, labels[i], &ref, manifest->objects[i], task_integer(t, "force"));

		kube_what(&ref, what);
		if (act->state == ACT_REFUSED && act->status == 409)
			return task_halt(t, "apply %s: %s; \"force: true\" takes the fields over", what, act->answer);
		if (act->state != ACT_ANSWERED)
			return kube_follow(t, act, "apply", what);
	}
	if (manifest->count == 1)
		return task_done(t, "applied %s", what);
	return task_done(t, "applied %zu objects, %s the last", manifest->count, what);
}

const struct reconciler kubernetes_apply = {
	.name = "kubernetes-apply",
	.scope = SCOPE_ANY,
	.opaque = true,
	.summary = "Apply Kubernetes objects, as kubectl apply --server-side does.",
	.parameters = {
		{.name = "manifest", .type = PARAMETER_MANIFEST,
		    .help = "the objects as YAML or JSON, at most 8, --- between them"},
		{.name = "fromConfigMap", .type = PARAMETER_STRING,
		    .help = "NAME/KEY of a ConfigMap in the operation's namespace that holds the manifest instead"},
		{.name = "force", .type = PARAMETER_BOOLEAN, .fallback = "false",
		    .help = "take fields over that another field manager owns"},
	},
	.timeout_ms = MINUTES(5),
	.reconcile = apply,
};
