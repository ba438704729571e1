/* Steps of the whole cluster, one after the other: between the rolls, between a roll's batches, and at the end. */
#pragma once

#include "op.h"

enum progress { PROGRESS_AT_WORK, PROGRESS_DONE, PROGRESS_FAILED };

/* Carry them on from '*at' as far as it goes now; '*rescue' says which step of an onFailure is at work. The step at work is
 * op->cluster_step; one that has failed for good stays there. AT_WORK also when nothing may begin. */
enum progress cluster_steps_run(struct core *core, struct op *op, const struct plan_step *steps, size_t count, size_t *at,
    size_t *rescue);
/* The records of steps that will be done again. */
void cluster_steps_forget(struct op *op, const struct plan_step *steps, size_t count);

/* batch.c. The steps between the batches of the block, if it is the one at work. False: they are at work, or have failed,
 * and no lane begins. */
bool batch_passes(struct core *core, struct op *op, const struct plan_block *block);
/* The lanes of the batches before it are done, and what comes after them. */
bool batch_allows(const struct op *op, const struct lane *lane);
