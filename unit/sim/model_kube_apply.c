#include "model_kube.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* Whose a status' members are: server-side apply takes away what its manager applied before and does not any more, and
 * leaves what a merge-patch has changed since, or what nobody owns. By whole members, which is as fine as the status'
 * own types are for one writer that always tells all its conditions. */

enum { MEMBERS_MAX = 64 };

/* A set is its keys in order, a space around each. */
static bool
has(const char *set, const char *key)
{
	CLEANUP_FREE char *word = xasprintf(" %s ", key);

	return set && strstr(set, word);
}

static bool
is_same(const struct cJSON *a, const struct cJSON *b)
{
	CLEANUP_BUF struct buf x = BUF_INIT(BUF_MAX_OBJECT), y = BUF_INIT(BUF_MAX_OBJECT);

	if (!a || !b)
		return a == b;
	json_print(a, &x);
	json_print(b, &y);
	return strcmp(buf_str(&x), buf_str(&y)) == 0;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
set_of(const char **keys, size_t count)
{
	struct buf set = BUF_INIT(BUF_MAX_LINE);

	if (count)
		qsort(keys, count, sizeof *keys, by_text);
	buf_putc(&set, ' ');
	for (size_t i = 0; i < count; i++)
		buf_printf(&set, "%s ", keys[i]);
	return buf_take(&set);
}

static void
put(struct json_out *out, const struct cJSON *member)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	json_print(member, &text);
	json_put_raw(out, json_key(member), buf_str(&text));
}

static void
own(struct api_object *o, char *applied, char *updated)
{
	free(o->applied);
	free(o->updated);
	o->applied = applied;
	o->updated = updated;
}

void
api_apply(struct api_object *o, const struct cJSON *old, const struct cJSON *applied, struct buf *ret)
{
	const char *mine[MEMBERS_MAX], *others[MEMBERS_MAX];
	struct json_out out = JSON_OUT(ret);
	size_t nmine = 0, nothers = 0;

	json_open(&out, NULL);
	JSON_EACH(member, old) {
		const char *key = json_key(member);
		const struct cJSON *change = json_get(applied, key);

		if (change)
			put(&out, change);
		else if (has(o->updated, key) || !has(o->applied, key))
			put(&out, member);
		if (has(o->updated, key) && (!change || is_same(member, change)) && nothers < MEMBERS_MAX)
			others[nothers++] = key;
	}
	JSON_EACH(member, applied) {
		if (!json_get(old, json_key(member)))
			put(&out, member);
		if (nmine < MEMBERS_MAX)
			mine[nmine++] = json_key(member);
	}
	json_close(&out);
	own(o, set_of(mine, nmine), set_of(others, nothers));
}

void
api_own_merged(struct api_object *o, const struct cJSON *old, const struct cJSON *merged)
{
	const char *mine[MEMBERS_MAX], *others[MEMBERS_MAX];
	size_t nmine = 0, nothers = 0;

	JSON_EACH(member, merged) {
		const char *key = json_key(member);
		bool change = !is_same(json_get(old, key), member);

		if (has(o->applied, key) && !change && nmine < MEMBERS_MAX)
			mine[nmine++] = key;
		if ((has(o->updated, key) || change) && nothers < MEMBERS_MAX)
			others[nothers++] = key;
	}
	own(o, set_of(mine, nmine), set_of(others, nothers));
}
