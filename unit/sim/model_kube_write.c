#include "model_kube.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* What the controller writes: status by server-side apply, Events, the Lease. */

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

static char *
owners_of(const struct api_object *o)
{
	return xasprintf("%s/%s", o->applied ? o->applied : "", o->updated ? o->updated : "");
}

/* What changes nothing is no write: no version, no watch event. Whose a member is, is a part of the object. */
static int
set_status(struct api *api, struct api_object *o, struct buf *status, const char *owners, struct buf *body)
{
	CLEANUP_FREE char *now = owners_of(o);

	api->status_writes++;
	if (!o->status || strcmp(o->status, buf_str(status)) != 0 || strcmp(owners, now) != 0) {
		free(o->status);
		o->status = buf_take(status);
		api_changed(api, o, "MODIFIED");
	}
	api_print(o, body);
	return 200;
}

/* A version that the body names is a precondition. */
static int
check_version(struct api_object *o, const struct cJSON *metadata, struct buf *body)
{
	const char *version = json_str_or(metadata, "resourceVersion", "");

	if (!*version || strtoll(version, NULL, 10) == o->version)
		return 0;
	return api_failure(body, 409, "Conflict", "Operation cannot be fulfilled on %s \"%s\": the object has been modified; "
	    "please apply your changes to the latest version and try again", api_kind_name(o->kind), o->name);
}

/* The uid that an applied status names is not looked at: the real server takes one for an object's later life. Of the
 * controller's that is foul. */
static int
apply_status(struct api *api, struct api_object *o, const struct cJSON *applied, struct buf *body)
{
	CLEANUP_JSON struct cJSON *old = o->status ? json_parse(o->status, strlen(o->status), NULL) : NULL;
	CLEANUP_BUF struct buf status = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_FREE char *owners = owners_of(o);
	const struct cJSON *metadata = json_get(applied, "metadata");
	int refused;

	if (!json_str(applied, "apiVersion") || !json_str(applied, "kind"))
		return api_failure(body, 400, "BadRequest", "apiVersion and kind must be set");
	if (strcmp(json_str_or(metadata, "name", ""), o->name) != 0 || json_get(metadata, "managedFields"))
		return api_failure(body, 400, "BadRequest", "the name does not match, or managedFields is set");
	if (json_get(applied, "spec"))
		api_foul(api, "I7: a status of %s carries a spec", o->name);
	refused = check_version(o, metadata, body);
	if (refused)
		return refused;
	if (strcmp(json_str_or(metadata, "uid", o->uid), o->uid) != 0)
		api_foul(api, "I7: the status of an earlier %s lands on a later one", o->name);
	api_apply(o, old, json_get(applied, "status"), &status);
	return set_status(api, o, &status, owners, body);
}

static int
merge_status(struct api *api, struct api_object *o, const struct cJSON *patch, struct buf *body)
{
	CLEANUP_JSON struct cJSON *old = o->status ? json_parse(o->status, strlen(o->status), NULL) : NULL;
	CLEANUP_JSON struct cJSON *merged = NULL;
	CLEANUP_BUF struct buf status = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_FREE char *owners = owners_of(o);
	int refused = check_version(o, json_get(patch, "metadata"), body);

	if (refused)
		return refused;
	JSON_EACH(member, json_get(patch, "metadata")) {
		if (strcmp(json_key(member), "resourceVersion") != 0)
			api_foul(api, "I7: a status of %s carries more", o->name);
	}
	if (json_get(patch, "spec"))
		api_foul(api, "I7: a status of %s carries more", o->name);
	api_merge(old, json_get(patch, "status"), &status);
	merged = json_parse(buf_str(&status), status.len, NULL);
	api_own_merged(o, old, merged);
	return set_status(api, o, &status, owners, body);
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
create_lease(struct api *api, const struct api_path *path, const char *name, const char *labels, const char *content,
    struct buf *body)
{
	api_create_labelled(api, KIND_LEASE, path->namespace_, name, *labels ? labels : NULL, content);
	api_print(api_find(api, KIND_LEASE, path->namespace_, name), body);
	return 201;
}

static int
precondition_failed(struct buf *body, const char *name, const char *named, const char *uid)
{
	return api_failure(body, 409, "Conflict", "Operation cannot be fulfilled on leases.coordination.k8s.io \"%s\": "
	    "Precondition failed: UID in precondition: %s, UID in object meta: %s", name, named, uid);
}

/* True: it is another one now. */
static bool
set_text(char **text, const struct cJSON *value)
{
	CLEANUP_BUF struct buf printed = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_FREE char *before = *text;

	*text = NULL;
	if (value) {
		json_print(value, &printed);
		*text = buf_take(&printed);
	}
	return strcmp(before ? before : "", *text ? *text : "") != 0;
}

static bool
is_lease_field(const char *key)
{
	static const char *const ours[] = {"holderIdentity", "leaseDurationSeconds", "acquireTime", "renewTime",
	    "leaseTransitions", "strait.dev/lease", "strait.dev/shards"};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		if (strcmp(key, ours[i]) == 0)
			return true;
	}
	return false;
}

