/* JSON in and out. Reading goes through these accessors alone: cJSON's own, which lint bans, ignore case and lose
 * digits. Writing goes straight into a buffer, in the order given, so that equal values give equal bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

struct cJSON;

/* Parse one document; the whole text must be it. Refused: NUL bytes, duplicate keys, depth over 64, trailing text.
 * Free with json_free(). */
struct cJSON *json_parse(const char *text, size_t len, struct err *err);
/* A member that is large, and that nobody reads, or few do. */
struct json_cut {
	const char *key;
	bool as_text;            /* comes out as a string, which holds its JSON text; else as 0 */
};
/* The same, but no tree is made of what members of these names (one of key NULL ends them) hold in objects at 'depth' (1: the
 * outermost). A key that is written with escapes is not cut. */
struct cJSON *json_parse_cut(const char *text, size_t len, const struct json_cut *cuts, int depth, struct err *err);
struct json_span {
	size_t from, to;
	bool as_text;            /* of a cut */
};
/* The same, but each element of the outermost object's array 'key' comes out as 0, and where it lies in the text is in *ret,
 * which is owned: so that they can be parsed one at a time. */
struct cJSON *json_parse_list(const char *text, size_t len, const char *key, struct json_span **ret, size_t *count,
    struct err *err);
void json_free(struct cJSON *json);
void json_freep(struct cJSON **at);
#define CLEANUP_JSON __attribute__((cleanup(json_freep)))

bool json_is_object(const struct cJSON *json);
bool json_is_array(const struct cJSON *json);
/* The member 'key' of an object, or NULL; 'json' may be NULL or of another kind. */
const struct cJSON *json_get(const struct cJSON *json, const char *key);
/* Down a path of members: json_path(object, "spec", "access", NULL). */
const struct cJSON *json_path(const struct cJSON *json, ...) __attribute__((sentinel));
/* The value itself. text: NULL unless a string. */
const char *json_text(const struct cJSON *value);
bool json_to_int(const struct cJSON *value, int64_t *ret);   /* integral and within 2^53, else false */
/* A member as a value; the fallback when absent or of another type. */
const char *json_str(const struct cJSON *object, const char *key);
const char *json_str_or(const struct cJSON *object, const char *key, const char *fallback);
int64_t json_int(const struct cJSON *object, const char *key, int64_t fallback);
bool json_bool(const struct cJSON *object, const char *key, bool fallback);
/* Iteration over an array's elements or an object's members; json_key() names the member. Of NULL they give NULL: a peer's
 * list may be shorter than it should be. */
const struct cJSON *json_first(const struct cJSON *json);
const struct cJSON *json_next(const struct cJSON *element);
const char *json_key(const struct cJSON *member);
size_t json_count(const struct cJSON *json);
#define JSON_EACH(element, json) \
	for (const struct cJSON *element = json_first(json); element; element = json_next(element))
/* Compact text of a value, appended. Numbers by value (1.0 is written 1, digits past a double's are
 * lost); members in their order. */
void json_print(const struct cJSON *value, struct buf *out);
/* A scalar as text ("3", "true", "abc"), owned; NULL for objects, arrays and null. */
char *json_scalar(const struct cJSON *value);

/* Writing. 'key' is NULL inside an array and for the outermost value. */
struct json_out {
	struct buf *buf;
	bool comma;
};
#define JSON_OUT(buffer) {.buf = (buffer)}

void json_open(struct json_out *out, const char *key);             /* { */
void json_close(struct json_out *out);                             /* } */
void json_open_array(struct json_out *out, const char *key);
void json_close_array(struct json_out *out);
void json_put_str(struct json_out *out, const char *key, const char *value);   /* NULL value: nothing is written */
/* 'len' bytes, which json_is_text(): valid UTF-8 whose only control characters are tab, newline and carriage return. They come
 * back as they were. */
bool json_is_text(const char *bytes, size_t len);
void json_put_text(struct json_out *out, const char *key, const char *text, size_t len);
void json_put_int(struct json_out *out, const char *key, int64_t value);
void json_put_bool(struct json_out *out, const char *key, bool value);
void json_put_raw(struct json_out *out, const char *key, const char *json_text);
