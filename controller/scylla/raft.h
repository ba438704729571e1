/* Group0, the raft group of schema and topology: has it a quorum, and would it keep one? Pure. Facts: scylla.md §1.4.14,
 * §2.9. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ring.h"

#define SCYLLA_READ_BARRIER "/raft/read_barrier?timeout=5"                   /* POST */
#define SCYLLA_RAFT_TOPOLOGY "/storage_service/raft_topology/upgrade"        /* "done" */

enum raft_state {
	RAFT_UNASKED,
	RAFT_REACHED,           /* a quorum answered the node */
	RAFT_SILENT,            /* 'problem' says why it is not known, or that there is none */
	RAFT_OFF,               /* the node says that raft does not govern the topology */
};

/* What one node said. */
struct raft_answer {
	enum raft_state state;
	char problem[200];
	char asked[RING_NAME];
};

/* What nodes of 'version' have. */
enum raft_release {
	RAFT_RELEASE_NONE,      /* before 6.0: raft does not govern the topology */
	RAFT_RELEASE_BLIND,     /* 6.0: it may, and there is no read barrier to ask for */
	RAFT_RELEASE_OPTIONAL,  /* up to 2025.1: it may; a read barrier proves the quorum */
	RAFT_RELEASE_FULL,
};
enum raft_release raft_release(const char *version);

/* Read the answer to SCYLLA_RAFT_TOPOLOGY (releases that may be without; true: there is no more to ask) and to
 * SCYLLA_READ_BARRIER. */
bool raft_read_topology(struct raft_answer *ret, int status, const char *body, size_t len);
void raft_read_barrier(struct raft_answer *ret, int status, const char *body, size_t len);

/* A majority of the voters stays with everything that is down, held and the candidate gone. Who votes is not known
 * without CQL: all members, and from 2025.2 at most five, spread over datacenters and racks. The worst that these rules
 * allow is assumed. With fewer than three voters none can be spared ever: that never closes it. 'said' gets the
 * sentence of either result; NULL: not wanted. */
bool raft_quorum_stays(const struct ring *ring, const bool *held, int candidate, const char *version, struct err *said);
