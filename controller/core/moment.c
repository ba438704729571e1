/* A moment that a task waits for: by the wall in the journal, by the monotonic clock in this process. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "jump.h"
#include "op.h"
#include "state.h"

int64_t
task_left(struct task *t, const char *key, int64_t ms, char ret[INSTANT_TEXT])
{
	struct step *step = t->step;
	const char *until = task_recall(t, key);
	int64_t wall_ms = until ? strtoll(until, NULL, 10) : t->core->now.wall_ms + ms, left;
	char text[24];

	if (step->moment.up_ms == 0)
		step->moment.up_ms = pace_up_ms(t->core, wall_ms, ms);
	step->moment.key = key;
	if (!until) {
		snprintf(text, sizeof text, "%" PRId64, wall_ms);
		task_remember(t, key, text);
		step_record(t->core, t->op, step, NULL);
	}
	instant_clock(wall_ms, ret);
	left = step->moment.up_ms - t->core->now.up_ms;
	return left > 0 ? left : 0;
}

void
moment_jumped(struct step *step, int64_t by_ms)
{
	const char *until = step->moment.key ? task_recall(step->task, step->moment.key) : NULL;
	char text[24];

	if (!until)
		return;
	snprintf(text, sizeof text, "%" PRId64, (int64_t)strtoll(until, NULL, 10) + by_ms);
	task_remember(step->task, step->moment.key, text);
}
