#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "recording.h"

static int
read_name(const struct cJSON *json, const char *key, const char *(*name)(int), int count, int *ret, struct err *err)
{
	const char *text = json_str(json, key);

	for (int i = 0; text && i < count; i++) {
		if (strcmp(name(i), text) == 0) {
			*ret = i;
			return 0;
		}
	}
	return err_set(err, "%s: \"%.40s\" is none that this program knows", key, text ? text : "");
}

static const char *
event_of(int kind)
{
	return event_kind_name((enum event_kind)kind);
}

static const char *
outcome_of(int outcome)
{
	return outcome_name((enum outcome)outcome);
}

static int
read_int(const struct cJSON *json, const char *key, int64_t least, int64_t most, int64_t *ret, struct err *err)
{
	const struct cJSON *value = json_get(json, key);

	*ret = 0;
	if (value && (!json_to_int(value, ret) || *ret < least || *ret > most))
		return err_set(err, "%s: expected a number from %lld to %lld", key, (long long)least, (long long)most);
	return 0;
}

/* A moment is far from where sums with it would overflow. */
static int
read_moment(const struct cJSON *json, const char *up, const char *wall, struct instant *ret, struct err *err)
{
	static const int64_t most = INT64_C(1) << 50;

	return read_int(json, up, 0, most, &ret->up_ms, err) < 0 ? -1 : read_int(json, wall, -most, most, &ret->wall_ms, err);
}

static int
read_id(const struct cJSON *json, uint64_t *ret, struct err *err)
{
	const char *text = json_get(json, "id") ? json_str_or(json, "id", "") : "0";
	uint64_t id = 0;

	for (const char *at = text; *at; at++) {
		unsigned digit = (unsigned)(*at - '0');

		if (digit > 9 || id > (UINT64_MAX - digit) / 10)
			return err_set(err, "id: \"%.40s\" is no number of 64 bits", text);
		id = 10 * id + digit;
	}
	*ret = id;
	return *text ? 0 : err_set(err, "id: expected digits");
}

static int
nibble(char c)
{
	const char *at = c ? strchr("0123456789abcdef", c) : NULL;

	return at ? (int)(at - "0123456789abcdef") : -1;
}

static char *
from_hex(const char *hex, size_t *ret_len)
{
	size_t len = strlen(hex) / 2;
	char *bytes = xmalloc(len + 1);

	for (size_t i = 0; i < len; i++) {
		int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);

		if (high < 0 || low < 0) {
			free(bytes);
			return NULL;
		}
		bytes[i] = (char)(high << 4 | low);
	}
	bytes[len] = '\0';
	*ret_len = len;
	return bytes;
}

/* Bytes or text; NULL when it is neither there. 'owned' holds what the tree does not. */
static int
read_bytes(const struct cJSON *json, const char *key, const char *key_hex, char **owned, const char **ret, size_t *ret_len,
    struct err *err)
{
	const struct cJSON *text = json_get(json, key), *hex = json_get(json, key_hex);

	*ret = NULL;
	*ret_len = 0;
	if (text) {
		*ret = json_text(text);
		*ret_len = *ret ? strlen(*ret) : 0;
		return *ret ? 0 : err_set(err, "%s: expected a text", key);
	}
	if (!hex)
		return 0;
	*owned = json_text(hex) ? from_hex(json_text(hex), ret_len) : NULL;
	*ret = *owned;
	return *owned ? 0 : err_set(err, "%s: expected lower-case hexadecimal digits", key_hex);
}

static int
read_names(struct recorded *ret, struct err *err)
{
	int kind = 0, outcome = 0;

	if (read_name(ret->json, "event", event_of, EVENT_STOP + 1, &kind, err) < 0)
		return -1;
	if (json_get(ret->json, "outcome") &&
	    read_name(ret->json, "outcome", outcome_of, OUTCOME_BROKEN + 1, &outcome, err) < 0)
		return -1;
	ret->event.kind = (enum event_kind)kind;
	ret->event.outcome = (enum outcome)outcome;
	return 0;
}

static int
read_numbers(struct recorded *ret, struct err *err)
{
	struct event *event = &ret->event;
	int64_t status, retry_after;

	if (read_moment(ret->json, "up", "wall", &ret->now, err) < 0 ||
	    read_moment(ret->json, "sentUp", "sentWall", &event->sent, err) < 0 || read_id(ret->json, &event->id, err) < 0 ||
	    read_int(ret->json, "status", INT_MIN, INT_MAX, &status, err) < 0 ||
	    read_int(ret->json, "retryAfterMs", 0, INT_MAX, &retry_after, err) < 0)
		return -1;
	event->status = (int)status;
	event->retry_after_ms = (int)retry_after;
	return 0;
}

static int
read_event(struct recorded *ret, struct err *err)
{
	struct event *event = &ret->event;
	size_t error_len;

	if (read_names(ret, err) < 0 || read_numbers(ret, err) < 0 ||
	    read_bytes(ret->json, "error", "errorHex", &ret->error_bytes, &event->error, &error_len, err) < 0 ||
	    read_bytes(ret->json, "body", "bodyHex", &ret->bytes, &event->body, &event->len, err) < 0)
		return -1;
	/* The core counts on it. */
	if ((event->kind == EVENT_ANSWER || event->kind == EVENT_LINE) && !event->body)
		return err_set(err, "event %s: expected a body", event_kind_name(event->kind));
	return 0;
}

static int
read_decision(struct recorded *ret, struct err *err)
{
	const struct cJSON *wake = json_get(ret->json, "wake");

	ret->wake_up_ms = INT64_MAX;
	if (wake && !json_to_int(wake, &ret->wake_up_ms))
		return err_set(err, "wake: expected a number");
	JSON_EACH(mark, ret->marks) {
		if (!json_text(mark))
			return err_set(err, "decided: expected texts");
	}
	return 0;
}

int
recording_read(const char *line, size_t len, struct recorded *ret, struct err *err)
{
	struct recorded recorded = {.json = json_parse(line, len, err)};
	int r;

	if (!recorded.json)
		return -1;
	recorded.is_event = json_get(recorded.json, "event") != NULL;
	recorded.marks = json_get(recorded.json, "decided");
	if (recorded.is_event)
		r = read_event(&recorded, err);
	else if (json_is_array(recorded.marks))
		r = read_decision(&recorded, err);
	else
		r = err_set(err, "expected a line with \"event\" or \"decided\"");
	if (r < 0)
		recorded_done(&recorded);
	else
		*ret = recorded;
	return r;
}

void
recorded_done(struct recorded *recorded)
{
	json_free(recorded->json);
	free(recorded->bytes);
	free(recorded->error_bytes);
	*recorded = (struct recorded){0};
}
