#include "json_scan.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json_keys.h"

struct scan {
	const char *text;
	size_t len;
	size_t at;
	int depth;
	struct json_keys keys;
	struct json_find *find;    /* or NULL */
	int elements_depth;        /* of an array whose elements are to be found; 0: none */
	struct err *err;
};

static int scan_value(struct scan *s);

/* The byte at the place, or -1 at the end. */
static int
peek(const struct scan *s)
{
	return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static int
expected(const struct scan *s, const char *what)
{
	int c = peek(s);

	if (c < 0)
		return err_set(s->err, "JSON, byte %zu: expected %s, but the text ends", s->at, what);
	if (c == 0)
		return err_set(s->err, "JSON, byte %zu: expected %s, not a NUL byte", s->at, what);
	if (c < ' ' || c > '~')
		return err_set(s->err, "JSON, byte %zu: expected %s, not the byte 0x%02x", s->at, what, (unsigned)c);
	return err_set(s->err, "JSON, byte %zu: expected %s, not '%c'", s->at, what, c);
}

static void
skip_space(struct scan *s)
{
	for (; s->at < s->len; s->at++) {
		char c = s->text[s->at];

		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return;
	}
}

static bool
accept(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

static int
hex4(struct scan *s, unsigned *ret)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++, s->at++) {
		int c = peek(s);

		if (c >= '0' && c <= '9')
			value = value * 16 + (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value = value * 16 + (unsigned)((c | 32) - 'a' + 10);
		else
			return expected(s, "a hexadecimal digit");
	}
	*ret = value;
	return 0;
}

/* After "\u": a code point, of two escapes when it is above U+FFFF. */
static int
code_point(struct scan *s, unsigned *ret)
{
	unsigned high, low;

	if (hex4(s, &high) < 0)
		return -1;
	if (high == 0)
		return err_set(s->err, "JSON, byte %zu: the escape \\u0000 is refused: no value holds a NUL",
		    s->at - 6);
	*ret = high;
	if (high < 0xd800 || high > 0xdfff)
		return 0;
	if (high > 0xdbff || !accept(s, '\\') || !accept(s, 'u'))
		return expected(s, "the second half of a surrogate pair");
	if (hex4(s, &low) < 0)
		return -1;
	if (low < 0xdc00 || low > 0xdfff)
		return err_set(s->err, "JSON, byte %zu: expected the second half of a surrogate pair", s->at - 6);
	*ret = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return 0;
}

/* After the backslash. The hash goes over code points, so that "a" and "\u0061" are the same key. */
static int
scan_escape(struct scan *s, uint64_t *hash)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	int c = peek(s);
	const char *name = c > 0 ? strchr(names, c) : NULL;
	unsigned point = 0;
	unsigned char utf8[4];
	size_t len = 0;

	if (!name && c != 'u')
		return expected(s, "one of \"\\/bfnrtu after a backslash");
	s->at++;
	if (name)
		point = (unsigned char)bytes[name - names];
	else if (code_point(s, &point) < 0)
		return -1;
	if (point < 0x80) {
		utf8[len++] = (unsigned char)point;
	} else {
		int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;

		utf8[len++] = (unsigned char)(0xff00 >> (more + 1) | point >> 6 * more);
		while (more-- > 0)
			utf8[len++] = (unsigned char)(0x80 | (point >> 6 * more & 0x3f));
	}
	for (size_t i = 0; hash && i < len; i++)
		*hash = json_key_hash(*hash, utf8[i]);
	return 0;
}

static bool
is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

/* Over what stands for itself: to a quote, a backslash, a control character or the end. */
static void
skip_plain(struct scan *s, uint64_t *hash)
{
	const char *at = s->text + s->at, *end = s->text + s->len;

	if (hash) {
		for (; at < end && is_plain(*at); at++)
			*hash = json_key_hash(*hash, (unsigned char)*at);
	} else {
		while (end - at >= 8 && json_are_plain(at))
			at += 8;
		while (at < end && is_plain(*at))
			at++;
	}
	s->at = (size_t)(at - s->text);
}

/* 'hash' is of the content, for keys; NULL for values. */
static int
scan_string(struct scan *s, uint64_t *hash)
{
	s->at++;
	for (;;) {
		skip_plain(s, hash);
		if (accept(s, '"'))
			return 0;
		if (!accept(s, '\\'))
			return expected(s, peek(s) < 0 ? "'\"' at the end of a string" : "an escape for a control character");
		if (scan_escape(s, hash) < 0)
			return -1;
	}
}

static int
scan_digits(struct scan *s)
{
	if (peek(s) < '0' || peek(s) > '9')
		return expected(s, "a digit");
	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return 0;
}

