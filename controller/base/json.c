#include "json.h"

#include <cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json_scan.h"

/* cJSON makes the tree and frees it. Its getters are not used: they ignore case, or take one kind for another. */

static struct cJSON *
build(const char *text, size_t len, struct err *err)
{
	const char *end = text;
	struct cJSON *json = cJSON_ParseWithLengthOpts(text, len, &end, false);

	if (!json)
		err_set(err, "JSON, byte %zu: expected something else", (size_t)(end - text));
	return json;
}

struct cJSON *
json_parse(const char *text, size_t len, struct err *err)
{
	return json_scan(text, len, NULL, err) < 0 ? NULL : build(text, len, err);
}

/* A string that holds the text, whose own control characters can only be space between its values. */
static size_t
quote(char *to, const char *text, size_t len)
{
	char *at = to;

	*at++ = '"';
	for (const char *end = text + len; text < end; text++) {
		if (*text == '"' || *text == '\\')
			*at++ = '\\';
		*at++ = *text;
	}
	*at++ = '"';
	return (size_t)(at - to);
}

/* How much a span may take in the copy. */
static size_t
quoted_most(const struct json_span *spans, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++)
		if (spans[i].as_text)
			most += spans[i].to - spans[i].from + 2;
	return most;
}

/* From a copy in which a 0 stands for each span, or a string. */
static struct cJSON *
build_without(const char *text, size_t len, const struct json_span *spans, size_t count, struct err *err)
{
	CLEANUP_FREE char *rest = NULL;
	size_t from = 0, to = 0;

	if (count == 0)
		return build(text, len, err);
	rest = xmalloc(len + quoted_most(spans, count));
	for (size_t i = 0; i < count; i++) {
		memcpy(rest + to, text + from, spans[i].from - from);
		to += spans[i].from - from;
		if (spans[i].as_text)
			to += quote(rest + to, text + spans[i].from, spans[i].to - spans[i].from);
		else
			rest[to++] = '0';
		from = spans[i].to;
	}
	memcpy(rest + to, text + from, len - from);
	return build(rest, to + len - from, err);
}

struct cJSON *
json_parse_cut(const char *text, size_t len, const struct json_cut *cuts, int depth, struct err *err)
{
	struct json_find find = {.cuts = cuts, .depth = depth};
	struct cJSON *json = NULL;

	if (json_scan(text, len, &find, err) == 0)
		json = build_without(text, len, find.spans, find.count, err);
	free(find.spans);
	return json;
}

struct cJSON *
json_parse_list(const char *text, size_t len, const char *key, struct json_span **ret, size_t *count, struct err *err)
{
	const struct json_cut cuts[] = {{.key = key}, {.key = NULL}};
	struct json_find find = {.cuts = cuts, .depth = 1, .elements = true};
	struct cJSON *json = NULL;

	if (json_scan(text, len, &find, err) == 0)
		json = build_without(text, len, find.spans, find.count, err);
	*ret = find.spans;
	*count = find.count;
	return json;
}

void
json_free(struct cJSON *json)
{
	cJSON_Delete(json);
}

void
json_freep(struct cJSON **at)
{
	json_free(*at);
	*at = NULL;
}

static int
kind(const struct cJSON *json)
{
	return json ? json->type & 0xff : cJSON_Invalid;
}

bool
json_is_object(const struct cJSON *json)
{
	return kind(json) == cJSON_Object;
}

bool
json_is_array(const struct cJSON *json)
{
	return kind(json) == cJSON_Array;
}

const struct cJSON *
json_get(const struct cJSON *json, const char *key)
{
	if (!json_is_object(json))
		return NULL;
	JSON_EACH(member, json) {
		if (strcmp(member->string, key) == 0)
			return member;
	}
	return NULL;
}

const struct cJSON *
json_path(const struct cJSON *json, ...)
{
	va_list keys;
	const char *key;

	va_start(keys, json);
	while (json && (key = va_arg(keys, const char *)))
		json = json_get(json, key);
	va_end(keys);
	return json;
}

const char *
json_text(const struct cJSON *value)
{
	return kind(value) == cJSON_String ? value->valuestring : NULL;
}

/* The doubles that stand for one integer each: 2^53 itself is also what 2^53 + 1 is read as. */
static bool
is_exact(double number)
{
	return fabs(number) < 9007199254740992.0 && trunc(number) == number;
}

bool
json_to_int(const struct cJSON *value, int64_t *ret)
{
	if (kind(value) != cJSON_Number || !is_exact(value->valuedouble))
		return false;
	*ret = (int64_t)value->valuedouble;
	return true;
}

const char *
json_str(const struct cJSON *object, const char *key)
{
	return json_text(json_get(object, key));
}

const char *
json_str_or(const struct cJSON *object, const char *key, const char *fallback)
{
	const char *text = json_str(object, key);

	return text ? text : fallback;
}

int64_t
json_int(const struct cJSON *object, const char *key, int64_t fallback)
{
	int64_t value = fallback;

	json_to_int(json_get(object, key), &value);
	return value;
}

bool
json_bool(const struct cJSON *object, const char *key, bool fallback)
{
	switch (kind(json_get(object, key))) {
	case cJSON_True:
		return true;
	case cJSON_False:
		return false;
	default:
		return fallback;
	}
}

const struct cJSON *
json_first(const struct cJSON *json)
{
	return json ? json->child : NULL;
}

const struct cJSON *
json_next(const struct cJSON *element)
{
	return element ? element->next : NULL;
}

const char *
json_key(const struct cJSON *member)
{
	return member->string;
}

size_t
json_count(const struct cJSON *json)
{
	size_t count = 0;

	JSON_EACH(element, json)
		count++;
	return count;
}

static void
print_number(double number, struct buf *out)
{
	char text[32];

	if (is_exact(number)) {
		buf_printf(out, "%lld", (long long)number);
		return;
	}
	/* The shortest that reads back as the same. */
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*g", precision, number);
		if (strtod(text, NULL) == number)
			break;
	}
	buf_puts(out, text);
}

static void
print_value(const struct cJSON *value, struct json_out *out, const char *key)
{
	switch (kind(value)) {
	case cJSON_Object:
		json_open(out, key);
		JSON_EACH(member, value)
			print_value(member, out, json_key(member));
		json_close(out);
		break;
	case cJSON_Array:
		json_open_array(out, key);
		JSON_EACH(element, value)
			print_value(element, out, NULL);
		json_close_array(out);
		break;
	case cJSON_String:
		json_put_str(out, key, value->valuestring);
		break;
	case cJSON_Number:
		json_put_raw(out, key, "");
		print_number(value->valuedouble, out->buf);
		break;
	case cJSON_True:
	case cJSON_False:
		json_put_bool(out, key, kind(value) == cJSON_True);
		break;
	default:
		json_put_raw(out, key, "null");
	}
}

void
json_print(const struct cJSON *value, struct buf *out)
{
	struct json_out writer = JSON_OUT(out);

	print_value(value, &writer, NULL);
}

char *
json_scalar(const struct cJSON *value)
{
	struct buf text = BUF_INIT(64);

	switch (kind(value)) {
	case cJSON_String:
		return xstrdup(value->valuestring);
	case cJSON_Number:
		print_number(value->valuedouble, &text);
		return buf_take(&text);
	case cJSON_True:
		return xstrdup("true");
	case cJSON_False:
		return xstrdup("false");
	default:
		return NULL;
	}
}
