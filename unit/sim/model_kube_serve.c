#include "model_kube.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* Paths, reads and watches of the API server's model. */

static const struct route {
	const char *prefix, *plural;
	enum kind kind;
} routes[] = {
	{"/apis/strait.dev/v1alpha1/", "clusteroperations", KIND_OPERATION},
	{"/apis/strait.dev/v1alpha1/", "targetclusters", KIND_TARGET},
	{"/apis/strait.dev/v1alpha1/", "workflows", KIND_WORKFLOW},
	{"/api/v1/", "secrets", KIND_SECRET},
	{"/api/v1/", "events", KIND_EVENT},
	{"/apis/events.k8s.io/v1/", "events", KIND_EVENT},
	{"/apis/coordination.k8s.io/v1/", "leases", KIND_LEASE},
	{"/apis/apiextensions.k8s.io/v1/", "customresourcedefinitions", KIND_CRD},
};

int
api_failure(struct buf *body, int status, const char *reason, const char *format, ...)
{
	struct json_out out = JSON_OUT(body);
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	json_open(&out, NULL);
	json_put_str(&out, "kind", "Status");
	json_put_str(&out, "apiVersion", "v1");
	json_put_str(&out, "status", "Failure");
	json_put_str(&out, "message", message);
	json_put_str(&out, "reason", reason);
	json_put_int(&out, "code", status);
	json_close(&out);
	return status;
}

/* The next segment of a path into 'ret'; what follows it. */
static const char *
segment(const char *at, char *ret, size_t size)
{
	size_t len = strcspn(at, "/");

	snprintf(ret, size, "%.*s", (int)len, at);
	return at[len] ? at + len + 1 : at + len;
}

static bool
route(struct api_path *ret, const char *prefix, const char *plural)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (strcmp(routes[i].prefix, prefix) == 0 && strcmp(routes[i].plural, plural) == 0) {
			ret->kind = routes[i].kind;
			return true;
		}
	}
	return false;
}

bool
api_path_parse(struct api_path *ret, char *path)
{
	char word[128];
	char *query = strchr(path, '?');
	const char *at = NULL, *prefix = NULL;

	*ret = (struct api_path){.query = query ? query + 1 : path + strlen(path)};
	if (query)
		*query = '\0';
	for (size_t i = 0; i < ARRAY_LEN(routes) && !at; i++) {
		prefix = routes[i].prefix;
		if (strncmp(path, prefix, strlen(prefix)) == 0)
			at = path + strlen(prefix);
	}
	if (!at)
		return false;
	at = segment(at, word, sizeof word);
	if (strcmp(word, "namespaces") == 0) {
		at = segment(at, ret->namespace_, sizeof ret->namespace_);
		at = segment(at, word, sizeof word);
	}
	if (!route(ret, prefix, word))
		return false;
	at = segment(at, ret->name, sizeof ret->name);
	at = segment(at, ret->sub, sizeof ret->sub);
	return *at == '\0';
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = memchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c, 16);

	return at ? (int)(at - digits) : -1;
}

static void
unescape(const char *from, size_t len, char *ret, size_t size)
{
	size_t to = 0;

	for (size_t i = 0; i < len && to + 1 < size; i++) {
		bool coded = from[i] == '%' && i + 2 < len && hex(from[i + 1]) >= 0 && hex(from[i + 2]) >= 0;

		ret[to++] = coded ? (char)(hex(from[i + 1]) * 16 + hex(from[i + 2])) : from[i];
		i += coded ? 2 : 0;
	}
	ret[to] = '\0';
}

bool
api_query(const struct api_path *path, const char *key, char *ret, size_t size)
{
	size_t keylen = strlen(key);

	for (const char *at = path->query; *at; at += strcspn(at, "&"), at += *at == '&') {
		if (strncmp(at, key, keylen) == 0 && at[keylen] == '=') {
			unescape(at + keylen + 1, strcspn(at + keylen + 1, "&"), ret, size);
			return true;
		}
	}
	return false;
}

/* The one field selector that Strait uses. False: another one. */
static bool
selected_name(const struct api_path *path, char *ret, size_t size)
{
	char selector[160];

	*ret = '\0';
	if (!api_query(path, "fieldSelector", selector, sizeof selector))
		return true;
	if (strncmp(selector, "metadata.name=", 14) != 0)
		return false;
	snprintf(ret, size, "%s", selector + 14);
	return true;
}

