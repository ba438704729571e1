#include "reconciler.h"
#include "web.h"

/* Desired: every channel has taken the message. */
static enum verdict
say(struct task *t)
{
	const char *why;

	switch (web_tell(t, task_text(t, "channels"), task_text(t, "message"), &why)) {
	case TOLD_SENT:
		return task_done(t, "told %s", task_text(t, "channels"));
	case TOLD_REFUSED:
		return task_retry(t, "channel %s", why);
	default:
		return task_wait(t, SECONDS(1), "channel %s", why);
	}
}

const struct reconciler send_webhook_message = {
	.name = "send-webhook-message",
	.scope = SCOPE_ANY,
	.impact = IMPACT_NONE,
	.summary = "Send a message to channels of the target cluster (spec.channels).",
	.parameters = {
		{.name = "channels", .type = PARAMETER_LIST, .required = true, .channels = true,
		    .help = "names of channels, with commas in between"},
		{.name = "message", .type = PARAMETER_STRING, .required = true,
		    .help = "what is said; a template has it as +text+"},
	},
	.timeout_ms = MINUTES(10),
	.reconcile = say,
};
