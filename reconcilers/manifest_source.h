/* A manifest that stands in the workflow, or in a ConfigMap. */
#pragma once

#include "kubernetes.h"

/* The text of the parameter 'inline_', or of the ConfigMap's key that the parameter 'from' names ("settings/job.yaml"); until
 * the pass ends. NULL: *ret is the verdict. */
const char *manifest_source(struct task *t, const char *inline_, const char *from, enum verdict *ret);
