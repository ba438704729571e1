#include "ring.h"
#include "scylla.h"

/* Holds: the step's own node may be taken out of the ring beside those that are down already. */
static enum truth
judge(struct task *t)
{
	const struct ring *ring = scylla_ring(t);
	struct ring_proof proof;
	struct err why;

	if (!ring)
		return TRUTH_UNKNOWN;
	if (!ring_quorum_proof(ring, scylla_held(t), scylla_member(t), scylla_policy(t), &proof, &why))
		return task_fails(t, "%s", why.text);
	if (proof.by_racks > 0)
		return task_holds_unproven(t, "every range keeps the replicas that its clients need, %zu table%s in tablets by "
		    "the racks that are touched and not by a count", proof.by_racks, proof.by_racks == 1 ? "" : "s");
	return task_holds(t, "every range keeps the replicas that its clients need");
}

const struct reconciler quorum_safe = {
	.name = "quorum-safe",
	.scope = SCOPE_ANY,
	.title = "Node is quorum safe",
	.summary = "Every range keeps the replicas that its clients need with the node out of the ring.",
	.timeout_ms = HOURS(24),
	.judge = judge,
};
