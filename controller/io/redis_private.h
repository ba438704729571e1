/* Shared by redis.c (connection), redis_command.c (requests), redis_adapter.c (hiredis on the loop) and
 * redis_text.c (URL in, JSON out). */
#pragma once

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <uv.h>

#include "redis.h"

enum { REDIS_SCRIPTS = 3, REDIS_PROBES = 4, REDIS_SHA = 41, REDIS_HOST = 256 };

enum redis_state { REDIS_DOWN, REDIS_RESOLVING, REDIS_GREETING, REDIS_READY };

/* hiredis' own libuv adapter never reports a refused connection or a reset; ours does. */
struct redis_adapter {
	uv_poll_t poll;
	uv_prepare_t flush;              /* writes what a turn has queued, without asking epoll first */
	redisAsyncContext *context;
	int armed;
	bool flushing;
	int closing;                     /* handles still open */
};

struct redis_url {
	char host[REDIS_HOST];
	int port;
	int db;
	char *user, *password;           /* NULL: none */
};

struct redis {
	struct loop *loop;
	struct redis_url url;
	char place[REDIS_HOST + 32];     /* "redis://host:port", for texts: without the password */
	char reason[256];                /* why it is not connected */
	redis_state_fn *on_state;
	void *user;
	enum redis_state state;
	redisAsyncContext *context;
	uv_timer_t timer;                /* backoff, or patience with a greeting */
	uv_getaddrinfo_t *resolving;
	int64_t backoff_ms;
	int greetings;                   /* answers still to come before it is ready */
	char sha[REDIS_SCRIPTS][REDIS_SHA];
	uv_timer_t deadlines;
	int64_t next_deadline;           /* up time; INT64_MAX: none armed */
	struct redis_request *first, *last;      /* in flight, oldest first */
	struct redis_request *spare;
	size_t nrequests, bytes;         /* in flight */
	bool freed;
	int closing;                     /* handles still open */
};

struct redis_request {
	struct redis *redis;
	struct redis_request *next, *previous;
	enum redis_ask_kind kind;
	const char **argv;               /* "EVALSHA", name, "4", keys, args: one block, kept for EVAL when the server
					  * has forgotten the script */
	size_t argc, bytes;
	int replies;                     /* still to come */
	char probe[REDIS_PROBES][32];    /* the answers that came */
	int64_t deadline_up;             /* INT64_MAX: none */
	int64_t deadline_ms;
	struct instant sent;
	bool cancelled;
	io_done_fn *done;
	void *user;
};

/* redis_adapter.c */
int redis_attach(struct loop *loop, redisAsyncContext *context);

/* redis_command.c */
extern const char *const *const redis_lua[REDIS_SCRIPTS];
/* The connection is gone: every request in flight ends, as TIMEOUT if its deadline has passed, else as BROKEN. */
void redis_requests_free(struct redis *redis);
void redis_on_deadline(uv_timer_t *timer);

/* redis.c: end the connection, for this reason; requests in flight end. */
void redis_drop(struct redis *redis, const char *reason);

/* redis_text.c */
int redis_url_parse(const char *text, struct redis_url *ret, struct err *err);
void redis_url_done(struct redis_url *url);
void redis_print(const redisReply *reply, struct buf *out);
