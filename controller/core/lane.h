/* One planned node's way through a block's steps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "phase.h"
#include "plan.h"
#include "remember.h"
#include "values.h"

struct core;
struct op;
struct step;

enum lane_state { LANE_WAITING, LANE_RUNNING, LANE_DONE, LANE_FAILED, LANE_SKIPPED };
enum { LANE_STATES = LANE_SKIPPED + 1 };
/* In the journal and in status: persistent. */
extern const char *const lane_state_names[LANE_STATES];

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
	bool down_accepted;                   /* for longer than hints are kept, which somebody has accepted; journaled */
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

/* The lane's steps so far count no more: somebody restarted the node. */
void lane_void(struct core *core, struct lane *lane, const char *why);
void lane_record(struct core *core, struct lane *lane);
void lane_record_later(struct lane *lane);      /* as journal_put_later() */
/* Done, failed or left out: its place is free. */
bool lane_is_over(const struct lane *lane);
/* The one place where a lane changes state: logged, journaled. */
void lane_set_state(struct core *core, struct lane *lane, enum lane_state state, const char *why);
/* Carry it on as far as it goes now: its steps, then the stable window; or its restoring, if that is needed. */
void lane_run(struct core *core, struct lane *lane);
/* Retry: from its first step; one that is held down is brought back first, and what that has done is not done again. */
void lane_rearm(struct core *core, struct lane *lane);
/* Nothing of it has happened: no act has left, no step is done. */
bool lane_is_untouched(const struct lane *lane);
void lane_done(struct core *core, struct lane *lane);
/* What it knows of one of its steps, or of all: as if it had never been begun. */
void lane_forget_step(struct lane *lane, const struct plan_step *step);
void lane_forget_steps(struct core *core, struct lane *lane);
/* restore.c. From here on its node is brought back, whatever it was at; 'why' is told. */
void lane_restore(struct core *core, struct lane *lane, const char *why);
void lane_restore_run(struct core *core, struct lane *lane);
/* It cannot be brought back, only be looked at: whether it is down. */
bool lane_is_only_looked_at(const struct core *core, const struct lane *lane);
/* No act of the step at work has left, whatever was wanted or intended. */
bool lane_has_ordered_nothing(const struct lane *lane);
/* Its restoring act has not been ordered yet, or has not left. */
bool lane_restore_is_open(const struct lane *lane);
/* Its node would stay down for as long as the journal is away. */
bool lane_is_stranded(const struct core *core, const struct lane *lane);
/* identity.c. Which member of the ring its host id is; -1: none, or no lane. */
int lane_member(const struct lane *lane);
/* Where the ring has its host id now; where it was last, when that is no member. */
const char *lane_address(const struct lane *lane);
/* Its host id is no member, and another has its address: nothing may be ordered there. */
bool lane_is_displaced(const struct core *core, const struct lane *lane, char *why, size_t size);
/* Tell when its node has another address. */
void lane_follow(struct core *core, struct lane *lane);
/* Its host id has been no member for a while, and nobody has its address. */
bool lane_has_left(const struct core *core, const struct lane *lane);
