#include "before.h"
#include "run.h"

/* Desired: the command of the TargetCluster's spec.commands has been run on the host, and has ended well. */
static enum verdict
run_it(struct task *t)
{
	struct run run = {.words = task_text(t, "argv"), .called = task_text(t, "command")};
	char output[RUN_TEXT], end[RUN_TEXT];
	enum verdict verdict;
	bool noted = before_touching(t);

	if (!run_follow(t, &run, &verdict))
		return verdict;
	if (!run_output(t, &run, output) || !noted)
		return VERDICT_WAIT;
	if (run.seen->state == HOST_RUN_FAILED)
		return task_retry(t, "%s failed: %s%s%s", run.called, run_end(&run, end), *output ? ": " : "", output);
	return run_done(t, &run, "%s has ended%s%s", run.called, *output ? ": " : "", output);
}

const struct reconciler run_command = {
	.name = "run-command",
	.scope = SCOPE_NODE,
	.opaque = true,
	.needs_host = true,
	.arguments = true,
	.summary = "Run a command that the TargetCluster declares in spec.commands on the node's host, as a systemd unit.",
	.preconditions = {"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum"},
	.parameters = {
		{.name = "command", .type = PARAMETER_STRING, .required = true,
		    .help = "its name in the TargetCluster's spec.commands; further keys fill the {gaps} of its arguments"},
		{.name = "argv", .type = PARAMETER_STRING, .planned = true, .help = "the words of the command, of the plan"},
	},
	.timeout_ms = MINUTES(30),
	.reconcile = run_it,
};
