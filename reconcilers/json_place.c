#include "json_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

enum { KEY_MAX = 256 };

const struct cJSON *
json_element(const struct cJSON *array, long number)
{
	const struct cJSON *element = json_is_array(array) && number >= 0 ? json_first(array) : NULL;

	while (element && number-- > 0)
		element = json_next(element);
	return element;
}

/* "['a.b']", "[3]"; behind it, or NULL. */
static const char *
bracket(const struct cJSON **at, const char *path)
{
	char key[KEY_MAX];
	const char *end;
	char *rest;

	if (path[1] == '\'' || path[1] == '"') {
		end = strchr(path + 2, path[1]);
		if (!end || end[1] != ']' || end - path - 2 >= KEY_MAX)
			return NULL;
		snprintf(key, sizeof key, "%.*s", (int)(end - path - 2), path + 2);
		*at = json_get(*at, key);
		return end + 2;
	}
	if (path[1] < '0' || path[1] > '9')
		return NULL;
	*at = json_element(*at, strtol(path + 1, &rest, 10));
	return *rest == ']' ? rest + 1 : NULL;
}

/* ".name"; behind it, or NULL. */
static const char *
member(const struct cJSON **at, const char *path)
{
	size_t len = strcspn(path + 1, ".[");
	char key[KEY_MAX];

	if (len == 0 || len >= KEY_MAX)
		return NULL;
	snprintf(key, sizeof key, "%.*s", (int)len, path + 1);
	*at = json_get(*at, key);
	return path + 1 + len;
}

/* Down the path; NULL in *path where it cannot be read. */
static const struct cJSON *
walk(const struct cJSON *object, const char **path)
{
	while (*path && **path)
		*path = **path == '.' ? member(&object, *path) : **path == '[' ? bracket(&object, *path) : NULL;
	return *path ? object : NULL;
}

const struct cJSON *
json_place(const struct cJSON *object, const char *path, bool *ret_bad)
{
	size_t len = strlen(path), braces = len >= 2 && path[0] == '{' && path[len - 1] == '}' ? 1 : 0;
	char text[KEY_MAX * 2];
	const char *at = text;

	path += braces;
	len -= 2 * braces;
	snprintf(text, sizeof text, "%s%.*s", *path == '.' || *path == '[' ? "" : ".", (int)len, path);
	if (len + 2 > sizeof text)
		at = NULL;
	object = walk(object, &at);
	if (ret_bad)
		*ret_bad = !at;
	return object;
}

/* ~1 is a slash, ~0 a tilde. */
static void
unescape(const char *from, size_t len, char *to)
{
	for (size_t i = 0; i < len; i++) {
		bool coded = from[i] == '~' && i + 1 < len && (from[i + 1] == '0' || from[i + 1] == '1');

		*to++ = coded ? (from[i + 1] == '1' ? '/' : '~') : from[i];
		i += coded;
	}
	*to = '\0';
}

const struct cJSON *
json_pointer(const struct cJSON *object, const char *pointer)
{
	while (object && *pointer == '/') {
		size_t len = strcspn(pointer + 1, "/");
		char key[KEY_MAX];

		if (len >= KEY_MAX)
			return NULL;
		unescape(pointer + 1, len, key);
		object = json_is_array(object) ? json_element(object, strspn(key, "0123456789") == strlen(key) && *key
		    ? strtol(key, NULL, 10) : -1) : json_get(object, key);
		pointer += 1 + len;
	}
	return *pointer ? NULL : object;
}

bool
json_same(const struct cJSON *a, const struct cJSON *b)
{
	struct buf x CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT), y CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);

	if (!a || !b)
		return a == b;
	if (json_is_object(a) && json_is_object(b) && json_count(a) == json_count(b)) {
		JSON_EACH (member, a)
			if (!json_same(member, json_get(b, json_key(member))))
				return false;
		return true;
	}
	json_print(a, &x);
	json_print(b, &y);
	return strcmp(buf_str(&x), buf_str(&y)) == 0;
}

static bool
is_null(const struct cJSON *value)
{
	struct buf text CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);

	json_print(value, &text);
	return strcmp(buf_str(&text), "null") == 0;
}

bool
json_has(const struct cJSON *object, const struct cJSON *patch)
{
	if (!json_is_object(patch))
		return json_same(object, patch);
	if (!json_is_object(object))
		return false;
	JSON_EACH (member, patch) {
		const struct cJSON *present = json_get(object, json_key(member));

		if (is_null(member) ? present != NULL : !json_has(present, member))
			return false;
	}
	return true;
}
