/* Operations that have ended, by uid: they touch no journal any more, and a new knob may bring them to life again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "uthash.h"

struct cJSON;
struct core;
struct expiry;
struct operation;

struct finished {
	char *uid;
	int64_t retry_seen;
	int64_t generation;          /* of the spec that was looked at last; 0: none */
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
/* An object in list 'round' or in the watch is one of these, and says nothing that would have to be looked at: thousands of
 * them come with each list, so this reads no more than it must. */
bool finished_unchanged(struct core *core, const struct cJSON *object, uint64_t round);