static int
scan_number(struct scan *s)
{
	char copy[JSON_MAX_NUMBER + 1];
	size_t from = s->at;

	accept(s, '-');
	if (!accept(s, '0') && scan_digits(s) < 0)
		return -1;
	if (accept(s, '.') && scan_digits(s) < 0)
		return -1;
	if (accept(s, 'e') || accept(s, 'E')) {
		if (!accept(s, '+'))
			accept(s, '-');
		if (scan_digits(s) < 0)
			return -1;
	}
	if (s->at - from > JSON_MAX_NUMBER)
		return err_set(s->err, "JSON, byte %zu: expected a number of at most %d characters", from,
		    JSON_MAX_NUMBER);
	memcpy(copy, s->text + from, s->at - from);
	copy[s->at - from] = '\0';
	if (memchr(copy, 'e', s->at - from) || memchr(copy, 'E', s->at - from)) {
		if (!isfinite(strtod(copy, NULL)))
			return err_set(s->err, "JSON, byte %zu: expected a number within the range of a double", from);
	}
	return 0;
}

static int
scan_word(struct scan *s, const char *word)
{
	for (; *word; word++) {
		if (!accept(s, *word))
			return expected(s, "true, false or null");
	}
	return 0;
}

static void
found(struct json_find *find, size_t from, size_t to, bool as_text)
{
	*ARRAY_GROW(find->spans, find->count) = (struct json_span){from, to, as_text};
}

/* What the member whose key lies at 'key' is to be cut as; NULL: it is not. */
static const struct json_cut *
cut_of(const struct scan *s, size_t key)
{
	const struct json_find *find = s->find;

	if (!find || find->depth != s->depth)
		return NULL;
	for (const struct json_cut *cut = find->cuts; cut->key; cut++) {
		size_t len = strlen(cut->key);

		if (strncmp(s->text + key + 1, cut->key, len) == 0 && s->text[key + 1 + len] == '"')
			return cut;
	}
	return NULL;
}

/* The value of the member whose key lies at 'key'. */
static int
scan_member_value(struct scan *s, size_t key)
{
	const struct json_cut *cut = cut_of(s, key);
	size_t from;

	skip_space(s);
	from = s->at;
	if (!cut)
		return scan_value(s);
	if (s->find->elements && peek(s) == '[')
		s->elements_depth = s->depth + 1;
	if (scan_value(s) < 0)
		return -1;
	if (!s->find->elements)
		found(s->find, from, s->at, cut->as_text);
	s->elements_depth = 0;
	return 0;
}

static int
scan_member(struct scan *s)
{
	uint64_t hash = JSON_KEY_SEED;
	size_t at = s->at;

	if (peek(s) != '"')
		return expected(s, "'\"' before a key");
	if (scan_string(s, &hash) < 0)
		return -1;
	json_keys_add(&s->keys, hash, at);
	skip_space(s);
	if (!accept(s, ':'))
		return expected(s, "':' after a key");
	return scan_member_value(s, at);
}

static int
scan_object(struct scan *s)
{
	size_t first = s->keys.count;

	s->at++;
	skip_space(s);
	if (accept(s, '}'))
		return 0;
	for (;;) {
		if (scan_member(s) < 0)
			return -1;
		skip_space(s);
		if (accept(s, '}'))
			return json_keys_close(&s->keys, first, s->text, s->len, s->err);
		if (!accept(s, ','))
			return expected(s, "',' or '}' after a member");
		skip_space(s);
	}
}

static int
scan_array(struct scan *s)
{
	s->at++;
	skip_space(s);
	if (accept(s, ']'))
		return 0;
	for (;;) {
		size_t from = s->at;

		if (scan_value(s) < 0)
			return -1;
		if (s->depth == s->elements_depth)
			found(s->find, from, s->at, false);
		skip_space(s);
		if (accept(s, ']'))
			return 0;
		if (!accept(s, ','))
			return expected(s, "',' or ']' after an element");
		skip_space(s);
	}
}

static int
scan_container(struct scan *s, int (*scan)(struct scan *))
{
	int r;

	if (s->depth == COUNT_MAX_JSON_DEPTH)
		return err_set(s->err, "JSON, byte %zu: expected at most %d levels of objects and arrays", s->at,
		    COUNT_MAX_JSON_DEPTH);
	s->depth++;
	r = scan(s);
	s->depth--;
	return r;
}

static int
scan_value(struct scan *s)
{
	skip_space(s);
	switch (peek(s)) {
	case '{':
		return scan_container(s, scan_object);
	case '[':
		return scan_container(s, scan_array);
	case '"':
		return scan_string(s, NULL);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	case '-':
	case '0' ... '9':
		return scan_number(s);
	default:
		return expected(s, "a value");
	}
}

int
json_scan(const char *text, size_t len, struct json_find *find, struct err *err)
{
	struct scan s = {.text = text, .len = len, .find = find, .err = err};
	int r = scan_value(&s);

	if (r == 0) {
		skip_space(&s);
		if (s.at < len)
			r = expected(&s, "the end of the text");
	}
	json_keys_done(&s.keys);
	return r;
}
