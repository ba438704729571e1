/* Which objects a task may reach (reconcilers/kubernetes.h says it for authors), and what may stand in a request. */
#pragma once

#include <stdbool.h>

#include "kubernetes.h"

/* The ref's, or the operation's own. */
const char *kube_namespace_of(const struct task *t, const struct kube_ref *ref);
/* False: 'problem' (KUBE_WORDS bytes) says why, and what would allow it. */
bool kube_may_reach(const struct task *t, const struct kube_ref *ref, char *problem);
/* ... as the kind has namespaces or not. */
bool kube_may_reach_scope(const struct task *t, const struct kube_ref *ref, bool namespaced, char *problem);
/* For a query: what is neither letter, digit nor one of -._ as %XX; owned. */
char *kube_query_text(const char *text);
