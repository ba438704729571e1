#include "redis_private.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "alloc.h"
#include "loop.h"

enum {
	BACKOFF_FIRST_MS = 50,
	BACKOFF_MAX_MS = 1000,
	GREETING_MS = 2000,      /* to connect, log in and load the scripts */
	STALL_MS = 5000,
};

static void connect_soon(struct redis *redis);

/* The connection is gone: end what was in flight, come back later. Told once per reason, not once per attempt. */
static void
lost(struct redis *redis, const char *reason)
{
	bool tell = redis->state == REDIS_READY || strncmp(reason, redis->reason, sizeof redis->reason - 1) != 0;
	char told[sizeof redis->place + sizeof redis->reason + 2];

	redis->context = NULL;
	redis->state = REDIS_DOWN;
	snprintf(redis->reason, sizeof redis->reason, "%s", reason);
	redis_requests_free(redis);
	if (redis->freed)
		return;
	snprintf(told, sizeof told, "%s: %s", redis->place, redis->reason);
	if (tell && redis->on_state)
		redis->on_state(redis->user, false, told);
	connect_soon(redis);
}

void
redis_drop(struct redis *redis, const char *reason)
{
	redisAsyncContext *context = redis->context;

	/* Deferred by hiredis when inside one of its callbacks; what it calls from then on finds no context. */
	redis->context = NULL;
	if (context)
		redisAsyncFree(context);
	lost(redis, reason);
}

static void
on_disconnect(const redisAsyncContext *context, int status)
{
	struct redis *redis = context->data;

	(void)status;
	if (redis->context == context)
		lost(redis, redis_tls_reason(redis, context->c.errstr[0] ? context->c.errstr : "the connection was closed"));
}

/* On failure hiredis frees the context by itself afterwards. */
static void
on_connect(const redisAsyncContext *context, int status)
{
	struct redis *redis = context->data;

	if (status != REDIS_OK && redis->context == context)
		lost(redis, context->c.errstr[0] ? context->c.errstr : "cannot connect");
}

void
redis_ready(struct redis *redis)
{
	redis->state = REDIS_READY;
	redis->backoff_ms = BACKOFF_FIRST_MS;
	redis->reason[0] = '\0';
	uv_timer_stop(&redis->timer);
	if (redis->on_state)
		redis->on_state(redis->user, true, NULL);
}

static void
on_patience_over(uv_timer_t *timer)
{
	struct redis *redis = timer->data;
	bool connected = redis->context && redis->context->c.flags & REDIS_CONNECTED;
	char why[sizeof redis->reason];

	snprintf(why, sizeof why, "%s%s", redis->asking ? "a sentinel: " : "",
	    connected ? redis_tls_reason(redis, "connected, but no answer within 2 s") : "no connection within 2 s");
	redis_drop(redis, why);
}

static void
set_options(redisContext *c)
{
	unsigned stall = STALL_MS;
	int one = 1;

	fcntl(c->fd, F_SETFD, FD_CLOEXEC);
	if (c->connection_type != REDIS_CONN_TCP)
		return;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall, sizeof stall);
	redisEnableKeepAlive(c);
}

/* 'ip' is NULL for the socket in the URL. */
static void
connect_to(struct redis *redis, const char *ip)
{
	redisAsyncContext *context = ip ? redisAsyncConnect(ip, redis->target.port) : redisAsyncConnectUnix(redis->url.path);
	struct err why = {"cannot make a connection"};
	bool usable = context && !context->err && !redis_attach(redis->loop, context);

	if (!usable && context && context->errstr && context->errstr[0])
		err_set(&why, "%s", context->errstr);
	if (usable && redis->url.tls)
		usable = !redis_tls_begin(redis, context, &why);
	if (!usable) {
		if (context)
			redisAsyncFree(context);
		lost(redis, why.text);
		return;
	}
	set_options(&context->c);
	context->data = redis;
	redis->context = context;
	redis->state = REDIS_GREETING;
	redisAsyncSetDisconnectCallback(context, on_disconnect);
	redisAsyncSetConnectCallback(context, on_connect);
	loop_timer(&redis->timer, on_patience_over, GREETING_MS);
	redis_greet(redis);
}

static void
on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct redis *redis = request->data;
	char ip[INET6_ADDRSTRLEN] = "", why[128];

	free(request);
	if (!redis) {                    /* freed meanwhile */
		uv_freeaddrinfo(list);
		return;
	}
	redis->resolving = NULL;
	if (list)
		getnameinfo(list->ai_addr, list->ai_addrlen, ip, sizeof ip, NULL, 0, NI_NUMERICHOST);
	uv_freeaddrinfo(list);
	snprintf(why, sizeof why, "cannot resolve the name: %s", status ? uv_strerror(status) : "it has no address");
	if (ip[0])
		connect_to(redis, ip);
	else
		lost(redis, why);
}

