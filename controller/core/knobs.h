/* Knobs of an operation that have a file of their own. What each does in which phase: docs/knobs.md. */
#pragma once

#include "op.h"

/* skip.c: spec.skip */
/* Leave out what has not been begun, and what has failed and is not held down; say once what has no effect. True: some
 * lane has ended by it. */
bool skips_run(struct core *core, struct op *op);
/* Why the node of the lane is to be left out; NULL: it is not. */
const char *skip_reason(const struct op *op, const struct lane *lane);
/* The lane ends here: it has touched nothing, or has brought its node back, or cannot. */
void skip_lane(struct core *core, struct lane *lane, const char *reason);
/* On retry: a lane that is named is left out instead of being taken up again, its node brought back first if need be.
 * False: it is not named. */
bool skip_on_retry(struct core *core, struct lane *lane);
/* An entry that names no node of the plan; true, with place and remedy in 'err'. */
bool skip_names_nobody(const struct op *op, const struct plan *plan, struct err *err);

/* override.c: spec.overrides. A judgement of the gate begins, asks for each condition that does not hold, and records what
 * it did without when everything else lets the act through. */
void override_begin(struct op *op, struct step *step);
/* Some override in force lifts the condition for this step's node, or it holds without the keyspaces of one. 'why' it does
 * not hold is told with it. An act whose intent is journaled already is not let through by one that is not. */
bool override_lifts(struct core *core, struct op *op, struct step *step, const char *gate, const char *why);
void override_record(struct core *core, struct op *op, struct step *step);

/* dry_run.c: spec.dryRun. True: the plan is made and the gate judged; only its status is still to be written. */
bool dry_run(struct core *core, struct op *op);
