/* The first words on a new connection. To a sentinel: where is the master? To Redis: who we are, which database, are you
 * the master, and the scripts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "redis_private.h"

enum { ROLE = REDIS_SCRIPTS, LOG_IN };

/* Read anew for each connection: a Secret that is mounted changes under our feet. NULL when there is none. */
static char *
password_of(const struct redis *redis, char (*text)[BUF_MAX_PASSWORD])
{
	FILE *file;
	size_t len;

	if (!redis->url.password_file)
		return redis->url.password;
	file = fopen(redis->url.password_file, "re");
	if (!file)
		return NULL;
	len = fread(*text, 1, sizeof *text - 1, file);
	fclose(file);
	(*text)[len] = '\0';
	(*text)[strcspn(*text, "\r\n")] = '\0';
	return *text;
}

/* False: it cannot, and the connection is dropped. */
static bool
log_in(struct redis *redis, redisCallbackFn *done, void *data)
{
	char text[BUF_MAX_PASSWORD], why[sizeof redis->reason], *password = password_of(redis, &text);

	if (!password && redis->url.password_file) {
		snprintf(why, sizeof why, "the password file %.180s cannot be read", redis->url.password_file);
		redis_drop(redis, why);
		return false;
	}
	if (password && redis->url.user)
		redisAsyncCommand(redis->context, done, data, "AUTH %s %s", redis->url.user, password);
	else if (password)
		redisAsyncCommand(redis->context, done, data, "AUTH %s", password);
	redis->greetings += password != NULL;
	explicit_bzero(text, sizeof text);
	return true;
}

/* --- Redis --- */

static void
greeted(struct redis *redis)
{
	if (--redis->greetings == 0)
		redis_ready(redis);
}

/* A server older than ROLE, or one that does not permit it, is believed; a replica refuses writes by itself. */
static void
on_role(struct redis *redis, const redisReply *reply)
{
	const redisReply *role = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0 ? reply->element[0] : NULL;
	char why[sizeof redis->reason];

	if (!role || !role->str || strcmp(role->str, "master") == 0) {
		greeted(redis);
		return;
	}
	snprintf(why, sizeof why, "it is a %s, not a master: name the master in the URL, or sentinels (redis+sentinel://)",
	    strcmp(role->str, "slave") == 0 ? "replica" : role->str);
	redis_drop(redis, why);
}

/* 'data': which script's name is coming, ROLE, or LOG_IN for AUTH and SELECT. */
static void
on_greeting(redisAsyncContext *context, void *answer, void *data)
{
	struct redis *redis = context->data;
	const redisReply *reply = answer;
	size_t what = (size_t)(uintptr_t)data;
	char why[sizeof redis->reason];

	if (redis->context != context || !reply || redis_is_unasked(context))
		return;
	if (what == ROLE) {
		on_role(redis, reply);
		return;
	}
	if (reply->type == REDIS_REPLY_ERROR) {
		snprintf(why, sizeof why, "%s: %s", what < REDIS_SCRIPTS ? "SCRIPT LOAD" : "AUTH or SELECT", reply->str);
		redis_drop(redis, why);
		return;
	}
	if (what < REDIS_SCRIPTS)
		snprintf(redis->sha[what], REDIS_SHA, "%s", reply->str ? reply->str : "");
	greeted(redis);
}

/* --- a sentinel --- */

static void on_sentinel(redisAsyncContext *context, void *answer, void *data);

static void
ask_sentinel(struct redis *redis)
{
	redisAsyncCommand(redis->context, on_sentinel, NULL, "SENTINEL get-master-addr-by-name %s", redis->url.master);
}

static void
on_sentinel_login(redisAsyncContext *context, void *answer, void *data)
{
	(void)context;
	(void)answer;
	(void)data;         /* what comes of it is in the next answer */
}

/* 'data' is NULL before it has asked for a password, which is then Redis' own. */
static void
sentinel_refused(struct redis *redis, const char *error, const void *data)
{
	char why[sizeof redis->reason];

	if (strncmp(error, "NOAUTH", 6) == 0 && !data && (redis->url.password || redis->url.password_file)) {
		if (log_in(redis, on_sentinel_login, NULL))
			redisAsyncCommand(redis->context, on_sentinel, redis, "SENTINEL get-master-addr-by-name %s",
			    redis->url.master);
		return;
	}
	snprintf(why, sizeof why, "the sentinel %.120s:%d: %.100s", redis->target.host, redis->target.port, error);
	redis_drop(redis, why);
}

/* [host, port]; 0 when it is something else. */
static int
port_of(const redisReply *reply)
{
	long port;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || !reply->element[0]->str || !reply->element[1]->str)
		return 0;
	port = strtol(reply->element[1]->str, NULL, 10);
	return port > 0 && port <= 65535 ? (int)port : 0;
}

static void
on_sentinel(redisAsyncContext *context, void *answer, void *data)
{
	struct redis *redis = context->data;
	const redisReply *reply = answer;
	char error[160];

	if (redis->context != context || !reply || redis_is_unasked(context))
		return;
	if (reply->type == REDIS_REPLY_ERROR) {
		sentinel_refused(redis, reply->str, data);
	} else if (!port_of(reply)) {
		snprintf(error, sizeof error, "it knows no master \"%.80s\"", redis->url.master);
		sentinel_refused(redis, error, data);
	} else {
		redis_found_master(redis, reply->element[0]->str, port_of(reply));
	}
}

void
redis_greet(struct redis *redis)
{
	redisAsyncContext *context = redis->context;

	redis->greetings = 0;
	if (redis->asking) {
		ask_sentinel(redis);
		return;
	}
	if (!log_in(redis, on_greeting, (void *)(uintptr_t)LOG_IN))
		return;
	if (redis->url.db) {
		redisAsyncCommand(context, on_greeting, (void *)(uintptr_t)LOG_IN, "SELECT %d", redis->url.db);
		redis->greetings++;
	}
	redisAsyncCommand(context, on_greeting, (void *)(uintptr_t)ROLE, "ROLE");
	for (size_t i = 0; i < REDIS_SCRIPTS; i++)
		redisAsyncCommand(context, on_greeting, (void *)(uintptr_t)i, "SCRIPT LOAD %s", *redis_lua[i]);
	redis->greetings += REDIS_SCRIPTS + 1;
}
