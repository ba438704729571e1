#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api_pair.h"
#include "json.h"

/* A body in one form: members by name, without what must differ between two servers. */

enum { MEMBERS = 64 };

static void plain(const struct cJSON *value, const char *key, struct json_out *out);

/* What of metadata tells a client something that both servers decide alike. */
static bool
is_told(const char *key)
{
	return strcmp(key, "name") == 0 || strcmp(key, "namespace") == 0 || strcmp(key, "finalizers") == 0 ||
	    strcmp(key, "labels") == 0 || strcmp(key, "deletionTimestamp") == 0;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(json_key(*(const struct cJSON *const *)a), json_key(*(const struct cJSON *const *)b));
}

static void
plain_members(const struct cJSON *object, bool metadata, struct json_out *out)
{
	const struct cJSON *members[MEMBERS];
	size_t count = 0;

	JSON_EACH(member, object) {
		if (count < MEMBERS && (!metadata || is_told(json_key(member))))
			members[count++] = member;
	}
	qsort(members, count, sizeof *members, by_key);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(json_key(members[i]), "deletionTimestamp") == 0)
			json_put_str(out, "deletionTimestamp", "set");
		else
			plain(members[i], json_key(members[i]), out);
	}
}

static void
plain(const struct cJSON *value, const char *key, struct json_out *out)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	if (json_is_object(value)) {
		json_open(out, key);
		plain_members(value, key && strcmp(key, "metadata") == 0, out);
		json_close(out);
	} else if (json_is_array(value)) {
		json_open_array(out, key);
		JSON_EACH(element, value)
			plain(element, NULL, out);
		json_close_array(out);
	} else {
		json_print(value, &text);
		json_put_raw(out, key, buf_str(&text));
	}
}

/* An operation's spec has defaults that the model does not know; its generation says when it changed. */
static void
plain_object(const struct cJSON *object, const char *key, struct json_out *out)
{
	bool lease = json_get(json_get(object, "spec"), "leaseDurationSeconds") != NULL;

	json_open(out, key);
	json_put_str(out, "kind", json_str(object, "kind"));
	if (!lease)
		json_put_int(out, "generation", json_int(json_get(object, "metadata"), "generation", -1));
	plain(json_get(object, "metadata"), "metadata", out);
	if (lease)
		plain(json_get(object, "spec"), "spec", out);
	if (json_get(object, "status"))
		plain(json_get(object, "status"), "status", out);
	json_close(out);
}

static void
plain_list(const struct cJSON *list, struct json_out *out)
{
	json_open(out, NULL);
	json_open_array(out, "items");
	JSON_EACH(item, json_get(list, "items"))
		plain_object(item, NULL, out);
	json_close_array(out);
	json_put_bool(out, "more", *json_str_or(json_get(list, "metadata"), "continue", "") != '\0');
	json_close(out);
}

static void
plain_event(const struct cJSON *event, struct json_out *out)
{
	const struct cJSON *object = json_get(event, "object");

	json_open(out, NULL);
	json_put_str(out, "type", json_str(event, "type"));
	if (strcmp(json_str_or(object, "kind", ""), "Status") == 0)
		json_put_int(out, "code", json_int(object, "code", 0));
	else
		plain_object(object, "object", out);
	json_close(out);
}

char *
pair_plain(const char *body)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, strlen(body), NULL);
	struct buf text = BUF_INIT(BUF_MAX_ANSWER);
	struct json_out out = JSON_OUT(&text);
	const char *kind = json_str_or(json, "kind", "");

	if (!json) {
		buf_printf(&text, "no JSON: %.200s", body);
	} else if (strcmp(kind, "Status") == 0 && strcmp(json_str_or(json, "status", ""), "Failure") == 0) {
		buf_printf(&text, "%s", json_str_or(json, "reason", "no reason"));
	} else if (strcmp(kind, "Status") == 0) {
		buf_puts(&text, "Success");
	} else if (json_is_array(json_get(json, "items"))) {
		plain_list(json, &out);
	} else if (json_str(json, "type") && json_get(json, "object")) {
		plain_event(json, &out);
	} else {
		plain_object(json, NULL, &out);
	}
	return buf_take(&text);
}
