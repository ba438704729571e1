#include "model_kube.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"

static const struct kind_name {
	const char *name, *api;
} kinds[KINDS] = {
	[KIND_OPERATION] = {"ClusterOperation", "strait.dev/v1alpha1"},
	[KIND_TARGET] = {"TargetCluster", "strait.dev/v1alpha1"},
	[KIND_WORKFLOW] = {"Workflow", "strait.dev/v1alpha1"},
	[KIND_SECRET] = {"Secret", "v1"},
	[KIND_LEASE] = {"Lease", "coordination.k8s.io/v1"},
	[KIND_CRD] = {"CustomResourceDefinition", "apiextensions.k8s.io/v1"},
	[KIND_EVENT] = {"Event", "v1"},
};

struct api *
api_new(void)
{
	struct api *api = xcalloc(1, sizeof *api);

	/* As a server that has lived: versions are no small numbers and do not begin with the first object. */
	api->version = 7001;
	return api;
}

static void
object_done(struct api_object *o)
{
	for (size_t i = 0; i < o->nfinalizers; i++)
		free(o->finalizers[i]);
	free(o->finalizers);
	free(o->namespace_);
	free(o->name);
	free(o->uid);
	free(o->annotations);
	free(o->labels);
	free(o->content);
	free(o->status);
	free(o->applied);
	free(o->updated);
}

static void
watch_done(struct api_watch *watch)
{
	free(watch->namespace_);
}

static void
change_done(struct api_change *change)
{
	free(change->namespace_);
	free(change->name);
	free(change->object);
	free(change->labels);
}

struct api *
api_free(struct api *api)
{
	if (!api)
		return NULL;
	for (size_t i = 0; i < api->nobjects; i++)
		object_done(&api->objects[i]);
	for (size_t i = 0; i < api->nwatches; i++)
		watch_done(&api->watches[i]);
	for (size_t i = 0; i < api->nevents; i++) {
		free(api->events[i].reason);
		free(api->events[i].note);
		free(api->events[i].type);
		free(api->events[i].regarding);
	}
	for (size_t i = 0; i < api->nchanges; i++)
		change_done(&api->changes[i]);
	free(api->objects);
	free(api->changes);
	free(api->watches);
	free(api->events);
	free(api);
	return NULL;
}

const char *
api_kind_name(enum kind kind)
{
	return kinds[kind].name;
}

static void
print_metadata(const struct api_object *o, struct json_out *out)
{
	char text[INSTANT_TEXT], version[24];

	snprintf(version, sizeof version, "%" PRId64, o->version);
	json_open(out, "metadata");
	json_put_str(out, "name", o->name);
	if (*o->namespace_)
		json_put_str(out, "namespace", o->namespace_);
	json_put_str(out, "uid", o->uid);
	json_put_str(out, "resourceVersion", version);
	json_put_int(out, "generation", o->generation);
	json_put_str(out, "creationTimestamp", instant_rfc3339(o->created_ms, text));
	if (o->deleted_ms)
		json_put_str(out, "deletionTimestamp", instant_rfc3339(o->deleted_ms, text));
	if (o->nfinalizers) {
		json_open_array(out, "finalizers");
		for (size_t i = 0; i < o->nfinalizers; i++)
			json_put_str(out, NULL, o->finalizers[i]);
		json_close_array(out);
	}
	if (o->annotations)
		json_put_raw(out, "annotations", o->annotations);
	if (o->labels)
		json_put_raw(out, "labels", o->labels);
	json_open_array(out, "managedFields");
	json_close_array(out);
	json_close(out);
}

void
api_print(const struct api_object *o, struct buf *body)
{
	struct json_out out = JSON_OUT(body);

	json_open(&out, NULL);
	json_put_str(&out, "apiVersion", kinds[o->kind].api);
	json_put_str(&out, "kind", kinds[o->kind].name);
	print_metadata(o, &out);
	if (o->content && *o->content)
		buf_printf(body, ",%s", o->content);
	if (o->status)
		json_put_raw(&out, "status", o->status);
	json_close(&out);
}

