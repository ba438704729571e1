#include "effect_words.h"

#include <stdio.h>
#include <string.h>

#include "effect.h"

enum { VALUE = 70, WHOLE = -1 };

struct words {
	char *text;
	size_t size;
	size_t len;
};

static void
put(struct words *words, const char *before, const char *text, int most)
{
	int len;

	if (words->len >= words->size)
		return;
	len = snprintf(words->text + words->len, words->size - words->len, "%s%.*s", before, most, text);
	words->len += len > 0 ? (size_t)len : 0;
}

/* Of a path what follows the namespaces, of a body what is said. */
static void
kube_words(const struct effect_kube *kube, char *ret, size_t size)
{
	const char *path = strstr(kube->path, "/namespaces/");
	const char *body = kube->body ? kube->body : "";
	const char *status = strstr(body, "\"status\":{"), *note = strstr(body, "\"note\":");

	snprintf(ret, size, "kube %s %s %s", kube->method, path ? path + 11 : kube->path,
	    status ? status + 9 : note ? note : body);
}

static void
redis_words(const struct effect_redis *redis, char *ret, size_t size)
{
	static const char *const scripts[] = {"takeover", "write", "expire", "probe"};
	struct words words = {.text = ret, .size = size};

	put(&words, "redis ", scripts[redis->script], WHOLE);
	for (size_t i = 0; i < redis->nargs; i++)
		put(&words, " ", redis->args[i], VALUE);
}

static void
host_words(const struct effect_host *host, const char *name, char *ret, size_t size)
{
	struct words words = {.text = ret, .size = size};

	put(&words, "host ", name, WHOLE);
	for (size_t i = 0; i < EFFECT_ARGS && host->args[i]; i++)
		put(&words, " ", host->args[i], WHOLE);
}

static void
web_words(const struct effect_web *web, char *ret, size_t size)
{
	snprintf(ret, size, "web %s %s%s %s", web->method, web->url ? web->url : web->url_from.name,
	    web->url ? "" : web->url_from.key, web->body ? web->body : "");
}

static const char *
itself(const void *user, const char *address)
{
	(void)user;
	return address;
}

void
effect_words(const struct effect *effect, const char *(*name)(const void *user, const char *address), const void *user,
    char *ret, size_t size)
{
	static const char *const levels[] = {"debug", "info", "warn", "error"};

	name = name ? name : itself;
	switch (effect->kind) {
	case EFFECT_KUBE:
		kube_words(&effect->kube, ret, size);
		break;
	case EFFECT_REDIS:
		redis_words(&effect->redis, ret, size);
		break;
	case EFFECT_REST:
		snprintf(ret, size, "rest %s %s %s", name(user, effect->rest.address), effect->rest.method, effect->rest.path);
		break;
	case EFFECT_WEB:
		web_words(&effect->web, ret, size);
		break;
	case EFFECT_HOST:
		host_words(&effect->host, name(user, effect->host.address), ret, size);
		break;
	case EFFECT_DNS:
		snprintf(ret, size, "dns %s", effect->dns.address);
		break;
	case EFFECT_CANCEL:
		snprintf(ret, size, "cancel");
		break;
	case EFFECT_LOG:
		snprintf(ret, size, "log %s %s", levels[effect->log.level & 3], effect->log.message);
		break;
	case EFFECT_EXIT:
		snprintf(ret, size, "exit %d", effect->status);
		break;
	}
}
