#include "model_kube.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* What the controller writes: finalizers by json-patch, status by server-side apply, Events, the Lease. */

static const char finalizers_path[] = "/metadata/finalizers";

void
api_foul(struct api *api, const char *format, ...)
{
	va_list args;

	if (*api->foul)
		return;
	va_start(args, format);
	vsnprintf(api->foul, sizeof api->foul, format, args);
	va_end(args);
}

static int
unprocessable(struct buf *body, const char *what)
{
	return api_failure(body, 422, "Invalid", "%s", what);
}

/* Where a path below finalizers points: an index, nfinalizers for "-", SIZE_MAX for none. */
static size_t
finalizer_at(const struct api_object *o, const char *path)
{
	const char *at = path + strlen(finalizers_path);
	char *end = NULL;
	size_t index;

	if (*at != '/')
		return SIZE_MAX;
	if (strcmp(at, "/-") == 0)
		return o->nfinalizers;
	index = (size_t)strtoul(at + 1, &end, 10);
	return *end || index > o->nfinalizers ? SIZE_MAX : index;
}

static bool
test_finalizers(const struct api_object *o, const char *path, const struct cJSON *value)
{
	const char *text = json_text(value);
	size_t index = finalizer_at(o, path), i = 0;

	if (strcmp(path, finalizers_path) != 0)
		return index < o->nfinalizers && text && strcmp(o->finalizers[index], text) == 0;
	if (!json_is_array(value))
		return o->nfinalizers == 0;
	JSON_EACH(element, value) {
		if (i >= o->nfinalizers || !json_text(element) || strcmp(o->finalizers[i++], json_text(element)) != 0)
			return false;
	}
	return i == o->nfinalizers && i > 0;
}

static bool
test_value(const struct api_object *o, const char *path, const struct cJSON *value)
{
	const char *text = json_text(value);
	char version[24];

	snprintf(version, sizeof version, "%" PRId64, o->version);
	if (strncmp(path, finalizers_path, strlen(finalizers_path)) == 0)
		return test_finalizers(o, path, value);
	if (strcmp(path, "/metadata/resourceVersion") == 0)
		return text && strcmp(text, version) == 0;
	return strcmp(path, "/metadata/uid") == 0 && text && strcmp(text, o->uid) == 0;
}

static void
insert_finalizer(struct api_object *o, size_t at, const char *text)
{
	ARRAY_GROW(o->finalizers, o->nfinalizers);
	memmove(o->finalizers + at + 1, o->finalizers + at, (o->nfinalizers - 1 - at) * sizeof *o->finalizers);
	o->finalizers[at] = xstrdup(text);
}

static void
remove_finalizer(struct api_object *o, size_t at)
{
	free(o->finalizers[at]);
	o->nfinalizers--;
	memmove(o->finalizers + at, o->finalizers + at + 1, (o->nfinalizers - at) * sizeof *o->finalizers);
}

static const char *
add_finalizers(struct api_object *o, const char *path, const struct cJSON *value)
{
	size_t at = finalizer_at(o, path);

	if (o->deleted_ms)
		return "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted";
	if (strcmp(path, finalizers_path) == 0 && json_is_array(value)) {
		while (o->nfinalizers)
			remove_finalizer(o, o->nfinalizers - 1);
		JSON_EACH(element, value)
			insert_finalizer(o, o->nfinalizers, json_text(element) ? json_text(element) : "");
		return NULL;
	}
	/* As in RFC 6902: an element can be added only to a list that is there. */
	if (at == SIZE_MAX || o->nfinalizers == 0 || !json_text(value))
		return "doc is missing path: /metadata/finalizers";
	insert_finalizer(o, at, json_text(value));
	return NULL;
}

/* One operation of a json-patch; what is wrong with it, or NULL. */
static const char *
patch_step(struct api *api, struct api_object *o, const struct cJSON *step)
{
	const char *op = json_str_or(step, "op", ""), *path = json_str_or(step, "path", "");
	const struct cJSON *value = json_get(step, "value");
	size_t at;

	if (strcmp(op, "test") == 0)
		return test_value(o, path, value) ? NULL : "the server rejected our request: testing path failed";
	if (strncmp(path, finalizers_path, strlen(finalizers_path)) != 0) {
		api_foul(api, "I7: a patch of %s %s touches %s", api_kind_name(o->kind), o->name, path);
		return "not in this model";
	}
	if (strcmp(op, "add") == 0)
		return add_finalizers(o, path, value);
	at = finalizer_at(o, path);
	if (strcmp(op, "remove") != 0 || (at >= o->nfinalizers && strcmp(path, finalizers_path) != 0))
		return "no such operation or path";
	if (at < o->nfinalizers && strcmp(o->finalizers[at], "strait.dev/operation") != 0)
		api_foul(api, "I7: removes the foreign finalizer %s of %s", o->finalizers[at], o->name);
	if (at < o->nfinalizers) {
		remove_finalizer(o, at);
		return NULL;
	}
	if (o->nfinalizers != 1)
		api_foul(api, "I7: removes all finalizers of %s", o->name);
	while (o->nfinalizers)
		remove_finalizer(o, o->nfinalizers - 1);
	return NULL;
}

