/* For crowd.c: as much of an HTTP server as one controller needs, a thread for each connection. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Grows; ended by a NUL that 'len' does not count. The owner frees 'data', which may be NULL. */
struct text {
	char *data;
	size_t len, size;
};

void text_put(struct text *text, const char *data, size_t len);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Without its first 'len' bytes. */
void text_cut(struct text *text, size_t len);

/* A connection, and the request that was read last. */
struct exchange {
	int fd;
	bool close;              /* no other request is read after this one */
	char method[16], path[4096], type[100], accept[200];
	struct text body, rest;  /* rest: what was read beyond it */
};

/* The next request; false at the end. */
bool receive(struct exchange *ex);
void exchange_done(struct exchange *ex);
bool has_hung_up(int fd);
void send_whole(int fd, int status, const char *type, const struct text *body);
/* A body of chunks follows. */
void send_head(int fd, int status, const char *type);
void send_chunk(int fd, const char *data, size_t len);
/* Each connection's 'serve' gets its descriptor in a thread of its own. */
_Noreturn void accept_all(int port, void *(*serve)(void *fd));
