#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "json.h"

enum { GENERATION_LEAST = 1000000000 };       /* 2001 */

/* The whole of 'text', or as much as fits without cutting a UTF-8 sequence in two. */
static void
copy_cut(const char *text, char *ret, size_t size)
{
	size_t len = strlen(text);

	if (size == 0)
		return;
	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(ret, text, len);
	ret[len] = '\0';
}

bool
scylla_string(const char *body, size_t len, char *ret, size_t size)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, len, NULL);
	const char *text = json_text(json);

	if (!text)
		return false;
	copy_cut(text, ret, size);
	return true;
}

bool
scylla_integer(const char *body, size_t len, int64_t *ret)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, len, NULL);

	return json_to_int(json, ret);
}

bool
scylla_generation(const char *body, size_t len, int64_t *ret)
{
	return scylla_integer(body, len, ret) && *ret >= GENERATION_LEAST;
}

static bool
is_word(const char *body, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(body, word, len);
}

bool
scylla_boolean(const char *body, size_t len, bool *ret)
{
	while (len > 0 && memchr(" \t\r\n", body[len - 1], 4))
		len--;
	while (len > 0 && memchr(" \t\r\n", body[0], 4))
		body++, len--;
	if (!is_word(body, len, "true") && !is_word(body, len, "false"))
		return false;
	*ret = body[0] == 't';
	return true;
}

char **
scylla_strings(const char *body, size_t len)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, len, NULL);
	char **strings;
	size_t count = 0;

	if (!json_is_array(json))
		return NULL;
	strings = xcalloc(json_count(json) + 1, sizeof *strings);
	JSON_EACH(element, json) {
		const char *text = json_text(element);

		if (!text) {
			scylla_strings_free(strings);
			return NULL;
		}
		strings[count++] = xstrdup(text);
	}
	return strings;
}

void
scylla_strings_free(char **strings)
{
	for (char **at = strings; at && *at; at++)
		free(*at);
	free(strings);
}

char *
scylla_escape(const char *text)
{
	struct buf out = BUF_INIT(BUF_MAX_LINE);

	buf_put_escaped(&out, text);
	return buf_take(&out);
}
