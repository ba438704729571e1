/* Operations as people read them. Pure, for its tests. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct cJSON;

/* A table of a list's items; of 'cluster' alone unless it is NULL. */
void show_operations(const struct cJSON *list, const char *cluster, bool wide, int64_t now_ms, struct buf *out);
/* All that its status tells of one. */
void show_operation(const struct cJSON *operation, int64_t now_ms, struct buf *out);
