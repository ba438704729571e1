/* A TargetCluster whose object is gone: what an operation still needs of it stays, the way to its nodes before all, until
 * that operation has ended. Without one nothing of it does. */
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "op.h"
#include "state.h"

/* Nobody is asked about it, and nobody is heard. */
static void
fall_silent(struct core *core, struct cluster *cluster)
{
	sweep_drop(core, cluster);
	hosts_drop(core, cluster);
	names_drop(core, cluster);
	informer_close(core, &cluster->secret);
	hooks_drop(core, cluster);
	requests_drop(core, cluster);
	cluster_forget_status(core, cluster);
	timer_disarm(&core->timers, &cluster->refresh);
}

static void
cluster_free(struct core *core, struct cluster *cluster)
{
	fall_silent(core, cluster);
	HASH_DEL(core->clusters, cluster);
	for (struct cluster *other = core->clusters; other; other = other->hh.next)
		if (other->duplicate_of == cluster)
			other->duplicate_of = NULL;
	target_free(cluster->target);
	ring_free(cluster->ring);
	free(cluster->unreadable);
	free(cluster->queue);
	hints_drop(cluster);
	conditions_free(cluster->conditions);
	free(cluster->key);
	free(cluster);
}

static bool
names(const struct op *op, const struct cluster *cluster)
{
	size_t len = strlen(op->namespace_);

	return op->cluster == cluster || (strncmp(cluster->key, op->namespace_, len) == 0 && cluster->key[len] == '/' &&
	    strcmp(cluster->key + len + 1, op->object->cluster) == 0);
}

void
cluster_let_go(struct core *core, struct cluster *cluster)
{
	bool named = false;

	if (!cluster->gone || cluster->unreadable || cluster->nqueue + cluster->nbeside > 0)
		return;
	for (const struct op *op = core->ops; op; op = op->hh.next) {
		if (!names(op, cluster))
			continue;
		/* Who has begun may hold a node down; who has not been read may have begun. */
		if (op->started || !op->journal.taken)
			return;
		named = true;
	}
	if (named || cluster->dirty)
		fall_silent(core, cluster);
	else
		cluster_free(core, cluster);
}

void
cluster_free_all(struct core *core)
{
	struct cluster *cluster, *next;

	HASH_ITER (hh, core->clusters, cluster, next)
		cluster_free(core, cluster);
	core->dirty_clusters = NULL;
}
