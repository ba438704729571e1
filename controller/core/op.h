/* An operation's life, for the files of core/: operation, roll, step, act, pass, journal, status. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "bystanders.h"
#include "conditions.h"
#include "ending.h"
#include "gate.h"
#include "journal.h"
#include "newcomers.h"
#include "operation.h"
#include "pace.h"
#include "phase.h"
#include "plan.h"
#include "recent.h"
#include "reconciler.h"
#include "timer.h"
#include "turn.h"
#include "uthash.h"
#include "values.h"

struct core;
struct cluster;
struct op;
struct lane;
struct step;
struct event;
struct outbox;

enum { MEMORY_KEY = 40, MEMORY_VALUE = 512, ERRORS_KEPT = 10, ANSWER_KEPT = BUF_MAX_ACT_ANSWER, MESSAGE = 512, ACTS_MAX = 8 };

struct memory {
	char key[MEMORY_KEY];
	char *value;
};

/* One act of a step's attempt. Persistent: label, state, status, answer. */
struct act_record {
	char label[MEMORY_KEY];
	struct act view;              /* what the author sees; 'answer' owned here */
	enum act_kind kind;
	char channel;                 /* 'r' REST, 'h' host, 'w' web, 'k' the API server */
	char *target;                 /* path; "verb unit"; a host command's words; "METHOD URL"; "PATCH /path" */
	char *headers, *body;         /* of 'w', as the last pass wants them; not persistent */
	bool upkeep;                  /* our own housekeeping on the host: nothing that the gate guards */
	bool first_start;             /* with its intent the lane has 'up_act' */
	uint64_t request;             /* while SENT */
	uint64_t ticket;              /* the journal batch that holds the intent */
	int64_t settled_up_ms;        /* UNKNOWN: nothing of it arrives after this */
	int64_t durable_up_ms;        /* when the intent was acknowledged; -1: not yet */
	bool fresh;                   /* asked for in this very pass */
	bool seen;                    /* NOT_SENT, and the author has been told */
	bool resend;                  /* UNKNOWN and settled, and the author still asks for it */
};

struct question;

/* One attempt of one step: what an author sees as struct task. */
struct task {
	struct core *core;
	struct op *op;
	struct step *step;
	const struct reconciler *type;        /* of the step, or of the condition being judged */
	const struct plan_value *with;
	size_t nwith;
	struct question **questions;          /* each stays where it is: authors hold answers */
	size_t nquestions;
	bool ring_used;                       /* the last pass looked at the ring */
	int64_t round_up_ms;                  /* no fact of this round was asked before */
	bool news;                            /* something is there that the last pass did not see */
	unsigned asked;                       /* questions of this pass that have no answer yet */
	char sentence[MESSAGE];
	int64_t wait_ms;
	char texts[2][128];                   /* answer_text() */
	unsigned ntexts;
	char **values;                        /* what rules say for this node, of this pass */
	size_t nvalues;
	void **units;                         /* host_show() and host_run_look() results of this pass */
	size_t nunits;
	bool *held;
	struct ring_policy *policy;
	struct kube_pass *kube;               /* channel_kube.c's */
	bool gate;                            /* judged as a precondition: only the ring is a fact */
	struct task_node node;
	char address[64];                     /* the node's in this round */
};

/* Of a condition in a wait: since when it has held. */
struct window {
	int64_t since_up_ms;                  /* -1: does not hold */
	int64_t seen_up_ms;                   /* when it was last judged */
	int64_t first_up_ms;                  /* when it was first; 0: not yet */
	bool told;                            /* that it has held for its window */
};

enum step_state { STEP_WAITING, STEP_RUNNING, STEP_DONE, STEP_FAILED };

