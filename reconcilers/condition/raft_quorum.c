#include "raft.h"
#include "ring.h"
#include "scylla.h"

/* What the one that was asked for a read barrier said, and what the ring allows to be gone. */
static enum truth
judge_raft(struct task *t, const struct ring *ring, const struct raft_answer *answer)
{
	bool blind = raft_release(scylla_release(t)) == RAFT_RELEASE_BLIND;
	struct err said = {""};

	if (answer->state == RAFT_OFF)
		return task_holds_unproven(t, "raft does not govern this cluster's topology, as %s says", answer->asked);
	if (!blind && !answer->asked[0])
		return task_unknown(t, "whether group0 has its quorum is unknown, no member that stays up can be asked");
	if (!blind && answer->state != RAFT_REACHED)
		return task_unknown(t, "%s does not confirm that group0 has its quorum, %s", answer->asked,
		    answer->problem[0] ? answer->problem : "it has not answered yet");
	if (!raft_quorum_stays(ring, scylla_held(t), scylla_member(t), scylla_release(t), &said))
		return task_fails(t, "%s", said.text);
	return task_holds(t, "%s", said.text);
}

/* Holds: group0 has its quorum, and keeps it without the step's own node. */
static enum truth
judge(struct task *t)
{
	const struct ring *ring = scylla_ring(t);
	const struct raft_answer *answer;

	if (!ring)
		return TRUTH_UNKNOWN;
	if (raft_release(scylla_release(t)) == RAFT_RELEASE_NONE)
		return task_holds_unproven(t, "raft does not govern the topology before ScyllaDB 6.0");
	answer = scylla_raft(t);
	return answer ? judge_raft(t, ring, answer) : TRUTH_UNKNOWN;
}

const struct reconciler raft_quorum = {
	.name = "raft-quorum",
	.scope = SCOPE_ANY,
	.title = "Raft keeps its quorum",
	.summary = "Raft's group0 has a quorum and keeps it with the node gone.",
	.timeout_ms = HOURS(24),
	.judge = judge,
};
