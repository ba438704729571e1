/* An operation's life, for the files of core/. Its parts have headers of their own, which come with this one: roll.h the
 * blocks, lane.h one node's way, step.h and task.h one attempt, act.h one act, status.h what its object is told. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bystanders.h"
#include "caveats.h"
#include "ending.h"
#include "gate.h"
#include "journal.h"
#include "lane.h"
#include "newcomers.h"
#include "operation.h"
#include "pace.h"
#include "phase.h"
#include "plan.h"
#include "recent.h"
#include "roll.h"
#include "status.h"
#include "step.h"
#include "timer.h"
#include "turn.h"
#include "uthash.h"
#include "values.h"

struct core;
struct cluster;
struct outbox;

enum { ERRORS_KEPT = 10 };

struct op_error {
	int64_t wall_ms;
	char step[48];
	char node[64];
	char *message;
	char *remedy;
	bool borne;                           /* it does not end the operation; journaled */
};

struct op {
	char *uid;
	struct operation *object;             /* the latest */
	char *name, *namespace_;
	size_t shard;                         /* its cluster's */
	uint64_t round;
	bool gone;                            /* the object is deleted */
	bool abandoned;                       /* a person has taken it over by hand: nothing more is done for it */
	enum phase phase;
	bool accepted, started;               /* 'started': the plan is journaled */
	bool ended;                           /* final phase is journaled */
	bool lost, lost_told;                 /* JournalLost, JournalUnreadable; and that was said */
	char *lost_why;                       /* what was said before a rebuildJournal was refused; NULL: none has been */
	int64_t rebuilt_generation;           /* of the object, whose rebuildJournal was carried out; 0: none */
	int64_t retry_seen;
	char reason[64];                      /* of the present phase; a row of reason.def */
	char message[MESSAGE];
	struct cluster *cluster;
	struct journal journal;
	struct plan *plan;
	struct values values;                 /* journaled */
	size_t block;                         /* which block is at work */
	struct step *cluster_step;
	size_t cluster_at, cluster_rescue;
	int64_t rescued, passed_over;         /* steps that failed for good and ended nothing; journaled */
	struct lane *lanes;                   /* every block's, in plan order; then those of blocks of others. They stay */
	size_t nlanes, lanes_most;
	struct survey *survey;                /* survey.c */
	struct earlier *earlier;              /* earlier.c */
	struct bystanders bystanders;
	struct newcomers newcomers;
	char *skips_told;                     /* nodes of spec.skip without effect that have been named: ",a,b," */
	int64_t start_wall_ms, end_wall_ms;
	struct pace pace;
	struct ending ending;
	int64_t closed_since_wall_ms;         /* the gate; 0: open */
	char closed_by[MESSAGE];
	char closed_node[64];
	bool repair_needed;                   /* ... for that */
	bool repair_told;                     /* since the gate was last open */
	uint64_t acknowledge_then;            /* spec.acknowledge when it was told: a hash */
	char lifting[MESSAGE];                /* what the judgement at hand does without, and why */
	char overridden[MESSAGE];             /* what the last one that opened the gate did without; "": nothing */
	struct caveats caveats;
	/* Turn: */
	bool read_only;                       /* no step of its plan may change anything: it needs no turn */
	bool beside;                          /* ... and is at work without one */
	bool has_turn;                        /* it may act; false while an urgent one runs between */
	bool admitted;                        /* by the fleet's limits */
	int turn_rank;
	char *zones;                          /* of the nodes planned, each ended by a newline; NULL: not known yet */
	char *acknowledged;                   /* the last spec.acknowledge that was taken; or NULL */
	bool released;                        /* by it: the nodes that it left down keep nobody waiting */
	struct recent recent;
	struct outbox *outbox;                /* what people outside are told; NULL: nothing so far */
	struct op_error *errors;              /* the last ERRORS_KEPT */
	size_t nerrors;
	uint64_t finalizer_request;
	bool end_told;                        /* its Event is on the way */
	struct op_status status;
	struct timer start_timer, timer;
	bool dirty;
	struct op *next_dirty;
	UT_hash_handle hh;
};

/* accept.c */
/* True: its cluster is there and ready, its plan can be made, its keyspaces bear it. Else it is Pending, and says
 * why. */
bool op_accept(struct core *core, struct op *op);
/* The first part of it: the cluster. Of one that has begun a missing one is only said. */
bool op_accept_cluster(struct core *core, struct op *op);
void op_refuse(struct core *core, struct op *op, const char *reason, const char *why);
/* The plan of its workflow for its cluster as both are now; NULL and a sentence with place and remedy. */
struct plan *op_compile(struct core *core, struct op *op, struct err *err);

/* finalizer.c */
void op_patch_finalizer(struct core *core, struct op *op, bool add);

/* operation.c */
void op_kick(struct core *core, struct op *op);
void op_look(struct core *core, void *op);      /* the same, as a timer calls it */
void ops_run(struct core *core);
void op_taken_over(struct core *core, struct op *op);

/* phase.c */
/* What the operation says of itself; a change of phase is logged, journaled and written to status at once. */
void op_set_phase(struct core *core, struct op *op, enum phase phase, const char *reason, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void op_say(struct op *op, const char *reason, const char *format, ...) __attribute__((format(printf, 3, 4)));
void op_error(struct core *core, struct op *op, const struct step *step, const char *reason, const char *message);
/* Phase, errors and the like, into the journal. */
void op_record(struct op *op);

/* may.c */
bool op_is_cancelled(const struct op *op);
/* May a node be begun, or a step that has not touched anything? */
bool op_may_begin(const struct core *core, const struct op *op);
/* May an act be intended or leave? Its status with the plan and its finalizer have been acknowledged. */
bool op_may_act(const struct op *op);

/* operations.c: their objects. */
extern const struct informer_kind operation_kind;
/* The latest form of its object, owned; an older one than it has is dropped. NULL: nothing. */
void op_take_object(struct core *core, struct op *op, struct operation *object);
/* Leadership came or went: read everything again, or forget what was read. */
void ops_set_leading(struct core *core, size_t shard, bool leading);
/* The wall clock jumped: windows start again. */
void ops_jumped(struct core *core);
/* Look at every one of them again. */
void ops_kick(struct core *core);
/* Nothing of it is ours any more: only its object stays, and it is read again, under a new epoch, when it is to be
 * ours. 'op' is another one after this. */
void op_let_go(struct core *core, struct op *op);
/* Forget it without a word: it has ended, or its object is gone. */
void op_drop(struct core *core, struct op *op);
void op_free_all(struct core *core);

/* events.c */
void op_event(struct core *core, struct op *op, const char *type, const char *reason, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* That it has begun: after a moment, and of one that has ended by then only the end is told. */
void op_tell_start(struct core *core, struct op *op);
