/* What holds an operation back between its nodes: a canary's soak, an approval, a cool-down, a gate that was closed for
 * too long, a plan that no longer fits. Part of struct op; what must survive is in the journal's field "op". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timer.h"

struct cJSON;
struct core;
struct json_out;
struct lane;
struct op;
struct plan_step;

enum { HOLD_TEXT = 512 };

struct pace {
	size_t canary_passed;            /* the blocks up to this number; journaled */
	size_t batches;                  /* of the block at work, so many are through; journaled */
	int64_t soak_until_wall_ms;      /* of the block at work; 0: it has not begun; journaled */
	int64_t soak_until_up_ms;
	char gate_paused[HOLD_TEXT];     /* the gate was closed for too long, and nobody has resumed it; journaled */
	bool gate_recalled;              /* that it is closed the journal says, the gate has not been asked yet */
	int64_t gate_since_up_ms;        /* when it closed; -1: it is open */
	int64_t gate_moved_ms;           /* since when it is, because the clock was set: it is told once. Journaled */
	int64_t approval_until_wall_ms;  /* of the one that is awaited; 0: it has no end. Journaled */
	int64_t approval_until_up_ms;
	bool timed_out;                  /* one was not given in time, and that cancels */
	bool stale;                      /* a node to come is not where it was planned */
	int64_t judged_sweep, judged_generation;     /* of what that was judged */
	/* Why nothing is begun, as the last look found it; reason "": it is not held back. */
	int phase;                       /* enum phase */
	char reason[64];
	char why[HOLD_TEXT];
	char awaited_step[64], awaited_hash[32];     /* what a person is to approve; step "": nothing */
	char told_hash[32];              /* that was awaited when it was told last; "": not in this life */
	struct timer timer;              /* when to look again */
};

/* pace.c */
/* May this lane begin, as far as canaries are concerned? Starts the soak, takes the approval. */
bool pace_allows(struct core *core, struct op *op, const struct lane *lane);
/* How many places of the block are kept empty by nodes that ended a short while ago. */
int64_t pace_cooling(struct core *core, struct op *op, size_t block);
/* The lane's cool-down begins. */
void pace_lane_ended(struct core *core, struct lane *lane);
/* A moment that was read from the journal, on this process' clock: 'most_ms' away at most, whatever the wall clock says. */
int64_t pace_up_ms(const struct core *core, int64_t wall_ms, int64_t most_ms);
void pace_hold(struct op *op, int phase, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void pace_release(struct op *op);
/* Set phase and message to what holds it back; false: nothing does. */
bool pace_explain(struct core *core, struct op *op);
/* Look again then. */
void pace_wake_at(struct core *core, struct op *op, int64_t up_ms);
void pace_record(const struct op *op, struct json_out *out);
void pace_read(struct core *core, struct op *op, const struct cJSON *value);

/* approval.c */
/* status.approval: what is awaited, if that is what holds the operation. */
void approval_write(const struct op *op, struct json_out *out);
/* Has a person approved 'step' of the plan 'hash'? If not, that is what is awaited; 'message' may be NULL. Given, it is
 * told and noted: to be asked once. */
bool approval_given(struct core *core, struct op *op, const char *step, const char *hash, const char *message);
/* The step of a plan: given, or not in time and passed over all the same; else it is awaited, or it has failed, as
 * op->cluster_step, or the operation is to be cancelled. */
bool approval_step(struct core *core, struct op *op, const struct plan_step *plan);
/* Its parts, for what is more than a wait. */
/* An entry of spec.approvals names them. */
bool approval_is_named(const struct op *op, const char *step, const char *hash);
void approval_await(struct op *op, int phase, const char *reason, const char *step, const char *hash,
    const char *message);
void approval_take(struct core *core, struct op *op, const char *step, const char *hash);

/* stale.c */
/* Is a node to come no longer where it was planned? Kept in pace.stale. */
void stale_judge(struct op *op);
/* Is this one, which would be begun now? Then the plan is stale. */
bool stale_lane(struct core *core, struct op *op, const struct lane *lane);
/* While it is: hold, or take the approved plan. */
void stale_hold(struct core *core, struct op *op);
/* Names of members that the plan does not know and the operation would have taken; their number. */
size_t stale_say_joined(const struct op *op, char *text, size_t size);

/* gate_timeout.c: follows the gate, and pauses what it keeps closed for too long. */
void gate_watch(struct core *core, struct op *op);
