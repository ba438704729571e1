/* How an operation will end, decided while the steps of the workflow's 'finally' are still to be done. Part of struct op;
 * journaled in its field "op". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "phase.h"

struct cJSON;
struct core;
struct json_out;
struct op;

struct ending {
	enum phase phase;                /* NONE: it is not decided */
	char reason[64];
	char message[MESSAGE];
	size_t at, rescue;               /* of the steps of 'finally' */
};

/* It comes to this end. True: at once; false: first 'finally' is done. */
bool ending_decide(struct core *core, struct op *op, enum phase phase, const char *reason, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Once it is decided. True: all is done, and the phase is set. */
bool ending_run(struct core *core, struct op *op);
/* It is taken up again: another end will come, and 'finally' is done then. */
void ending_forget(struct op *op);
void ending_record(const struct op *op, struct json_out *out);
void ending_read(struct op *op, const struct cJSON *value);
