/* What is told of an operation in its object's status. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conditions.h"
#include "phase.h"
#include "timer.h"

struct core;
struct op;

enum { WHY = 60 };               /* bytes that the column of kubectl shows of a message */

struct op_status {
	struct condition *conditions;         /* as they were told last, ended by an empty type */
	char *written, *sending;              /* the last one that was acknowledged, the one on its way */
	char *unheard;                        /* newer than written, of the acknowledged journal, but refused; or NULL */
	char *version;                        /* the object's, that it was sent as of */
	unsigned conflicts;                   /* in a row */
	bool sending_quiet, sending_plan, sending_end;
	bool failed;                          /* the last write was; the timer says when to try again */
	bool unsure;                          /* it may have arrived all the same: what is written is not known */
	uint64_t request;
	bool running_acknowledged;            /* one with our planHash has been acknowledged */
	bool end_acknowledged;
	int64_t sent_up_ms, same_up_ms;       /* the latter: when there was nothing to write */
	int64_t vague_since_up_ms;            /* its message gives no reason yet; 0: it does */
	enum phase phase;                     /* that was sent last */
	struct timer timer;
};

/* status.c */
void op_write_status(struct core *core, struct op *op);

/* status_away.c */
/* That it is Stalled, leaving all else in its status as it was told last. */
void op_write_lost(struct core *core, struct op *op);
/* Only why it does not move: while the journal of one that has begun cannot be read. */
void op_write_message(struct core *core, struct op *op);
