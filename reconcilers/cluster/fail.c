#include "reconciler.h"

static enum verdict
reconcile(struct task *t)
{
	return task_halt(t, "%s", task_text(t, "message"));
}

const struct reconciler task_fail = {
	.name = "fail",
	.scope = SCOPE_ANY,
	.summary = "Fail for good, and say why: where a workflow has come to what it was not written for.",
	.parameters = {
		{.name = "message", .type = PARAMETER_STRING, .required = true, .help = "what is said of it"},
	},
	.timeout_ms = MINUTES(1),
	.reconcile = reconcile,
};
