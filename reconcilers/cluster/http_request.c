#include <stdio.h>
#include <string.h>

#include "web.h"

enum { TOO_EARLY = 425, TIMED_OUT = 408, TOO_MANY = 429 };

/* What would be as wrong the next time. */
static bool
is_final(int status)
{
	return status >= 300 && status < 500 && status != TIMED_OUT && status != TOO_EARLY && status != TOO_MANY;
}

static enum verdict
refused(struct task *t, const struct act *act)
{
	if (is_final(act->status))
		return task_halt(t, "it answered HTTP %d: %.160s", act->status, act->answer);
	return task_retry(t, "it answered HTTP %d: %.160s", act->status, act->answer);
}

/* Desired: the request has been sent once, and answered with 2xx. */
static enum verdict
request(struct task *t)
{
	const char *body = task_text(t, "body");
	char headers[160];
	const struct web_request wanted = {.method = task_text(t, "method"), .url = task_text(t, "url"),
	    .headers = *body ? headers : NULL, .body = *body ? body : NULL};
	bool repeatable = task_integer(t, "repeatable");
	const struct act *act;

	snprintf(headers, sizeof headers, "Content-Type: %.100s\n", task_text(t, "contentType"));
	if (!*wanted.method || wanted.method[strspn(wanted.method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] || strlen(wanted.method) > 7)
		return task_halt(t, "method \"%.20s\" is none: expected POST, PUT, PATCH, DELETE or GET", wanted.method);
	if (strpbrk(task_text(t, "contentType"), "\r\n"))
		return task_halt(t, "contentType is more than one line");
	act = web_send(t, "request", repeatable ? ACT_REPEATABLE : ACT_ONCE, &wanted);
	switch (act->state) {
	case ACT_ANSWERED:
		return task_done(t, "HTTP %d%s%.160s", act->status, act->answer[0] ? ": " : "", act->answer);
	case ACT_REFUSED:
		return refused(t, act);
	case ACT_UNKNOWN:
		if (act->settled && !repeatable)
			return task_halt(t, "outcome unknown: the request was sent and not answered (%.120s): look whether it "
			    "arrived, then retry or skip", act->answer);
		return task_wait(t, SECONDS(1), "no answer: %.120s", act->answer);
	case ACT_NOT_SENT:
		return task_wait(t, SECONDS(2), "it could not be sent: %.160s", act->answer);
	default:
		return task_wait(t, SECONDS(1), "the request is on its way");
	}
}

const struct reconciler http_request = {
	.name = "http-request",
	.scope = SCOPE_ANY,
	.opaque = true,
	.summary = "Send an HTTP request; done when it is answered with 2xx.",
	.preconditions = {"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum"},
	.parameters = {
		{.name = "url", .type = PARAMETER_STRING, .required = true, .help = "http:// or https://, without a secret"},
		{.name = "method", .type = PARAMETER_STRING, .fallback = "POST", .help = "POST, PUT, PATCH, DELETE or GET"},
		{.name = "body", .type = PARAMETER_STRING, .fallback = "", .help = "what is sent with it"},
		{.name = "contentType", .type = PARAMETER_STRING, .fallback = "application/json", .help = "of the body"},
		{.name = "repeatable", .type = PARAMETER_BOOLEAN, .fallback = "false",
		    .help = "it may arrive twice: then it is sent again when nobody knows whether it arrived"},
	},
	.timeout_ms = MINUTES(5),
	.reconcile = request,
};
