/* One task at one place in the plan, bound to a node or to the cluster: its attempts and verdicts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "act.h"
#include "phase.h"
#include "plan.h"
#include "remember.h"
#include "task.h"
#include "timer.h"

struct core;
struct lane;
struct op;

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
	bool held_first, touched_first, joins_first;    /* the lane is that by its acts alone, and none is known to have left */
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
/* What its author saw is young enough for the act that the gate lets through now; else it looks again. */
bool step_looked_lately(struct core *core, struct step *step);

/* step_pause.c */
/* Its attempt has failed: so long is the pause (ms) before the next one. */
int64_t step_begin_pause(const struct core *core, const struct op *op, struct step *step);
int64_t step_pause_left(const struct core *core, const struct step *step);
/* Read from the journal: what is left of the one that it is in. */
void step_recall_pause(const struct core *core, struct step *step);

/* step_kind.c */
const char *step_kind(const struct step *step);
/* What the step may do to the ring: to a node that is outside, whatever may start it makes it join. */
enum impact step_impact(const struct step *step);
/* Its acts leave under the gate alone. */
bool step_takes_down(const struct step *step);
int64_t step_gate_poll_ms(const struct op *op);
