#include "systemd.h"

static enum verdict
stop(struct task *t)
{
	return systemd_stop(t, task_text(t, "service"));
}

const struct reconciler systemd_stop_service = {
	.name = "systemd-stop-service",
	.scope = SCOPE_NODE,
	.impact = IMPACT_TAKES_NODE_DOWN,
	.needs_host = true,
	.summary = "Stop a systemd unit on the node's host; done when it is inactive.",
	.preconditions = {"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum"},
	.parameters = {
		{.name = "service", .type = PARAMETER_STRING, .required = true,
		    .help = "the unit's name, of letters, digits and . _ @ -"},
	},
	.timeout_ms = MINUTES(20),      /* scylla-server has 15 minutes to stop before systemd kills it */
	.reconcile = stop,
};
