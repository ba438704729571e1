/* A scanner over one JSON text, without a tree: the long answers of a ring are read in place. Every function does
 * nothing once something is wrong, so that callers test scan_done() once, at the end. A span points into the text.
 * Internal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "err.h"

struct scan {
	const char *begin, *at, *end;
	const char *wrong;              /* what was expected at 'at'; NULL while all is well */
};

struct span {
	const char *text;               /* without quotes, escapes as they stand */
	size_t len;
	bool escaped;                   /* there is at least one */
};

void scan_init(struct scan *s, const char *body, size_t len);
/* Past an opening '[' or '{'. Loop: for (bool first = scan_open(s, '['); scan_more(s, ']', &first);) */
bool scan_open(struct scan *s, char bracket);
/* Whether another element or member follows, past its comma; false past the closing 'bracket', or when all is wrong. */
bool scan_more(struct scan *s, char bracket, bool *first);
/* The empty span when there is none. */
struct span scan_string(struct scan *s);
/* A member's name, past its colon. */
struct span scan_key(struct scan *s);
/* Past any value, at most SCAN_DEPTH deep. */
void scan_skip(struct scan *s);
/* Something is wrong here by the caller's own rules; the first complaint stands. 'expected' is a literal. */
void scan_expect(struct scan *s, const char *expected);
/* 0 when the text was read to its end and nothing was wrong; else 'what' could not be read, at which byte, and why. */
int scan_done(struct scan *s, const char *what, struct err *err);

/* Here, so that a literal's length is known where it is compared. */
static inline bool
span_is(struct span span, const char *text)
{
	size_t len = strlen(text);

	return span.len == len && !memcmp(span.text, text, len);
}

/* Its text with escapes resolved; false when it does not fit or is no valid string. */
bool span_copy(struct span span, char *ret, size_t size);
