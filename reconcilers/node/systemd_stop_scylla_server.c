#include "systemd.h"

static enum verdict
stop(struct task *t)
{
	return systemd_stop(t, "scylla-server");
}

const struct reconciler systemd_stop_scylla_server = {
	.name = "systemd-stop-scylla-server",
	.scope = SCOPE_NODE,
	.impact = IMPACT_TAKES_NODE_DOWN,
	.needs_host = true,
	.needs_member = true,
	.summary = "Stop scylla-server on the node's host; done when it is inactive.",
	.preconditions = {"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum"},
	.timeout_ms = MINUTES(20),      /* it has 15 minutes to stop before systemd kills it */
	.reconcile = stop,
};
