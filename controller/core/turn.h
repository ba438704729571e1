/* Whose turn it is on a cluster, and whether the fleet lets it be taken. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct core;
struct cluster;
struct op;
struct lane;
struct step;
struct plan;

/* turn.c: the queue of one cluster. */
void turn_join(struct core *core, struct op *op);
void turn_leave(struct core *core, struct op *op);
bool turn_is_ours(const struct op *op);
bool turn_is_queued(const struct op *op);
/* It only reads, and needs no turn; turn_leave() at its end. */
void turn_pass_beside(struct op *op);
/* Something is new of the cluster: whoever waits, works, or passes beside looks again. */
void turn_kick(struct core *core, struct cluster *cluster);
/* It is ours: what was seen before somebody else had it is asked anew. */
void turn_take(struct core *core, struct op *op);
/* It is not ours: behind whom we wait. */
void turn_explain(struct core *core, struct op *op);
/* It has ended, and a node that it leaves down keeps the cluster from the others until a person says that this is known:
 * by retry, cancel, deletion or acknowledge. */
bool turn_is_kept(const struct op *op);
/* It stands in the queue, though it was found again only after a restart, and the others are told. */
void turn_keep(struct core *core, struct op *op);
/* spec.acknowledge is new: a person knows of the nodes that it has left down. */
void turn_acknowledge(struct core *core, struct op *op);
/* The first such node's; NULL: none is held down. */
const struct lane *turn_held_lane(const struct op *op);
/* By creation, namespace, name. */
bool turn_is_older(const struct op *a, const struct op *b);

/* turn_lost.c: one whose journal is lost or cannot be read. */
/* That was just found. */
void turn_lose(struct core *core, struct op *op);
/* What is known may be old, so nothing is done on it. A person looks at the nodes that the last status names, and then
 * deletes it, or has its journal rebuilt. A cancel waits for that: what it would have to bring back is not known. */
void turn_lost_run(struct core *core, struct op *op);
/* Its status names a node held down, or an act of its may still arrive: not even an urgent one runs between. */
bool turn_lost_is_busy(const struct core *core, const struct op *op);
/* Why the others wait for it. */
void turn_lost_say(const struct op *holder, char *text, size_t size);
/* Nothing of one that is lost can still arrive, though that may be gone by now; else 'op', which is to begin, says so. */
bool turn_has_settled(struct core *core, struct op *op);

/* hostlock.c: whose act is on its way to the host of the step's node; NULL: nobody's but its own. */
const struct step *hostlock_holder(const struct core *core, const struct step *step, const struct op **ret_op);
/* May it send one there? False: its message says whom it waits for. */
bool hostlock_take(const struct core *core, struct step *step);

/* fleet.c: over all clusters. */
/* What the turn must know of a plan: whether it only reads, and which zones it works in. */
void fleet_note_plan(struct op *op, const struct plan *plan);
/* May one more operation be at work? False: it stays Queued, and says why. */
bool fleet_admits(struct core *core, struct op *op);
/* One fewer is at work: whoever waits for that looks again. */
void fleet_changed(struct core *core);
