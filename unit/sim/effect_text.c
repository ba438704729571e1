#include "world.h"

#include <string.h>

#include "effect_words.h"

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

static const char *
name_in(const void *user, const char *address)
{
	return world_node_name(user, address);
}

void
effect_text(const struct world *world, const struct effect *effect, char *ret, size_t size)
{
	effect_words(effect, name_in, world, ret, size);
}

bool
effect_is_stream(const struct effect *effect)
{
	return effect->kind == EFFECT_KUBE && effect->kube.stream;
}
