/* Repairs that somebody else does and that can be seen. While a member lacks writes (hints.h), Scylla Manager is asked, where
 * the TargetCluster names one, whether all of the cluster has been repaired since. Scylla itself is not asked: its task list
 * has no word of which tables, ranges and hosts a repair was for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "manager.h"
#include "timer.h"

struct cluster;
struct core;

#define REPAIRS_LEAD "; "

enum { REPAIRS_TASKS = 40 };

struct repairs {
	struct timer again;
	bool asking;
	char cluster_id[MANAGER_ID];         /* the Manager's */
	struct manager_task *tasks;          /* while they are gone through */
	size_t ntasks, next;
	char found[160];                     /* the best of them so far */
	char said[200];                      /* how far it is, for people: REPAIRS_LEAD "Scylla Manager: …"; or "" */
};

/* After a sweep: ask, or ask again before long, while a member needs a repair. */
void repairs_watch(struct core *core, struct cluster *cluster);
/* Forget all of it: the way there has changed, or nobody leads. */
void repairs_drop(struct core *core, struct cluster *cluster);
