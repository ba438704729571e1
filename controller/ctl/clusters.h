/* Target clusters as people read them. Pure. */
#pragma once

#include <stdint.h>

#include "buf.h"

struct cJSON;

/* A table of a list's items, by name. */
void clusters_print(const struct cJSON *list, bool namespaces, int64_t now_ms, struct buf *out);
