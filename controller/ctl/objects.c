#include "objects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"
#include "nearest.h"
#include "object.h"
#include "yaml_print.h"

enum { PAGE = 500, OBJECT_MAX = 4 << 20, LIST_MAX = 512 << 20 };

static const struct {
	const char *name, *word, *plural;
} kinds[] = {
	[KIND_OPERATION] = {"ClusterOperation", "clusteroperation", "clusteroperations"},
	[KIND_TARGET] = {"TargetCluster", "targetcluster", "targetclusters"},
	[KIND_WORKFLOW] = {"Workflow", "workflow", "workflows"},
};

const char *
kind_name(enum kind kind)
{
	return kinds[kind].name;
}

const char *
kind_word(enum kind kind)
{
	return kinds[kind].word;
}

bool
object_name_is_good(const char *text)
{
	return *text && strlen(text) <= 253 && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-")];
}

char *
object_path(const struct api *api, enum kind kind, bool all, const char *after)
{
	if (all)
		return xasprintf("/apis/" CRD_API_VERSION "/%s%s", kinds[kind].plural, after);
	return xasprintf("/apis/" CRD_API_VERSION "/namespaces/%s/%s%s", api->namespace_, kinds[kind].plural, after);
}

static void put_object(struct json_out *json, const struct cJSON *object, enum kind kind);

/* The token is the server's own: it may hold what a query must not. */
static char *
page_path(const struct api *api, enum kind kind, bool all, const char *after)
{
	CLEANUP_BUF struct buf query = BUF_INIT(BUF_MAX_LINE);

	buf_printf(&query, "?limit=%d", PAGE);
	if (*after)
		buf_puts(&query, "&continue=");
	buf_put_escaped(&query, after);
	return object_path(api, kind, all, buf_str(&query));
}

static const char *
continue_of(const struct cJSON *page)
{
	return json_str_or(json_get(page, "metadata"), "continue", "");
}

/* The items of this page, which is freed, and of those after it, into an open array. 0, or -1 and why. */
static int
put_pages(struct api *api, enum kind kind, bool all, struct cJSON *page, struct json_out *json, struct err *err)
{
	bool missing;

	while (page) {
		CLEANUP_JSON struct cJSON *this = page;
		const char *after = continue_of(this);
		CLEANUP_FREE char *path = page_path(api, kind, all, after);

		JSON_EACH(object, json_get(this, "items"))
			put_object(json, object, kind);
		if (!*after)
			return 0;
		page = api_get(api, path, &missing, err);
	}
	return -1;
}

struct cJSON *
object_list(struct api *api, enum kind kind, bool all, struct err *err)
{
	CLEANUP_BUF struct buf whole = BUF_INIT(LIST_MAX);
	CLEANUP_FREE char *path = page_path(api, kind, all, "");
	struct json_out json = JSON_OUT(&whole);
	bool missing;
	struct cJSON *page = api_get(api, path, &missing, err);

	if (!page || !*continue_of(page))
		return page;
	json_open(&json, NULL);
	json_open_array(&json, "items");
	if (put_pages(api, kind, all, page, &json, err) < 0)
		return NULL;
	json_close_array(&json);
	json_close(&json);
	if (buf_ok(&whole))
		return json_parse(buf_str(&whole), whole.len, err);
	err_set(err, "the list of %s is larger than %d MiB", kinds[kind].plural, LIST_MAX >> 20);
	return NULL;
}

static int
not_there(struct api *api, enum kind kind, const char *name, struct err *err)
{
	struct cJSON *list = object_list(api, kind, false, NULL);
	struct nearest nearest = NEAREST_INIT(name);
	char hint[NEAREST_TEXT];

	JSON_EACH(object, json_get(list, "items"))
		nearest_offer(&nearest, json_str_or(json_get(object, "metadata"), "name", ""));
	nearest_text(&nearest, hint);
	json_free(list);
	return err_set(err, "there is no %s \"%s\" in namespace %s%s", kinds[kind].name, name, api->namespace_, hint);
}

struct cJSON *
object_get(struct api *api, enum kind kind, const char *name, struct err *err)
{
	CLEANUP_FREE char *after = xasprintf("/%s", name), *path = object_path(api, kind, false, after);
	struct cJSON *object;
	bool missing;

	if (!object_name_is_good(name)) {
		err_set(err, "\"%.80s\" is no %s's name: expected lower-case letters, digits, '-' and '.'", name,
		    kinds[kind].name);
		return NULL;
	}
	object = api_get(api, path, &missing, err);
	if (!object && missing)
		not_there(api, kind, name, err);
	return object;
}

