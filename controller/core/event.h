/* What can happen. An event is self-contained (no pointer into the core), so that it can be recorded, delayed or
 * delivered twice. Who owns what: the shell makes events, core_step() borrows one for the length of the call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "instant.h"

enum event_kind {
	EVENT_START,     /* the first event; the configuration was given to core_new() */
	EVENT_ANSWER,    /* the one completion of effect 'id' */
	EVENT_LINE,      /* one line of the stream that effect 'id' opened; its end is the EVENT_ANSWER */
	EVENT_WAKE,      /* the moment of effects.wake_up_ms has come */
	EVENT_JUMP,      /* wall - up changed by more than a second */
	EVENT_STOP,      /* SIGTERM or SIGINT: hand over and leave */
};

/* How a request ended. Refused, lost and late are answers too: each effect gets exactly one. */
enum outcome {
	OUTCOME_ANSWERED,    /* the peer spoke: status and body are its words */
	OUTCOME_REFUSED,     /* never delivered: no connection (refused, no route, no host key, no permission) */
	OUTCOME_NOT_SENT,    /* never delivered: not_after was over, or the effect could not be carried out here */
	OUTCOME_TIMEOUT,     /* delivered perhaps; no answer before the deadline */
	OUTCOME_BROKEN,      /* delivered perhaps; the connection ended before the answer */
};

struct event {
	enum event_kind kind;
	uint64_t id;             /* of the effect */
	enum outcome outcome;
	int status;              /* HTTP status, or exit status of a host command; Redis: 0 fine, 1 error reply */
	const char *body;        /* HTTP body, line, standard output, or Redis' reply as JSON; never NULL for those */
	size_t len;
	const char *error;       /* why not ANSWERED, or a command's standard error (trimmed, <= 400 bytes); may be NULL */
	struct instant sent;     /* when the request left, or was given up */
	int retry_after_ms;      /* from Retry-After; 0 if none */
};

const char *event_kind_name(enum event_kind kind);
const char *outcome_name(enum outcome outcome);
