/* HTTP/1.1 requests on the loop, over libcurl: pools of kept-alive connections, bounded bodies, streams by line, and
 * the clock read right before the first byte of an act. No retry, no policy. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "err.h"

struct loop;
struct http;
struct http_request;

/* What all requests of a pool share. Texts are copied. */
struct http_config {
	const char *user_agent;
	int64_t connect_ms;      /* to a usable connection: name, TCP, TLS */
	int64_t stall_ms;        /* bytes sent and not acknowledged by the peer's kernel for so long: broken */
	long host_connections;   /* at once to one host, further requests wait; 0: no limit */
	size_t max_body;         /* of an answer, or of one line of a stream */
	int silence_s;           /* a stream without one byte for so long has timed out; 0: never */
	bool gzip;               /* offer compressed answers */
};

/* Whom to trust and who we are. PEM texts, copied; NULL: the system's authorities, no client certificate. */
struct http_tls {
	const char *ca;
	const char *cert;
	const char *key;
	bool insecure;           /* accept any certificate: an explicit opt-out of the user's */
	const char *proxy;       /* "http://host:port", "https://…", "socks5://…"; NULL: none */
	const char *connect_to;  /* "::host:port": where to connect, when the URL names whom to expect; or NULL */
};

struct http_ask {
	const char *method;
	const char *url;
	const char *place;               /* how errors call what was asked, when the URL is a secret; NULL: method and URL */
	const char *const *headers;      /* "Name: value", NULL after the last; or NULL */
	const char *body;                /* or NULL */
	int64_t deadline_ms;             /* from now; 0: none */
	int64_t not_after_up;            /* CLOCK_BOOTTIME; later the first byte must not leave; 0: no limit */
	bool once;                       /* on a connection of its own: on a kept one that turns out dead libcurl would
					  * send it again by itself */
	int connected;                   /* a socket that leads to the server already, ours from now on: this request alone
					  * goes through it; 0: connect as the URL says */
	bool passing;                    /* its connection is closed afterwards, so that a large fleet that is looked at
					  * now and then does not hold thousands open */
	io_line_fn *line;                /* a stream: called per line of an answer with status 200; or NULL */
	io_done_fn *done;
	void *user;
};

struct http *http_new(struct loop *loop, const struct http_config *config);
/* Every request is dropped without its done. Its handles close on the loop's next turns. */
struct http *http_free(struct http *http);
/* For connections from now on; those in use end with their requests. */
void http_set_tls(struct http *http, const struct http_tls *tls);

/* Never completes at once, never NULL. Nothing of 'ask' is kept but 'user'. Not from inside an io_line_fn. */
struct http_request *http_start(struct http *http, const struct http_ask *ask);
/* Drop it: no done, no more lines. Not from inside an io_line_fn. */
void http_cancel(struct http_request *request);
