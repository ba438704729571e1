#include <inttypes.h>
#include <stdio.h>

#include "hash.h"
#include "recording.h"

/* What it is, field by field: padding and what lies behind a text's end are nobody's decision. */

static uint64_t
text(uint64_t hash, const char *text)
{
	return text ? hash_str(hash_u64(hash, 1), text) : hash_u64(hash, 0);
}

static uint64_t
kube(uint64_t hash, const struct effect_kube *kube)
{
	hash = hash_u64(hash, kube->pool);
	hash = text(hash, kube->method);
	hash = text(hash, kube->path);
	hash = text(hash, kube->content_type);
	hash = text(hash, kube->body);
	return hash_u64(hash, (uint64_t)(kube->stream << 2 | kube->once << 1 | kube->secret));
}

static uint64_t
redis(uint64_t hash, const struct effect_redis *redis)
{
	hash = hash_u64(hash, redis->script);
	hash = text(hash, redis->uid);
	for (size_t i = 0; i < redis->nargs; i++)
		hash = text(hash, redis->args[i]);
	return hash;
}

static uint64_t
login(uint64_t hash, const struct effect_login *login)
{
	if (!login)
		return hash;
	hash = hash_u64(hash, (uint64_t)login->port);
	hash = text(hash, login->user);
	return text(hash, login->secret);
}

static uint64_t
rest(uint64_t hash, const struct effect_rest *rest)
{
	hash = text(hash, rest->address);
	hash = hash_u64(hash, (uint64_t)rest->port);
	hash = text(hash, rest->method);
	hash = text(hash, rest->path);
	hash = hash_u64(hash, rest->passing);
	return login(hash, rest->through);
}

static uint64_t
host(uint64_t hash, const struct effect_host *host)
{
	hash = text(hash, host->address);
	hash = hash_u64(hash, (uint64_t)host->port);
	hash = text(hash, host->user);
	hash = text(hash, host->secret);
	for (size_t i = 0; i < EFFECT_ARGS && host->args[i]; i++)
		hash = text(hash, host->args[i]);
	return hash;
}

static uint64_t
web(uint64_t hash, const struct effect_web *web)
{
	const char *const texts[] = {web->method, web->url, web->url_from.name, web->url_from.key, web->query, web->headers,
	    web->body, web->sign_with.name, web->sign_with.key};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		hash = text(hash, texts[i]);
	return hash;
}

/* LOG too, for whoever asks; a recording has none of them. */
static uint64_t
hash_of(const struct effect *effect)
{
	uint64_t hash = hash_u64(hash_u64(HASH_SEED, (uint64_t)effect->deadline_ms), (uint64_t)effect->not_after_up);

	switch (effect->kind) {
	case EFFECT_KUBE:
		return kube(hash, &effect->kube);
	case EFFECT_REDIS:
		return redis(hash, &effect->redis);
	case EFFECT_REST:
		return rest(hash, &effect->rest);
	case EFFECT_HOST:
		return host(hash, &effect->host);
	case EFFECT_WEB:
		return web(hash, &effect->web);
	case EFFECT_DNS:
		return text(hash, effect->dns.address);
	case EFFECT_LOG:
		return text(hash_u64(hash, (uint64_t)effect->log.level), effect->log.message);
	case EFFECT_EXIT:
		return hash_u64(hash, (uint64_t)effect->status);
	case EFFECT_CANCEL:
		break;
	}
	return hash;
}

char *
effect_mark(const struct effect *effect, char *ret)
{
	char hash[HASH_TEXT];

	snprintf(ret, EFFECT_MARK, "%" PRIu64 " %s %s", effect->id, effect_kind_name(effect->kind),
	    hash_text(hash_of(effect), hash));
	return ret;
}
