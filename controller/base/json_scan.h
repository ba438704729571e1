/* What a JSON text must be before a tree is made of it: stricter than cJSON's own reader, and its errors name the byte
 * and what was expected there. For json.c alone. */
#pragma once

#include <stddef.h>

#include "err.h"

enum { JSON_MAX_DEPTH = 64, JSON_MAX_NUMBER = 60 };

/* 0 when the whole text is one document that json_parse() may build. */
int json_scan(const char *text, size_t len, struct err *err);
