/* What an operation waits for, as one tells it to a person who was just woken up. Pure. */
#pragma once

#include <stdint.h>

#include "buf.h"

struct cJSON;

void why_print(const struct cJSON *operation, const char *program, int64_t now_ms, struct buf *out);
