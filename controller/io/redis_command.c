/* Requests to Redis: the journal's scripts and the probe. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "loop.h"
#include "redis_private.h"
#include "redis_scripts.h"

enum {
	REQUESTS_MAX = 4096,             /* in flight */
	BYTES_MAX = 32 << 20,            /* in flight: hiredis itself knows no limit */
	KEYS = 4,
	ARGV_FIRST = 3,                  /* "EVALSHA", name, number of keys */
};

/* By enum redis_ask_kind; the probe is none. */
const char *const *const redis_lua[REDIS_SCRIPTS] = {
	[REDIS_ASK_TAKEOVER] = &redis_lua_takeover,
	[REDIS_ASK_WRITE] = &redis_lua_write,
	[REDIS_ASK_EXPIRE] = &redis_lua_expire,
};

static const char *const probes[REDIS_PROBES][3] = {
	{"CONFIG", "GET", "appendonly"},
	{"CONFIG", "GET", "appendfsync"},
	{"CONFIG", "GET", "maxmemory-policy"},
	{"INFO", "replication", NULL},
};

static struct redis_request *
request_new(struct redis *redis, const struct redis_ask *ask)
{
	struct redis_request *r = redis->spare;

	if (r)
		redis->spare = r->next;
	else
		r = xmalloc(sizeof *r);
	*r = (struct redis_request){.redis = redis, .kind = ask->kind, .done = ask->done, .user = ask->user};
	r->previous = redis->last;
	*(redis->last ? &redis->last->next : &redis->first) = r;
	redis->last = r;
	redis->nrequests++;
	return r;
}

static void
unlink_request(struct redis_request *r)
{
	struct redis *redis = r->redis;

	*(r->previous ? &r->previous->next : &redis->first) = r->next;
	*(r->next ? &r->next->previous : &redis->last) = r->previous;
	redis->nrequests--;
	redis->bytes -= r->bytes;
}

static void
release(struct redis_request *r)
{
	free(r->argv);
	r->argv = NULL;
	r->next = r->redis->spare;
	r->redis->spare = r;
}

/* The whole command in one block: the pointers, then the texts. */
static void
build(struct redis_request *r, const struct redis_ask *ask)
{
	static const char *const names[KEYS] = {"meta", "steps", "plan", "log"};
	size_t keys = KEYS * (sizeof "strait:{}:steps" + strlen(ask->uid)), size = keys;
	const char **argv;
	char *text;

	for (size_t i = 0; i < ask->nargs; i++)
		size += strlen(ask->args[i]) + 1;
	r->argc = ARGV_FIRST + KEYS + ask->nargs;
	r->bytes = size;
	argv = r->argv = xmalloc(r->argc * sizeof *argv + size);
	text = (char *)(argv + r->argc);
	*argv++ = "EVALSHA";
	*argv++ = r->redis->sha[ask->kind];
	*argv++ = "4";
	for (size_t i = 0; i < KEYS; i++) {
		*argv++ = text;
		text = stpcpy(stpcpy(stpcpy(stpcpy(text, "strait:{"), ask->uid), "}:"), names[i]) + 1;
	}
	for (size_t i = 0; i < ask->nargs; i++) {
		*argv++ = text;
		text = stpcpy(text, ask->args[i]) + 1;
	}
}

static void
put_probe(struct redis_request *r, const redisReply *reply)
{
	char *ret = r->probe[REDIS_PROBES - r->replies];
	const redisReply *value = reply;
	const char *role;

	snprintf(ret, sizeof r->probe[0], "unknown");
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2)
		value = reply->element[1];
	if (value->type != REDIS_REPLY_STRING)
		return;
	role = value == reply ? strstr(value->str, "role:") : NULL;
	if (role)
		snprintf(ret, sizeof r->probe[0], "%.*s", (int)strcspn(role + 5, "\r\n"), role + 5);
	else if (value != reply)
		snprintf(ret, sizeof r->probe[0], "%s", value->str);
}

static void
print_probe(const struct redis_request *r, struct buf *out)
{
	struct json_out json = JSON_OUT(out);

	json_open_array(&json, NULL);
	for (size_t i = 0; i < REDIS_PROBES; i++)
		json_put_str(&json, NULL, r->probe[i]);
	json_close_array(&json);
}

static void
answer(struct redis_request *r, const redisReply *reply)
{
	struct buf body CLEANUP_BUF = BUF_INIT(BUF_MAX_RING);
	struct io_answer a = {.outcome = IO_ANSWERED, .body = &body, .sent = r->sent};

	if (r->kind == REDIS_ASK_PROBE) {
		print_probe(r, &body);
	} else if (reply->type == REDIS_REPLY_ERROR) {
		a.status = 1;
		buf_puts(&body, reply->str);
	} else {
		redis_print(reply, &body);
	}
	unlink_request(r);
	if (!r->cancelled)
		r->done(r->user, &a);
	release(r);
}

