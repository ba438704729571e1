/* The Secrets' data, which never enters the core: kept here by name, taken out of answers on their way there. */
#pragma once

#include <stddef.h>

#include "buf.h"

struct secrets;

struct secrets *secrets_new(void);
/* What was kept is overwritten. */
struct secrets *secrets_free(struct secrets *secrets);
/* Take the data out of a Secret, a SecretList or a watch's line and keep it. 'out' gets the same without: of each
 * Secret {apiVersion, kind, metadata: {name, namespace, uid, resourceVersion}, keys: […]}. A Status and a bookmark pass
 * as they are; anything else, and what cannot be read, becomes "{}". */
void secrets_filter(struct secrets *secrets, const char *json, size_t len, struct buf *out);
/* The value of 'key' in the Secret "namespace/name", NUL-terminated; NULL: no such Secret or key. Borrowed until the
 * next secrets_filter(). */
const char *secrets_get(const struct secrets *secrets, const char *name, const char *key);
