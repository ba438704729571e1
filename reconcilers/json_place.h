/* Places in an object: as kubectl writes them (".status.conditions[0].type", "{.metadata.labels['a.b']}"), and as a JSON
 * patch does ("/metadata/labels/a.b"). */
#pragma once

#include <stdbool.h>

struct cJSON;

/* NULL: there is nothing. *ret_bad (may be NULL) says whether the path itself cannot be read. */
const struct cJSON *json_place(const struct cJSON *object, const char *path, bool *ret_bad);
/* RFC 6901; NULL: there is nothing. */
const struct cJSON *json_pointer(const struct cJSON *object, const char *pointer);
/* An element of an array by its number, from 0. */
const struct cJSON *json_element(const struct cJSON *array, long number);
bool json_same(const struct cJSON *a, const struct cJSON *b);
/* Would a merge-patch (RFC 7386) change nothing of 'object'? */
bool json_has(const struct cJSON *object, const struct cJSON *patch);
