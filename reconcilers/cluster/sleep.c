#include "reconciler.h"

static enum verdict
reconcile(struct task *t)
{
	char until[INSTANT_TEXT];
	int64_t left = task_left(t, "until", task_integer(t, "duration"), until);

	if (left == 0)
		return task_done(t, "slept until %s", until);
	return task_wait(t, left, "sleeps until %s", until);
}

const struct reconciler task_sleep = {
	.name = "sleep",
	.scope = SCOPE_ANY,
	.summary = "Do nothing for a while; its end is a moment in the journal, which a restart of Strait does not move.",
	.parameters = {
		{.name = "duration", .type = PARAMETER_DURATION, .required = true, .min = 1, .max = HOURS(24 * 30),
		    .help = "for how long, at most 720h"},
	},
	.timeout_ms = HOURS(24 * 31),
	.reconcile = reconcile,
};