static void
go_to(struct redis *redis, const char *host, int port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
	struct in6_addr numeric;

	snprintf(redis->target.host, sizeof redis->target.host, "%s", host);
	redis->target.port = port;
	snprintf(redis->place, sizeof redis->place, "redis%s%s://%s:%d", redis->url.tls ? "s" : "",
	    redis->asking ? "+sentinel" : "", host, port);
	if (inet_pton(AF_INET, host, &numeric) == 1 || inet_pton(AF_INET6, host, &numeric) == 1) {
		connect_to(redis, redis->target.host);
		return;
	}
	/* Anew each time: a server that moved has another address under the same name. */
	redis->state = REDIS_RESOLVING;
	redis->resolving = xcalloc(1, sizeof *redis->resolving);
	redis->resolving->data = redis;
	if (uv_getaddrinfo(&redis->loop->uv, redis->resolving, on_resolved, redis->target.host, NULL, &hints)) {
		free(redis->resolving);
		redis->resolving = NULL;
		lost(redis, "cannot resolve the name");
	}
}

void
redis_found_master(struct redis *redis, const char *host, int port)
{
	redisAsyncContext *context = redis->context;
	struct redis_place master = {.port = port};

	snprintf(master.host, sizeof master.host, "%s", host);
	redis->context = NULL;           /* what it still calls finds no context */
	redisAsyncFree(context);
	uv_timer_stop(&redis->timer);
	redis->asking = false;
	go_to(redis, master.host, master.port);
}

static void
on_backoff_over(uv_timer_t *timer)
{
	struct redis *redis = timer->data;
	const struct redis_place *place = &redis->url.places[0];

	if (redis->url.path) {
		connect_to(redis, NULL);
		return;
	}
	redis->asking = redis->url.master != NULL;
	if (redis->asking)
		place = &redis->url.places[redis->sentinel++ % redis->url.nplaces];
	go_to(redis, place->host, place->port);
}

static void
connect_soon(struct redis *redis)
{
	loop_timer(&redis->timer, on_backoff_over, redis->backoff_ms);
	redis->backoff_ms = redis->backoff_ms * 2 < BACKOFF_MAX_MS ? redis->backoff_ms * 2 : BACKOFF_MAX_MS;
}

struct redis *
redis_new(struct loop *loop, const char *url, redis_state_fn *state, void *user, struct err *err)
{
	struct redis *redis = xcalloc(1, sizeof *redis);

	if (redis_url_parse(url, &redis->url, err)) {
		free(redis);
		return NULL;
	}
	if (redis->url.path)
		snprintf(redis->place, sizeof redis->place, "unix://%.250s", redis->url.path);
	else
		snprintf(redis->place, sizeof redis->place, "redis%s://%s:%d", redis->url.tls ? "s" : "",
		    redis->url.places[0].host, redis->url.places[0].port);
	redis->loop = loop;
	redis->on_state = state;
	redis->user = user;
	redis->next_deadline = INT64_MAX;
	redis->backoff_ms = BACKOFF_FIRST_MS;
	uv_timer_init(&loop->uv, &redis->timer);
	uv_timer_init(&loop->uv, &redis->deadlines);
	redis->timer.data = redis->deadlines.data = redis;
	loop_timer(&redis->timer, on_backoff_over, 0);
	return redis;
}

static void
on_closed(uv_handle_t *handle)
{
	struct redis *redis = handle->data;

	if (--redis->closing == 0)
		free(redis);
}

struct redis *
redis_free(struct redis *redis)
{
	struct redis_request *r;

	if (!redis)
		return NULL;
	redis->freed = true;
	if (redis->resolving) {
		redis->resolving->data = NULL;
		uv_cancel((uv_req_t *)redis->resolving);
	}
	for (r = redis->first; r; r = r->next)
		r->cancelled = true;
	redis_drop(redis, "given up");
	while ((r = redis->spare)) {
		redis->spare = r->next;
		free(r);
	}
	redis_tls_end(redis);
	redis_url_done(&redis->url);
	redis->closing = 2;
	uv_close((uv_handle_t *)&redis->timer, on_closed);
	uv_close((uv_handle_t *)&redis->deadlines, on_closed);
	return NULL;
}

bool
redis_connected(const struct redis *redis)
{
	return redis->state == REDIS_READY;
}
