#include "before.h"
#include "systemd.h"

/* Desired: the unit is active in another invocation than when this step ordered its restart. */
static enum verdict
restart(struct task *t)
{
	const char *service = task_text(t, "service");
	enum verdict verdict;
	bool noted = before_touching(t);
	const struct host_unit *seen = systemd_look(t, service, &verdict);

	if (!seen || !noted)
		return verdict;
	if (systemd_restarted(t, seen) && systemd_is_active(seen))
		return systemd_satisfied(t, "restart", service, seen);
	return systemd_order(t, "restart", service, seen);
}

const struct reconciler systemd_restart_service = {
	.name = "systemd-restart-service",
	.scope = SCOPE_NODE,
	.impact = IMPACT_TAKES_NODE_DOWN,
	.needs_host = true,
	.summary = "Restart a systemd unit on the node's host, or start it; done when it is active anew.",
	.preconditions = {"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum"},
	.parameters = {
		{.name = "service", .type = PARAMETER_STRING, .required = true,
		    .help = "the unit's name, of letters, digits and . _ @ -"},
	},
	.timeout_ms = MINUTES(90),      /* 15 minutes to stop, an hour to start */
	.reconcile = restart,
};
