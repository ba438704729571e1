/* A growing byte buffer with a maximum from birth. What would pass the maximum is dropped and remembered:
 * test buf_ok() once, after filling. The content is always NUL-terminated. */
#pragma once

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;      /* NULL while empty */
	size_t len;
	size_t cap;
	size_t max;      /* bytes of content at most */
	bool overflow;
};

#define BUF_INIT(maximum) {.max = (maximum)}
#define CLEANUP_BUF __attribute__((cleanup(buf_done)))

/* What may be read from a peer or a file, and kept: the maxima of bytes, all in one place; docs/operations.md lists them
 * with those that count something else, of counts.h. */
enum {
	BUF_MAX_LINE = 8 << 10,          /* a log line, an error text */
	BUF_MAX_STDERR = 4 << 10,        /* of a command on a host, and of ssh */
	BUF_MAX_STDOUT = 64 << 10,
	BUF_MAX_ERROR = 400,             /* of either's standard error, and of its reasons, what is told on: the end */
	BUF_MAX_ACT_ANSWER = 4 << 10,    /* of a node's answer to an act, what is remembered */
	BUF_MAX_MUX_PACKET = 16 << 10,   /* of ssh's multiplexing protocol */
	BUF_MAX_PASSWORD = 1 << 10,      /* of Redis, in a file */
	BUF_MAX_FILE = 1 << 20,          /* a kubeconfig, a key, a workflow's text */
	BUF_MAX_JOURNAL_VALUE = 16 << 10,
	BUF_MAX_GREETING = 64 << 10,     /* a reply of Redis' or a sentinel's while the connection is made */
	BUF_MAX_OBJECT = 3 << 20,        /* a Kubernetes object: the API server's own body limit */
	BUF_MAX_ANSWER = 16 << 20,       /* of the API server; a reply of Redis' */
	BUF_MAX_IN_FLIGHT = 32 << 20,    /* to Redis: hiredis itself knows no limit */
	BUF_MAX_RING = 64 << 20,         /* of a node: describe_ring of 300 nodes x 256 vnodes is 32 MB */
	BUF_MAX_RECORDED = 129 << 20,    /* a line of a recording: the greatest body twice, and what else an event has */
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
/* Forget the content, keep the memory. */
void buf_clear(struct buf *b);
bool buf_ok(const struct buf *b);
/* Never NULL: "" while empty. Borrowed until the next change. */
const char *buf_str(const struct buf *b);
/* The content as an owned string; the buffer is empty afterwards. */
char *buf_take(struct buf *b);

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* Percent-encoded for a path's segment or a query: all but letters, digits and "-._~". */
void buf_put_escaped(struct buf *b, const char *text);
/* Drop the first 'len' bytes. */
void buf_consume(struct buf *b, size_t len);
