/* An eachNode in batches: after every so many lanes, in the plan's order, steps of the cluster while no node is at work. How
 * many batches are through is journaled; which lanes a batch has only the plan says, so that a node that is left out or taken
 * up again changes no other's. */
#include "cluster_steps.h"
#include "log.h"
#include "state.h"

/* Batches whose lanes are all over, from the first one on. */
static size_t
batches_over(const struct plan_block *block, const struct lane *first)
{
	size_t size = (size_t)block->batch.size, over = 0;

	while (over < block->nlanes && lane_is_over(&first[over]))
		over++;
	return over == block->nlanes ? (over + size - 1) / size : over / size;
}

bool
batch_passes(struct core *core, struct op *op, const struct plan_block *block)
{
	const struct plan_batch *batch = &block->batch;
	const struct lane *first = op->lanes;

	if (batch->size == 0 || block != &op->plan->blocks[op->block])
		return true;
	while (first->block != block)
		first++;
	while (op->pace.batches < batches_over(block, first)) {
		if (cluster_steps_run(core, op, batch->then, batch->nthen, &op->cluster_at, &op->cluster_rescue) !=
		    PROGRESS_DONE)
			return false;
		op->pace.batches++;
		op->cluster_at = 0;
		cluster_steps_forget(op, batch->then, batch->nthen);
		op_record(op);
		say(core, LOG_LEVEL_INFO, op, NULL, NULL, "batch %zu is through", op->pace.batches);
		journal_note(op, "batch %zu is through", op->pace.batches);
	}
	return true;
}

bool
batch_allows(const struct op *op, const struct lane *lane)
{
	size_t before = 0;

	if (lane->block->batch.size == 0 || lane->block_index < op->block)
		return true;
	while (lane - before > op->lanes && lane[-1 - (ptrdiff_t)before].block == lane->block)
		before++;
	return before / (size_t)lane->block->batch.size <= op->pace.batches;
}
