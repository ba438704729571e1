/* The parameters by which a type names one object. */
#pragma once

#include "kubernetes.h"

#define KUBE_OBJECT_PARAMETERS \
	{.name = "apiVersion", .type = PARAMETER_STRING, .required = true, .help = "of the object: v1, apps/v1"}, \
	{.name = "kind", .type = PARAMETER_STRING, .required = true, .help = "of the object: ConfigMap, Deployment"}, \
	{.name = "name", .type = PARAMETER_STRING, .required = true, .help = "of the object"}, \
	{.name = "namespace", .type = PARAMETER_STRING, .fallback = "", .help = "of the object; the operation's own by default"}

struct kube_ref kube_object_ref(struct task *t);
