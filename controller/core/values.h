/* What an operation, or a node's way through a block, has come to know while it runs: values of variables by their names,
 * and what has become of steps by their numbers. Part of the journal's records of either. */
#pragma once

#include <stddef.h>

struct cJSON;
struct json_out;

struct value {
	char *name;
	char *text;
};

struct values {
	struct value *items;     /* in the order in which they became known */
	size_t count;
};

/* NULL: nothing is known by that name. Borrowed. */
const char *values_find(const struct values *values, const char *name);
void values_put(struct values *values, const char *name, const char *text);
/* The member "values"; none when there are none. */
void values_record(const struct values *values, struct json_out *out);
/* Every value of it is a text, or the record is unreadable. */
void values_read(struct values *values, const struct cJSON *record);
void values_done(struct values *values);
