#include "json_keys.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

enum { FEW = 24 };

struct json_key {
	uint64_t hash;
	size_t at;
};

void
json_keys_add(struct json_keys *keys, uint64_t hash, size_t at)
{
	if (keys->count == keys->room) {
		keys->room = keys->room ? 2 * keys->room : 64;
		keys->list = xreallocarray(keys->list, keys->room, sizeof *keys->list);
	}
	keys->list[keys->count++] = (struct json_key){.hash = hash, .at = at};
}

static int
order(const void *left, const void *right)
{
	const struct json_key *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* Most objects have few: what the library needs to begin costs more than their order. */
static void
sort(struct json_key *keys, size_t count)
{
	if (count > FEW) {
		qsort(keys, count, sizeof *keys, order);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct json_key key = keys[i];
		size_t to = i;

		for (; to > 0 && order(&keys[to - 1], &key) > 0; to--)
			keys[to] = keys[to - 1];
		keys[to] = key;
	}
}

int
json_keys_close(struct json_keys *keys, size_t first, const char *text, size_t len, struct err *err)
{
	struct json_key *list = keys->list + first;
	size_t count = keys->count - first;

	keys->count = first;
	sort(list, count);
	for (size_t i = 1; i < count; i++) {
		size_t at = list[i].at, length;
		const char *name = text + at + 1;

		if (list[i].hash != list[i - 1].hash)
			continue;
		length = (size_t)((const char *)memchr(name, '"', len - at - 1) - name);
		return err_set(err, "JSON, byte %zu: expected another key: \"%.*s\" is there already, at byte %zu", at,
		    (int)(length > 100 ? 100 : length), name, list[i - 1].at);
	}
	return 0;
}

void
json_keys_done(struct json_keys *keys)
{
	free(keys->list);
	*keys = (struct json_keys){0};
}
