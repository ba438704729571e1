/* What an operation may do now. */
#include "cluster.h"
#include "op.h"
#include "shards.h"
#include "state.h"

bool
op_is_cancelled(const struct op *op)
{
	return op->gone || op->object->cancel || op->object->meta.deleting || op->pace.timed_out;
}

bool
op_may_begin(const struct core *core, const struct op *op)
{
	bool cancelled = op_is_cancelled(op);

	if (op->lost || op->ended || (op->object->suspend && !cancelled))
		return false;
	/* What a workflow says of its end is done however that has come. */
	if (op->ending.phase == PHASE_NONE && (cancelled || roll_has_failed(op) || op->pace.stale || op->pace.gate_paused[0]))
		return false;
	/* Who cannot hear a person's "stop" begins nothing. */
	return !core->stopping && journal_away_ms(core, op) == 0 && op->cluster->ready && informers_connected(core) &&
	    core->now.up_ms < shard_valid_until(core, op->shard) && !shard_is_leaving(core, op->shard);
}

bool
op_may_act(const struct op *op)
{
	/* Of one whose object is away by force nobody can be told, and what it holds down is brought back all the same. */
	return op->gone || (op->status.running_acknowledged && (op->object->meta.has_finalizer || op_is_cancelled(op)));
}
