/* Questions to a cluster beside the sweep: what is under way in it (observe_topology.c), and whether raft's group0 has its
 * quorum (observe_raft.c). They are asked only while a gate or a condition wants to know. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "raft.h"
#include "topology.h"

struct cluster;
struct core;

/* One question to one node. */
struct topology_slot {
	uint64_t request;            /* 0: not being asked */
	int64_t asked_up_ms;         /* of that one */
	int64_t done_asked_up_ms;    /* when the answer that is there was asked for; INT64_MIN: there is none */
	int status;                  /* kept while the node is asked for its version */
	char *body;
	char address[RING_ADDRESS];
};

struct topology_watch {
	struct topology told;
	struct topology_slot *slots; /* of all, then repairs, then cleanups of each member */
	uint64_t members;            /* whose they are: a hash */
	unsigned pending;
	size_t turn;                 /* which node is asked for all */
};

enum { RAFT_ASKED = 4 };

/* What one member says of group0. */
struct raft_slot {
	struct raft_answer told;
	uint64_t request;
	int64_t asked_up_ms;         /* or given up */
	char host_id[RING_HOST_ID];  /* "": nobody's */
};

/* Of several members, since each candidate of a window needs the word of another one. */
struct raft_watch {
	struct raft_slot slots[RAFT_ASKED];
	struct raft_answer told;     /* what raft_want() found last */
	size_t turn;
};

/* True when every answer that conditions judge for 'member' (-1: none) was asked at 'since' or later; else what is missing
 * is being asked, and the cluster is kicked when it is in. 'full': for full idleness. Members must be known. */
bool topology_want(struct core *core, struct cluster *cluster, int64_t since_up_ms, int member, bool full);
/* True when there is a verdict of at most 30 s of a member that stays up; or it takes suspiciously long to get one. */
bool raft_want(struct core *core, struct cluster *cluster, const bool *held, int candidate);
/* Forget all of it: the way to the nodes has changed, or nobody leads. */
void topology_drop(struct core *core, struct cluster *cluster);
