/* When a step looks again: one that waits, and one whose act had to wait. */
#include "op.h"
#include "state.h"

enum { SOON_MS = 100 };

static int64_t
interval_of(const struct step *step, int64_t now_up_ms)
{
	int64_t half = (now_up_ms - step->acted_up_ms) / 2, soon = half > SOON_MS ? half : SOON_MS;

	return step->acted_up_ms > 0 && soon < step->task->wait_ms ? soon : step->task->wait_ms;
}

/* Counted from when the look began: what was asked first is the oldest of what is told until the next. Whoever takes long to
 * answer is left alone for half of it all the same. */
int64_t
step_next_look(const struct step *step, int64_t now_up_ms)
{
	int64_t interval = interval_of(step, now_up_ms), next = step->task->round_up_ms + interval;

	return next > now_up_ms + interval / 2 ? next : now_up_ms + interval / 2;
}

/* The gate took long to open: what the author saw is old by now, and the process may be another one. It looks again, or at the
 * answers of a round that was asked for meanwhile; of who is slow to answer, those are as young as they can be. */
bool
step_looked_lately(struct core *core, struct step *step)
{
	struct task *t = step->task;
	int64_t since = core->now.up_ms - core->config.fact_age_ms;
	bool again = t->again_up_ms > 0;

	if (t->seen_up_ms >= since || (again && t->seen_up_ms >= t->again_up_ms && t->passed_up_ms >= since)) {
		t->again_up_ms = 0;
		return true;
	}
	if (again && t->seen_up_ms < t->again_up_ms)
		return false;
	step->stamp_checked = step->host_checked = false;
	if (t->round_up_ms == t->seen_up_ms)
		step_new_round(core, step);
	t->again_up_ms = t->round_up_ms;
	return false;
}
