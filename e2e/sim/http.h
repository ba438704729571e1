/* As much of HTTP/1.1 as Scylla's clients speak: requests with a length, keep-alive, pipelining. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct http_request {
	char method[8];
	char path[2048];        /* with its query */
	bool keep_alive;
	bool hand;              /* "X-Source: hand": not the controller asks */
	size_t body, body_len;  /* where in the data */
};

/* How many bytes the request takes; 0: more are needed; -1: it is none, and the connection is to be closed. */
int http_parse(const char *data, size_t len, struct http_request *ret);
/* "OK" and the like. */
const char *http_reason(int status);
/* The value of a query parameter, "" when it is not there; cut at 'size'. Not percent-decoded. */
const char *http_query(const char *path, const char *name, char *ret, size_t size);
