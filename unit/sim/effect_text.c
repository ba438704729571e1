#include "world.h"

#include <stdio.h>
#include <string.h>

/* What an effect is, in a letter or a line. */

char
effect_letter(const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_REST:        /* a read barrier is a POST that only asks */
	case EFFECT_HOST:
	case EFFECT_WEB:
		return effect->not_after_up ? 'a' : '.';
	case EFFECT_REDIS:
		return 'j';
	case EFFECT_KUBE:
		return strcmp(effect->kube.method, "GET") == 0 ? '.' : 'k';
	default:
		return '.';
	}
}

/* Of a path what follows the namespaces, of a body what is said. */
static void
kube_text(const struct effect_kube *kube, char *ret, size_t size)
{
	const char *path = strstr(kube->path, "/namespaces/");
	const char *body = kube->body ? kube->body : "";
	const char *status = strstr(body, "\"status\":{"), *note = strstr(body, "\"note\":");

	snprintf(ret, size, "kube %s %s %s", kube->method, path ? path + 11 : kube->path,
	    status ? status + 9 : note ? note : body);
}

void
effect_text(const struct world *world, const struct effect *effect, char *ret, size_t size)
{
	static const char *const scripts[] = {"takeover", "write", "expire", "probe"};
	const struct effect_host *host = &effect->host;
	int len;

	switch (effect->kind) {
	case EFFECT_KUBE:
		kube_text(&effect->kube, ret, size);
		break;
	case EFFECT_REDIS:
		len = snprintf(ret, size, "redis %s", scripts[effect->redis.script]);
		for (size_t i = 0; i < effect->redis.nargs && len > 0 && (size_t)len < size; i++)
			len += snprintf(ret + len, size - (size_t)len, " %.70s", effect->redis.args[i]);
		break;
	case EFFECT_REST:
		snprintf(ret, size, "rest %s %s %s", world_node_name(world, effect->rest.address), effect->rest.method,
		    effect->rest.path);
		break;
	case EFFECT_WEB:
		snprintf(ret, size, "web %s %s%s %s", effect->web.method, effect->web.url ? effect->web.url
		    : effect->web.url_from.name, effect->web.url ? "" : effect->web.url_from.key,
		    effect->web.body ? effect->web.body : "");
		break;
	case EFFECT_HOST:
		len = snprintf(ret, size, "host %s", world_node_name(world, host->address));
		for (size_t i = 0; i < EFFECT_ARGS && host->args[i] && (size_t)len < size; i++)
			len += snprintf(ret + len, size - (size_t)len, " %s", host->args[i]);
		break;
	case EFFECT_DNS:
		snprintf(ret, size, "dns %s", effect->dns.address);
		break;
	default:
		snprintf(ret, size, "?");
	}
}

bool
effect_is_stream(const struct effect *effect)
{
	return effect->kind == EFFECT_KUBE && effect->kube.stream;
}
