#include "model_kube.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* Paths, single reads and watches of the API server's model. */

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
		status = *path.name ? read_one(api, &path, body) : api_list(api, &path, body);
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
	struct api_selector selector;
	char text[64];
	struct api_path path;
	struct api_watch *watch;

	if (!api_path_parse(&path, copy) || !api_query(&path, "watch", text, sizeof text) ||
	    !api_selector(&path, &selector)) {
		api_foul(api, "no such watch: %s", request->path);
		return api_failure(body, 400, "BadRequest", "no such watch");
	}
	watch = ARRAY_GROW(api->watches, api->nwatches);
	watch->id = id;
	watch->kind = path.kind;
	watch->namespace_ = xstrdup(path.namespace_);
	watch->selector = selector;
	watch->selector.namespace_ = watch->namespace_;
	watch->version = api_query(&path, "resourceVersion", text, sizeof text) ? strtoll(text, NULL, 10) : 0;
	watch->expired = watch->version < api->oldest;
	watch->bookmarks = api_query(&path, "allowWatchBookmarks", text, sizeof text);
	return 200;
}

static bool
is_watched(const struct api_watch *watch, const struct api_change *change)
{
	return change->kind == watch->kind &&
	    api_selects(&watch->selector, change->namespace_, change->name, change->labels);
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
		buf_printf(line, "{\"type\":\"%s\",\"object\":", change->type);
		buf_puts(line, change->object);
		buf_putc(line, '}');
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
	*watch = api->watches[--api->nwatches];
}