static int
list(struct api *api, const struct api_path *path, struct buf *body)
{
	struct json_out out = JSON_OUT(body);
	char text[64], name[160];
	size_t limit = api_query(path, "limit", text, sizeof text) ? (size_t)strtoul(text, NULL, 10) : SIZE_MAX;
	size_t from = api_query(path, "continue", text, sizeof text) ? (size_t)strtoul(text, NULL, 10) : 0;
	size_t at = 0, told = 0;
	bool more = false;

	if (!selected_name(path, name, sizeof name))
		return api_failure(body, 400, "BadRequest", "field label not supported");
	json_open(&out, NULL);
	json_put_str(&out, "kind", "List");
	json_open_array(&out, "items");
	for (size_t i = 0; i < api->nobjects && !more; i++) {
		const struct api_object *o = &api->objects[i];

		if (o->kind != path->kind || (*path->namespace_ && strcmp(o->namespace_, path->namespace_) != 0) ||
		    (*name && strcmp(o->name, name) != 0) || at++ < from)
			continue;
		more = told == limit;
		if (more)
			break;
		CLEANUP_BUF struct buf object = BUF_INIT(BUF_MAX_OBJECT);
		api_print(o, &object);
		json_put_raw(&out, NULL, buf_str(&object));
		told++;
	}
	json_close_array(&out);
	json_open(&out, "metadata");
	snprintf(text, sizeof text, "%" PRId64, api->version);
	json_put_str(&out, "resourceVersion", text);
	snprintf(text, sizeof text, "%zu", from + told);
	json_put_str(&out, "continue", more ? text : NULL);
	json_close(&out);
	json_close(&out);
	return 200;
}

static int
read_one(struct api *api, const struct api_path *path, struct buf *body)
{
	const struct api_object *o = api_find(api, path->kind, path->namespace_, path->name);

	if (!o)
		return api_failure(body, 404, "NotFound", "%s \"%s\" not found", api_kind_name(path->kind), path->name);
	api_print(o, body);
	return 200;
}

int
api_serve(struct api *api, const struct effect_kube *request, struct buf *body)
{
	CLEANUP_FREE char *copy = xstrdup(request->path);
	struct api_path path;
	int status;

	if (!api_path_parse(&path, copy)) {
		api_foul(api, "no such path: %s", request->path);
		return api_failure(body, 404, "NotFound", "the server could not find the requested resource");
	}
	if (strcmp(request->method, "GET") != 0)
		status = api_write(api, &path, request, body);
	else
		status = *path.name ? read_one(api, &path, body) : list(api, &path, body);
	api->refused += status >= 400;
	return status;
}

static struct api_watch *
find_watch(struct api *api, uint64_t id)
{
	for (size_t i = 0; i < api->nwatches; i++) {
		if (api->watches[i].id == id)
			return &api->watches[i];
	}
	return NULL;
}

int
api_open_watch(struct api *api, uint64_t id, const struct effect_kube *request, struct buf *body)
{
	CLEANUP_FREE char *copy = xstrdup(request->path);
	char text[64], name[160];
	struct api_path path;
	struct api_watch *watch;

	if (!api_path_parse(&path, copy) || !api_query(&path, "watch", text, sizeof text) ||
	    !selected_name(&path, name, sizeof name)) {
		api_foul(api, "no such watch: %s", request->path);
		return api_failure(body, 400, "BadRequest", "no such watch");
	}
	watch = ARRAY_GROW(api->watches, api->nwatches);
	watch->id = id;
	watch->kind = path.kind;
	watch->namespace_ = *path.namespace_ ? xstrdup(path.namespace_) : NULL;
	watch->name = *name ? xstrdup(name) : NULL;
	watch->version = api_query(&path, "resourceVersion", text, sizeof text) ? strtoll(text, NULL, 10) : 0;
	watch->expired = watch->version < api->oldest;
	watch->bookmarks = api_query(&path, "allowWatchBookmarks", text, sizeof text);
	return 200;
}

static bool
is_watched(const struct api_watch *watch, const struct api_change *change)
{
	return change->kind == watch->kind &&
	    (!watch->namespace_ || strcmp(watch->namespace_, change->namespace_) == 0) &&
	    (!watch->name || strcmp(watch->name, change->name) == 0);
}

static size_t
first_after(const struct api *api, int64_t version)
{
	size_t low = 0, high = api->nchanges;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (api->changes[middle].version <= version)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
api_next_line(struct api *api, uint64_t id, struct buf *line, bool *ret_end)
{
	struct api_watch *watch = find_watch(api, id);

	*ret_end = false;
	if (!watch)
		return false;
	if (watch->expired) {
		buf_puts(line, "{\"type\":\"ERROR\",\"object\":");
		api_failure(line, 410, "Expired", "too old resource version: %" PRId64, watch->version);
		buf_putc(line, '}');
		*ret_end = true;
		return true;
	}
	for (size_t i = first_after(api, watch->version); i < api->nchanges; i++) {
		const struct api_change *change = &api->changes[i];

		watch->version = change->version;
		if (!is_watched(watch, change))
			continue;
		buf_printf(line, "{\"type\":\"%s\",\"object\":%s}", change->type, change->object);
		return true;
	}
	return false;
}

void
api_bookmark(struct api *api, uint64_t id, struct buf *line)
{
	const struct api_watch *watch = find_watch(api, id);

	if (!watch || !watch->bookmarks)
		return;
	buf_printf(line, "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"%s\","
	    "\"metadata\":{\"resourceVersion\":\"%" PRId64 "\"}}}", api_kind_name(watch->kind), api->version);
}

void
api_close_watch(struct api *api, uint64_t id)
{
	struct api_watch *watch = find_watch(api, id);

	if (!watch)
		return;
	free(watch->namespace_);
	free(watch->name);
	*watch = api->watches[--api->nwatches];
}
