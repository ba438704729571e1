#include "why.h"

#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"
#include "lines.h"
#include "objects.h"
#include "operation.h"
#include "reasons.h"

struct asked {
	const struct cJSON *operation, *status;
	const char *name, *phase, *program;
	int64_t now_ms;
	struct buf *out;
};

static void
put(const struct asked *a, const char *name, const char *text)
{
	if (text && *text)
		buf_printf(a->out, "  %-9s%s\n", name, text);
}

/* The condition whose reason is why it stands where it stands. */
static const struct cJSON *
cause_of(const struct asked *a)
{
	const struct cJSON *gate = object_condition(a->operation, "GateOpen");
	const struct cJSON *accepted = object_condition(a->operation, "Accepted");

	if (strcmp(json_str_or(accepted, "status", ""), "False") == 0)
		return accepted;
	if (strcmp(a->phase, "Frozen") == 0 && gate)
		return gate;
	return object_condition(a->operation, "Ready");
}

/* Since when: the phase's own beginning, as the transitions tell it; else the condition's. */
static const char *
since(const struct asked *a, const struct cJSON *cause)
{
	const char *last = NULL;

	if (cause && strcmp(json_str_or(cause, "type", ""), "Ready") != 0)
		return json_str_or(cause, "lastTransitionTime", "");
	JSON_EACH(item, json_get(a->status, "transitions")) {
		const char *message = json_str_or(item, "message", "");
		size_t len = strlen(a->phase);

		if (strcmp(json_str_or(item, "what", ""), "Phase") == 0 && strncmp(message, a->phase, len) == 0 &&
		    (message[len] == ':' || !message[len]))
			last = json_str(item, "time");
	}
	return last ? last : json_str_or(cause, "lastTransitionTime", "");
}

static void
put_head(const struct asked *a, const struct cJSON *cause)
{
	const char *from = since(a, cause);
	char age[INSTANT_TEXT], time[LINES_TIME] = "";
	int64_t from_ms = instant_parse(from);

	buf_printf(a->out, "%s on %s is %s", a->name, json_str_or(json_get(a->operation, "spec"), "cluster", ""),
	    *a->phase ? a->phase : "not looked at yet: is strait-controller running?");
	if (from_ms >= 0) {
		object_age(from, a->now_ms, age);
		buf_printf(a->out, " since %.19sZ (%s)", lines_time(from_ms, time), age);
	}
	buf_puts(a->out, "\n");
}

static void
put_held(const struct asked *a)
{
	CLEANUP_BUF struct buf names = BUF_INIT(BUF_MAX_LINE);

	JSON_EACH(node, json_get(a->status, "nodesHeldDown"))
		buf_printf(&names, "%s%s", names.len ? ", " : "", json_text(node) ? json_text(node) : "");
	if (names.len && json_bool(a->status, "keepsCluster", false))
		buf_puts(&names, "; no other operation begins on the cluster until this is retried, acknowledged or cancelled");
	put(a, "down", buf_str(&names));
}

/* What it is at, and for how long. */
static void
put_current(const struct asked *a)
{
	const char *current = json_str_or(a->status, "current", ""), *start = NULL;
	char age[INSTANT_TEXT];

	if (!*current || operation_phase_is_final(a->phase))
		return;
	JSON_EACH(item, json_get(a->status, "transitions")) {
		CLEANUP_FREE char *at = xasprintf("%s %s", json_str_or(item, "task", ""), json_str_or(item, "node", ""));

		if (strcmp(json_str_or(item, "what", ""), "Start") == 0 && strcmp(at, current) == 0)
			start = json_str(item, "time");
	}
	buf_printf(a->out, "  %-9s%s%s%s\n", "at", current, start ? ", for " : "",
	    start ? object_age(start, a->now_ms, age) : "");
}

static void
put_error(const struct asked *a)
{
	const struct cJSON *error = json_first(json_get(a->status, "recentErrors"));
	const char *node = json_str_or(error, "node", "");
	CLEANUP_FREE char *text = NULL;

	if (!error || strcmp(a->phase, "Succeeded") == 0)
		return;
	text = xasprintf("%s  %s%s%s", json_str_or(error, "time", ""), node, *node ? " " : "",
	    json_str_or(error, "message", ""));
	put(a, "error", text);
	put(a, "do", json_str(error, "remedy"));
}

/* The command that a person would type next. */
static void
put_command(const struct asked *a, const char *reason)
{
	static const struct {
		const char *phase, *reason, *command;
	} rows[] = {
		{"AwaitingApproval", NULL, "approve"}, {"Paused", "PlanStale", "approve"}, {"Paused", NULL, "resume"},
		{"Failed", NULL, "retry"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].phase, a->phase) != 0 || (rows[i].reason && strcmp(rows[i].reason, reason) != 0))
			continue;
		buf_printf(a->out, "  %-9s%s job %s %s\n", "by", a->program, rows[i].command, a->name);
		return;
	}
}

static void
put_journal(const struct asked *a)
{
	const struct cJSON *durable = object_condition(a->operation, "JournalDurable");
	const struct reason *reason = reason_find(json_str_or(durable, "reason", ""));

	if (!durable || strcmp(json_str_or(durable, "status", ""), "True") == 0)
		return;
	put(a, "besides", json_str(durable, "message"));
	put(a, "do", reason ? reason->remedy : NULL);
}

void
why_print(const struct cJSON *operation, const char *program, int64_t now_ms, struct buf *out)
{
	const struct cJSON *status = json_get(operation, "status");
	const struct asked a = {.operation = operation, .status = status, .program = program, .now_ms = now_ms, .out = out,
	    .name = json_str_or(json_get(operation, "metadata"), "name", ""), .phase = json_str_or(status, "phase", "")};
	const struct cJSON *cause = cause_of(&a);
	const char *word = json_str_or(cause, "reason", ""), *message = json_str_or(cause, "message", "");
	const struct reason *reason = reason_find(word);

	put_head(&a, cause);
	put(&a, "why", *message ? message : lines_why(operation));
	if (reason && *a.phase) {
		CLEANUP_FREE char *text = xasprintf("%s: %s", reason->name, reason->meaning);

		put(&a, "means", text);
		put(&a, "do", reason->remedy);
	}
	put_command(&a, word);
	put_current(&a);
	put(&a, "progress", json_str(status, "progress"));
	put_held(&a);
	put_error(&a);
	put_journal(&a);
}
