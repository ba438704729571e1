/* Shared by redis.c (connection), redis_greet.c (its first words, and the sentinels), redis_command.c (requests),
 * redis_probe.c (settings), redis_adapter.c (hiredis on the loop), redis_tls.c, redis_url.c and redis_text.c (a reply as
 * JSON). */
#pragma once

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <uv.h>

#include "buf.h"
#include "redis.h"

enum { REDIS_SCRIPTS = 3, REDIS_PROBES = 4, REDIS_SHA = 41, REDIS_HOST = 256, REDIS_PLACES = 16 };

enum redis_state { REDIS_DOWN, REDIS_RESOLVING, REDIS_GREETING, REDIS_READY };

/* hiredis' own libuv adapter never reports a refused connection or a reset; ours does. */
struct redis_adapter {
	uv_poll_t poll;
	uv_prepare_t flush;              /* writes what a turn has queued, without asking epoll first */
	redisAsyncContext *context;
	int armed;
	bool flushing;
	const void *waiting;             /* the oldest request without its reply, when last looked */
	size_t unread;                   /* bytes since, about */
	int closing;                     /* handles still open */
};

struct redis_place {
	char host[REDIS_HOST];
	int port;
};

struct redis_url {
	struct redis_place places[REDIS_PLACES];     /* the server, or its sentinels */
	size_t nplaces;
	char *path;                      /* of its socket, instead; or NULL */
	char *master;                    /* what the sentinels call it; NULL: no sentinels */
	char *user, *password;           /* NULL: none */
	char *password_file;             /* instead of the password; or NULL */
	bool tls;
	char *ca_file;                   /* who may have signed the server's certificate; NULL: whom this machine trusts */
	char *cert_file, *key_file;      /* by which we are known; or NULL */
	char *server_name;               /* what the certificate must say; NULL: the host connected to */
	bool unverified;                 /* its certificate may be anybody's */
	int db;
	bool durable;                    /* its operator states what Redis does not show: it loses no write */
	int wait, wait_ms;               /* replicas that must have a write, and for how long they are waited for */
};

/* What the probe answers, in this order. */
struct redis_settings {
	char appendonly[32], appendfsync[32], eviction[32], role[32];
	int64_t replicas;                /* -1: unknown */
};

struct redis {
	struct loop *loop;
	struct redis_url url;
	struct redis_place target;       /* what is connected to, or was last */
	char place[REDIS_HOST + 32];     /* the same as "redis://host:port", for texts: without the password */
	bool asking;                     /* the target is a sentinel */
	size_t sentinel;                 /* the next one to ask */
	char reason[256];                /* why it is not connected */
	redis_state_fn *on_state;
	void *user;
	enum redis_state state;
	redisAsyncContext *context;
	struct ssl_st *tls;              /* of this connection, or of the one that was lost last; NULL: none */
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
	int void_replies;                /* of them the first ones are nobody's: WAIT behind a script that was unknown */
	struct redis_settings settings;  /* of a probe */
	struct buf body;
	int status;
	bool answered, written;          /* the script: it was, and has changed something; now WAIT */
	int64_t deadline_up;             /* INT64_MAX: none */
	int64_t deadline_ms;
	struct instant sent;
	bool cancelled;
	io_done_fn *done;
	void *user;
};

/* redis_adapter.c */
int redis_attach(struct loop *loop, redisAsyncContext *context);
/* First thing in every callback with a reply: more has come than was asked for. Then the connection is dropped. */
bool redis_is_unasked(redisAsyncContext *context);

/* redis_command.c */
extern const char *const *const redis_lua[REDIS_SCRIPTS];
/* The connection is gone: every request in flight ends, as TIMEOUT if its deadline has passed, else as BROKEN. */
void redis_requests_free(struct redis *redis);
void redis_on_deadline(uv_timer_t *timer);

/* redis_probe.c */
void redis_probe_send(struct redis_request *r, redisCallbackFn *done);
/* The reply to the one that has 'r->replies' still to come. */
void redis_probe_take(struct redis_request *r, const redisReply *reply);
void redis_probe_print(const struct redis_request *r, struct buf *out);

/* redis_tls.c: whether this build has it; only then are rediss:// URLs taken. */
bool redis_tls_is_built_in(void);
/* TLS over a connection that has just been begun; the files are read anew each time. -1: neither is of use. */
int redis_tls_begin(struct redis *redis, redisAsyncContext *context, struct err *err);
/* Why the connection was lost, when it is the certificate; else 'reason'. */
const char *redis_tls_reason(const struct redis *redis, const char *reason);
void redis_tls_end(struct redis *redis);

/* redis_greet.c */
void redis_greet(struct redis *redis);

/* redis.c: end the connection, for this reason; requests in flight end. */
void redis_drop(struct redis *redis, const char *reason);
/* All greetings are answered. */
void redis_ready(struct redis *redis);
/* A sentinel has told where the master is: go there. */
void redis_found_master(struct redis *redis, const char *host, int port);

/* redis_url.c */
int redis_url_parse(const char *text, struct redis_url *ret, struct err *err);
void redis_url_done(struct redis_url *url);

/* redis_text.c */
void redis_print(const redisReply *reply, struct buf *out);
