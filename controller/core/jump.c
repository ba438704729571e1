#include "jump.h"

#include <inttypes.h>
#include <stdio.h>

#include "journal.h"
#include "op.h"
#include "outbox.h"
#include "state.h"

/* The deadline as it was last counted, not as it would be now: nothing else of the step has changed. */
static void
move_step(struct op *op, struct step *step, int64_t by_ms)
{
	struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	if (!step || step->state != STEP_RUNNING || !step->task)
		return;
	step->began_wall_ms += by_ms;
	if (step->recorded_wall_ms > 0)
		step->recorded_wall_ms += by_ms;
	moment_jumped(step, by_ms);
	record_step(step, &value);
	journal_put(op, step->id, buf_str(&value));
	buf_done(&value);
}

static void
move_lane(struct core *core, struct lane *lane, int64_t by_ms)
{
	move_step(lane->op, lane->step, by_ms);
	if (lane->cool_until_wall_ms == 0 || lane->cool_until_up_ms <= core->now.up_ms)
		return;
	lane->cool_until_wall_ms += by_ms;
	lane_record(core, lane);
}

/* What waits to be told is given up some time after it happened. */
static void
move_notices(struct op *op, int64_t by_ms)
{
	for (size_t i = 0; i < op->outbox->count; i++)
		op->outbox->list[i]->wall_ms += by_ms;
	if (op->outbox->count)
		op_record(op);
}

static void
move_op(struct core *core, struct op *op, int64_t by_ms)
{
	struct pace *pace = &op->pace;

	for (size_t i = 0; i < op->nlanes; i++)
		move_lane(core, &op->lanes[i], by_ms);
	move_step(op, op->cluster_step, by_ms);
	if (pace->soak_until_wall_ms)
		pace->soak_until_wall_ms += by_ms;
	if (pace->approval_until_wall_ms)
		pace->approval_until_wall_ms += by_ms;
	if (op->closed_since_wall_ms) {
		op->closed_since_wall_ms += by_ms;
		pace->gate_moved_ms += by_ms;
	}
	if (pace->soak_until_wall_ms || pace->approval_until_wall_ms || op->closed_since_wall_ms)
		op_record(op);
}

void
journal_jumped(struct core *core, int64_t by_ms)
{
	struct op *op, *next;

	HASH_ITER (hh, core->ops, op, next) {
		if (op->started && !op->ended)
			move_op(core, op, by_ms);
		if (op->started && op->outbox)
			move_notices(op, by_ms);
		op_kick(core, op);
	}
}
