/* What the files of a sweep share: observe.c asks what changes by the second, observe_ring.c what changes with the
 * topology. */
#pragma once

#include "cluster.h"
#include "request.h"

struct core;

enum fact {
	FACT_NAME, FACT_MEMBERS, FACT_SCHEMA, FACT_JOINING, FACT_LEAVING,       /* of the asker */
	FACT_MODE, FACT_GOSSIPING, FACT_LIVE,                                   /* of every member */
	FACT_DATACENTER, FACT_RACK, FACT_VERSION, FACT_KEYSPACES, FACT_USER_KEYSPACES, FACT_RANGES,
};

/* A GET of 'path' (taken over) on 'address'; 'done' gets the sweep as owner and member << 8 | fact as argument. */
void sweep_ask(struct core *core, struct cluster *cluster, const char *address, char *path, enum fact fact,
    size_t member, int64_t deadline_ms, request_done *done);
/* Everything of this round is in: the sweep ends, or the ring has to be read first. */
void sweep_facts_in(struct core *core, struct cluster *cluster);
void sweep_failed(struct core *core, struct cluster *cluster, const char *problem);
/* Read datacenters, racks, keyspaces and ranges anew, of the node that answers for the cluster. */
void slow_begin(struct core *core, struct cluster *cluster);
void keyspaces_free(struct sweep *sweep);
