/* Judges a run by what the world saw alone: arrivals at nodes, takeovers at Redis, answers of Redis as they reach a core,
 * requests to the API server as they leave it. It knows nothing of the core's inside.
 *
 *	I1  a ONCE act arrives at most once per (uid, step, label, attempt), any act at most as often as it is intended
 *	I2  no disruptive arrival in an unsafe world that is to blame: the model's oracle, read by judge.c
 *	I3  nothing of epoch e arrives later than the settle time after the takeover by e+1
 *	I4  a finished (step, node) receives no later act
 *	I5  every act has an earlier intent, acknowledged to the very core that sends it
 *	I6  status is never ahead of what the journal has acknowledged to its writer
 *	I7  objects outside status and our finalizer stay as they are: the API server's model (api->foul)
 *	I8  in the end everything has ended or is Stalled, and no node is down that no status names: judge.c
 *	I9  an operation that does not move says why, and that is true: silence.h
 *	I17 an act leaves only from whom the Lease of its cluster names: shares.h
 *	I16 what is told stable has served for its whole window: windows.c
 *	I15 unfinished work is not skipped: whoever has Succeeded has restarted its nodes: judge_end.c
 *	frozen	nothing is begun that its core knows to be frozen: freeze.h
 *
 * For each operation there is a ledger, and in it one page for each core that has taken it over: the journal as that
 * core may rely on it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "effect.h"
#include "model_redis.h"

struct cJSON;

/* Whose request or answer it is: a core's, and the last request that had been ordered in the world by then. */
struct sender {
	unsigned life;
	uint64_t number;
};

/* An act as the journal has it: its intents and its arrivals. */
struct checked_act {
	char *step;              /* "1.2/db-b-3" */
	char *label;
	char *value;             /* the act's JSON as acknowledged last */
	char state[24];
	bool once;
	char attempt[48];        /* and when the step began: a step begun anew has attempts of its own */
	bool inherited;          /* came with the takeover: no licence to send */
	int64_t epoch;           /* of the last intent */
	size_t intended;         /* the last intent was acknowledged as the so manieth of all */
	size_t intents, arrivals;            /* since the core has taken over */
	size_t old_intents, old_arrivals;    /* before it took over once more: what it sent then may arrive late */
};

/* What one core may rely on, of one operation. */
struct page {
	unsigned life;
	int64_t epoch;
	uint64_t taken;          /* requests up to this number were ordered before the takeover */
	struct store_journal journal;
	struct checked_act *acts;
	size_t nacts;
	char phase[24];          /* of the journal's "op" */
	char told_phase[24];     /* of its own last status that was acknowledged; others may have told something else since */
};

/* The last write of a journal that was ordered. What it tells was decided at 'since_ms' or later: it may have waited behind the
 * one before. */
struct last_write {
	char seq[24], digest[24];
	int64_t since_ms, ordered_ms, acked_ms;          /* acked_ms 0: not yet */
};

struct attempt {
	char *name;              /* "1.2/db-b-3 stop 1 17952…" */
	size_t arrivals;
};

/* One operation. */
struct ledger {
	int64_t epoch;           /* of the last takeover */
	int64_t told_epoch;      /* the highest that a status tells whose write was acknowledged */
	struct store_journal journal;        /* as acknowledged last, to whom ever */
	struct page *pages;
	size_t npages;
	struct attempt *attempts;            /* of acts that are for once */
	size_t nattempts;
	int64_t *takeovers;                  /* [epoch - 1]: when Redis did it */
	size_t ntakeovers;
	int64_t seq;             /* the highest that was acknowledged */
	struct last_write write; /* kept by windows.c */
	unsigned last;           /* who took it over last */
	bool lost;               /* Redis lost acknowledged writes, and a core read what is left: what it cannot know
				  * it may do again */
	char told_phase[24];     /* of the last status */
	bool told_lost;          /* its journal, by the last status */
	char told_message[128];
	char *told;              /* the last status' body */
};

struct checker {
	struct ledger *ledgers;
	size_t nledgers;
	int64_t settle_ms;
	size_t intents;          /* acknowledged so far, of all */
	size_t faults;
	size_t excused;          /* done again after Redis had lost it */
	bool restored;           /* the act that arrived last was to bring its node back */
	bool forgiven;           /* what was restarted may be restarted again: by a restoring act of one that is superseded,
				  * of which the journal will never tell; or before a retry */
	char first[512];         /* the first fault: "I5: …" */
	char *faulty;            /* all of them, a line each */
};

struct checker *checker_new(void);
struct checker *checker_free(struct checker *checker);
/* The core orders an effect: a status is compared with what is acknowledged at that moment. 'uid': of the operation
 * whose status it writes, or whose journal it lets expire; NULL: neither, or its object is gone and has no status. */
void checker_ordered(struct checker *checker, int64_t up_ms, const struct sender *sender, const struct effect *effect,
    const char *uid);
/* The core orders that its finalizer goes; nobody has asked to abandon it. */
void checker_released(struct checker *checker, int64_t up_ms, const struct sender *sender, const char *uid);
/* A write of a status was acknowledged to the core that has ordered it. */
void checker_told(struct checker *checker, const struct sender *to, const char *uid, const char *body);
/* Redis has given the operation another epoch, the first element of 'reply'. */
void checker_takeover(struct checker *checker, int64_t up_ms, const char *uid, const char *reply);
/* Has Redis lost acknowledged writes, and has a core gone on from what was left? */
bool checker_has_lost(const struct checker *checker);
/* Redis' reply reaches the core 'to'. True: a write was acknowledged. */
bool checker_acked(struct checker *checker, int64_t up_ms, const struct sender *to, const struct effect_redis *call,
    const char *reply);
/* An act arrives at a node. 'verb': drain, stop, start or restart; or run, a program on its host; or request, with 'node'
 * NULL: somebody's server has taken it. The uid of the operation that it belongs to is
 * returned; NULL: none was found. */
/* 'node' and 'address': a plan names one by its address that came after the inventory was written. */
const char *checker_arrival(struct checker *checker, int64_t up_ms, const char *node, const char *address, const char *verb,
    const struct sender *sender);
/* A node was restored by this core on the intent journaled with its drain, and the journal does not tell of it: who
 * takes over cannot know whose restart that was. */
bool checker_has_untold_restore(const struct checker *checker, unsigned life);
void checker_fault(struct checker *checker, int64_t up_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ledger.c */
/* Redis has lost what it acknowledged: an epoch of which no status tells may be given twice. */
void checker_forget_epochs(struct checker *checker);
struct ledger *checker_ledger(struct checker *checker, const char *uid);
/* NULL: this core has not taken it over. */
struct page *ledger_page(struct ledger *ledger, unsigned life);
void ledger_done(struct ledger *ledger);

/* checker_status.c. 'partly': the body is a merge-patch, and tells only what changes. */
void checker_status(struct checker *checker, int64_t up_ms, unsigned life, const char *uid, const char *body, bool partly);
