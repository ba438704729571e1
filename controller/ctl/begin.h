/* ClusterOperations that straitctl makes. */
#pragma once

#include "api.h"
#include "buf.h"
#include "json.h"

/* {"apiVersion", …, "spec": {"cluster", … of an operation, as the options say; the caller adds what is to be run and
 * closes spec and object. 'name' is what its own begins with. */
void begin_open(struct json_out *json, const struct args *args, const char *cluster, const char *name);
/* targets: this node alone; where no option says others. */
void begin_put_target(struct json_out *json, const char *node);
/* "NAME=VALUE"s as the members of object 'key'; nothing when there are none. */
int begin_put_pairs(struct json_out *json, const char *key, const struct args_list *pairs, struct err *err);
/* Make it; 'body' is the whole object's text. As the server has it, owned; NULL and 'err'. */
struct cJSON *begin_post(struct api *api, const char *body, struct err *err);
/* Say the name of what was made, and follow it unless it is to be left. The exit status. */
int begin_follow(struct api *api, const struct args *args, const struct cJSON *made, struct buf *out, struct buf *said);
