/* Requests to Redis: the journal's scripts and the probe. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "counts.h"
#include "json.h"
#include "loop.h"
#include "redis_private.h"
#include "redis_scripts.h"

enum {
	KEYS = 4,
	ARGV_FIRST = 3,                  /* "EVALSHA", name, number of keys */
};

/* By enum redis_ask_kind; the probe is none. */
const char *const *const redis_lua[REDIS_SCRIPTS] = {
	[REDIS_ASK_TAKEOVER] = &redis_lua_takeover,
	[REDIS_ASK_WRITE] = &redis_lua_write,
	[REDIS_ASK_EXPIRE] = &redis_lua_expire,
};

static struct redis_request *
request_new(struct redis *redis, const struct redis_ask *ask)
{
	struct redis_request *r = redis->spare;

	if (r)
		redis->spare = r->next;
	else
		r = xmalloc(sizeof *r);
	*r = (struct redis_request){.redis = redis, .kind = ask->kind, .done = ask->done, .user = ask->user,
	    .body = BUF_INIT(BUF_MAX_RING)};
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
	buf_done(&r->body);
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
finish(struct redis_request *r)
{
	struct io_answer a = {.outcome = IO_ANSWERED, .status = r->status, .body = &r->body, .sent = r->sent};

	unlink_request(r);
	if (!r->cancelled)
		r->done(r->user, &a);
	release(r);
}

/* Errors that say what is wrong with the set-up are told in our words; the connection stays. */
static void
put_error(const redisReply *reply, struct buf *body)
{
	if (strncmp(reply->str, "MOVED ", 6) == 0 || strncmp(reply->str, "ASK ", 4) == 0)
		buf_printf(body, "%s: this Redis is a cluster of several shards, which Strait does not follow: give it one "
		    "server, or a master with sentinels (redis+sentinel://)", reply->str);
	else
		buf_puts(body, reply->str);
}

static void
take_script_reply(struct redis_request *r, const redisReply *reply)
{
	const redisReply *word = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0 ? reply->element[0] : NULL;

	r->answered = true;
	r->status = reply->type == REDIS_REPLY_ERROR;
	/* A takeover answers with its epoch. */
	r->written = word && (word->type == REDIS_REPLY_INTEGER || strcmp(word->str, "OK") == 0);
	if (r->status)
		put_error(reply, &r->body);
	else
		redis_print(reply, &r->body);
}

/* Too few replicas: it counts as not written. It is sent again unchanged, and found there, until enough have it. */
static void
take_replicas(struct redis_request *r, const redisReply *reply)
{
	const struct redis_url *url = &r->redis->url;

	if (!r->written || (reply->type == REDIS_REPLY_INTEGER && reply->integer >= url->wait))
		return;
	r->status = 1;
	buf_clear(&r->body);
	if (reply->type == REDIS_REPLY_INTEGER)
		buf_printf(&r->body, "%lld of %d replicas have the write after %d ms (wait=%d in the Redis URL)",
		    reply->integer, url->wait, url->wait_ms, url->wait);
	else
		buf_printf(&r->body, "WAIT: %s", reply->str ? reply->str : "no number");
}

static void
take_trail(struct redis_request *r, const redisReply *reply)
{
	r->status = reply->type == REDIS_REPLY_ERROR;
	if (r->status)
		put_error(reply, &r->body);
	else
		redis_print(reply, &r->body);
}

static void on_reply(redisAsyncContext *context, void *answered, void *data);

/* For people who look on: it must not raise the epoch, and changes nothing. */
static void
send_trail(struct redis_request *r, const char *uid)
{
	redisAsyncCommand(r->redis->context, on_reply, r, "XRANGE strait:{%s}:log - +", uid);
	r->replies++;
}

static void
send_script(struct redis_request *r)
{
	const struct redis *redis = r->redis;

	redisAsyncCommandArgv(redis->context, on_reply, r, (int)r->argc, r->argv, NULL);
	r->replies++;
	if (redis->url.wait == 0)
		return;
	redisAsyncCommand(redis->context, on_reply, r, "WAIT %d %d", redis->url.wait, redis->url.wait_ms);
	r->replies++;
}

/* True: the server has forgotten the script, and it was sent whole. */
static bool
is_sent_whole(struct redis_request *r, const redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "NOSCRIPT", 8) != 0 || strcmp(r->argv[0], "EVALSHA") != 0)
		return false;
	r->argv[0] = "EVAL";
	r->argv[1] = *redis_lua[r->kind];
	r->void_replies = --r->replies;
	send_script(r);
	return true;
}

/* Without a reply the connection is ending, and redis_requests_free() ends the requests; from a connection that was
 * given up the request may be long gone. */
static void
on_reply(redisAsyncContext *context, void *answered, void *data)
{
	struct redis *redis = context->data;
	const redisReply *reply = answered;
	struct redis_request *r = data;

	if (redis->context != context || !reply || redis_is_unasked(context))
		return;
	if (r->void_replies > 0) {
		r->void_replies--;
		r->replies--;
		return;
	}
	if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "READONLY", 8) == 0) {
		redis_drop(redis, "it has become a replica");        /* a fail-over: the master is elsewhere */
		return;
	}
	if (r->kind == REDIS_ASK_PROBE)
		redis_probe_take(r, reply);
	else if (r->kind == REDIS_ASK_TRAIL)
		take_trail(r, reply);
	else if (r->answered)
		take_replicas(r, reply);
	else if (is_sent_whole(r, reply))
		return;
	else
		take_script_reply(r, reply);
	if (--r->replies > 0)
		return;
	if (r->kind == REDIS_ASK_PROBE)
		redis_probe_print(r, &r->body);
	finish(r);
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
	if (redis->nrequests >= COUNT_MAX_REDIS_REQUESTS || redis->bytes >= BUF_MAX_IN_FLIGHT)
		return refuse(redis, ask, IO_REFUSED, "too many requests are unanswered", "");
	if (ask->not_after_up && now.up_ms > ask->not_after_up)
		return refuse(redis, ask, IO_NOT_SENT, "not sent: its time was over", "");
	r = request_new(redis, ask);
	r->sent = now;
	r->deadline_ms = ask->deadline_ms;
	r->deadline_up = ask->deadline_ms ? now.up_ms + ask->deadline_ms : INT64_MAX;
	if (ask->kind == REDIS_ASK_PROBE) {
		redis_probe_send(r, on_reply);
	} else if (ask->kind == REDIS_ASK_TRAIL) {
		send_trail(r, ask->uid);
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
