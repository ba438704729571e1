/* Shared by scp.c (the document), scp_task.c (what is done) and scp_value.c. */
#pragma once

#include "marked.h"
#include "scp.h"

struct scp {
	struct marked m;
	struct findings *findings;
};

#define complain(s, value, ...) findings_add((s)->findings, SEVERITY_ERROR, (value)->mark, __VA_ARGS__)

/* scp_value.c: "a single value", "a list", "a mapping". */
const char *scp_kind(const struct yaml_value *value);
/* A member, or the array's next element when 'key' is NULL. */
void scp_put_value(struct scp *s, const char *key, size_t index, const struct yaml_value *value);
/* A number of seconds as a duration; 'name' is what it is called here. */
void scp_put_seconds(struct scp *s, const char *key, const char *name, const struct yaml_value *value);

/* scp_task.c */
void scp_put_tasks(struct scp *s, const char *key, const struct yaml_value *list, bool of_node);
