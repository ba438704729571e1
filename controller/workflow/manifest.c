#include "manifest.h"

#include <string.h>

#include "json.h"
#include "yaml_json.h"

/* "---" at the beginning of a line, and nothing behind it that belongs to the document. */
static bool
is_separator(const char *line, size_t len)
{
	return len >= 3 && strncmp(line, "---", 3) == 0 && (len == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

/* Comments and white space only. */
static bool
is_empty(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '#')
			i += strcspn(text + i, "\n");
		else if (!strchr(" \t\r\n", text[i]))
			return false;
	}
	return true;
}

static int
check(const struct cJSON *object, struct err *err)
{
	const struct cJSON *metadata = json_get(object, "metadata");

	if (!json_is_object(object))
		return err_set(err, "an object is expected, with apiVersion, kind and metadata");
	if (!json_str(object, "apiVersion") || !json_str(object, "kind"))
		return err_set(err, "apiVersion and kind are missing or no strings");
	if (json_get(object, "items"))
		return err_set(err, "a list is not taken; write its objects as documents, with --- between them");
	if (!json_str(metadata, "name") || !*json_str(metadata, "name"))
		return err_set(err, "metadata.name is missing; without a name known before, the same object could be made "
		    "twice");
	return 0;
}

static int
take(struct manifest *ret, const char *text, size_t len, struct err *err)
{
	struct buf json CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);
	struct cJSON *object;

	if (ret->count == KUBE_DOCUMENTS)
		return err_set(err, "more than %d objects; divide them among several steps", KUBE_DOCUMENTS);
	if (yaml_to_json(text, len, &json, err) < 0)
		return -1;
	object = json_parse(buf_str(&json), json.len, err);
	if (!object)
		return -1;
	ret->objects[ret->count++] = object;
	return check(object, err);
}

int
manifest_read(const char *text, struct manifest *ret, struct err *err)
{
	const char *begin = text;
	size_t number = 0;

	*ret = (struct manifest){.count = 0};
	for (const char *line = text, *next; ; line = next) {
		size_t len = strcspn(line, "\n");
		bool ends = !*line || is_separator(line, len);
		struct err why = {""};

		next = line + len + (line[len] == '\n');
		if (!ends)
			continue;
		if (!is_empty(begin, (size_t)(line - begin))) {
			number++;
			if (take(ret, begin, (size_t)(line - begin), &why) < 0)
				return err_set(err, "document %zu: %s", number, why.text);
		}
		if (!*line)
			break;
		begin = next;
	}
	return ret->count > 0 ? 0 : err_set(err, "no object is in it");
}

void
manifest_done(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->count; i++)
		json_free(manifest->objects[i]);
	manifest->count = 0;
}
