/* Whatever answers the first words on a connection to Redis, or to a sentinel: the first byte's bits say that it is a sentinel,
 * that there is a password and a database; the rest is what comes. The connection itself is this file's. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "redis_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WAITING = 32 };

/* What it has been asked, in turn, and what has come of the greeting. */
static struct {
	struct {
		redisCallbackFn *fn;
		void *data;
	} waiting[WAITING];
	size_t first, count;
	bool dropped, ready, found;
} peer;

static const char script[] = "return 1";
static const char *const text = script;
const char *const *const redis_lua[REDIS_SCRIPTS] = {&text, &text, &text};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
redisAsyncCommand(redisAsyncContext *context, redisCallbackFn *fn, void *data, const char *format, ...)
{
	(void)context;
	(void)format;
	must(peer.count < WAITING);
	peer.waiting[peer.count].fn = fn;
	peer.waiting[peer.count++].data = data;
	return REDIS_OK;
}

bool
redis_is_unasked(redisAsyncContext *context)
{
	(void)context;
	return false;
}

void
redis_drop(struct redis *redis, const char *reason)
{
	must(!peer.dropped && !peer.ready && !peer.found && reason[0]);
	peer.dropped = true;
	redis->context = NULL;
}

void
redis_ready(struct redis *redis)
{
	must(!peer.dropped && !peer.ready && !redis->asking && redis->greetings == 0 && peer.first == peer.count);
	for (size_t i = 0; i < REDIS_SCRIPTS; i++)
		must(strlen(redis->sha[i]) < REDIS_SHA);
	peer.ready = true;
}

void
redis_found_master(struct redis *redis, const char *host, int port)
{
	must(!peer.dropped && redis->asking && host && port > 0 && port <= 65535);
	peer.found = true;
	redis->context = NULL;
}

/* hiredis before 1.0 believes any number of elements; later ones are told how many there may be. */
static bool
is_endless(const uint8_t *data, size_t size)
{
	for (size_t i = 0, digits = 0; i < size; i++) {
		digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
		if (digits > 6)
			return true;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned bits = size > 0 ? data[0] : 0;
	redisReader *reader = redisReaderCreate();
	redisAsyncContext *context = calloc(1, sizeof *context);
	struct redis *redis = calloc(1, sizeof *redis);
	void *reply = NULL;

	memset(&peer, 0, sizeof peer);
	context->data = redis;
	redis->context = context;
	redis->asking = bits & 1;
	redis->url.master = (char[]){"journal"};
	redis->url.password = bits & 2 ? (char[]){"secret"} : NULL;
	redis->url.db = bits & 4 ? 3 : 0;
	redis_greet(redis);
	if (size > 1 && !is_endless(data + 1, size - 1))
		redisReaderFeed(reader, (const char *)data + 1, size - 1);
	while (peer.first < peer.count && redisReaderGetReply(reader, &reply) == REDIS_OK && reply) {
		size_t at = peer.first++;

		peer.waiting[at].fn(context, reply, peer.waiting[at].data);
		freeReplyObject(reply);
		reply = NULL;
	}
	redisReaderFree(reader);
	free(context);
	free(redis);
	return 0;
}
