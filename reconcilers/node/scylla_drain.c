#include <string.h>

#include "api.h"
#include "before.h"
#include "ring.h"
#include "scylla.h"

/* Desired: the node has flushed, left client traffic and told its peers. */
static enum verdict
drain(struct task *t)
{
	bool noted = before_touching(t);
	const struct answer *answer = scylla_get(t, SCYLLA_MODE);
	const struct act *asked;
	char mode[RING_MODE];

	if (!answer || !noted)
		return VERDICT_WAIT;
	if (!answer_ok(answer) || !scylla_string(answer->body, answer->len, mode, sizeof mode))
		return task_wait(t, SECONDS(1), "the node does not tell its mode: %s", answer_text(t, answer));
	if (!strcmp(mode, "DRAINED"))
		return task_done(t, "drained");
	if (!strcmp(mode, "DRAINING"))
		return task_wait(t, SECONDS(1), "draining");
	if (strcmp(mode, "NORMAL"))
		return task_wait(t, SECONDS(1), "the node is %s, it is drained once it is NORMAL", mode);
	asked = scylla_post(t, "drain", ACT_REPEATABLE, SCYLLA_DRAIN);
	if (asked->state == ACT_REFUSED)
		return scylla_refused(t, asked);
	return task_wait(t, SECONDS(1), asked->state == ACT_NONE ? "to be drained" : "asked to drain, still NORMAL");
}

const struct reconciler scylla_drain = {
	.name = "scylla-drain",
	.scope = SCOPE_NODE,
	.impact = IMPACT_TAKES_NODE_DOWN,
	.needs_member = true,
	.summary = "Flush the node and take it out of service; only a restart brings it back.",
	.preconditions = {"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum"},
	.timeout_ms = MINUTES(30),
	.reconcile = drain,
};
