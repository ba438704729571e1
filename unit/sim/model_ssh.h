/* ssh between a controller and a host, as the simulation has it: whether a command arrives, and what is heard of it. Who
 * runs it and what it prints is the host's matter. unit/differential/test_sshd holds this and a real sshd to each other. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

enum ssh_host {
	SSH_LISTENS,
	SSH_DENIES,              /* new connections only: nothing listens, the key is refused, the host's is another one */
	SSH_GONE,                /* nothing arrives; who connects is told at once */
	SSH_SILENT,              /* nothing arrives, and nobody is told */
};

/* What befalls the connection while the command is under way. */
enum ssh_way {
	SSH_WHOLE,
	SSH_CUT_BEFORE,          /* it ends when the command has left and has not arrived */
	SSH_CUT_AFTER,           /* it ends while the command runs */
	SSH_WAYS,
};

enum { SSH_CONNECT_MS = 5000, SSH_IDLE_MS = 60000, SSH_SIGNALLED = -1 };

/* The connection, kept from one command to the next; zeroed: there is none. */
struct ssh_line {
	bool up;
	int64_t used;
};

/* What the host's command came to. */
struct ssh_said {
	int status;              /* its exit status; SSH_SIGNALLED: a signal ended it */
	const char *body;
	size_t len;
	const char *error;       /* its standard error */
};

/* What the core hears of it. */
struct ssh_end {
	enum outcome outcome;
	int64_t after_ms;        /* at most so long after the command left */
	bool sent;               /* a deadline before that leaves the outcome open: TIMEOUT, not REFUSED */
	int status;
	size_t len;              /* of the body */
	char *error;             /* owned; NULL: none */
};

/* Does the command arrive, to be run? If not, 'ret' is what is heard of it. */
bool ssh_line_carry(struct ssh_line *line, enum ssh_host host, enum ssh_way way, int64_t now, struct ssh_end *ret);
/* It was run: what is heard. */
void ssh_line_answer(struct ssh_line *line, enum ssh_way way, const struct ssh_said *said, int64_t now, struct ssh_end *ret);
/* And if nobody waits longer than this. */
void ssh_end_by(struct ssh_end *end, int64_t deadline_ms);
void ssh_end_done(struct ssh_end *end);
