#include "scan.h"

#include <string.h>

#include "api.h"

enum { SCAN_DEPTH = 64 };

void
scan_init(struct scan *s, const char *body, size_t len)
{
	*s = (struct scan){.begin = body, .at = body, .end = body + len};
}

void
scan_expect(struct scan *s, const char *expected)
{
	if (!s->wrong)
		s->wrong = expected;
}

static void
scan_space(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

/* The next byte that is no space; NUL at the end, and NUL is nowhere allowed. */
static char
scan_peek(struct scan *s)
{
	scan_space(s);
	return s->at < s->end ? *s->at : '\0';
}

static bool
scan_eat(struct scan *s, char c)
{
	if (s->wrong || scan_peek(s) != c)
		return false;
	s->at++;
	return true;
}

bool
scan_open(struct scan *s, char bracket)
{
	if (!scan_eat(s, bracket))
		scan_expect(s, bracket == '[' ? "an array" : "an object");
	return true;
}

bool
scan_more(struct scan *s, char bracket, bool *first)
{
	if (s->wrong || scan_eat(s, bracket))
		return false;
	if (!*first && !scan_eat(s, ','))
		scan_expect(s, bracket == ']' ? "',' or ']'" : "',' or '}'");
	*first = false;
	return !s->wrong;
}

static bool
is_hex(const char *at, const char *end, int count)
{
	for (; count > 0; count--, at++) {
		if (at == end || !memchr("0123456789abcdefABCDEF", *at, 22))
			return false;
	}
	return true;
}

/* At a backslash: the length of the escape, 0 when it is none. */
static size_t
escape_length(const char *at, const char *end)
{
	if (end - at < 2)
		return 0;
	if (at[1] == 'u')
		return is_hex(at + 2, end, 4) ? 6 : 0;
	return memchr("\"\\/bfnrt", at[1], 8) ? 2 : 0;
}

struct span
scan_string(struct scan *s)
{
	struct span span = {.text = ""};
	const char *at;

	if (!scan_eat(s, '"')) {
		scan_expect(s, "a string");
		return span;
	}
	for (at = s->at; at < s->end && *at != '"' && (unsigned char)*at >= ' '; at++) {
		size_t escape = *at == '\\' ? escape_length(at, s->end) : 1;

		if (escape == 0)
			break;
		span.escaped |= *at == '\\';
		at += escape - 1;
	}
	if (at >= s->end || *at != '"') {
		scan_expect(s, "a string that ends");
		return span;
	}
	span.text = s->at;
	span.len = (size_t)(at - s->at);
	s->at = at + 1;
	return span;
}

struct span
scan_key(struct scan *s)
{
	struct span key = scan_string(s);

	if (!scan_eat(s, ':'))
		scan_expect(s, "':'");
	return key;
}

/* A number, true, false or null: its letters are not judged beyond being such. */
static void
scan_word(struct scan *s)
{
	static const char letters[] = "+-.0123456789Eaeflnrstu";
	const char *begin = s->at;

	while (s->at < s->end && memchr(letters, *s->at, sizeof letters - 1))
		s->at++;
	if (s->at == begin)
		scan_expect(s, "a value");
}

/* One value that is no array or object; or the opening of one, which is put on the stack. */
static void
scan_skip_one(struct scan *s, char *stack, size_t *depth)
{
	char c = scan_peek(s);

	if (c == '"') {
		scan_string(s);
	} else if (c != '[' && c != '{') {
		scan_word(s);
	} else if (*depth == SCAN_DEPTH) {
		scan_expect(s, "fewer nested values");
	} else {
		s->at++;
		stack[(*depth)++] = c == '[' ? ']' : '}';
	}
}

void
scan_skip(struct scan *s)
{
	char stack[SCAN_DEPTH];
	size_t depth = 0, before;
	bool first;

	if (s->wrong)
		return;
	scan_skip_one(s, stack, &depth);
	first = true;
	while (depth > 0 && !s->wrong) {
		if (!scan_more(s, stack[depth - 1], &first)) {
			depth--;
			first = false;
			continue;
		}
		if (stack[depth - 1] == '}')
			scan_key(s);
		before = depth;
		if (!s->wrong)
			scan_skip_one(s, stack, &depth);
		first = depth > before;
	}
}

int
scan_done(struct scan *s, const char *what, struct err *err)
{
	scan_space(s);
	if (s->at != s->end)
		scan_expect(s, "the end of the answer");
	if (!s->wrong)
		return 0;
	return err_set(err, "%s cannot be read: byte %zu of %zu: expected %s", what, (size_t)(s->at - s->begin),
	    (size_t)(s->end - s->begin), s->wrong);
}

bool
span_copy(struct span span, char *ret, size_t size)
{
	/* With its quotes, which stand around every span, it is a document of its own. */
	if (span.escaped)
		return span.len < size && scylla_string(span.text - 1, span.len + 2, ret, size);
	if (span.len >= size)
		return false;
	memcpy(ret, span.text, span.len);
	ret[span.len] = '\0';
	return true;
}
