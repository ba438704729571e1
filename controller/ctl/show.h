/* Operations as people read them. Pure, for its tests. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct cJSON;

/* Which of a list's items, and how much of them. */
struct show_choice {
	const char *cluster;     /* of this one alone; NULL: of any */
	bool wide;
	bool namespaces;         /* name each one's */
};

/* A table of a list's items. */
void show_operations(const struct cJSON *list, const struct show_choice *choice, int64_t now_ms, struct buf *out);
/* All that its status tells of one. */
void show_operation(const struct cJSON *operation, int64_t now_ms, struct buf *out);
