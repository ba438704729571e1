/* The last things that have happened to an operation, with the times that they took: status.transitions, for who looks on
 * and has the API server alone. The journal has all of them; here the oldest go, and a number says how many have gone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct core;
struct json_out;
struct op;
struct step;

enum { RECENT_KEPT = 24 };

/* What has happened: "Start" and the like, of a step, of a check, of the operation. */
enum recent_kind {
	RECENT_PHASE,                    /* the operation has another phase */
	RECENT_START,                    /* a step does its work: what it must wait for before is over */
	RECENT_PASSED,                   /* conditions hold */
	RECENT_NOT_PASSED,               /* ... or one does not */
	RECENT_ATTEMPT_FAILED,           /* it is tried again */
	RECENT_FINISHED,
	RECENT_FAILED,
	RECENT_SKIPPED,                  /* a test has left it out */
};

struct recent_item {
	int64_t seq;                     /* from 1 */
	char *text;                      /* JSON, as in the status */
};

struct recent {
	struct recent_item *items;       /* counted; at most RECENT_KEPT */
	size_t count;
	int64_t seq;                     /* of the last */
	bool known;                      /* what a controller before this one told has been read */
};

void recent_phase(struct core *core, struct op *op);
/* 'step' is at its work now. */
void recent_start(struct core *core, struct step *step);
/* Its end, or that of an attempt. */
void recent_end(struct core *core, struct step *step, enum recent_kind kind, const char *message);
void recent_skipped(struct core *core, struct op *op, const struct step *step, const char *why);
/* Conditions that were looked at for 'took_ms' and hold now, or of which one does not, as 'message' says. 'names' is ended
 * by NULL. */
void recent_checked(struct core *core, struct step *step, enum recent_kind kind, const char *const *names, int64_t took_ms,
    const char *message);
/* The gate is asked; when it was before, and has given no answer yet, that counts. */
void recent_check(struct core *core, struct step *step);
/* What the gate has let through. */
void recent_gate_open(struct core *core, struct step *step);
/* What holds it back: told when that is news. Before 'step' takes note of it. */
void recent_gate_closed(struct core *core, struct step *step);
/* The array "transitions". */
void recent_write(struct op *op, struct json_out *out);
void recent_done(struct recent *recent);
