/* Operations that have ended, by uid: they touch no journal any more, and a new knob may bring them to life again. */
#pragma once

#include <stdint.h>

#include "uthash.h"

struct core;
struct expiry;
struct operation;

struct finished {
	char *uid;
	int64_t retry_seen;
	uint64_t round;              /* of the list that has shown it last */
	struct expiry *expiry;       /* when its object is to be deleted; NULL: never */
	UT_hash_handle hh;
};

/* NULL when there is none. */
struct finished *finished_find(struct core *core, const char *uid);
struct finished *finished_add(struct core *core, const char *uid);
void finished_drop(struct core *core, struct finished *finished);
/* All that list 'round' has not shown are gone. */
void finished_swept(struct core *core, uint64_t round);
void finished_drop_all(struct core *core);
/* Its object as the API server has it. */
void finished_take(struct core *core, struct finished *finished, const struct operation *object);
