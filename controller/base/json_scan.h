/* What a JSON text must be before a tree is made of it: stricter than cJSON's own reader, and its errors name the byte
 * and what was expected there. For json.c alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

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
