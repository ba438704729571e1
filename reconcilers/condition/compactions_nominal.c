#include <inttypes.h>
#include <stdlib.h>

#include "api.h"
#include "before.h"
#include "scylla.h"

/* Holds: the node is no further behind with compactions than is usual, or than it was before we touched it. */
static enum truth
judge(struct task *t)
{
	const struct answer *answer = scylla_get(t, SCYLLA_PENDING_COMPACTIONS);
	const char *before = task_recall(t, BEFORE_PENDING);
	int64_t limit = task_integer(t, "threshold");
	int64_t pending;

	if (!answer)
		return TRUTH_UNKNOWN;
	if (!answer_ok(answer) || !scylla_integer(answer->body, answer->len, &pending))
		return task_unknown(t, "the node does not tell its pending compactions: %s", answer_text(t, answer));
	if (before && strtoll(before, NULL, 10) > limit)
		limit = strtoll(before, NULL, 10);
	if (pending > limit)
		return task_fails(t, "%" PRId64 " compactions pending, at most %" PRId64 " are nominal", pending,
		    limit);
	return task_holds(t, "%" PRId64 " compactions pending", pending);
}

const struct reconciler compactions_nominal = {
	.name = "compactions-nominal",
	.scope = SCOPE_NODE,
	.title = "Compactions are nominal",
	.summary = "The node has no more compactions pending than is usual, or than before it was touched.",
	.parameters = {
		{.name = "threshold", .type = PARAMETER_INTEGER, .fallback = "100", .max = 1000000,
		    .help = "pending compactions that are nominal; a node that had more before may have as many"},
	},
	.timeout_ms = HOURS(24),
	.judge = judge,
};