const struct cJSON *
object_condition(const struct cJSON *object, const char *type)
{
	JSON_EACH(condition, json_path(object, "status", "conditions", NULL))
		if (strcmp(json_str_or(condition, "type", ""), type) == 0)
			return condition;
	return NULL;
}

/* --- printing --- */

static void
put_members(struct json_out *json, const struct cJSON *object, const char *without)
{
	CLEANUP_BUF struct buf value = BUF_INIT(OBJECT_MAX);

	JSON_EACH(member, object) {
		if (strcmp(json_key(member), without) == 0)
			continue;
		buf_clear(&value);
		json_print(member, &value);
		json_put_raw(json, json_key(member), buf_str(&value));
	}
}

/* Who wrote which field is of no use to anybody who reads. */
static void
put_object(struct json_out *json, const struct cJSON *object, enum kind kind)
{
	json_open(json, NULL);
	json_put_str(json, "apiVersion", CRD_API_VERSION);
	json_put_str(json, "kind", kinds[kind].name);
	JSON_EACH(member, object) {
		CLEANUP_BUF struct buf value = BUF_INIT(OBJECT_MAX);

		if (strcmp(json_key(member), "apiVersion") == 0 || strcmp(json_key(member), "kind") == 0)
			continue;
		if (strcmp(json_key(member), "metadata") == 0) {
			json_open(json, "metadata");
			put_members(json, member, "managedFields");
			json_close(json);
			continue;
		}
		json_print(member, &value);
		json_put_raw(json, json_key(member), buf_str(&value));
	}
	json_close(json);
}

static void
print_json(const struct cJSON *object, enum kind kind, struct buf *out)
{
	const struct cJSON *items = json_get(object, "items");
	struct json_out json = JSON_OUT(out);

	if (!items) {
		put_object(&json, object, kind);
		return;
	}
	json_open(&json, NULL);
	json_put_str(&json, "apiVersion", "v1");
	json_put_str(&json, "kind", "List");
	json_open_array(&json, "items");
	JSON_EACH(item, items)
		put_object(&json, item, kind);
	json_close_array(&json);
	json_close(&json);
}

static void
print_yaml(const struct cJSON *object, enum kind kind, struct buf *out)
{
	CLEANUP_BUF struct buf text = BUF_INIT(out->max);
	CLEANUP_JSON struct cJSON *whole = NULL;

	print_json(object, kind, &text);
	whole = json_parse(buf_str(&text), text.len, NULL);
	if (whole)
		yaml_print(whole, out);
}

static void
print_name(const struct cJSON *object, enum kind kind, struct buf *out)
{
	buf_printf(out, "%s." CRD_GROUP "/%s\n", kinds[kind].word, json_str_or(json_get(object, "metadata"), "name", ""));
}

bool
object_print(const struct cJSON *object, enum kind kind, const char *output, struct buf *out)
{
	const struct cJSON *items = json_get(object, "items");

	if (!output || strcmp(output, "wide") == 0)
		return false;
	if (strcmp(output, "json") == 0) {
		print_json(object, kind, out);
		buf_putc(out, '\n');
	} else if (strcmp(output, "yaml") == 0) {
		print_yaml(object, kind, out);
	} else if (items) {
		JSON_EACH(item, items)
			print_name(item, kind, out);
	} else {
		print_name(object, kind, out);
	}
	return true;
}

char *
object_age(const char *since, int64_t now_ms, char *text)
{
	static const struct {
		int64_t of;
		char letter;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	int64_t from = since ? instant_parse(since) : -1, s = from < 0 || now_ms < from ? 0 : (now_ms - from) / 1000;
	size_t at = 0, len;

	text[0] = '\0';
	if (from < 0)
		return text;
	while (at + 1 < ARRAY_LEN(units) && s < 2 * units[at].of)
		at++;
	len = (size_t)snprintf(text, INSTANT_TEXT, "%" PRId64 "%c", s / units[at].of, units[at].letter);
	s %= units[at].of;
	/* Two units while the larger says little. */
	if (at + 1 < ARRAY_LEN(units) && s >= units[at + 1].of && (at > 1 || text[1] == units[at].letter))
		snprintf(text + len, INSTANT_TEXT - len, "%" PRId64 "%c", s / units[at + 1].of, units[at + 1].letter);
	return text;
}
