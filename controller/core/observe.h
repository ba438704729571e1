/* What the files of a sweep share: observe.c asks what changes by the second, observe_ring.c what changes with the
 * topology. */
#pragma once

#include "cluster.h"
#include "request.h"

struct core;

enum fact {
	FACT_NAME, FACT_MEMBERS, FACT_SCHEMA, FACT_TOKENS, FACT_JOINING, FACT_LEAVING,  /* of the asker */
	FACT_VERSION, FACT_MOTION,
	FACT_ASKER_LAST = FACT_MOTION,
	FACT_MODE, FACT_GOSSIPING, FACT_LIVE,                                           /* of every member */
	FACT_DATACENTER, FACT_RACK, FACT_OWNERS, FACT_KEYSPACES, FACT_USER_KEYSPACES,
	FACT_TABLET_KEYSPACES, FACT_VNODE_KEYSPACES, FACT_TABLES, FACT_RANGES, FACT_TABLE_RANGES,
};

/* A GET of 'path' (taken over) on 'address'; 'done' gets the sweep as owner and member << 8 | fact as argument. */
void sweep_ask(struct core *core, struct cluster *cluster, const char *address, char *path, enum fact fact,
    size_t member, int64_t deadline_ms, request_done *done);
/* Everything of this round is in: the sweep ends, or the ring has to be read first. */
void sweep_facts_in(struct core *core, struct cluster *cluster);
void sweep_failed(struct core *core, struct cluster *cluster, const char *problem);
/* Read datacenters, racks, keyspaces and ranges anew, of the node that answers for the cluster. */
void slow_begin(struct core *core, struct cluster *cluster);
/* Read the ranges of the tables in tablets anew: somebody needs them counted. */
void slow_count(struct core *core, struct cluster *cluster);
/* Which tablets move; no answer is one, too: unknown. */
void take_motion(struct cluster *cluster, const struct event *event);
void keyspaces_free(struct sweep *sweep);
