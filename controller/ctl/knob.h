/* Knobs of an operation that is there already: fields of its spec, written as straitctl, which no other tool applies. */
#pragma once

#include "command.h"

struct cJSON;
struct err;
struct json_out;

struct knob {
	/* The members of spec to be changed, by what the operation says now; -1 and 'err': it makes no sense now. What is
	 * done by it is appended to 'done'. */
	int (*put)(const struct args *args, const struct cJSON *operation, struct json_out *spec, struct buf *done,
	    struct err *err);
};

/* Of args->words[0]. "NAME: what is done" goes to 'out'. The exit status. */
int knob_turn(const struct knob *knob, const struct args *args, struct buf *out, struct buf *said);
/* Refuses what has ended: "OP has ended: PHASE"; 0 or -1. */
int knob_wants_active(const struct cJSON *operation, struct err *err);
/* The elements of a list of its spec, but those whose 'key' is 'value', into an open array. */
void knob_put_others(const struct cJSON *operation, const char *list, const char *key, const char *value,
    struct json_out *spec);