struct step {
	const struct plan_step *plan;
	struct lane *lane;                    /* NULL: a cluster step */
	char *id;                             /* "1.2/db-b-3" */
	enum step_state state;
	int64_t attempt;                      /* from 1 */
	int64_t began_wall_ms;
	int64_t spent_ms;                     /* of the timeout; the gate's time is not counted */
	int64_t counted_up_ms;                /* up to when 'spent_ms' counts */
	int64_t recorded_wall_ms;             /* the deadline that the journal has; 0: none */
	bool observed;                        /* one full round since it began or was resumed */
	bool gated;                           /* held back by the gate */
	bool fatal;                           /* it has failed as nothing but a person can mend */
	uint32_t lifted, lifted_told;         /* overrides by number: of the judgement at hand; recorded already */
	int64_t lifted_generation;            /* the object's, in which the numbers mean these overrides */
	bool stamp_checked, host_checked;
	struct act_record *acts;
	size_t nacts;
	struct memory *memory;
	size_t nmemory;
	struct window windows[WORKFLOW_CONDITIONS];
	struct task *task;                    /* while RUNNING */
	struct timer timer;
	int64_t not_before_up_ms;             /* backoff */
	int64_t gate_asked_up_ms;             /* since when the gate has given no answer; 0: it has */
	int64_t check_up_ms;                  /* when the gate's facts were first asked for its next act; 0: not yet */
	int64_t told_start_up_ms;             /* when its start was told in status.transitions; 0: not in this life */
	struct { int64_t up_ms; const char *key; } moment;      /* of task_left(); 0: not asked for in this life */
	int64_t acted_up_ms;                  /* when an act of it was answered last; 0: not in this life */
	char message[MESSAGE];
};

enum lane_state { LANE_WAITING, LANE_RUNNING, LANE_DONE, LANE_FAILED, LANE_SKIPPED };

/* What every step of the core looks at in each of hundreds of lanes comes first, on one line of the cache. */
struct lane {
	struct op *op;
	const struct plan_block *block;
	const struct plan_node *node;
	struct step *step;                    /* the one at work, or NULL */
	enum lane_state state;
	bool held;                            /* we took it down, or may have; journaled with the first act's intent */
	bool touched;                         /* some act of ours has left for it */
	bool restoring;                       /* the restoring step is at work instead of 'at' */
	bool stabilising;                     /* then the stable step */
	bool out_of_service;                  /* it could not be brought back */
	bool failed;                          /* ends as FAILED when it has reached its safe point */
	size_t block_index;
	size_t at;                            /* which step; block->nsteps: the stable step */
	char address[64];                     /* where it was last followed to; "": never */
	size_t rescue;                        /* which of its onFailure, from 1; 0: itself. Journaled, as 'at' */
	size_t skipped;                       /* so many steps before 'at' a test has left out; journaled, as 'values' */
	struct values values;
	int64_t down_wall_ms, down_moved_ms;  /* since when 'held'; of that so much by setting the clock; journaled with it */
	int64_t up_wall_ms;                   /* seen up again after longer than hints are kept; 0: no. Journaled */
	int64_t missing_up_ms;                /* since when the ring has been without its host id; 0: it has not */
	bool recalled;                        /* these are of a controller before this one, and have not been looked at */
	int64_t unsettled_up_ms;              /* until then a restoring act may arrive that the journal does not know */
	bool up_act;                          /* a restoring act of ours was sent since 'stamp' was taken */
	int64_t restore_since_up_ms;          /* when it was found necessary */
	int64_t cool_until_wall_ms;           /* its place is not given on before; 0: at once; journaled */
	int64_t cool_until_up_ms;
	char stamp[24];                       /* the node's generation as we know it; "" unknown */
	char process[40];                     /* its InvocationID before we touched it; "" unknown */
	struct memory *memory;                /* over all steps: what was before we touched the node */
	size_t nmemory;
	char message[MESSAGE];
};

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
	char overridden[MESSAGE];             /* what the last one that opened the gate did without; "": nothing. Turn: */
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
	uint64_t finalizer_request;           /* status: */
	struct condition *conditions;         /* as they were told last, ended by an empty type */
	char *written, *sending;              /* the last one that was acknowledged, the one on its way */
	char *unheard;                        /* newer than written, of the acknowledged journal, but refused; or NULL */
	char *status_version;                 /* the object's, that it was sent as of */
	unsigned status_conflicts;            /* in a row */
	bool sending_quiet, sending_plan, sending_end;
	bool status_failed;                   /* the last write was; the timer says when to try again */
	bool status_unsure;                   /* it may have arrived all the same: what is written is not known */
	uint64_t status_request;
	bool running_acknowledged;            /* a status with our planHash has been acknowledged */
	bool end_acknowledged;
	bool end_told;                        /* its Event is on the way */
	int64_t status_sent_up_ms, status_same_up_ms;   /* the latter: when there was nothing to write */
	int64_t vague_since_up_ms;            /* its message gives no reason yet; 0: it does */
	enum phase status_phase;
	struct timer status_timer, start_timer, timer;
	bool dirty;
	struct op *next_dirty;
	UT_hash_handle hh;
};

/* accept.c */
/* True: its cluster is there and ready, its plan can be made, its keyspaces bear it. Else it is Pending, and says
 * why. */
bool op_accept(struct core *core, struct op *op);
/* The first part of it: the cluster. */
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

