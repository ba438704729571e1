/* What every Kubernetes object carries, as far as Strait reads it. Decoding is pure: a parsed object in, a struct out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct cJSON;

#define CRD_GROUP "strait.dev"
#define CRD_VERSION "v1alpha1"
#define CRD_API_VERSION CRD_GROUP "/" CRD_VERSION
#define CRD_FINALIZER "strait.dev/operation"
#define CRD_ABANDON "strait.dev/abandon"            /* annotation: release the finalizer at once */
#define CRD_SCHEMA_ANNOTATION "strait.dev/schema-version"
/* Raised with every change of the schemas (unit/golden/schema holds who forgets it). Within v1alpha1 fields are only added, so
 * a controller works with the CRDs of its own number and of any later one. */
#define CRD_SCHEMA_VERSION "2"

struct object_meta {
	char *name;
	char *namespace_;
	char *uid;
	char *resource_version;
	int64_t generation;
	int64_t created_ms;          /* wall; 0 if unreadable */
	bool deleting;               /* deletionTimestamp is set */
	bool has_finalizer;          /* CRD_FINALIZER is among the finalizers */
	int finalizer_index;         /* its place in the list, -1 when absent; for the json-patch that removes it */
	int finalizers;              /* how many there are in all */
	char *abandon;               /* the annotation's reason, or NULL */
};

/* Errors name the field: "metadata.uid: expected a string". */
int object_meta_decode(struct object_meta *ret, const struct cJSON *object, struct err *err);
void object_meta_done(struct object_meta *meta);
