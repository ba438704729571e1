#include "ring.h"
#include "scylla.h"
#include "topology.h"

/* Holds: all members that are up have one schema version; the step's own node may differ, its restart may be the cure. */
static enum truth
judge(struct task *t)
{
	const struct ring *ring = scylla_ring(t);
	const struct topology *topology = scylla_topology(t, false);
	struct err said = {""};

	if (!ring || !topology)
		return TRUTH_UNKNOWN;
	if (!topology_schema_agreed(topology, ring, scylla_member(t), &said))
		return task_fails(t, "%s", said.text);
	return task_holds(t, "%s", said.text);
}

const struct reconciler schema_agreed = {
	.name = "schema-agreed",
	.scope = SCOPE_ANY,
	.title = "Schema is agreed",
	.summary = "All members that are up, but the node itself, have one schema version.",
	.timeout_ms = HOURS(24),
	.judge = judge,
};
