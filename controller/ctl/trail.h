/* The audit trail of an operation's journal, read without taking it over. */
#pragma once

#include "api.h"
#include "buf.h"

/* Where the journal is: --redis-url, $STRAIT_REDIS_URL, or the Secret strait-redis of the namespace, else of namespace
 * strait. Owned; NULL and 'err': nobody says, or we may not read it. */
char *trail_find_redis(struct api *api, const struct args *args, struct err *err);
/* [[id, [name, value, …]], …] as JSON text into 'out'. -1 and 'err'. */
int trail_read(struct api *api, const char *url, const char *uid, struct buf *out, struct err *err);
