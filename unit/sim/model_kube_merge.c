#include "model_kube.h"

#include <string.h>

#include "json.h"

/* RFC 7386, as far as a controller's own status needs it. */

static bool
is_null(const struct cJSON *value)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	json_print(value, &text);
	return strcmp(buf_str(&text), "null") == 0;
}

static void merge(const struct cJSON *old, const struct cJSON *patch, const char *key, struct json_out *out);

static void
put(const struct cJSON *value, const char *key, struct json_out *out)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	json_print(value, &text);
	json_put_raw(out, key, buf_str(&text));
}

static void
merge_members(const struct cJSON *old, const struct cJSON *patch, struct json_out *out)
{
	JSON_EACH(member, old) {
		const struct cJSON *change = json_get(patch, json_key(member));

		if (!change)
			put(member, json_key(member), out);
		else if (!is_null(change))
			merge(member, change, json_key(member), out);
	}
	JSON_EACH(member, patch) {
		if (!json_get(old, json_key(member)) && !is_null(member))
			merge(NULL, member, json_key(member), out);
	}
}

static void
merge(const struct cJSON *old, const struct cJSON *patch, const char *key, struct json_out *out)
{
	if (!json_is_object(patch)) {
		put(patch, key, out);
		return;
	}
	json_open(out, key);
	merge_members(json_is_object(old) ? old : NULL, patch, out);
	json_close(out);
}

void
api_merge(const struct cJSON *old, const struct cJSON *patch, struct buf *ret)
{
	struct json_out out = JSON_OUT(ret);

	merge(old, patch, NULL, &out);
}
