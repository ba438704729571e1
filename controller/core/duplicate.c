/* Two TargetClusters of the same nodes would have two queues and two gates for one ring. The first by creation, namespace
 * and name keeps them; nothing is run on the other. Host ids belong to one Scylla cluster, and its nodes know its name:
 * only objects of the same spec.clusterName need to be compared. */
#include <string.h>

#include "cluster.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"

static bool
is_before(const struct cluster *a, const struct cluster *b)
{
	const struct object_meta *one = &a->target->meta, *other = &b->target->meta;

	if (one->created_ms != other->created_ms)
		return one->created_ms < other->created_ms;
	return strcmp(a->key, b->key) < 0;
}

/* As the ring has them; else as they were told last, by whoever led it then. */
static size_t
count_ids(const struct cluster *cluster)
{
	return cluster->ring->nmembers ? cluster->ring->nmembers : cluster->target->nhost_ids;
}

static const char *
id_of(const struct cluster *cluster, size_t i)
{
	return cluster->ring->nmembers ? cluster->ring->members[i].host_id : cluster->target->host_ids[i];
}

static bool
overlap(const struct cluster *a, const struct cluster *b)
{
	for (size_t i = 0; i < count_ids(a); i++)
		for (size_t j = 0; j < count_ids(b); j++)
			if (strcmp(id_of(a, i), id_of(b, j)) == 0)
				return true;
	return false;
}

static bool
may_be_the_same(const struct cluster *first, const struct cluster *second)
{
	return first != second && first->target && !first->gone && second->target && is_before(first, second) &&
	    strcmp(first->target->cluster_name, second->target->cluster_name) == 0;
}

/* Nobody has told yet who its nodes are, and we are about to learn it. */
static bool
is_unknown(const struct core *core, const struct cluster *cluster)
{
	return count_ids(cluster) == 0 && shard_is_led(core, cluster->shard) && !cluster->unreadable &&
	    (cluster->reason[0] == '\0' || strcmp(cluster->reason, REASON_Discovering) == 0);
}

static const struct cluster *
earlier(const struct cluster *a, const struct cluster *b)
{
	return !a || is_before(b, a) ? b : a;
}

const struct cluster *
duplicate_judge(const struct core *core, struct cluster *cluster, bool *ret_known)
{
	const struct cluster *same = NULL, *unknown = NULL;

	for (const struct cluster *other = core->clusters; other; other = other->hh.next) {
		if (!may_be_the_same(other, cluster))
			continue;
		if (overlap(other, cluster))
			same = earlier(same, other);
		else if (is_unknown(core, other))
			unknown = earlier(unknown, other);
	}
	*ret_known = same || !unknown;
	cluster->duplicate_of = same ? same : unknown;
	return cluster->duplicate_of;
}

void
duplicates_kick(struct core *core, const struct cluster *first)
{
	struct cluster *cluster, *next;

	HASH_ITER (hh, core->clusters, cluster, next) {
		bool named = cluster->duplicate_of == first, same;

		if (cluster->duplicate_of && !named)
			continue;       /* when that one goes it is judged again all the same */
		same = may_be_the_same(first, cluster) && overlap(first, cluster);
		if (same != named || (named && strcmp(cluster->reason, REASON_Discovering) == 0))
			cluster_kick(core, cluster);
	}
}