/* roll.c: blocks, units, window, lanes. */
void roll_start(struct core *core, struct op *op);
void roll_run(struct core *core, struct op *op);
bool roll_at_safe_point(const struct op *op);
/* Retry: failed and not-started lanes are taken up again. */
void roll_rearm(struct core *core, struct op *op);
bool roll_is_done(const struct op *op);
bool roll_has_failed(const struct op *op);
/* One that is intended or has left has no outcome yet. */
bool roll_has_act_in_flight(const struct op *op);
/* A step that the gate holds back while nothing else is at work; NULL: none. */
const struct step *roll_gated(const struct op *op);
/* The step that a person would look at: of the first lane at work, or the cluster step; NULL: none. */
const struct step *roll_current(const struct op *op);
/* A lane whose node we took down, failed with, and are bringing back; NULL: none. */
struct lane *roll_stricken(const struct op *op);
void roll_free(struct core *core, struct op *op);
size_t roll_count(const struct op *op, enum lane_state state);
/* Members of the cluster's ring that this operation holds down or is about to; free() it. */
bool *roll_held(const struct op *op);

/* identity.c */
/* Where the ring has its host id now; where it was last, when that is no member. */
const char *lane_address(const struct lane *lane);
/* Its host id is no member, and another has its address: nothing may be ordered there. */
bool lane_is_displaced(const struct core *core, const struct lane *lane, char *why, size_t size);
bool cluster_is_another(const struct core *core, const struct cluster *cluster, char *why, size_t size);

/* lane.c */
/* The lane's steps so far count no more: somebody restarted the node. */
void lane_void(struct core *core, struct lane *lane, const char *why);
void lane_record(struct core *core, struct lane *lane);
void lane_record_later(struct lane *lane);      /* as journal_put_later() */

/* step.c: attempts and verdicts. */
struct step *step_new(struct op *op, struct lane *lane, const struct plan_step *plan);
struct step *step_free(struct core *core, struct step *step);
void step_run(struct core *core, struct op *op, struct step *step);
/* When its attempt times out, by the wall; 0: its time stands still. */
int64_t step_deadline_ms(const struct core *core, const struct step *step);
void step_record(struct core *core, struct op *op, struct step *step, const char *what);
/* Ask again from the top: an act changed, or the gate opened. */
void step_new_round(struct core *core, struct step *step);
/* Look at the step again at 'up_ms' or earlier. */
void step_wake_at(struct core *core, struct step *step, int64_t up_ms);

/* poll.c */
/* When a step that waits looks again, counted from its last look's beginning. What an act brings about is looked for at once,
 * then at growing distances: a service that restarts in no time is not waited for until the next poll. */
int64_t step_next_look(const struct step *step, int64_t now_up_ms);

/* step_kind.c */
const char *step_kind(const struct step *step);
/* Its acts leave under the gate alone. */
bool step_takes_down(const struct step *step);
int64_t step_gate_poll_ms(const struct op *op);

/* act.c: intent to outcome. */
struct act_record *act_find(struct step *step, const char *label);
/* A new one; NULL when the step has ACTS_MAX already. Records stay where they are: authors hold them. */
struct act_record *act_add(struct step *step, const char *label);
/* After a pass: carry every act one state on. True when something has changed that the author must see. */
bool acts_run(struct core *core, struct op *op, struct step *step);
/* The author asks for one that has not been intended yet. */
bool acts_wanted(const struct step *step);
void acts_resume(struct core *core, struct step *step);
void acts_clear(struct core *core, struct step *step);

/* act_state.c */
const char *act_state_name(enum act_state state);
int act_state_parse(const char *text);
bool acts_unresolved(const struct step *step);
/* One that has left, and the time within which it arrives or never does is not over; NULL: there is none. */
const struct act_record *acts_may_arrive(const struct step *step);

/* act_unknown.c */
/* True: one that must arrive only once is unknown; which, and whom it went to. */
bool act_explain_unknown(const struct step *step, char *text, size_t size);

/* status.c */
void op_write_status(struct core *core, struct op *op);

/* status_away.c */
/* That it is Stalled, leaving all else in its status as it was told last. */
void op_write_lost(struct core *core, struct op *op);
/* Only why it does not move: while the journal of one that has begun cannot be read. */
void op_write_message(struct core *core, struct op *op);

/* notify.c: Events. */
void op_event(struct core *core, struct op *op, const char *type, const char *reason, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* That it has begun: after a moment, and of one that has ended by then only the end is told. */
void op_tell_start(struct core *core, struct op *op);
