#include "ring.h"
#include "scylla.h"
#include "topology.h"

/* Holds: no topology operation, and no repair or cleanup that the step's own node has a part in. Before an act that
 * changes the topology, nothing that moves or repairs tablets either. */
static enum truth
judge(struct task *t)
{
	bool full = task_integer(t, "full") || scylla_impact(t) == IMPACT_CHANGES_TOPOLOGY;
	const struct ring *ring = scylla_ring(t);
	const struct topology *topology = scylla_topology(t, full);
	struct err said = {""};

	if (!ring || !topology)
		return TRUTH_UNKNOWN;
	if (!topology_is_idle(topology, ring, scylla_member(t), full, &said))
		return task_fails(t, "%s", said.text);
	return (topology_is_blind(topology) ? task_holds_unproven : task_holds)(t, "%s", said.text);
}

const struct reconciler topology_idle = {
	.name = "topology-idle",
	.scope = SCOPE_ANY,
	.title = "Topology is idle",
	.summary = "No node joins, leaves or is cleaned up, and no vnode keyspace that the node has ranges of is repaired.",
	.parameters = {
		{.name = "full", .type = PARAMETER_BOOLEAN, .fallback = "false",
		    .help = "nothing moves or repairs tablets either, and no repair runs anywhere"},
	},
	.timeout_ms = HOURS(24),
	.judge = judge,
};
