/* The journal of one operation (design §8). Transitions are put into an open batch; one batch is on its way at a
 * time and is sent again unchanged until it is answered; the next one leaves when it has been. A batch has a
 * number, its ticket: what was put under a ticket is durable once journal_is_durable() says so. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "timer.h"

struct core;
struct op;
struct operation;

/* Of lanes and steps; a plan has its own, PLAN_FORMAT. A controller reads its own format and the one before it, and refuses
 * a newer one. Members that a value lacks have a default; a member, field or word whose meaning changes, or that an older
 * controller must not overlook, raises it. */
enum { JOURNAL_FORMAT = 2 };

/* So long a request to it may take before its silence is said. */
enum { JOURNAL_PATIENCE_MS = 500 };

struct journal_entry {
	char *field;
	char *value;             /* "" removes the field */
};

struct journal_batch {
	struct journal_entry *entries;
	size_t count;
	char *plan;              /* or NULL */
	struct buf line;         /* the stream's text */
	bool due;                /* an entry of it is not to wait */
};

struct journal {
	bool taken;              /* taken over: epoch and seq are known */
	int64_t epoch;
	int64_t known;           /* the highest epoch that this process has heard of; letting go does not forget it */
	int64_t seq;             /* of the last acknowledged batch */
	int64_t taken_up_ms;     /* when it was taken over; what an earlier epoch sent arrives until the settle time after */
	uint64_t open_ticket;    /* of the open batch */
	uint64_t durable_ticket; /* of the last acknowledged batch */
	struct journal_batch open, sent;
	bool sending;
	uint64_t request;
	int64_t asked_up_ms;     /* when it was sent */
	int64_t ours_up_ms;      /* when the last acknowledged batch was: by then nobody else had taken over */
	struct timer retry;
	unsigned failures;
	int64_t away_since_up_ms;    /* first unanswered try; -1 */
	char problem[200];           /* why it does not answer; "" while it does */
	bool expiring, expires;      /* that is asked for; and was answered */
};

/* takeover.c. REDIS_TAKEOVER; op_taken_over() is called when it is answered and read. */
void journal_take(struct core *core, struct op *op);
/* Put a value into the open batch; it leaves at the end of the core's step. Returns its ticket. A value has at most
 * BUF_MAX_JOURNAL_VALUE bytes: a larger one is refused when it is read. */
uint64_t journal_put(struct op *op, const char *field, const char *value);
/* The same, but it leaves with whatever is put next, and alone never: for what would be found out again after a restart, and
 * matters only once an act is intended. It is in that intent's batch, or in one before. */
void journal_put_later(struct op *op, const char *field, const char *value);
void journal_put_plan(struct op *op, const char *text);
/* A line for the audit trail, with the batch. */
void journal_note(struct op *op, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Send the open batch if none is on its way. */
void journal_flush(struct core *core, struct op *op);
bool journal_is_durable(const struct op *op, uint64_t ticket);
/* Nothing open and nothing on its way: what memory has is what the journal has, but for what may wait. */
bool journal_is_quiet(const struct op *op);
/* How long it has not answered, in ms; 0 while it does. */
int64_t journal_away_ms(const struct core *core, const struct op *op);
/* It is away, or has kept a request of ours waiting for as long as a person should. */
bool journal_is_late(const struct core *core, const struct op *op);
/* No operation's is away. */
bool journal_is_up(const struct core *core);
/* Let it expire, once everything is acknowledged. False: Redis has not answered yet; the operation is looked at again then. */
bool journal_expire(struct core *core, struct op *op);
/* The same of one that is dropped at once: nobody hears whether Redis has done it. */
void journal_let_expire(struct core *core, struct op *op);
/* How long after its end, in s. */
int64_t journal_kept_s(const struct operation *object);
void journal_done(struct core *core, struct op *op);

/* rebuild.c. Its journal is lost or unreadable, and a person has said by spec.rebuildJournal to go on from its status:
 * once that can be done, and has been, it is lost no more. What stands in the way is told. False: nobody has said so. */
bool journal_rebuild(struct core *core, struct op *op);

/* record.c: values of the journal, as JSON. */
void record_op(const struct op *op, struct buf *out);
void record_lane(const void *lane, struct buf *out);
void record_step(const void *step, struct buf *out);
/* Read one field back; false when it is unreadable (the field's name is in the caller's hand). */
bool record_read(struct core *core, struct op *op, const char *field, const char *value);
