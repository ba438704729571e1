/* ClusterOperations that straitctl makes. */
#pragma once

#include "api.h"
#include "buf.h"
#include "json.h"

/* {"apiVersion", …, "spec": {"cluster", … of an operation, as the options say; the caller adds what is to be run and
 * closes spec and object. 'name' is what its own begins with. */
void begin_open(struct json_out *json, const struct args *args, const char *cluster, const char *name);
/* "NAME=VALUE"s as the members of object 'key'; nothing when there are none. */
int begin_put_pairs(struct json_out *json, const char *key, const struct args_list *pairs, struct err *err);
/* Make one of a single task, args->words[0]: on this node, or on the cluster as a whole when 'node' is NULL. */
struct cJSON *begin_task(struct api *api, const struct args *args, const char *cluster, const char *node, struct err *err);
/* Make it; 'body' is the whole object's text. As the server has it, owned; NULL and 'err'. */
struct cJSON *begin_post(struct api *api, const char *body, struct err *err);
/* Say the name of what was made, and follow it unless it is to be left. The exit status. */
int begin_follow(struct api *api, const struct args *args, const struct cJSON *made, struct buf *out, struct buf *said);
