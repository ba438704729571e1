#include "kubernetes_object.h"

struct kube_ref
kube_object_ref(struct task *t)
{
	return (struct kube_ref){
		.api_version = task_text(t, "apiVersion"),
		.kind = task_text(t, "kind"),
		.namespace_ = task_text(t, "namespace"),
		.name = task_text(t, "name"),
	};
}
