/* What a JSON text must be before a tree is made of it: stricter than cJSON's own reader, and its errors name the byte
 * and what was expected there. For json.c, and what both ways of strings share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "counts.h"
#include "err.h"
#include "json.h"

enum { JSON_MAX_NUMBER = 60 };

/* Where the values of the members 'cuts' lie, in objects of this depth (1: the outermost); or, with 'elements', where each
 * element of such an array does. Keys that are written with escapes are not found. The caller frees 'spans'. */
struct json_find {
	const struct json_cut *cuts;
	int depth;
	bool elements;
	struct json_span *spans;
	size_t count;
};

/* 0 when the whole text is one document that json_parse() may build. 'find' may be NULL. */
int json_scan(const char *text, size_t len, struct json_find *find, struct err *err);

/* Do eight bytes all stand for themselves in a string? (w - n ones) & ~w has the high bit of its lowest byte that is less
 * than n. */
static inline bool
json_are_plain(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t word, quotes, slashes;

	memcpy(&word, at, sizeof word);
	quotes = word ^ ones * '"';
	slashes = word ^ ones * '\\';
	return !((((word - ones * ' ') & ~word) | ((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes)) & high);
}