static int
patch_object(struct api *api, struct api_object *o, const struct cJSON *patch, struct buf *body)
{
	struct api_object was = {0};
	const char *wrong = json_is_array(patch) ? NULL : "a json-patch is an array";

	/* All or nothing. */
	for (size_t i = 0; i < o->nfinalizers; i++)
		insert_finalizer(&was, i, o->finalizers[i]);
	JSON_EACH(step, patch)
		wrong = wrong ? wrong : patch_step(api, o, step);
	while (wrong && o->nfinalizers)
		remove_finalizer(o, o->nfinalizers - 1);
	for (size_t i = 0; wrong && i < was.nfinalizers; i++)
		insert_finalizer(o, i, was.finalizers[i]);
	while (was.nfinalizers)
		remove_finalizer(&was, was.nfinalizers - 1);
	free(was.finalizers);
	if (wrong)
		return unprocessable(body, wrong);
	api_print(o, body);
	if (!api_collect(api, o))
		api_changed(api, o, "MODIFIED");
	return 200;
}

/* What changes nothing is no write: no version, no watch event. */
static int
set_status(struct api *api, struct api_object *o, struct buf *status, struct buf *body)
{
	api->status_writes++;
	if (!o->status || strcmp(o->status, buf_str(status)) != 0) {
		free(o->status);
		o->status = buf_take(status);
		api_changed(api, o, "MODIFIED");
	}
	api_print(o, body);
	return 200;
}

static int
apply_status(struct api *api, struct api_object *o, const struct api_path *path, const struct cJSON *applied,
    struct buf *body)
{
	CLEANUP_BUF struct buf status = BUF_INIT(BUF_MAX_OBJECT);
	const struct cJSON *metadata = json_get(applied, "metadata");
	const char *uid = json_str(metadata, "uid");
	char manager[130];

	if (!api_query(path, "fieldManager", manager, sizeof manager))
		return unprocessable(body, "fieldManager: Required value: is required for apply patch");
	if (!json_str(applied, "apiVersion") || !json_str(applied, "kind"))
		return api_failure(body, 400, "BadRequest", "apiVersion and kind must be set");
	if (strcmp(json_str_or(metadata, "name", ""), o->name) != 0 || json_get(metadata, "managedFields"))
		return api_failure(body, 400, "BadRequest", "the name does not match, or managedFields is set");
	if (uid && strcmp(uid, o->uid) != 0)
		return api_failure(body, 409, "Conflict", "Precondition failed: UID in precondition: %s", uid);
	if (json_get(applied, "spec"))
		api_foul(api, "I7: a status of %s carries a spec", o->name);
	json_print(json_get(applied, "status"), &status);
	return set_status(api, o, &status, body);
}

static int
merge_status(struct api *api, struct api_object *o, const struct cJSON *patch, struct buf *body)
{
	CLEANUP_JSON struct cJSON *old = o->status ? json_parse(o->status, strlen(o->status), NULL) : NULL;
	CLEANUP_BUF struct buf status = BUF_INIT(BUF_MAX_OBJECT);

	if (json_get(patch, "spec") || json_get(patch, "metadata"))
		api_foul(api, "I7: a status of %s carries more", o->name);
	api_merge(old, json_get(patch, "status"), &status);
	return set_status(api, o, &status, body);
}

static const char *
wrong_event(const struct cJSON *event, const struct cJSON *regarding, const char *note)
{
	const char *type = json_str_or(event, "type", "");

	if (!json_str(json_get(event, "metadata"), "name") || !json_str(json_get(event, "metadata"), "namespace"))
		return "metadata.name and namespace: Required value";
	if (!json_str(regarding, "uid") || !json_str(regarding, "kind") || !json_str(regarding, "name"))
		return "regarding: Required value: uid, kind and name";
	if (!*json_str_or(event, "reason", "") || strlen(note) > 1024)
		return "reason: Required value; note: at most 1024 bytes";
	if (strcmp(type, "Normal") != 0 && strcmp(type, "Warning") != 0)
		return "type: must be Normal or Warning";
	return NULL;
}

