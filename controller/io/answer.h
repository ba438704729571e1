/* How every request of io ends: exactly one io_done_fn call, or none after a cancel. A function that starts a request
 * returns NULL when the request has ended already, its io_done_fn called. */
#pragma once

#include "buf.h"
#include "instant.h"

enum io_outcome {
	IO_ANSWERED,     /* the peer spoke */
	IO_REFUSED,      /* never delivered: no connection */
	IO_NOT_SENT,     /* never delivered: its time was over, or it could not be carried out here */
	IO_TIMEOUT,      /* delivered perhaps; no answer before the deadline */
	IO_BROKEN,       /* delivered perhaps; the connection ended before the answer */
};

struct io_answer {
	enum io_outcome outcome;
	int status;              /* HTTP status, exit status, or Redis: 0 fine, 1 error reply */
	struct buf *body;        /* never NULL; the callee may take its content, it is gone after the call */
	const char *error;       /* why not ANSWERED, or a command's standard error; NULL: none. Borrowed */
	struct instant sent;     /* when the request left, or was given up */
	int retry_after_ms;      /* 0: none */
};

typedef void io_done_fn(void *user, struct io_answer *answer);
/* One line of a stream, without its newline. Borrowed for the call. */
typedef void io_line_fn(void *user, const char *line, size_t len);
