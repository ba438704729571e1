#include "effect.h"

#include <stdlib.h>

#include "alloc.h"
#include "event.h"

struct effect *
effects_add(struct effects *out, enum effect_kind kind, uint64_t id)
{
	struct effect *effect;

	/* Room by doubling: a step that orders a thousand questions must not copy the list a thousand times. */
	if ((out->count & (out->count - 1)) == 0)
		out->list = xreallocarray(out->list, out->count ? 2 * out->count : 1, sizeof *out->list);
	effect = &out->list[out->count++];
	*effect = (struct effect){.kind = kind, .id = id};
	return effect;
}

static void
redis_done(struct effect_redis *redis)
{
	for (size_t i = 0; i < redis->nargs; i++)
		free(redis->args[i]);
	free(redis->args);
	free(redis->uid);
}

static void
host_done(struct effect_host *host)
{
	for (size_t i = 0; i < ARRAY_LEN(host->args); i++)
		free(host->args[i]);
}

static void
web_done(struct effect_web *web)
{
	free(web->url);
	free(web->url_from.name);
	free(web->url_from.key);
	free(web->query);
	free(web->headers);
	free(web->body);
	free(web->sign_with.name);
	free(web->sign_with.key);
}

void
effect_done(struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_KUBE:
		free(effect->kube.path);
		free(effect->kube.body);
		break;
	case EFFECT_REDIS:
		redis_done(&effect->redis);
		break;
	case EFFECT_REST:
		free(effect->rest.path);
		free(effect->rest.through);
		break;
	case EFFECT_HOST:
		host_done(&effect->host);
		break;
	case EFFECT_WEB:
		web_done(&effect->web);
		break;
	case EFFECT_LOG:
		free(effect->log.message);
		free(effect->log.fields);
		break;
	case EFFECT_DNS:
	case EFFECT_CANCEL:
	case EFFECT_EXIT:
		break;
	}
	*effect = (struct effect){.kind = EFFECT_CANCEL};
}

void
effects_clear(struct effects *out)
{
	for (size_t i = 0; i < out->count; i++)
		effect_done(&out->list[i]);
	free(out->list);
	*out = (struct effects){0};
}

const char *
effect_kind_name(enum effect_kind kind)
{
	static const char *const names[] = {
		[EFFECT_KUBE] = "kube", [EFFECT_REDIS] = "redis", [EFFECT_REST] = "rest", [EFFECT_HOST] = "host",
		[EFFECT_WEB] = "web", [EFFECT_DNS] = "dns",
		[EFFECT_CANCEL] = "cancel", [EFFECT_LOG] = "log", [EFFECT_EXIT] = "exit",
	};

	return (size_t)kind < ARRAY_LEN(names) ? names[kind] : "unknown";
}

const char *
event_kind_name(enum event_kind kind)
{
	static const char *const names[] = {
		[EVENT_START] = "start", [EVENT_ANSWER] = "answer", [EVENT_LINE] = "line", [EVENT_WAKE] = "wake",
		[EVENT_JUMP] = "jump", [EVENT_STOP] = "stop",
	};

	return (size_t)kind < ARRAY_LEN(names) ? names[kind] : "unknown";
}

const char *
outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_ANSWERED] = "answered", [OUTCOME_REFUSED] = "refused", [OUTCOME_NOT_SENT] = "not sent",
		[OUTCOME_TIMEOUT] = "timed out", [OUTCOME_BROKEN] = "broken off",
	};

	return (size_t)outcome < ARRAY_LEN(names) ? names[outcome] : "unknown";
}
