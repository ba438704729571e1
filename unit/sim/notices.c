#include "notices.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* The id in the headers, "UID/halted/0"; "" when there is none. */
static void
id_of(const char *headers, char *ret, size_t size)
{
	static const char name[] = "X-Strait-Id: ";
	const char *at = headers ? strstr(headers, name) : NULL;

	at = at ? at + sizeof name - 1 : "";
	snprintf(ret, size, "%.*s", (int)strcspn(at, "\n"), at);
}

void
notices_arrival(struct world *world, const struct effect_web *request)
{
	char id[300];
	const char *key, *value;

	if (strcmp(request->method, "GET") == 0)
		return;
	id_of(request->headers, id, sizeof id);
	key = strchr(id, '/');
	if (!key) {
		checker_fault(world->checker, world->now, "a post to %s has no id", request->url_from.name);
		return;
	}
	id[key - id] = '\0';
	value = store_value(&checker_ledger(world->checker, id)->journal, "op");
	if (!value || !strstr(value, key + 1))
		checker_fault(world->checker, world->now, "%s is told before its outbox entry is acknowledged", key + 1);
}

static bool
is_at(const struct web_post *post, const char *key)
{
	const char *space = strchr(post->where, ' ');

	return space && strcmp(space + 1, key) == 0;
}

static bool
calls(const struct web_post *post)
{
	CLEANUP_JSON struct cJSON *body = json_parse(post->body, strlen(post->body), NULL);

	return json_count(json_path(body, "allowed_mentions", "users", NULL)) > 0;
}

size_t
notices_taken(const struct world *world, const char *key, const char *what, size_t *ret_calls)
{
	size_t taken = 0;

	*ret_calls = 0;
	for (size_t i = 0; i < world->web.nposts; i++) {
		const struct web_post *post = &world->web.posts[i];
		char id[300];

		id_of(post->headers, id, sizeof id);
		if (!is_at(post, key) || !strchr(id, '/') || strcmp(strchr(id, '/') + 1, what) != 0)
			continue;
		taken++;
		*ret_calls += calls(post);
	}
	return taken;
}

/* Two posts of one id to one receiver. */
static const char *
compare(const struct web_post *a, const struct web_post *b, const char *id, char *text, size_t size)
{
	if (calls(a) && calls(b)) {
		snprintf(text, size, "somebody is called twice for %.200s at %.60s", id, a->where);
		return text;
	}
	if (strcmp(a->body, b->body) != 0 && !strstr(b->body, "allowed_mentions")) {
		snprintf(text, size, "%.200s is told in two ways: %.100s; %.100s", id, a->body, b->body);
		return text;
	}
	return NULL;
}

const char *
notices_judge(const struct world *world, char *text, size_t size)
{
	for (size_t i = 0; i < world->web.nposts; i++) {
		const struct web_post *post = &world->web.posts[i];
		char id[300], other[300];

		id_of(post->headers, id, sizeof id);
		for (size_t j = i + 1; j < world->web.nposts; j++) {
			const struct web_post *later = &world->web.posts[j];

			id_of(later->headers, other, sizeof other);
			if (strcmp(id, other) == 0 && strcmp(post->where, later->where) == 0 &&
			    compare(post, later, id, text, size))
				return text;
		}
	}
	return NULL;
}
