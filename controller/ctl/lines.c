#include "lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "colour.h"
#include "command.h"
#include "instant.h"
#include "json.h"
#include "objects.h"
#include "operation.h"
#include "plan.h"
#include "reasons.h"
#include "reconciler.h"
#include "registry.h"

char *
lines_time(int64_t wall_ms, char *text)
{
	char micro[INSTANT_TEXT];

	instant_micro(wall_ms, micro);
	micro[10] = ' ';
	snprintf(text, LINES_TIME, "%.23sZ ", micro);
	return text;
}

char *
lines_duration(int64_t ms, char *text)
{
	if (ms < 1000)
		snprintf(text, INSTANT_TEXT, "%" PRId64 "ms", ms);
	else if (ms < 60000)
		snprintf(text, INSTANT_TEXT, "%" PRId64 ".%03" PRId64 "s", ms / 1000, ms % 1000);
	else
		duration_text(ms / 1000 * 1000, text);
	return text;
}

const char *
lines_why(const struct cJSON *operation)
{
	const char *whole = json_str_or(object_condition(operation, "Ready"), "message", "");

	return *whole ? whole : json_str_or(json_get(operation, "status"), "message", "");
}

/* The controller has not seen yet that it is to be retried. */
static bool
is_to_be_retried(const struct cJSON *operation)
{
	const struct cJSON *spec = json_get(operation, "spec");

	return json_int(spec, "retry", 0) > json_int(json_get(operation, "status"), "retryObserved", 0) &&
	    !json_bool(spec, "cancel", false);
}

