/* Strait's objects at the API server, by kind and name. */
#pragma once

#include "api.h"
#include "buf.h"

enum kind { KIND_OPERATION, KIND_TARGET, KIND_WORKFLOW };

/* "ClusterOperation", "clusteroperation". */
const char *kind_name(enum kind kind);
const char *kind_word(enum kind kind);
/* What may stand in a path. */
bool object_name_is_good(const char *text);
/* "/apis/…/namespaces/NAMESPACE/PLURAL" and what is to follow; owned. Of all namespaces when 'all'. */
char *object_path(const struct api *api, enum kind kind, bool all, const char *after);
/* Owned; NULL: said in 'err', with the nearest name when it is just not there. */
struct cJSON *object_get(struct api *api, enum kind kind, const char *name, struct err *err);
/* A list of them, page by page to its end: "items". Of a list of several pages nothing else is kept, nor who wrote which
 * field. */
struct cJSON *object_list(struct api *api, enum kind kind, bool all, struct err *err);
/* Of an operation or target; NULL when its status has none of that type. */
const struct cJSON *object_condition(const struct cJSON *object, const char *type);

/* In the form of --output json, yaml or name; false: 'output' is none of these. Of a list: each of its items. */
bool object_print(const struct cJSON *object, enum kind kind, const char *output, struct buf *out);
/* "5m", "3d4h": as kubectl writes an age; "" for a time that cannot be read. 'text' holds INSTANT_TEXT bytes. */
char *object_age(const char *since, int64_t now_ms, char *text);
