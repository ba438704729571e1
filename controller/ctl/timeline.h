/* What has happened to an operation, in its order. Pure. */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "err.h"

struct cJSON;

/* The journal's audit trail, as Redis has it: [[id, [name, value, …]], …]. A line each, or JSON. -1 and 'err': it is
 * none. */
int timeline_of_trail(const struct cJSON *trail, bool json, struct buf *out, struct err *err);
/* What is left of it at the API server: the status' transitions and errors, and a list of Events. */
void timeline_of_status(const struct cJSON *operation, const struct cJSON *events, struct buf *out);
