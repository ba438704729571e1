#include "timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"
#include "lines.h"

/* --- the journal's */

struct entry {
	int64_t at_ms;
	const char *seq, *epoch, *text;
};

static bool
read_entry(const struct cJSON *element, struct entry *ret)
{
	const struct cJSON *id = json_first(element), *fields = id ? json_next(id) : NULL;

	*ret = (struct entry){.seq = "", .epoch = "", .text = ""};
	if (!id || !json_text(id) || !json_is_array(fields))
		return false;
	ret->at_ms = strtoll(json_text(id), NULL, 10);
	for (const struct cJSON *name = json_first(fields), *value; name; name = json_next(value)) {
		value = json_next(name);
		if (!value || !json_text(name) || !json_text(value))
			return false;
		if (strcmp(json_text(name), "seq") == 0)
			ret->seq = json_text(value);
		else if (strcmp(json_text(name), "epoch") == 0)
			ret->epoch = json_text(value);
		else if (strcmp(json_text(name), "text") == 0)
			ret->text = json_text(value);
	}
	return true;
}

static void
put_entry(const struct entry *entry, const struct entry *before, struct buf *out)
{
	char time[LINES_TIME];

	if (!before && strcmp(entry->seq, "1") != 0)
		buf_printf(out, "(what came before number %s is not in the journal any more)\n", entry->seq);
	if (before && strcmp(before->epoch, entry->epoch) != 0)
		buf_printf(out, "%s(taken over: epoch %s)\n", lines_time(entry->at_ms, time), entry->epoch);
	buf_printf(out, "%s%s\n", lines_time(entry->at_ms, time), entry->text);
}

static void
put_entry_json(const struct entry *entry, struct json_out *json)
{
	char time[INSTANT_TEXT];

	json_open(json, NULL);
	json_put_str(json, "time", instant_micro(entry->at_ms, time));
	json_put_int(json, "seq", strtoll(entry->seq, NULL, 10));
	json_put_int(json, "epoch", strtoll(entry->epoch, NULL, 10));
	json_put_str(json, "text", entry->text);
	json_close(json);
}

int
timeline_of_trail(const struct cJSON *trail, bool as_json, struct buf *out, struct err *err)
{
	struct json_out json = JSON_OUT(out);
	struct entry entry, before;
	bool first = true;

	if (!json_is_array(trail))
		return err_set(err, "the audit trail cannot be read");
	if (as_json)
		json_open_array(&json, NULL);
	JSON_EACH(element, trail) {
		if (!read_entry(element, &entry))
			return err_set(err, "the audit trail has an entry that cannot be read");
		if (as_json)
			put_entry_json(&entry, &json);
		else
			put_entry(&entry, first ? NULL : &before, out);
		before = entry;
		first = false;
	}
	if (as_json) {
		json_close_array(&json);
		buf_putc(out, '\n');
	}
	return 0;
}

/* --- the API server's */

static void
put_events(const struct cJSON *events, struct buf *out)
{
	JSON_EACH(event, json_get(events, "items")) {
		const char *at = json_str_or(event, "eventTime", json_str_or(event, "firstTimestamp", ""));
		char time[LINES_TIME];

		if (instant_parse(at) >= 0)
			buf_printf(out, "%sEvent %s: %s\n", lines_time(instant_parse(at), time),
			    json_str_or(event, "reason", ""), json_str_or(event, "message", ""));
	}
}

static void
put_errors(const struct cJSON *operation, struct buf *out)
{
	JSON_EACH(error, json_path(operation, "status", "recentErrors", NULL)) {
		const char *at = json_str_or(error, "time", ""), *node = json_str_or(error, "node", "");
		char time[LINES_TIME];

		if (instant_parse(at) >= 0)
			buf_printf(out, "%sError %s%s%s\n", lines_time(instant_parse(at), time), node, *node ? " " : "",
			    json_str_or(error, "message", ""));
	}
}

/* Each line begins with its time, written so that texts sort as times do; those of one time stay in their order. */
struct sorted {
	const char *line;
	size_t number;
};

static int
by_time(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order = strncmp(x->line, y->line, sizeof "2026-01-28 18:29:02.441Z" - 1);

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

void
timeline_of_status(const struct cJSON *operation, const struct cJSON *events, struct buf *out)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct lines lines = {.quiet = true};
	CLEANUP_FREE struct sorted *sorted = NULL;
	CLEANUP_FREE char *whole = NULL;
	size_t count = 0;
	char *rest, *line;

	lines_take(&lines, operation, 0, &text);
	lines_done(&lines);
	put_events(events, &text);
	put_errors(operation, &text);
	rest = whole = xstrdup(buf_str(&text));
	while ((line = strsep(&rest, "\n"))) {
		struct sorted *at = *line ? ARRAY_GROW(sorted, count) : NULL;

		if (at)
			*at = (struct sorted){line, count};
	}
	if (count > 0)
		qsort(sorted, count, sizeof *sorted, by_time);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s\n", sorted[i].line);
}
