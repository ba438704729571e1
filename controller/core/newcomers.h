/* Planned nodes that were not in the ring when the plan was made: which host id each has got, whether it may be joining, and
 * whether it has joined. Journaled as fields "new/NODE". One joins at a time, whatever the limits of the blocks: several
 * would only queue, and what takes another node down meanwhile could not tell which ranges it takes away. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "reconciler.h"

struct cJSON;
struct core;
struct lane;
struct op;
struct step;

struct newcomer {
	size_t node;              /* of the plan */
	bool joins;               /* something is ordered, or about to be, that may make it join */
	bool joined;              /* every view has called it up since: from then on a member like others */
};

struct newcomers {
	struct newcomer *list;
	size_t count;
};

/* When there is a plan, before its journal is read. */
void newcomers_start(struct op *op);
void newcomers_free(struct op *op);
/* What the ring tells of them now: host ids are journaled on first sight. */
void newcomers_look(struct core *core, struct op *op);
/* The lane's node is not in the ring yet, or has not been up there since. */
bool lane_is_outside(const struct lane *lane);
/* ... and may be on its way there. */
bool lane_is_joining(const struct lane *lane);
/* Where the inventory has a node that is outside: its zone into 'zone', which holds 2 * RING_NAME + 2. False: it is a member,
 * or the inventory does not tell. */
bool newcomer_place(const struct lane *lane, char *zone, const char **ret_address);
/* Nothing was ordered for it, and the inventory has it no more. */
bool newcomer_is_withdrawn(const struct lane *lane);
/* An act that may make the lane's node join is intended. True: the first; and when that has never left after all. */
bool newcomer_joins(struct lane *lane);
void newcomer_stays_out(struct lane *lane);
/* False and who: another one may be joining, and what the ring tells does not show it yet. */
bool newcomers_allow(const struct op *op, const struct lane *lane, char *why, size_t size);
/* One of them is in the ring, and not up there yet. */
bool newcomers_join(const struct op *op);
/* Some node of the plan was new and may not have joined. */
bool newcomers_are_open(const struct op *op);
/* All of them, into the journal once more; and a field "new/NODE" of it. */
void newcomers_record(struct op *op);
bool newcomers_read(struct op *op, const char *field, const struct cJSON *value);
