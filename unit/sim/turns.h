/* Several operations in one world: who did what to which node, and was it that operation's turn? Read from what arrives,
 * what Redis has acknowledged and what the API server holds alone, as the checker does.
 *
 *	I10  one operation at a time changes a cluster: an act arrives while no other one holds a node down there, and
 *	     while none has begun, but for an urgent one's between those that stand at a safe point
 *	I11  first come, first served: none begins while an older one waits for its turn, but for an urgent one
 *	I12  nothing arrives of an operation that has ended, nor of a dry run
 *	I14  nobody begins where one that had begun has lost its journal, until it is let go; an urgent one may, where the
 *	     status of that one names no node held down
 *	I13  a cluster that is kept by an operation that has ended is touched by nobody else until it is let go */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "effect.h"
#include "model.h"

struct world;

/* The name of the one Workflow that changes nothing: its operations wait for no turn. */
#define TURNS_LOOKS "looks"

/* An act that has arrived. */
struct deed {
	const struct sim *sim;
	size_t at;               /* in its audit log */
	size_t node;
	enum sim_event event;
	const char *uid;         /* the operation's; NULL: nobody knows. Borrowed from its ledger */
	bool voids;              /* the node was brought back, and its lane begins again */
	bool cures;              /* the node had no process, and an earlier step of its lane holds it down by the journal */
};

struct turns {
	struct deed *deeds;
	size_t ndeeds;
	size_t *forgiven;        /* numbers of deeds: starts before one of them count for nobody after it */
	size_t nforgiven;
	const char *begins_again;        /* The name of the operation in whose lanes more stands before the restart than a
					  * restart does: brought back while that is not done, they begin again. NULL:
					  * there is none */
};

void turns_done(struct turns *turns);
/* The arrival is entry 'at' of the cluster's audit log. */
void turns_arrival(struct world *world, const struct sim *sim, size_t at, const char *uid);
/* A core orders an effect: is it the beginning of an operation that has to wait? */
void turns_ordered(struct world *world, const struct effect *effect);
/* From now on a node that has been restarted may be restarted again. */
void turns_forgive(struct turns *turns);
/* Before entry 'at', which calls an act repeated: has the same operation started that node? Another one's start is
 * another one's business. */
bool turns_has_repeated(const struct turns *turns, const struct sim *sim, size_t at);
/* Before entry 'at', which calls an act unsafe: it has brought back what its operation holds down, as far as that
 * knows. Whether the node has served since, while nobody led, it cannot tell. */
bool turns_has_cured(const struct turns *turns, const struct sim *sim, size_t at);
