/* What the files of the journal share. */
#pragma once

#include "journal.h"
#include "request.h"

struct cJSON;

void journal_batch_done(struct journal_batch *batch);
struct effect *journal_request(struct core *core, struct op *op, enum redis_script script, size_t nargs,
    request_done *done, void *owner);
/* Send, or send again, the batch that is on its way. */
void journal_send(struct core *core, struct op *op);
/* It did not answer: said once, and from then on nothing is begun. */
void journal_problem(struct core *core, struct op *op, const struct event *event);
/* It did. */
void journal_answers(struct core *core, struct op *op);
/* Of a takeover's reply: epoch, seq, digest, format, plan. Fields and their values follow. */
enum { TAKEOVER_HEAD = 5 };
/* Try again after a pause that grows. */
void journal_retry(struct core *core, struct op *op);
/* takeover.c: ask for it. The new epoch is above Redis' and above every one that has been heard of, here or from the object's
 * status: a Redis that has lost an epoch must not give it to a second controller. */
void journal_ask_takeover(struct core *core, struct op *op, request_done *done);
/* There is, or was, one of that epoch. */
void journal_hear_epoch(struct op *op, int64_t epoch);
/* rewrite.c: all of it once more, from memory. */
void journal_rewrite(struct core *core, struct op *op);
/* ... over what a takeover has just answered; false when that is no journal. 'why' is for the audit trail. */
bool journal_write_all(struct core *core, struct op *op, const struct cJSON *reply, const char *why);
/* rebuild_values.c: what is done of the plan has set or become something that only the lost journal told; 'why' names it. */
bool journal_rebuild_forgets(const struct op *op, char *why, size_t size);

/* record_check.c: every member of a value that is known has its type; what is not known is somebody newer's. 'field' names
 * the value in the hash. */
bool record_fits(const char *field, const struct cJSON *value);
/* record_out.c: the words for enum lane_state and enum step_state. */
enum { RECORD_STEP_STATES = 4 };
extern const char *const record_step_states[RECORD_STEP_STATES];
