#include "world.h"

#include "hash.h"

static uint64_t
digest_texts(uint64_t digest, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		digest = hash_str(hash_u64(digest, i), texts[i] ? texts[i] : "");
	return digest;
}

uint64_t
effect_digest(const struct effect *effect)
{
	uint64_t digest = hash_u64(hash_u64(HASH_SEED, effect->id), (uint64_t)effect->deadline_ms);

	digest = hash_u64(hash_u64(digest, (uint64_t)effect->not_after_up), (uint64_t)effect->kind);
	switch (effect->kind) {
	case EFFECT_KUBE:
		return digest_texts(digest, (const char *[]){effect->kube.method, effect->kube.path, effect->kube.body}, 3);
	case EFFECT_REDIS:
		return digest_texts(hash_u64(digest, (uint64_t)effect->redis.script),
		    (const char *const *)effect->redis.args, effect->redis.nargs);
	case EFFECT_REST:
		return digest_texts(digest,
		    (const char *[]){effect->rest.address, effect->rest.method, effect->rest.path}, 3);
	case EFFECT_HOST:
		return digest_texts(hash_str(digest, effect->host.address), (const char *const *)effect->host.args,
		    EFFECT_ARGS);
	case EFFECT_WEB:
		return digest_texts(digest, (const char *[]){effect->web.method, effect->web.url, effect->web.query,
		    effect->web.headers, effect->web.body}, 5);
	default:
		return digest;
	}
}
