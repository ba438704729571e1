/* What is in flight. Each effect with an id has a request that says whose it is and which function takes its
 * answer; they are found by id, so that a late answer to somebody who is gone finds nothing and is dropped. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "uthash.h"

#include "effect.h"
#include "event.h"

struct core;

/* 'arg' is what request_new was given. For EVENT_LINE too. */
typedef void request_done(struct core *core, void *owner, uint64_t arg, const struct event *event);

struct request {
	uint64_t id;
	request_done *done;
	void *owner;
	uint64_t arg;
	UT_hash_handle hh;
};

/* Order an effect; the caller fills in its kind's part. Its id is in the result. */
struct effect *request_new(struct core *core, enum effect_kind kind, request_done *done, void *owner, uint64_t arg);
/* The answer is not wanted any more; the id is void. 0 is ignored. */
void request_cancel(struct core *core, uint64_t id);
/* Cancel everything of this owner: call before freeing it. */
void requests_drop(struct core *core, const void *owner);
/* Give an event to its owner; unknown ids are dropped. */
void request_deliver(struct core *core, const struct event *event);
void requests_free(struct core *core);
