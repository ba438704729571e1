/* Shared by scp.c (the document), scp_task.c (what is done) and scp_value.c. */
#pragma once

#include <stdbool.h>

#include "marked.h"
#include "scp.h"
#include "scp_keys.h"

struct scp {
	struct marked m;
	struct findings *findings;
	bool of_node;            /* what is read stands under !node-workflow */
};

#define complain(s, value, ...) findings_add((s)->findings, SEVERITY_ERROR, (value)->mark, __VA_ARGS__)

/* scp_value.c */
/* A tag stands with the values of task: and condition: alone. */
void scp_refuse_tag(struct scp *s, const struct yaml_value *value);
/* "a single value", "a list", "a mapping". */
const char *scp_kind(const struct yaml_value *value);
/* A member, or the array's next element when 'key' is NULL. */
void scp_put_value(struct scp *s, const char *key, size_t index, const struct yaml_value *value);
/* The same, of what has no +variables+ in it: a plus stays as it is. */
void scp_put_plain(struct scp *s, const char *key, size_t index, const struct yaml_value *value);
/* A number of seconds as a duration; 'name' is what it is called here. */
void scp_put_seconds(struct scp *s, const char *key, const char *name, const struct yaml_value *value);

/* scp_task.c */
/* The words of 'place'; 'structured' NULL: into what is open. 'of' is whose they are, for texts. */
void scp_put_members(struct scp *s, const char *structured, const struct yaml_value *mapping, enum scp_place place,
    const char *of);
void scp_put_tasks(struct scp *s, const char *key, const struct yaml_value *list, bool of_node);
