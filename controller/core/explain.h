/* Why an operation does what it does, or does not move; and whom it has been waiting for, for a second or longer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct core;
struct lane;
struct op;
struct step;

/* explain.c: phase, reason and message. */
/* Why the gate is closed: a row of reason.def. */
const char *op_gate_reason(const struct op *op);
void op_explain(struct core *core, struct op *op);
/* It ends so, as ending_decide(). */
bool op_explain_success(struct core *core, struct op *op);
bool op_explain_failure(struct core *core, struct op *op);

/* asking.c. False: the step waits for nobody, or not for long: what it said last stands. The operation is looked at again
 * in time. */
bool asking_explain_step(struct core *core, struct op *op, const struct step *step, char *text, size_t size);
/* The same of the gate that was found closed: it is no longer known to be. */
bool asking_explain_gate(struct core *core, struct op *op, const struct step *step, char *text, size_t size);
/* The same of a lane that is to be restored and has no step yet. */
bool asking_explain_lane(struct core *core, struct lane *lane, char *text, size_t size);
/* The same of Redis: it is away, or has not answered yet. */
bool asking_explain_journal(struct core *core, struct op *op, char *text, size_t size);
