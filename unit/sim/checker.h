/* Judges a run by what the world saw alone: arrivals at nodes, answers of Redis as they reach the core, requests to the
 * API server as they leave it. The invariants I1-I8 are those of issue 4. It knows nothing of the core's inside.
 *
 * It keeps its own copy of what Redis has acknowledged: for each operation the journal as the core may rely on it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "effect.h"
#include "model_redis.h"

/* An act as the journal has it: its intents and its arrivals. */
struct checked_act {
	char *step;              /* "1.2/db-b-3" */
	char *label;
	char *value;             /* the act's JSON as acknowledged last */
	char state[24];
	bool once;
	char attempt[48];        /* and when the step began: a step begun anew has attempts of its own */
	size_t attempt_arrivals;
	bool inherited;          /* acknowledged to an earlier core, or by a takeover: no licence to send */
	size_t intents, arrivals;            /* of the core that lives */
	size_t old_intents, old_arrivals;    /* of those before it: what they sent may arrive late */
};

/* One operation's acknowledged journal, and the status that was last ordered. */
struct ledger {
	struct store_journal journal;
	struct checked_act *acts;
	size_t nacts;
	char phase[24];          /* of the journal's "op" */
	char told_phase[24];     /* of the last status */
	char told_message[128];
	char *told;              /* the last status' body */
};

struct checker {
	struct ledger *ledgers;
	size_t nledgers;
	size_t faults;
	bool untold;             /* a dead core's restoring act has just arrived: the journal will never tell of it */
	char first[512];         /* the first fault: "I5: …" */
	char *faulty;            /* all of them, a line each */
};

struct checker *checker_new(void);
struct checker *checker_free(struct checker *checker);
/* The core orders an effect: a status is compared with what is acknowledged at that moment. 'uid': of the operation
 * whose status it writes; NULL: it writes none. */
void checker_ordered(struct checker *checker, int64_t up_ms, const struct effect *effect, const char *uid);
/* Redis' reply reaches the core. */
void checker_acked(struct checker *checker, int64_t up_ms, const struct effect_redis *call, const char *reply);
/* An act arrives at a node. 'verb': drain, stop, start or restart. 'late': it was sent by a core that is dead. The uid
 * of the operation that it belongs to is returned; NULL: none was found. */
const char *checker_arrival(struct checker *checker, int64_t up_ms, const char *node, const char *verb, bool late);
void checker_crashed(struct checker *checker);
/* A node was restored on the intent journaled with its drain, and the journal does not tell of it: who takes over
 * cannot know whose restart that was. */
bool checker_has_untold_restore(const struct checker *checker);
void checker_fault(struct checker *checker, int64_t up_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct ledger *checker_ledger(struct checker *checker, const char *uid);

/* checker_status.c. 'partly': the body is a merge-patch, and tells only what changes. */
void checker_status(struct checker *checker, int64_t up_ms, const char *uid, const char *body, bool partly);
