#include "json_scan.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"

/* A key of an object that is still open. */
struct key {
	uint64_t hash;    /* of the key without its escapes */
	size_t at;
};

struct scan {
	const char *text;
	size_t len;
	size_t at;
	int depth;
	struct key *keys;     /* of all open objects, the innermost one's last */
	size_t nkeys;
	size_t keys_cap;
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
	while (s->at < s->len && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at])
		s->at++;
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
		*hash = hash_bytes(*hash, &utf8[i], 1);
	return 0;
}

/* 'hash' is of the content, for keys; NULL for values. */
static int
scan_string(struct scan *s, uint64_t *hash)
{
	s->at++;
	for (;;) {
		int c = peek(s);

		if (c < ' ')
			return expected(s, c < 0 ? "'\"' at the end of a string" : "an escape for a control character");
		s->at++;
		if (c == '"')
			return 0;
		if (c == '\\') {
			if (scan_escape(s, hash) < 0)
				return -1;
		} else if (hash) {
			*hash = hash_bytes(*hash, &s->text[s->at - 1], 1);
		}
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

static int
key_order(const void *left, const void *right)
{
	const struct key *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* The keys of the innermost object, from 'first' on, are complete. */
static int
check_keys(struct scan *s, size_t first)
{
	struct key *keys = s->keys + first;
	size_t count = s->nkeys - first;

	s->nkeys = first;
	if (count > 1)
		qsort(keys, count, sizeof *keys, key_order);
	for (size_t i = 1; i < count; i++) {
		const char *name;
		size_t at = keys[i].at, len;

		if (keys[i].hash != keys[i - 1].hash)
			continue;
		name = s->text + at + 1;
		len = (size_t)((const char *)memchr(name, '"', s->len - at - 1) - name);
		return err_set(s->err, "JSON, byte %zu: expected another key: \"%.*s\" is there already, at byte %zu",
		    at, (int)(len > 100 ? 100 : len), name, keys[i - 1].at);
	}
	return 0;
}

static int
scan_member(struct scan *s)
{
	struct key key = {.hash = HASH_SEED, .at = s->at};

	if (peek(s) != '"')
		return expected(s, "'\"' before a key");
	if (scan_string(s, &key.hash) < 0)
		return -1;
	if (s->nkeys == s->keys_cap) {
		s->keys_cap = s->keys_cap ? 2 * s->keys_cap : 64;
		s->keys = xreallocarray(s->keys, s->keys_cap, sizeof *s->keys);
	}
	s->keys[s->nkeys++] = key;
	skip_space(s);
	if (!accept(s, ':'))
		return expected(s, "':' after a key");
	return scan_value(s);
}

static int
scan_object(struct scan *s)
{
	size_t first = s->nkeys;

	s->at++;
	skip_space(s);
	if (accept(s, '}'))
		return 0;
	for (;;) {
		if (scan_member(s) < 0)
			return -1;
		skip_space(s);
		if (accept(s, '}'))
			return check_keys(s, first);
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
		if (scan_value(s) < 0)
			return -1;
		skip_space(s);
		if (accept(s, ']'))
			return 0;
		if (!accept(s, ','))
			return expected(s, "',' or ']' after an element");
	}
}

static int
scan_container(struct scan *s, int (*scan)(struct scan *))
{
	int r;

	if (s->depth == JSON_MAX_DEPTH)
		return err_set(s->err, "JSON, byte %zu: expected at most %d levels of objects and arrays", s->at,
		    JSON_MAX_DEPTH);
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
json_scan(const char *text, size_t len, struct err *err)
{
	struct scan s = {.text = text, .len = len, .err = err};
	int r = scan_value(&s);

	if (r == 0) {
		skip_space(&s);
		if (s.at < len)
			r = expected(&s, "the end of the text");
	}
	free(s.keys);
	return r;
}
