/* What goes on in a cluster beside clients: schema changes, topology operations, repairs, cleanups.
 * Pure: answers are put in as texts, predicates judge. Facts: scylla.md §1.3, §1.4, §2.9, §2.11. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counts.h"
#include "ring.h"

#define SCYLLA_SCHEMA_VERSIONS "/storage_proxy/schema_versions"
#define SCYLLA_TASKS "/task_manager/list_module_tasks/"                      /* + module */

/* The questions. Those up to TOPOLOGY_TABLETS are for one node, which answers for all; the others are about the node
 * that is asked. */
enum topology_question {
	TOPOLOGY_SCHEMA,                /* which schema version each member has */
	TOPOLOGY_NODE_OPS,              /* join, leave, replace, remove, rebuild */
	TOPOLOGY_REQUESTS,              /* requests to the topology coordinator that concern no one node */
	TOPOLOGY_TABLETS,               /* migrations, splits, merges and repairs of tablets */
	TOPOLOGY_REPAIRS,
	TOPOLOGY_CLEANUPS,
	TOPOLOGY_QUESTIONS,
};
enum { TOPOLOGY_OF_ALL = TOPOLOGY_TABLETS + 1 };

const char *topology_path(enum topology_question question);

/* A task that has not ended. */
struct topology_task {
	char type[40];                  /* "decommission", "repair" */
	char keyspace[RING_KEYSPACE];   /* "" when it concerns none */
	char entity[80];                /* a host id, mostly; "" */
	char since[24];                 /* "2026-08-21T10:02:00Z"; "" where the release does not tell */
};

enum { TOPOLOGY_TASKS = 64 };           /* so many are kept of an answer */

enum topology_state {
	TOPOLOGY_UNASKED,
	TOPOLOGY_TOLD,
	TOPOLOGY_ABSENT,                /* the node is of a release without it: nothing is known, and nothing can be */
	TOPOLOGY_SILENT,                /* no answer, or none of use: 'problem' says why */
};

struct topology_answer {
	enum topology_state state;
	struct topology_task *tasks;    /* those that have not ended; of repairs, one of each keyspace */
	size_t ntasks;
	bool more;                      /* ... and there are others, of which nothing is known */
	uint16_t *schemas;              /* of each member: 0 not told, COUNT_MAX_MEMBERS + 1 unreachable, else a number */
	char problem[200];
	char asked[RING_NAME];          /* who was asked, for sentences */
};

/* Read one answer, HTTP 'status' with 'body'. False: it depends on the release of the node that gave it, and 'version' is
 * NULL: ask that node and call again. */
bool topology_read(struct topology_answer *ret, const struct ring *ring, enum topology_question question,
    int status, const char *body, size_t len, const char *version);
void topology_fail(struct topology_answer *ret, const char *problem);
void topology_answer_done(struct topology_answer *answer);

/* All answers, as one judges them. */
struct topology {
	struct topology_answer of_all[TOPOLOGY_OF_ALL];
	struct topology_answer *repairs, *cleanups;     /* of each member */
	size_t nmembers;
};

/* Both judge for 'candidate' (-1: none). 'said' gets the sentence of either result; NULL: not wanted. What should be
 * known and is not closes them. */

/* Every member that is up has one schema version. The candidate is not counted: when it is the one that disagrees, its
 * restart may be the cure. */
bool topology_schema_agreed(const struct topology *topology, const struct ring *ring, int candidate, struct err *said);
/* No node joins, leaves, is replaced, removed or rebuilt; nothing is cleaned up on the candidate; no vnode keyspace is
 * repaired by it or by a node that shares a range of that keyspace with it. What moves or repairs tablets does not count,
 * unless all of it is asked for ('full'). */
bool topology_is_idle(const struct topology *topology, const struct ring *ring, int candidate, bool full, struct err *said);
/* Its release does not tell of other requests than joining, leaving and repairs. */
bool topology_is_blind(const struct topology *topology);
/* No node joins, leaves, is replaced, removed or rebuilt: all that concerns a node which is out already. */
bool topology_is_still(const struct topology *topology, const struct ring *ring, struct err *said);
