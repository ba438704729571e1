#include "secret.h"

#include <string.h>

#include "alloc.h"
#include "base64.h"
#include "json.h"

struct value {
	char *key;
	char *data;
	size_t len;
};

struct secret {
	struct secret *next;
	char *name;              /* "namespace/name" */
	struct value *values;
	size_t count;
};

struct secrets {
	struct secret *list;
};

struct secrets *
secrets_new(void)
{
	return xcalloc(1, sizeof(struct secrets));
}

static void
clear(struct secret *secret)
{
	for (size_t i = 0; i < secret->count; i++) {
		explicit_bzero(secret->values[i].data, secret->values[i].len);
		free(secret->values[i].data);
		free(secret->values[i].key);
	}
	free(secret->values);
	secret->values = NULL;
	secret->count = 0;
}

static void
drop(struct secrets *secrets, const char *name)
{
	for (struct secret **at = &secrets->list, *secret; (secret = *at); at = &secret->next) {
		if (strcmp(secret->name, name) != 0)
			continue;
		*at = secret->next;
		clear(secret);
		free(secret->name);
		free(secret);
		return;
	}
}

struct secrets *
secrets_free(struct secrets *secrets)
{
	while (secrets && secrets->list)
		drop(secrets, secrets->list->name);
	free(secrets);
	return NULL;
}

static const struct secret *
find(const struct secrets *secrets, const char *name)
{
	const struct secret *secret = secrets->list;

	while (secret && strcmp(secret->name, name) != 0)
		secret = secret->next;
	return secret;
}

const char *
secrets_get(const struct secrets *secrets, const char *name, const char *key)
{
	const struct secret *secret = find(secrets, name);

	for (size_t i = 0; secret && i < secret->count; i++) {
		if (strcmp(secret->values[i].key, key) == 0)
			return secret->values[i].data;
	}
	return NULL;
}

/* NULL: none, or nothing that has keys. */
static const struct cJSON *
data_of(const struct cJSON *object)
{
	const struct cJSON *data = json_get(object, "data");

	return json_is_object(data) ? data : NULL;
}

static void
keep(struct secrets *secrets, const char *name, const struct cJSON *object)
{
	struct secret *secret = xcalloc(1, sizeof *secret);

	drop(secrets, name);
	secret->name = xstrdup(name);
	JSON_EACH(member, data_of(object)) {
		const char *text = json_text(member);
		size_t len;
		char *data = text ? base64_decode(text, &len) : NULL;
		struct value *value;

		if (!data)
			continue;
		value = ARRAY_GROW(secret->values, secret->count);
		*value = (struct value){.key = xstrdup(json_key(member)), .data = data, .len = len};
	}
	secret->next = secrets->list;
	secrets->list = secret;
}

static void
put_secret(struct json_out *out, const char *key, const struct cJSON *object)
{
	static const char *const kept[] = {"name", "namespace", "uid", "resourceVersion"};
	const struct cJSON *metadata = json_get(object, "metadata");

	json_open(out, key);
	json_put_str(out, "apiVersion", "v1");
	json_put_str(out, "kind", "Secret");
	json_open(out, "metadata");
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		json_put_str(out, kept[i], json_str(metadata, kept[i]));
	json_close(out);
	json_open_array(out, "keys");
	JSON_EACH(member, data_of(object))
		json_put_str(out, NULL, json_key(member));
	json_close_array(out);
	json_close(out);
}

/* One Secret, kept or (deleted) forgotten, and its shadow. */
static void
take(struct secrets *secrets, const struct cJSON *object, bool deleted, const char *key, struct json_out *out)
{
	const struct cJSON *metadata = json_get(object, "metadata");
	char *name CLEANUP_FREE = xasprintf("%s/%s", json_str_or(metadata, "namespace", ""),
	    json_str_or(metadata, "name", ""));

	if (deleted)
		drop(secrets, name);
	else
		keep(secrets, name, object);
	put_secret(out, key, object);
}

static void
put_raw(struct json_out *out, const char *key, const struct cJSON *value)
{
	struct buf text CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);

	json_print(value, &text);
	json_put_raw(out, key, buf_str(&text));
}

static void
take_list(struct secrets *secrets, const struct cJSON *list, struct json_out *out)
{
	json_open(out, NULL);
	json_put_str(out, "apiVersion", "v1");
	json_put_str(out, "kind", "SecretList");
	if (json_get(list, "metadata"))
		put_raw(out, "metadata", json_get(list, "metadata"));
	json_open_array(out, "items");
	JSON_EACH(item, json_get(list, "items"))
		take(secrets, item, false, NULL, out);
	json_close_array(out);
	json_close(out);
}

static void
take_event(struct secrets *secrets, const struct cJSON *event, const char *type, struct json_out *out)
{
	const struct cJSON *object = json_get(event, "object");
	const char *kind = json_str_or(object, "kind", "");

	json_open(out, NULL);
	json_put_str(out, "type", type);
	if (strcmp(type, "BOOKMARK") == 0) {
		/* Of the kind Secret, but with nothing of one; its metadata says where the watch stands. */
		json_open(out, "object");
		json_put_str(out, "kind", kind);
		if (json_get(object, "metadata"))
			put_raw(out, "metadata", json_get(object, "metadata"));
		json_close(out);
	} else if (strcmp(kind, "Secret") == 0) {
		take(secrets, object, strcmp(type, "DELETED") == 0, "object", out);
	} else if (strcmp(kind, "Status") == 0) {
		put_raw(out, "object", object);
	}
	json_close(out);
}

void
secrets_filter(struct secrets *secrets, const char *json, size_t len, struct buf *out)
{
	struct cJSON *root CLEANUP_JSON = json_parse(json, len, NULL);
	const char *kind = json_str_or(root, "kind", ""), *type = json_str(root, "type");
	struct json_out to = JSON_OUT(out);

	if (!json_is_object(root))
		buf_puts(out, "{}");
	else if (type && json_get(root, "object"))
		take_event(secrets, root, type, &to);
	else if (strcmp(kind, "SecretList") == 0)
		take_list(secrets, root, &to);
	else if (strcmp(kind, "Secret") == 0)
		take(secrets, root, false, NULL, &to);
	else if (strcmp(kind, "Status") == 0)
		json_print(root, out);
	else
		buf_puts(out, "{}");
}