static void on_reply(redisAsyncContext *context, void *answered, void *data);

static void
send_script(struct redis_request *r)
{
	r->replies = 1;
	redisAsyncCommandArgv(r->redis->context, on_reply, r, (int)r->argc, r->argv, NULL);
}

static void
send_probe(struct redis_request *r)
{
	r->replies = REDIS_PROBES;
	for (size_t i = 0; i < REDIS_PROBES; i++) {
		const char *argv[3] = {probes[i][0], probes[i][1], probes[i][2]};

		redisAsyncCommandArgv(r->redis->context, on_reply, r, argv[2] ? 3 : 2, argv, NULL);
	}
}

/* Without a reply the connection is ending, and redis_requests_free() ends the requests; from a connection that was
 * given up the request may be long gone. */
static void
on_reply(redisAsyncContext *context, void *answered, void *data)
{
	struct redis *redis = context->data;
	const redisReply *reply = answered;
	struct redis_request *r = data;

	if (redis->context != context || !reply)
		return;
	if (r->kind == REDIS_ASK_PROBE) {
		put_probe(r, reply);
	} else if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOSCRIPT", 8) == 0 &&
	    strcmp(r->argv[0], "EVALSHA") == 0) {
		r->argv[0] = "EVAL";
		r->argv[1] = *redis_lua[r->kind];
		send_script(r);
		return;
	}
	if (--r->replies == 0)
		answer(r, reply);
}

static void
arm_deadline(struct redis *redis, int64_t at, int64_t now)
{
	if (at >= redis->next_deadline)
		return;
	redis->next_deadline = at;
	loop_timer(&redis->deadlines, redis_on_deadline, at - now);
}

/* A server that answers one request late may hang: there is no use in waiting on this connection. */
void
redis_on_deadline(uv_timer_t *timer)
{
	struct redis *redis = timer->data;
	int64_t now = loop_up_ms(), next = INT64_MAX;
	char reason[64];

	redis->next_deadline = INT64_MAX;
	for (struct redis_request *r = redis->first; r; r = r->next) {
		if (r->deadline_up <= now) {
			snprintf(reason, sizeof reason, "no answer within %g s", (double)r->deadline_ms / 1000);
			redis_drop(redis, reason);
			return;
		}
		next = r->deadline_up < next ? r->deadline_up : next;
	}
	arm_deadline(redis, next, now);
}

void
redis_requests_free(struct redis *redis)
{
	struct redis_request *r = redis->first, *next;
	struct buf none = BUF_INIT(0);
	int64_t now = loop_up_ms();
	char error[768];

	redis->first = redis->last = NULL;
	redis->nrequests = redis->bytes = 0;
	for (; r; r = next) {
		bool late = r->deadline_up <= now;
		struct io_answer a = {.outcome = late ? IO_TIMEOUT : IO_BROKEN, .body = &none, .sent = r->sent};

		next = r->next;
		snprintf(error, sizeof error, "%s: %s", redis->place, redis->reason);
		a.error = error;
		if (!r->cancelled)
			r->done(r->user, &a);
		release(r);
	}
}

/* Ended before it began. */
static struct redis_request *
refuse(struct redis *redis, const struct redis_ask *ask, enum io_outcome outcome, const char *why, const char *reason)
{
	struct buf none = BUF_INIT(0);
	struct io_answer a = {.outcome = outcome, .body = &none, .sent = loop_now()};
	char error[768];

	snprintf(error, sizeof error, "%s: %s%s", redis->place, why, reason);
	a.error = error;
	ask->done(ask->user, &a);
	return NULL;
}

struct redis_request *
redis_start(struct redis *redis, const struct redis_ask *ask)
{
	struct instant now = loop_now();
	struct redis_request *r;

	if (redis->state != REDIS_READY)
		return refuse(redis, ask, IO_REFUSED, "not connected: ",
		    redis->reason[0] ? redis->reason : "connecting");
	if (redis->nrequests >= REQUESTS_MAX || redis->bytes >= BYTES_MAX)
		return refuse(redis, ask, IO_REFUSED, "too many requests are unanswered", "");
	if (ask->not_after_up && now.up_ms > ask->not_after_up)
		return refuse(redis, ask, IO_NOT_SENT, "not sent: its time was over", "");
	r = request_new(redis, ask);
	r->sent = now;
	r->deadline_ms = ask->deadline_ms;
	r->deadline_up = ask->deadline_ms ? now.up_ms + ask->deadline_ms : INT64_MAX;
	if (ask->kind == REDIS_ASK_PROBE) {
		send_probe(r);
	} else {
		build(r, ask);
		redis->bytes += r->bytes;
		send_script(r);
	}
	arm_deadline(redis, r->deadline_up, now.up_ms);
	return r;
}

void
redis_cancel(struct redis_request *request)
{
	request->cancelled = true;
}
