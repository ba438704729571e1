#include "lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "instant.h"
#include "json.h"
#include "objects.h"
#include "operation.h"
#include "reasons.h"

char *
lines_time(int64_t wall_ms, char *text)
{
	char micro[INSTANT_TEXT];

	instant_micro(wall_ms, micro);
	micro[10] = ' ';
	snprintf(text, LINES_TIME, "%.23sZ ", micro);
	return text;
}

const char *
lines_why(const struct cJSON *operation)
{
	const char *whole = json_str_or(object_condition(operation, "Ready"), "message", "");

	return *whole ? whole : json_str_or(json_get(operation, "status"), "message", "");
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
		return EXIT_NOT_DONE;
	if (strcmp(phase, "Cancelled") == 0)
		return EXIT_CANCELLED;
	if (strcmp(json_str_or(accepted, "status", ""), "False") == 0 && reason && strcmp(reason->class_, "person") == 0)
		return EXIT_NOT_DONE;
	return -1;
}

static bool
is_new(char **before, const char *text)
{
	if (*before && strcmp(*before, text) == 0)
		return false;
	free(*before);
	*before = xstrdup(text);
	return true;
}

void
lines_take(struct lines *lines, const struct cJSON *operation, int64_t now_ms, struct buf *out)
{
	const struct cJSON *status = json_get(operation, "status");
	const char *phase = json_str_or(status, "phase", ""), *current = json_str_or(status, "current", "");
	const char *progress = json_str_or(status, "progress", ""), *why = lines_why(operation);
	CLEANUP_FREE char *stand = xasprintf("%s%s%s%s%s", phase, *progress ? " " : "", progress, *why ? ": " : "", why);
	char time[LINES_TIME];

	lines_time(now_ms, time);
	if (*phase && is_new(&lines->told, stand))
		buf_printf(out, "%s%s\n", time, stand);
	if (*current && is_new(&lines->current, current))
		buf_printf(out, "%s%s\n", time, current);
}

void
lines_done(struct lines *lines)
{
	free(lines->told);
	free(lines->current);
	*lines = (struct lines){0};
}
