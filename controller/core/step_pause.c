/* The pause between two attempts of a step. It is none of either's time, and the journal tells it: until it is over the
 * deadline is further off than the attempt may last. */
#include "op.h"
#include "state.h"

enum { FIRST_MS = 2000, MOST_MS = 60000 };

/* After 'failed' attempts, without what is added to it by chance: up to a quarter. */
static int64_t
shortest(const struct step *step, int64_t failed)
{
	return backoff_ms(step->plan->retry_backoff_ms ? step->plan->retry_backoff_ms : FIRST_MS, MOST_MS, failed - 1);
}

int64_t
step_begin_pause(const struct core *core, const struct op *op, struct step *step)
{
	int64_t delay = shortest(step, step->attempt);

	delay += core_jitter(core, op->uid, step->id, (uint64_t)step->attempt, delay / 4);
	step->not_before_up_ms = core->now.up_ms + delay;
	return delay;
}

int64_t
step_pause_left(const struct core *core, const struct step *step)
{
	int64_t left = step->not_before_up_ms - core->now.up_ms;

	return left > 0 ? left : 0;
}

/* The clock may have been set meanwhile. */
void
step_recall_pause(const struct core *core, struct step *step)
{
	int64_t left = step->recorded_wall_ms - core->now.wall_ms - step->plan->timeout_ms, longest;

	if (step->recorded_wall_ms <= 0 || step->attempt < 2 || step->nacts > 0 || left <= 0)
		return;
	longest = shortest(step, step->attempt - 1);
	longest += longest / 4;
	step->not_before_up_ms = core->now.up_ms + (left < longest ? left : longest);
}
