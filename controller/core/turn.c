/* Whose turn it is on a cluster: one operation at a time changes it, first come first served. One that has begun
 * comes before those that have not: it may hold a node down. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "op.h"

static bool
comes_before(const struct op *a, const struct op *b)
{
	int order;

	if (a->started != b->started)
		return a->started;
	if (a->object->meta.created_ms != b->object->meta.created_ms)
		return a->object->meta.created_ms < b->object->meta.created_ms;
	order = strcmp(a->namespace_, b->namespace_);
	return order ? order < 0 : strcmp(a->name, b->name) < 0;
}

void
turn_join(struct core *core, struct op *op)
{
	struct cluster *cluster = op->cluster;
	size_t at = 0;

	for (size_t i = 0; i < cluster->nqueue; i++)
		if (cluster->queue[i] == op)
			return;
	while (at < cluster->nqueue && !comes_before(op, cluster->queue[at]))
		at++;
	cluster->queue = xreallocarray(cluster->queue, cluster->nqueue + 1, sizeof *cluster->queue);
	memmove(&cluster->queue[at + 1], &cluster->queue[at], (cluster->nqueue - at) * sizeof *cluster->queue);
	cluster->queue[at] = op;
	cluster->nqueue++;
	cluster_kick(core, cluster);
}

void
turn_leave(struct core *core, struct op *op)
{
	struct cluster *cluster = op->cluster;

	for (size_t i = 0; cluster && i < cluster->nqueue; i++) {
		if (cluster->queue[i] != op)
			continue;
		cluster->nqueue--;
		memmove(&cluster->queue[i], &cluster->queue[i + 1], (cluster->nqueue - i) * sizeof *cluster->queue);
		cluster_kick(core, cluster);
		return;
	}
}

bool
turn_is_ours(const struct op *op)
{
	return op->cluster && op->cluster->nqueue > 0 && op->cluster->queue[0] == op;
}
