/* status.nodesDone: whom an operation that has ended has done, for those that are to go on after it. The list is whole or
 * says how many it leaves out, for a status must stay small. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "op.h"
#include "status_private.h"

enum { SHOWN = 1000, BYTES = 80000, BYTES_AROUND = 24 };

/* By node number: every lane of it has done its steps, and there is one. */
static bool *
done_nodes(const struct op *op)
{
	bool *done = xcalloc(op->plan->nnodes + 1, sizeof *done);

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < op->nlanes; i++) {
			const struct lane *lane = &op->lanes[i];

			/* Lanes of others come after the plan's own, and their nodes are none of its. */
			if (!lane->block->others && (lane->state == LANE_DONE) == (pass == 0))
				done[lane->node - op->plan->nodes] = pass == 0;
		}
	return done;
}

void
status_put_done(const struct op *op, struct json_out *out)
{
	CLEANUP_FREE bool *done = done_nodes(op);
	size_t shown = 0, bytes = 0, omitted = 0;

	json_open_array(out, "nodesDone");
	for (size_t i = 0; i < op->plan->nnodes; i++) {
		const struct plan_node *node = &op->plan->nodes[i];

		/* What it did besides to others than its targets is not what it was for. */
		if (!done[i] || !operation_targets(op->object, node->name, node->zone))
			continue;
		bytes += strlen(node->name) + strlen(node->host_id) + BYTES_AROUND;
		if (shown == SHOWN || bytes > BYTES) {
			omitted++;
			continue;
		}
		shown++;
		json_open(out, NULL);
		json_put_str(out, "name", node->name);
		json_put_str(out, "hostId", node->host_id[0] ? node->host_id : NULL);
		json_close(out);
	}
	json_close_array(out);
	if (omitted)
		json_put_int(out, "nodesDoneOmitted", (int64_t)omitted);
}
