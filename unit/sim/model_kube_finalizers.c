#include "model_kube.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* Finalizers by json-patch (RFC 6902), as far as Strait uses it. */

static const char finalizers_path[] = "/metadata/finalizers";

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
	if (strcmp(op, "remove") != 0 || o->nfinalizers == 0 ||
	    (at >= o->nfinalizers && strcmp(path, finalizers_path) != 0))
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

static bool
holds(const struct api_object *o, const char *finalizer)
{
	for (size_t i = 0; i < o->nfinalizers; i++) {
		if (strcmp(o->finalizers[i], finalizer) == 0)
			return true;
	}
	return false;
}

static void
copy_finalizers(struct api_object *to, const struct api_object *from)
{
	while (to->nfinalizers)
		remove_finalizer(to, to->nfinalizers - 1);
	for (size_t i = 0; i < from->nfinalizers; i++)
		insert_finalizer(to, i, from->finalizers[i]);
}

/* NULL: the steps have been carried out. *ret_changed: and something is other than before. */
static const char *
patch_steps(struct api *api, struct api_object *o, const struct cJSON *patch, const struct api_object *was,
    bool *ret_changed)
{
	const char *wrong = json_is_array(patch) ? NULL : "a json-patch is an array";

	JSON_EACH(step, patch)
		wrong = wrong ? wrong : patch_step(api, o, step);
	*ret_changed = o->nfinalizers != was->nfinalizers;
	for (size_t i = 0; i < o->nfinalizers; i++) {
		if (o->deleted_ms && !holds(was, o->finalizers[i]))
			return "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted";
		*ret_changed |= i < was->nfinalizers && strcmp(o->finalizers[i], was->finalizers[i]) != 0;
	}
	return wrong;
}

/* A deleted object without finalizers goes; the last that is told of it is what it was before. */
static void
changed_finalizers(struct api *api, struct api_object *o, const struct api_object *was, bool changed)
{
	if (changed && o->deleted_ms && o->nfinalizers == 0) {
		copy_finalizers(o, was);
		api_vanish(api, o);
	} else if (changed) {
		api_changed(api, o, "MODIFIED");
	}
}

/* All or nothing; and what changes nothing is no write. */
int
api_patch(struct api *api, struct api_object *o, const struct cJSON *patch, struct buf *body)
{
	struct api_object was = {0};
	const char *wrong;
	bool changed;

	copy_finalizers(&was, o);
	wrong = patch_steps(api, o, patch, &was, &changed);
	if (wrong) {
		copy_finalizers(o, &was);
		api_failure(body, 422, "Invalid", "%s", wrong);
	} else {
		api_print(o, body);
		changed_finalizers(api, o, &was, changed);
	}
	while (was.nfinalizers)
		remove_finalizer(&was, was.nfinalizers - 1);
	free(was.finalizers);
	return wrong ? 422 : 200;
}