static int
post_event(struct api *api, const struct cJSON *event, struct buf *body)
{
	const struct cJSON *regarding = json_get(event, "regarding");
	const char *note = json_str_or(event, "note", json_str_or(event, "message", ""));
	const char *wrong;
	struct api_event *kept;

	if (!regarding)
		regarding = json_get(event, "involvedObject");
	wrong = wrong_event(event, regarding, note);
	if (wrong) {
		api_foul(api, "an Event is refused: %s", wrong);
		return unprocessable(body, wrong);
	}
	kept = ARRAY_GROW(api->events, api->nevents);
	kept->reason = xstrdup(json_str(event, "reason"));
	kept->note = xstrdup(note);
	kept->type = xstrdup(json_str(event, "type"));
	kept->regarding = xstrdup(json_str(regarding, "uid"));
	json_print(event, body);
	return 201;
}

static int
write_lease(struct api *api, const struct api_path *path, const struct cJSON *lease, bool create, struct buf *body)
{
	const struct cJSON *metadata = json_get(lease, "metadata");
	CLEANUP_BUF struct buf content = BUF_INIT(BUF_MAX_OBJECT);
	const char *name = json_str_or(metadata, "name", ""), *version = json_str_or(metadata, "resourceVersion", "");
	struct api_object *o = api_find(api, KIND_LEASE, path->namespace_, name);

	buf_puts(&content, "\"spec\":");
	json_print(json_get(lease, "spec"), &content);
	if (create && o)
		return api_failure(body, 409, "AlreadyExists", "leases \"%s\" already exists", name);
	if (create) {
		api_create(api, KIND_LEASE, path->namespace_, name, buf_str(&content));
		api_print(api_find(api, KIND_LEASE, path->namespace_, name), body);
		return 201;
	}
	if (!o)
		return api_failure(body, 404, "NotFound", "leases \"%s\" not found", name);
	if (!*version)
		return unprocessable(body, "metadata.resourceVersion: Invalid value: must be specified for an update");
	if (strtoll(version, NULL, 10) != o->version)
		return api_failure(body, 409, "Conflict", "the object has been modified");
	api_replace(api, KIND_LEASE, path->namespace_, name, buf_str(&content));
	api_print(o, body);
	return 200;
}

static int
patch(struct api *api, const struct api_path *path, const struct effect_kube *request, const struct cJSON *content,
    struct buf *body)
{
	struct api_object *o = api_find(api, path->kind, path->namespace_, path->name);
	const char *type = request->content_type ? request->content_type : "";

	if (!o)
		return api_failure(body, 404, "NotFound", "%s \"%s\" not found", api_kind_name(path->kind), path->name);
	if (path->kind != KIND_OPERATION && path->kind != KIND_TARGET)
		api_foul(api, "I7: writes to %s %s", api_kind_name(path->kind), path->name);
	if (strcmp(path->sub, "status") == 0 && strcmp(type, "application/apply-patch+yaml") == 0)
		return apply_status(api, o, path, content, body);
	if (strcmp(path->sub, "status") == 0 && strcmp(type, "application/merge-patch+json") == 0)
		return merge_status(api, o, content, body);
	if (!*path->sub && strcmp(type, "application/json-patch+json") == 0)
		return patch_object(api, o, content, body);
	api_foul(api, "a PATCH of %s with %s", request->path, type);
	return api_failure(body, 415, "UnsupportedMediaType", "%s", type);
}

int
api_write(struct api *api, const struct api_path *path, const struct effect_kube *request, struct buf *body)
{
	CLEANUP_JSON struct cJSON *content = NULL;
	bool post = strcmp(request->method, "POST") == 0;
	struct err err = {""};

	if (request->body)
		content = json_parse(request->body, strlen(request->body), &err);
	if (!content) {
		api_foul(api, "%s %s: body: %s", request->method, request->path, err.text);
		return api_failure(body, 400, "BadRequest", "%s", err.text);
	}
	if (path->kind == KIND_EVENT && post)
		return post_event(api, content, body);
	if (path->kind == KIND_EVENT && strcmp(request->method, "PATCH") == 0)
		return 200;
	if (path->kind == KIND_LEASE && (post || strcmp(request->method, "PUT") == 0))
		return write_lease(api, path, content, post, body);
	if (strcmp(request->method, "PATCH") == 0)
		return patch(api, path, request, content, body);
	api_foul(api, "%s %s", request->method, request->path);
	return api_failure(body, 405, "MethodNotAllowed", "%s", request->method);
}
