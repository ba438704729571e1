/* The small HTTP server for probes and scrapes: GET and HEAD of a few pages, over libwebsockets on the same loop. */
#pragma once

#include "buf.h"
#include "err.h"

struct loop;
struct server;

/* Fill 'out' with the page at 'path' and return its HTTP status; 404 for a page that is none. 'type' may be set to a
 * literal; it is "text/plain; charset=utf-8" otherwise. */
typedef int server_page_fn(void *user, const char *path, struct buf *out, const char **type);

/* 'address': "127.0.0.1:8080", "[::1]:8080" or ":8080" for all. NULL and 'err' when it is none or taken. */
struct server *server_new(struct loop *loop, const char *address, server_page_fn *page, void *user, struct err *err);
/* The end has two steps: server_close(), run the loop dry, server_free(). */
void server_close(struct server *server);
struct server *server_free(struct server *server);
