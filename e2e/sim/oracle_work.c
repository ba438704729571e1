/* What else makes a restart unsafe, where nobody is down: work on the node that it would break off, and nodes that do not
 * agree on the schema. */
#include <stdio.h>

#include "model_inside.h"
#include "oracle.h"

/* Before, no task manager tells of a cleanup of the whole cluster, and nobody is to blame. */
enum { TOLD_OF_REQUESTS = 202503 };

static bool
has_range(const struct keyspace *keyspace, const uint16_t *replicas, size_t node)
{
	for (size_t i = 0; i < keyspace->width && replicas[i] != NO_REPLICA; i++)
		if (replicas[i] == node)
			return true;
	return false;
}

/* Have the two replicas of the same range? */
static bool
share_range(struct sim *sim, struct keyspace *keyspace, size_t a, size_t b)
{
	const struct ring *ring = sim_ring(sim, SIZE_MAX);

	for (size_t range = 0; range < ring->n; range++) {
		const uint16_t *replicas = sim_replicas(sim, keyspace, ring, range);

		if (has_range(keyspace, replicas, a) && has_range(keyspace, replicas, b))
			return true;
	}
	return false;
}

/* Would the task fail, or begin anew, if the node went down? */
static bool
breaks_off(struct sim *sim, const struct task *task, size_t node)
{
	struct keyspace *keyspace;

	switch (task->kind) {
	case TASK_REBUILD:
		return true;
	case TASK_CLEANUP_ALL:
		return sim_release(&sim->nodes[task->node]) >= TOLD_OF_REQUESTS;
	case TASK_CLEANUP:
		return task->node == node;
	case TASK_REPAIR:
		keyspace = sim_keyspace_of(sim, task->keyspace);
		return keyspace && !keyspace->tablets && keyspace->of.replication != SIM_LOCAL &&
		    (task->node == node || share_range(sim, keyspace, task->node, node));
	default:
		return false;
	}
}

bool
oracle_work(struct sim *sim, size_t node, int64_t before, char *why, size_t size)
{
	for (size_t i = 0; i < sim->ntasks; i++) {
		const struct task *task = &sim->tasks[i];

		if (task->ended < INT64_MAX || task->started >= before || !breaks_off(sim, task, node))
			continue;
		snprintf(why, size, "kind=work at=%s keyspace=%s", sim->nodes[task->node].name, task->keyspace);
		return true;
	}
	return false;
}

static bool
tells_schema(const struct sim *sim, size_t i, size_t node)
{
	return i != node && sim->nodes[i].alive && sim_in_ring(sim->nodes[i].member);
}

bool
oracle_schema(struct sim *sim, size_t node, int64_t before, char *why, size_t size)
{
	for (size_t i = 0; i < sim->nnodes; i++) {
		for (size_t j = 0; j < i && tells_schema(sim, i, node); j++) {
			const struct node *a = &sim->nodes[i], *b = &sim->nodes[j];

			if (!tells_schema(sim, j, node) || a->schema == b->schema || a->schema_changed >= before ||
			    b->schema_changed >= before)
				continue;
			snprintf(why, size, "kind=schema nodes=%s,%s", b->name, a->name);
			return true;
		}
	}
	return false;
}
