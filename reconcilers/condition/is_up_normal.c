#include "api.h"
#include "ring.h"
#include "scylla.h"

/* The node that the workflow trusts: while it is a member its own answer is required, and it must see the
 * other up. */
static enum truth
judge_known(struct task *t, const struct ring *ring, size_t member, const char *known)
{
	int observer = scylla_member_named(t, known);

	/* It has left, and nobody will hear of it again: the members' views decide. */
	if (observer < 0)
		return TRUTH_HOLDS;
	if (!ring_votes(ring, (size_t)observer))
		return task_unknown(t, "%s does not answer as a NORMAL member, its view is unknown", known);
	if (!ring->up[(size_t)observer * ring->nmembers + member])
		return task_fails(t, "%s is down, as %s sees it", ring->members[member].name, known);
	return TRUTH_HOLDS;
}

/* By the views of all, its own among them: a node that calls itself up may be down for every other. */
static enum truth
judge_views(struct task *t, const struct ring *ring, int member)
{
	const char *known = task_text(t, "known_node");
	struct err why;

	if (member < 0 && !*task_node(t)->host_id)
		return task_unknown(t, "the node has not been seen in the ring yet");
	if (member < 0)
		return task_unknown(t, "the node is no member of the ring");
	if (known[0]) {
		enum truth truth = judge_known(t, ring, (size_t)member, known);

		if (truth != TRUTH_HOLDS)
			return truth;
	}
	if (!ring_is_up(ring, (size_t)member, &why))
		return ring->members[member].answered ? task_fails(t, "%s", why.text) : task_unknown(t, "%s", why.text);
	if (!ring_is_heard(ring, scylla_held(t), member, &why))
		return task_unknown(t, "%s", why.text);
	return TRUTH_HOLDS;
}

static enum truth
judge(struct task *t)
{
	const struct answer *cql = scylla_get(t, SCYLLA_NATIVE_TRANSPORT);
	const struct ring *ring = scylla_ring(t);
	enum truth truth;
	bool serves;

	if (!cql || !ring)
		return TRUTH_UNKNOWN;
	truth = judge_views(t, ring, scylla_member(t));
	if (truth != TRUTH_HOLDS)
		return truth;
	if (!answer_ok(cql) || !scylla_boolean(cql->body, cql->len, &serves))
		return task_unknown(t, "the node does not tell whether it serves CQL: %s", answer_text(t, cql));
	if (!serves)
		return task_fails(t, "the node is NORMAL and does not serve CQL");
	return task_holds(t, "up in every view, NORMAL and serving CQL");
}

const struct reconciler is_up_normal = {
	.name = "is-up-normal",
	.scope = SCOPE_NODE,
	.title = "Node is up and normal",
	.summary = "The node is NORMAL, serves CQL, and is up in every live member's view.",
	.parameters = {
		{.name = "known_node", .type = PARAMETER_NODE,
		    .help = "a node whose own answer is required besides, while it is a member of the ring"},
	},
	.timeout_ms = HOURS(24),
	.judge = judge,
};