/* I7: what somebody else has written there stays. */
static void
check_kept(struct api *api, const char *name, const struct cJSON *before, const struct cJSON *after)
{
	JSON_EACH(member, before) {
		CLEANUP_BUF struct buf old = BUF_INIT(BUF_MAX_OBJECT), new = BUF_INIT(BUF_MAX_OBJECT);
		const struct cJSON *now = json_get(after, json_key(member));

		if (is_lease_field(json_key(member)))
			continue;
		json_print(member, &old);
		if (now)
			json_print(now, &new);
		if (strcmp(buf_str(&old), buf_str(&new)) != 0)
			api_foul(api, "I7: a write of Lease %s loses %s", name, json_key(member));
	}
}

static void
check_lease(struct api *api, const struct api_object *o, const struct cJSON *lease)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_JSON struct cJSON *before = NULL;
	const struct cJSON *old, *new = json_get(lease, "metadata");

	api_print(o, &text);
	before = json_parse(buf_str(&text), text.len, NULL);
	old = json_get(before, "metadata");
	check_kept(api, o->name, json_get(old, "labels"), json_get(new, "labels"));
	check_kept(api, o->name, json_get(old, "annotations"), json_get(new, "annotations"));
	check_kept(api, o->name, json_get(before, "spec"), json_get(lease, "spec"));
	for (size_t i = 0; i < o->nfinalizers; i++) {
		if (json_count(json_get(new, "finalizers")) < o->nfinalizers)
			api_foul(api, "I7: a write of Lease %s loses a finalizer", o->name);
	}
}

/* A PUT of a Lease that is not there creates it, whatever version it names; one that names a uid does not. */
static int
write_lease(struct api *api, const struct api_path *path, const struct cJSON *lease, bool create, struct buf *body)
{
	const struct cJSON *metadata = json_get(lease, "metadata");
	CLEANUP_BUF struct buf content = BUF_INIT(BUF_MAX_OBJECT), labels = BUF_INIT(BUF_MAX_LINE);
	const char *name = json_str_or(metadata, "name", ""), *version = json_str_or(metadata, "resourceVersion", "");
	const char *uid = json_str_or(metadata, "uid", "");
	struct api_object *o = api_find(api, KIND_LEASE, path->namespace_, name);
	bool relabelled;

	buf_puts(&content, "\"spec\":");
	json_print(json_get(lease, "spec"), &content);
	if (json_get(metadata, "labels"))
		json_print(json_get(metadata, "labels"), &labels);
	if (create && o)
		return api_failure(body, 409, "AlreadyExists", "leases \"%s\" already exists", name);
	if (!o && !create && *uid)
		return precondition_failed(body, name, uid, "");
	if (!o)
		return create_lease(api, path, name, buf_str(&labels), buf_str(&content), body);
	if (*uid && strcmp(uid, o->uid) != 0)
		return precondition_failed(body, name, uid, o->uid);
	if (!*version)
		return unprocessable(body, "metadata.resourceVersion: Invalid value: must be specified for an update");
	if (strtoll(version, NULL, 10) != o->version)
		return api_failure(body, 409, "Conflict", "the object has been modified");
	check_lease(api, o, lease);
	relabelled = set_text(&o->labels, json_get(metadata, "labels"));
	relabelled |= set_text(&o->annotations, json_get(metadata, "annotations"));
	if (relabelled && strcmp(o->content, buf_str(&content)) == 0)
		api_changed(api, o, "MODIFIED");
	else
		api_replace(api, KIND_LEASE, path->namespace_, name, buf_str(&content));
	api_print(o, body);
	return 200;
}

static int
delete_lease(struct api *api, const struct api_path *path, struct buf *body)
{
	if (!api_find(api, KIND_LEASE, path->namespace_, path->name))
		return api_failure(body, 404, "NotFound", "leases \"%s\" not found", path->name);
	api_delete(api, KIND_LEASE, path->namespace_, path->name);
	buf_puts(body, "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Success\"}");
	return 200;
}

static int
patch(struct api *api, const struct api_path *path, const struct effect_kube *request, const struct cJSON *content,
    struct buf *body)
{
	struct api_object *o = api_find(api, path->kind, path->namespace_, path->name);
	const char *type = request->content_type ? request->content_type : "";
	bool apply = strcmp(type, "application/apply-patch+yaml") == 0;
	char manager[130];

	if (apply && !api_query(path, "fieldManager", manager, sizeof manager))
		return unprocessable(body, "fieldManager: Required value: is required for apply patch");
	if (!o)
		return api_failure(body, 404, "NotFound", "%s \"%s\" not found", api_kind_name(path->kind), path->name);
	if (path->kind != KIND_OPERATION && path->kind != KIND_TARGET)
		api_foul(api, "I7: writes to %s %s", api_kind_name(path->kind), path->name);
	if (strcmp(path->sub, "status") == 0 && apply)
		return apply_status(api, o, content, body);
	if (strcmp(path->sub, "status") == 0 && strcmp(type, "application/merge-patch+json") == 0)
		return merge_status(api, o, content, body);
	if (!*path->sub && strcmp(type, "application/json-patch+json") == 0)
		return api_patch(api, o, content, body);
	api_foul(api, "a PATCH of %s with %s", request->path, type);
	return api_failure(body, 415, "UnsupportedMediaType", "%s", type);
}

int
api_write(struct api *api, const struct api_path *path, const struct effect_kube *request, struct buf *body)
{
	CLEANUP_JSON struct cJSON *content = NULL;
	bool post = strcmp(request->method, "POST") == 0;
	struct err err = {""};

	if (path->kind == KIND_LEASE && strcmp(request->method, "DELETE") == 0)
		return delete_lease(api, path, body);
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
