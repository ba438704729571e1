#include "systemd.h"

/* Desired: the unit is active, and systemd has no more to do with it. */
static enum verdict
start(struct task *t)
{
	const char *service = task_text(t, "service");
	enum verdict verdict;
	const struct host_unit *seen = systemd_look(t, service, &verdict);

	if (!seen)
		return verdict;
	if (systemd_is_active(seen))
		return systemd_satisfied(t, "start", service, seen);
	/* On its way already, or still going down: a job under way is not cut short. */
	if (!systemd_is_stopped(seen))
		return task_wait(t, SECONDS(1), "%s is %s", service, seen->job ? "changing, systemd has a job for it" :
		    seen->active);
	return systemd_order(t, "start", service, seen);
}

const struct reconciler systemd_start_service = {
	.name = "systemd-start-service",
	.scope = SCOPE_NODE,
	.impact = IMPACT_BRINGS_NODE_UP,
	.needs_host = true,
	.summary = "Start a systemd unit on the node's host; done when it is active.",
	.parameters = {
		{.name = "service", .type = PARAMETER_STRING, .required = true,
		    .help = "the unit's name, of letters, digits and . _ @ -"},
	},
	.timeout_ms = HOURS(1),         /* systemd waits for ScyllaDB: commit logs are replayed before it is active */
	.reconcile = start,
};