int
lines_exit(const struct cJSON *operation)
{
	const char *phase = json_str_or(json_get(operation, "status"), "phase", "");
	const struct cJSON *accepted = object_condition(operation, "Accepted");
	const struct reason *reason = reason_find(json_str_or(accepted, "reason", ""));

	if (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Planned") == 0)
		return EXIT_DONE;
	if (strcmp(phase, "Failed") == 0)
		return is_to_be_retried(operation) ? -1 : EXIT_NOT_DONE;
	if (strcmp(phase, "Cancelled") == 0)
		return EXIT_CANCELLED;
	if (strcmp(json_str_or(accepted, "status", ""), "False") == 0 && reason && strcmp(reason->class_, "person") == 0)
		return EXIT_NOT_DONE;
	return -1;
}

/* --- a transition --- */

struct line {
	const struct lines *lines;
	const struct cJSON *item;
	struct buf *out;
	int64_t at_ms, took_ms;      /* -1: not told */
	bool single;                 /* nothing else can be meant: neither node nor task is named */
};

/* The engine's own steps beside the task: "stable window" of 1.stable, "restore". NULL: it is the task itself. */
static const char *
own_step(const struct cJSON *item)
{
	const char *dot = strrchr(json_str_or(item, "step", ""), '.');

	if (!dot || (dot[1] >= '0' && dot[1] <= '9'))
		return NULL;
	return strcmp(dot, ".stable") == 0 ? "stable window" : dot + 1;
}

static void
begin(const struct line *l, int64_t at_ms)
{
	const char *node = json_str_or(l->item, "node", ""), *task = json_str_or(l->item, "task", ""), *own = own_step(l->item);
	char time[LINES_TIME];

	buf_puts(l->out, lines_time(at_ms, time));
	if (!l->single && *node)
		buf_printf(l->out, "%s ", node);
	if (*task && (!l->single || own))
		buf_printf(l->out, "%s: ", own ? own : task);
}

static void
end(const struct line *l, bool with_duration, const char *message)
{
	char duration[INSTANT_TEXT];

	if (with_duration && l->took_ms >= 0)
		buf_printf(l->out, "   duration=%s", lines_duration(l->took_ms, duration));
	if (*message)
		buf_printf(l->out, "   %s", message);
	buf_putc(l->out, '\n');
}

static void
put(const struct line *l, enum colour colour, const char *word, bool with_duration)
{
	begin(l, l->at_ms);
	colour_put(l->out, l->lines->colour, colour, word);
	end(l, with_duration, json_str_or(l->item, "message", ""));
}

static const char *
title_of(const char *condition)
{
	const struct reconciler *type = plan_find_type(registry, condition);

	return type && type->title ? type->title : condition;
}

/* They were asked for together, so they begin and end together. */
static void
put_passed(const struct line *l)
{
	const struct cJSON *names = json_get(l->item, "conditions");
	const char *message = json_str_or(l->item, "message", "");

	if (l->took_ms >= 0)
		JSON_EACH(name, names) {
			begin(l, l->at_ms - l->took_ms);
			buf_printf(l->out, "Condition Check (%s): Start\n", title_of(json_text(name) ? json_text(name) : ""));
		}
	JSON_EACH(name, names) {
		begin(l, l->at_ms);
		buf_printf(l->out, "Condition Check (%s): ", title_of(json_text(name) ? json_text(name) : ""));
		colour_put(l->out, l->lines->colour, COLOUR_GOOD, "Condition passed");
		end(l, true, json_count(names) == 1 ? message : "");
	}
	if (json_count(names) == 1)
		return;
	begin(l, l->at_ms);
	colour_put(l->out, l->lines->colour, COLOUR_GOOD, names ? "All conditions passed" : "No condition needs to hold");
	end(l, false, message);
}

static void
put_not_passed(const struct line *l)
{
	const struct cJSON *names = json_get(l->item, "conditions");
	const char *name = json_text(json_first(names));

	begin(l, l->at_ms);
	buf_puts(l->out, "Condition Check");
	if (name)
		buf_printf(l->out, " (%s)", title_of(name));
	buf_puts(l->out, ": ");
	colour_put(l->out, l->lines->colour, COLOUR_WAITS, "Condition failed");
	end(l, true, json_str_or(l->item, "message", ""));
}

/* "PHASE: why". */
static void
put_phase(const struct line *l)
{
	const char *message = json_str_or(l->item, "message", "");
	size_t len = strcspn(message, ":");
	CLEANUP_FREE char *phase = xstrndup(message, len);

	begin(l, l->at_ms);
	colour_put(l->out, l->lines->colour, colour_of_phase(phase), phase);
	buf_printf(l->out, "%s\n", message + len);
}

static void
put_transition(const struct line *l)
{
	const char *what = json_str_or(l->item, "what", "");

	if (strcmp(what, "Phase") == 0)
		put_phase(l);
	else if (strcmp(what, "ConditionsPassed") == 0)
		put_passed(l);
	else if (strcmp(what, "ConditionFailed") == 0)
		put_not_passed(l);
	else if (strcmp(what, "AttemptFailed") == 0)
		put(l, COLOUR_BAD, "Attempt failed", true);
	else if (strcmp(what, "Failed") == 0)
		put(l, COLOUR_BAD, what, true);
	else
		put(l, strcmp(what, "Finished") == 0 ? COLOUR_GOOD : COLOUR_NONE, what, true);
}

/* --- an object --- */

static bool
is_single(const struct cJSON *operation)
{
	const struct cJSON *spec = json_get(operation, "spec");

	return (json_get(spec, "nodeTask") || json_get(spec, "clusterTask")) &&
	    json_int(json_path(operation, "status", "counts", NULL), "total", 0) <= 1;
}

static void
remember(struct lines *lines, const char *text)
{
	free(lines->told);
	lines->told = xstrdup(text);
}

static void
take_transition(struct lines *lines, const struct cJSON *operation, const struct cJSON *item, struct buf *out)
{
	struct line line = {.lines = lines, .item = item, .out = out, .at_ms = instant_parse(json_str_or(item, "time", "")),
	    .took_ms = json_int(item, "durationMs", -1), .single = is_single(operation)};
	int64_t seq = json_int(item, "seq", 0);

	if (seq <= lines->seq)
		return;
	if (seq > lines->seq + 1 && !lines->quiet)
		buf_printf(out, "(%" PRId64 " thing%s that happened before %s not in the status any more: straitctl timeline "
		    "%s)\n", seq - lines->seq - 1, seq - lines->seq == 2 ? "" : "s", seq - lines->seq == 2 ? "is" : "are",
		    json_str_or(json_get(operation, "metadata"), "name", ""));
	lines->seq = seq;
	put_transition(&line);
	if (strcmp(json_str_or(item, "what", ""), "Phase") == 0)
		remember(lines, json_str_or(item, "message", ""));
}

/* Why it waits may change without a transition. What it does while it runs is on the progress line. */
static void
take_stand(struct lines *lines, const struct cJSON *operation, int64_t now_ms, struct buf *out)
{
	const char *phase = json_str_or(json_get(operation, "status"), "phase", ""), *why = lines_why(operation);
	CLEANUP_FREE char *stand = xasprintf("%s%s%s", phase, *why ? ": " : "", why);
	char time[LINES_TIME];

	if (!*phase || (strcmp(phase, "Running") == 0 && lines->told) || (lines->told && strcmp(lines->told, stand) == 0))
		return;
	remember(lines, stand);
	buf_puts(out, lines_time(now_ms, time));
	colour_put(out, lines->colour, colour_of_phase(phase), phase);
	buf_printf(out, "%s\n", stand + strlen(phase));
}

void
lines_take(struct lines *lines, const struct cJSON *operation, int64_t now_ms, struct buf *out)
{
	JSON_EACH(item, json_path(operation, "status", "transitions", NULL))
		take_transition(lines, operation, item, out);
	if (!lines->quiet)
		take_stand(lines, operation, now_ms, out);
}

void
lines_progress(const struct cJSON *operation, size_t width, struct buf *out)
{
	const struct cJSON *status = json_get(operation, "status");
	const char *current = json_str_or(status, "current", ""), *why = json_str_or(status, "message", "");
	CLEANUP_FREE char *text = xasprintf("%s %s%s%s%s%s", json_str_or(status, "phase", ""),
	    json_str_or(status, "progress", ""), *current ? "  " : "", current, *why ? "  " : "", why);
	size_t len = strlen(text);

	if (len > width)
		len = width;
	/* No character is cut in two. */
	while (len > 0 && len < strlen(text) && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	buf_put(out, text, len);
}

void
lines_done(struct lines *lines)
{
	free(lines->told);
	*lines = (struct lines){0};
}
