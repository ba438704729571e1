/* Which steps are done and which are left out: the tests of a plan that could not be told when it was made. They are decided
 * by what the journal has, so that a controller that takes over decides them alike. */
#pragma once

#include "op.h"

/* A test of the step leaves it out; then that is told, and known to be its outcome. 'lane' NULL: a step of the cluster. */
bool branch_skips(struct core *core, struct op *op, struct lane *lane, const struct plan_step *step);
/* The same of a whole block, whose nodes are skipped. */
bool branch_skips_block(struct core *core, struct op *op, size_t block);
/* What has become of a step: "done", "rescued", "failed". Kept if a test asks for it, in the record that the caller writes
 * with the step's place. */
void branch_outcome(struct op *op, struct lane *lane, const struct plan_step *step, const char *outcome);
/* The operation begins: what was left out when the plan was made. */
void branch_tell_plan(struct core *core, struct op *op);
