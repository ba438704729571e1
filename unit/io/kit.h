/* For tests of io: a loop, answers put aside, real servers as children that die with us, and a small HTTP peer. */
#pragma once

#include <sys/types.h>

#include "answer.h"
#include "loop.h"

enum { KIT_LINES = 16 };

/* What came of one request. Zero it before. */
struct kit_answer {
	int count;               /* of completions: must become 1, or stay 0 */
	enum io_outcome outcome;
	int status, retry_after_ms;
	struct instant sent;
	char *body, *error;      /* NULL: none */
	char *lines[KIT_LINES];
	int nlines;
};

void kit_done(void *user, struct io_answer *answer);
void kit_line(void *user, const char *line, size_t len);
void kit_free(struct kit_answer *answer);

/* Turn the loop until 'flag' is at least 'least', at most 'ms' long; says whether it is. */
bool kit_until(struct loop *loop, const int *flag, int least, int ms);
void kit_sleep(struct loop *loop, int ms);
void kit_loop(struct loop *loop);
/* Every handle must have been closed. */
void kit_loop_done(struct loop *loop);

int kit_port(void);
/* Start a program, its output thrown away. */
pid_t kit_spawn(const char *const *argv);
void kit_stop(pid_t pid);
bool kit_listening(int port);
/* A new directory under /tmp; and away with it, files and all. */
char *kit_directory(void);
void kit_remove(char *directory);
void kit_write(const char *directory, const char *name, const char *text, int mode);
/* Run a command to its end; the test fails if that fails. */
void kit_command(const char *const *argv);

/* An HTTP peer on the loop. By the request's path it
 *   /hello        answers "hello POST:<body>" with keep-alive
 *   /echo…        answers the path
 *   /status/NNN   answers NNN with Retry-After: 7
 *   /chunks       sends a stream of lines in awkward pieces, ends it
 *   /silent       answers nothing
 *   /reset        resets the connection without an answer
 *   /large        answers 100000 bytes
 *   /endless      sends a line every 10 ms */
struct kit_peer;
struct kit_peer *kit_peer(struct loop *loop, int *ret_port);
void kit_peer_done(struct kit_peer *peer);
int kit_peer_requests(const struct kit_peer *peer);
int kit_peer_connections(const struct kit_peer *peer);
/* The last request's head and body. */
const char *kit_peer_last(const struct kit_peer *peer);
/* From now on a request on a connection that served one before closes it without an answer. */
void kit_peer_forget_kept(struct kit_peer *peer);
