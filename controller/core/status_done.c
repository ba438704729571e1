/* status.nodesDone: whom an operation that has ended has done, for those that are to go on after it. The list is whole or
 * says how many it leaves out, for a status must stay small. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "op.h"
#include "status_private.h"

enum { SHOWN = 1000, BYTES = 80000, BYTES_AROUND = 24 };

static bool
names(char *const *list, size_t count, const struct plan_node *node)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], node->name) == 0 || strcmp(list[i], node->zone) == 0)
			return true;
	return false;
}

/* What it did besides to others than its targets is not what it was for. */
static bool
is_target(const struct operation *object, const struct plan_node *node)
{
	if (names(object->excludes, object->nexcludes, node))
		return false;
	return object->nzones + object->nnodes == 0 || names(object->zones, object->nzones, node) ||
	    names(object->nodes, object->nnodes, node);
}

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

		if (!done[i] || !is_target(op->object, node))
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
