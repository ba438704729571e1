/* Kubernetes objects as kubectl takes them: one document of YAML or JSON, or several between lines "---". */
#pragma once

#include <stddef.h>

#include "err.h"
#include "kubernetes.h"

struct cJSON;

struct manifest {
	struct cJSON *objects[KUBE_DOCUMENTS];      /* each with apiVersion, kind and metadata.name */
	size_t count;
};

/* -1 and "document 2: line 3: …"; manifest_done() in any case. */
int manifest_read(const char *text, struct manifest *ret, struct err *err);
void manifest_done(struct manifest *manifest);
