/* When a step that waits looks again. */
#include "op.h"

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