void
api_changed(struct api *api, struct api_object *object, const char *type)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct api_change *change = ARRAY_GROW(api->changes, api->nchanges);

	object->version = ++api->version;
	api_print(object, &text);
	change->version = object->version;
	change->kind = object->kind;
	change->namespace_ = xstrdup(object->namespace_);
	change->name = xstrdup(object->name);
	change->type = type;
	change->object = buf_take(&text);
	change->labels = xstrdup_or_null(object->labels);
}

struct api_object *
api_find(struct api *api, enum kind kind, const char *namespace_, const char *name)
{
	for (size_t i = 0; i < api->nobjects; i++) {
		struct api_object *o = &api->objects[i];

		if (o->kind == kind && strcmp(o->namespace_, namespace_) == 0 && strcmp(o->name, name) == 0)
			return o;
	}
	return NULL;
}

struct api_object *
api_find_uid(struct api *api, const char *uid)
{
	for (size_t i = 0; i < api->nobjects; i++) {
		if (strcmp(api->objects[i].uid, uid) == 0)
			return &api->objects[i];
	}
	return NULL;
}

const char *
api_create(struct api *api, enum kind kind, const char *namespace_, const char *name, const char *content)
{
	return api_create_labelled(api, kind, namespace_, name, NULL, content);
}

const char *
api_create_labelled(struct api *api, enum kind kind, const char *namespace_, const char *name, const char *labels,
    const char *content)
{
	struct api_object *o = ARRAY_GROW(api->objects, api->nobjects);

	o->kind = kind;
	o->namespace_ = xstrdup(namespace_);
	o->name = xstrdup(name);
	o->uid = xasprintf("%08x-5717-4a17-8000-%012" PRIx64, (unsigned)kind, ++api->uids);
	o->generation = 1;
	o->created_ms = api->wall_ms;
	o->labels = xstrdup_or_null(labels);
	o->content = xstrdup(content);
	/* The CRDs' default, so that a fresh object does not look observed. */
	if (kind == KIND_OPERATION || kind == KIND_TARGET)
		o->status = xstrdup("{\"observedGeneration\":-1}");
	api_changed(api, o, "ADDED");
	return o->uid;
}

void
api_replace(struct api *api, enum kind kind, const char *namespace_, const char *name, const char *content)
{
	struct api_object *o = api_find(api, kind, namespace_, name);

	if (!o || strcmp(o->content, content) == 0)
		return;
	free(o->content);
	o->content = xstrdup(content);
	o->generation++;
	api_changed(api, o, "MODIFIED");
}

void
api_annotate(struct api *api, enum kind kind, const char *namespace_, const char *name, const char *annotations)
{
	struct api_object *o = api_find(api, kind, namespace_, name);

	if (!o)
		return;
	free(o->annotations);
	o->annotations = xstrdup(annotations);
	api_changed(api, o, "MODIFIED");
}

void
api_vanish(struct api *api, struct api_object *o)
{
	api_changed(api, o, "DELETED");
	object_done(o);
	*o = api->objects[--api->nobjects];
}

void
api_delete(struct api *api, enum kind kind, const char *namespace_, const char *name)
{
	struct api_object *o = api_find(api, kind, namespace_, name);

	if (!o || o->deleted_ms)
		return;
	/* What nothing holds goes without having been marked. */
	if (!o->nfinalizers) {
		api_vanish(api, o);
		return;
	}
	o->deleted_ms = api->wall_ms;
	o->generation++;
	api_changed(api, o, "MODIFIED");
}

static bool
is_present(const struct api *api, const struct api_change *change)
{
	for (size_t i = 0; i < api->nobjects; i++) {
		if (api->objects[i].version == change->version)
			return true;
	}
	return false;
}

/* As etcd: what an object is now stays, what it was goes. */
void
api_compact(struct api *api)
{
	size_t kept = 0;

	for (size_t i = 0; i < api->nchanges; i++) {
		if (is_present(api, &api->changes[i]))
			api->changes[kept++] = api->changes[i];
		else
			change_done(&api->changes[i]);
	}
	api->nchanges = kept;
	api->oldest = api->version;
}

size_t
api_count_events(const struct api *api, const char *reason)
{
	size_t count = 0;

	for (size_t i = 0; i < api->nevents; i++)
		count += strcmp(api->events[i].reason, reason) == 0;
	return count;
}
