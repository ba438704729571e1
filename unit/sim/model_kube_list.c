#include "model_kube.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* Lists of the API server's model, in pages that are all of the first one's moment; and what selectors select. */

enum { EXPIRED = 410 };

/* What a list holds, by namespace and name, as of one version. */
struct row {
	const char *namespace_, *name;       /* borrowed */
	char *text;                          /* owned */
};

struct rows {
	struct row *list;
	size_t count;
};

bool
api_selector(const struct api_path *path, struct api_selector *ret)
{
	char text[320], *end;

	*ret = (struct api_selector){.namespace_ = path->namespace_};
	if (api_query(path, "fieldSelector", text, sizeof text)) {
		if (strncmp(text, "metadata.name=", 14) != 0)
			return false;
		snprintf(ret->name, sizeof ret->name, "%.*s", (int)sizeof ret->name - 1, text + 14);
	}
	if (api_query(path, "labelSelector", text, sizeof text)) {
		end = strchr(text, '=');
		if (!end)
			return false;
		snprintf(ret->label, sizeof ret->label, "%.*s", (int)(end - text), text);
		snprintf(ret->value, sizeof ret->value, "%.*s", (int)sizeof ret->value - 1, end + 1);
	}
	return true;
}

bool
api_selects(const struct api_selector *selector, const char *namespace_, const char *name, const char *labels)
{
	CLEANUP_JSON struct cJSON *json = NULL;

	if ((*selector->namespace_ && strcmp(selector->namespace_, namespace_) != 0) ||
	    (*selector->name && strcmp(selector->name, name) != 0))
		return false;
	if (!*selector->label)
		return true;
	json = labels ? json_parse(labels, strlen(labels), NULL) : NULL;
	return strcmp(json_str_or(json, selector->label, ""), selector->value) == 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->namespace_, y->namespace_);

	return order ? order : strcmp(x->name, y->name);
}

static void
rows_done(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->list[i].text);
	free(rows->list);
}

/* Items of the server's own kinds do not say of which kind they are; those of CRDs do. */
static char *
item(enum kind kind, const char *object)
{
	bool ours = kind == KIND_OPERATION || kind == KIND_TARGET || kind == KIND_WORKFLOW;

	return ours ? xstrdup(object) : xasprintf("{%s", strstr(object, "\"metadata\""));
}

static void
add_row(struct rows *rows, const char *namespace_, const char *name, char *text)
{
	struct row *row = ARRAY_GROW(rows->list, rows->count);

	*row = (struct row){namespace_, name, text};
}

static void
rows_now(struct api *api, enum kind kind, const struct api_selector *selector, struct rows *ret)
{
	for (size_t i = 0; i < api->nobjects; i++) {
		const struct api_object *o = &api->objects[i];
		CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);

		if (o->kind != kind || !api_selects(selector, o->namespace_, o->name, o->labels))
			continue;
		api_print(o, &text);
		add_row(ret, o->namespace_, o->name, item(kind, buf_str(&text)));
	}
}

static bool
is_last_until(const struct api *api, const struct api_change *change, int64_t version)
{
	for (size_t i = 0; i < api->nchanges && api->changes[i].version <= version; i++) {
		const struct api_change *other = &api->changes[i];

		if (other->version > change->version && other->kind == change->kind &&
		    strcmp(other->namespace_, change->namespace_) == 0 && strcmp(other->name, change->name) == 0)
			return false;
	}
	return true;
}

static void
rows_then(struct api *api, int64_t version, enum kind kind, const struct api_selector *selector, struct rows *ret)
{
	for (size_t i = 0; i < api->nchanges && api->changes[i].version <= version; i++) {
		const struct api_change *change = &api->changes[i];

		if (change->kind == kind && strcmp(change->type, "DELETED") != 0 &&
		    api_selects(selector, change->namespace_, change->name, change->labels) &&
		    is_last_until(api, change, version))
			add_row(ret, change->namespace_, change->name, item(kind, change->object));
	}
}

/* Where a page begins: "VERSION.INDEX". 0, or the status of the refusal. */
static int
page(const struct api *api, const struct api_path *path, int64_t *ret_version, size_t *ret_from)
{
	char token[64], *end;

	*ret_version = api->version;
	*ret_from = 0;
	if (!api_query(path, "continue", token, sizeof token) || !*token)
		return 0;
	*ret_version = strtoll(token, &end, 10);
	if (end == token || *end != '.')
		return 400;
	*ret_from = (size_t)strtoul(end + 1, NULL, 10);
	return *ret_version < api->oldest ? EXPIRED : 0;
}

static void
print_rows(const struct rows *rows, size_t from, size_t to, int64_t version, struct buf *body)
{
	struct json_out out = JSON_OUT(body);
	char text[64];

	json_open(&out, NULL);
	json_put_str(&out, "kind", "List");
	json_open_array(&out, "items");
	for (size_t i = from; i < to; i++)
		json_put_raw(&out, NULL, rows->list[i].text);
	json_close_array(&out);
	json_open(&out, "metadata");
	snprintf(text, sizeof text, "%" PRId64, version);
	json_put_str(&out, "resourceVersion", text);
	snprintf(text, sizeof text, "%" PRId64 ".%zu", version, to);
	json_put_str(&out, "continue", to < rows->count ? text : NULL);
	json_close(&out);
	json_close(&out);
}

int
api_list(struct api *api, const struct api_path *path, struct buf *body)
{
	struct api_selector selector;
	struct rows rows = {0};
	int64_t version;
	char text[64];
	size_t from, limit = api_query(path, "limit", text, sizeof text) ? (size_t)strtoul(text, NULL, 10) : SIZE_MAX;
	int refused = page(api, path, &version, &from);

	if (refused == EXPIRED)
		return api_failure(body, refused, "Expired", "The provided continue parameter is too old");
	if (refused || !api_selector(path, &selector))
		return api_failure(body, 400, "BadRequest", "%s", refused ? "continue key is not valid" :
		    "field label not supported");
	if (version == api->version)
		rows_now(api, path->kind, &selector, &rows);
	else
		rows_then(api, version, path->kind, &selector, &rows);
	if (rows.count)
		qsort(rows.list, rows.count, sizeof *rows.list, by_name);
	from = from < rows.count ? from : rows.count;
	print_rows(&rows, from, limit < rows.count - from ? from + limit : rows.count, version, body);
	rows_done(&rows);
	return 200;
}
