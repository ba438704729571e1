/* The task manager: what runs, and what has ended not long ago. Facts: scylla.md §1.4.9, §1.4.15. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "model_inside.h"

enum { USER_TTL = 3600000 };

bool
sim_task_of_cluster(enum task_kind kind)
{
	return kind >= TASK_CLEANUP_ALL;
}

struct task *
sim_task_find(struct sim *sim, uint64_t id)
{
	for (size_t i = 0; i < sim->ntasks; i++)
		if (sim->tasks[i].id == id)
			return &sim->tasks[i];
	return NULL;
}

/* Those that nobody lists any more. */
static void
forget_old(struct sim *sim)
{
	size_t kept = 0;

	for (size_t i = 0; i < sim->ntasks; i++) {
		const struct task *task = &sim->tasks[i];

		if (task->ended == INT64_MAX || sim->now - task->ended < sim_scaled(sim, USER_TTL))
			sim->tasks[kept++] = *task;
	}
	sim->ntasks = kept;
}

uint64_t
sim_task_begin(struct sim *sim, enum task_kind kind, size_t node, size_t entity, const char *keyspace, int64_t ms)
{
	struct node *n = &sim->nodes[node];
	struct task *task;

	forget_old(sim);
	task = ARRAY_GROW(sim->tasks, sim->ntasks);
	*task = (struct task){.id = sim_hash(sim, "task", node, sim->seq++), .kind = kind, .node = node,
	    .state = ms ? TASK_RUNNING : TASK_CREATED, .entity = entity, .sequence = ++n->tasks, .life = n->life,
	    .started = sim->now, .ended = INT64_MAX};
	snprintf(task->keyspace, sizeof task->keyspace, "%s", keyspace);
	if (kind == TASK_REPAIR)
		task->number = ++n->repairs;
	if (ms)
		sim_event_push(sim, (struct event){.at = sim->now + sim_scaled(sim, ms), .kind = EVENT_TASK,
		    .value = task->id});
	return task->id;
}

void
sim_task_end(struct sim *sim, uint64_t id, bool failed)
{
	struct task *task = sim_task_find(sim, id);

	if (!task || task->ended < INT64_MAX)
		return;
	task->state = failed ? TASK_FAILED : TASK_DONE;
	task->ended = sim->now;
	if (task->kind == TASK_REBUILD && sim->nodes[task->node].life == task->life)
		sim->nodes[task->node].lock = NULL;
}

void
sim_task_due(struct sim *sim, uint64_t id)
{
	const struct task *task = sim_task_find(sim, id);

	/* A repair fails when a replica is dead. */
	if (task)
		sim_task_end(sim, id, task->kind == TASK_REPAIR && sim_dead_member(sim, SIZE_MAX, SIZE_MAX) != SIZE_MAX);
}

void
sim_tasks_lost(struct sim *sim, size_t node)
{
	size_t kept = 0;

	for (size_t i = 0; i < sim->ntasks; i++) {
		struct task *task = &sim->tasks[i];

		if (task->node == node && task->kind == TASK_REBUILD)
			sim_task_end(sim, task->id, true);
		if (task->node != node || sim_task_of_cluster(task->kind))
			sim->tasks[kept++] = *task;
	}
	sim->ntasks = kept;
}

/* What goes on in the cluster a node has from group0: one whose messaging has stopped hears of no join any more. */
static bool
has_heard(const struct sim *sim, const struct task *task, size_t node)
{
	return task->kind != TASK_BOOTSTRAP || task->node == node || sim->nodes[node].gossip ||
	    sim->seen[node * sim->nnodes + task->entity] == MEMBER_JOINING;
}

/* Ended ones stay for user_task_ttl, which came with 2025.1; before, they are gone at once. */
bool
sim_task_listed(const struct sim *sim, const struct task *task, size_t node)
{
	if (task->ended < INT64_MAX && (task->kind == TASK_MIGRATION || sim_release(&sim->nodes[node]) < 202501 ||
	    sim->now - task->ended >= sim_scaled(sim, USER_TTL)))
		return false;
	return task->node == node || (sim_task_of_cluster(task->kind) && has_heard(sim, task, node));
}

int
sim_work(struct sim *sim, int64_t now, size_t node, enum sim_work work, const char *keyspace, int64_t ms,
    struct err *err)
{
	static const enum task_kind kinds[] = {
		[SIM_REPAIR] = TASK_REPAIR, [SIM_CLEANUP] = TASK_CLEANUP, [SIM_COMPACTION] = TASK_COMPACTION,
		[SIM_REBUILD] = TASK_REBUILD, [SIM_CLEANUP_ALL] = TASK_CLEANUP_ALL,
	};
	bool whole = work == SIM_REBUILD || work == SIM_CLEANUP_ALL;
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	if (n->mode != MODE_NORMAL)
		return err_set(err, "Node is not in NORMAL status yet!");
	if (!whole && !sim_keyspace_of(sim, keyspace))
		return err_set(err, "Can't find a keyspace %s", keyspace);
	if (work == SIM_REBUILD && n->lock)
		return err_set(err, "Operation %s is in progress, try again", n->lock);
	if (work == SIM_REBUILD)
		n->lock = "rebuild";
	sim_task_begin(sim, kinds[work], node, node, whole ? "" : keyspace, ms > 0 ? ms : 1);
	return 0;
}

size_t
sim_works(struct sim *sim, int64_t now)
{
	size_t count = 0;

	sim_advance(sim, now);
	for (size_t i = 0; i < sim->ntasks; i++)
		count += sim->tasks[i].ended == INT64_MAX;
	return count;
}

void
sim_upgrade(struct sim *sim, int64_t now, size_t node, const char *version)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	snprintf(n->next_version, sizeof n->next_version, "%s", version);
}
