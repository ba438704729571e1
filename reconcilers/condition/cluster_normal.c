#include "ring.h"
#include "scylla.h"

/* Holds: nobody is down but the step's own node and those that this operation holds down. */
static enum truth
judge(struct task *t)
{
	const struct ring *ring = scylla_ring(t);
	struct err why;

	if (!ring)
		return TRUTH_UNKNOWN;
	if (!ring_normal(ring, scylla_held(t), scylla_member(t), &why))
		return task_fails(t, "%s", why.text);
	return task_holds(t, "every other member is up in every view");
}

const struct reconciler cluster_normal = {
	.name = "cluster-normal",
	.scope = SCOPE_ANY,
	.title = "Cluster is normal",
	.summary = "Every member is up in every member's view, but those that this operation holds down.",
	.timeout_ms = HOURS(24),
	.judge = judge,
};
