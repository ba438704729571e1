#include "object.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "field.h"
#include "instant.h"
#include "json.h"

/* How long a reason for abandoning may be: it goes into an Event's note. */
enum { REASON_MAX = 512 };

static void
read_finalizers(struct object_meta *meta, const struct field *list)
{
	meta->finalizer_index = -1;
	JSON_EACH(element, list->value) {
		const char *name = json_text(element);

		if (name && strcmp(name, CRD_FINALIZER) == 0 && !meta->has_finalizer) {
			meta->has_finalizer = true;
			meta->finalizer_index = meta->finalizers;
		}
		meta->finalizers++;
	}
}

static void
read_abandon(struct object_meta *meta, const struct field *metadata)
{
	const char *reason = json_str(json_get(metadata->value, "annotations"), CRD_ABANDON);

	if (reason)
		meta->abandon = xstrndup(reason, strnlen(reason, REASON_MAX));
}

static int64_t
read_time(const struct cJSON *object, const char *key)
{
	int64_t ms = instant_parse(json_str(object, key));

	return ms < 0 ? 0 : ms;
}

static int
read_meta(struct object_meta *meta, const struct field *object, struct err *err)
{
	struct field metadata = field_get(object, "metadata");
	struct field name = field_get(&metadata, "name"), namespace_ = field_get(&metadata, "namespace");
	struct field uid = field_get(&metadata, "uid"), version = field_get(&metadata, "resourceVersion");
	struct field finalizers = field_get(&metadata, "finalizers"), generation = field_get(&metadata, "generation");

	if (field_need_object(&metadata, err) < 0 || field_need_text(&name, &meta->name, err) < 0 ||
	    field_need_text(&namespace_, &meta->namespace_, err) < 0 || field_need_text(&uid, &meta->uid, err) < 0 ||
	    field_need_text(&version, &meta->resource_version, err) < 0 ||
	    field_int(&generation, 0, INT64_MAX, &meta->generation, err) < 0)
		return -1;
	if (finalizers.value && field_need_array(&finalizers, err) < 0)
		return -1;
	read_finalizers(meta, &finalizers);
	meta->created_ms = read_time(metadata.value, "creationTimestamp");
	meta->deleting = json_get(metadata.value, "deletionTimestamp") != NULL;
	read_abandon(meta, &metadata);
	return 0;
}

int
object_meta_decode(struct object_meta *ret, const struct cJSON *object, struct err *err)
{
	struct field root = field_of(object, "");
	struct object_meta meta = {0};

	if (read_meta(&meta, &root, err) < 0) {
		object_meta_done(&meta);
		return -1;
	}
	*ret = meta;
	return 0;
}

void
object_meta_done(struct object_meta *meta)
{
	free(meta->name);
	free(meta->namespace_);
	free(meta->uid);
	free(meta->resource_version);
	free(meta->abandon);
	*meta = (struct object_meta){0};
}
