/* The Kubernetes API, for task authors: observe and act side by side. Objects of any kind, by their names as manifests write
 * them; the resource's path comes from the API server's discovery, asked once.
 *
 * An operation reaches objects of its own namespace; others, and what has no namespace, only as the controller's flags
 * --kubernetes-namespaces and --kubernetes-cluster-scoped allow. Never: Secrets (a manifest's text stands in the plan and the
 * journal), Strait's own objects (an operation must not approve or override itself) and Leases. What the controller may do at
 * all is the API server's word (RBAC); a 403 comes back as a sentence that says which rule is missing. */
#pragma once

#include "reconciler.h"

struct cJSON;

enum { KUBE_DOCUMENTS = 8, KUBE_NAME = 254 };

/* Which object. Borrowed for the call. */
struct kube_ref {
	const char *api_version;     /* "v1", "apps/v1" */
	const char *kind;            /* "ConfigMap" */
	const char *namespace_;      /* NULL or "": the operation's own; of no meaning to a kind without namespaces */
	const char *name;
};

/* What was answered of an object. Not there is an answer, too. */
struct kube_seen {
	bool told;                   /* the API server answered of it; else 'problem' says why not, never NULL */
	bool hopeless;               /* not told, and no waiting helps: a person has to allow it */
	bool found;
	const struct cJSON *object;  /* while found; until the pass ends */
	const char *problem;
};

/* GET; NULL: being asked. What a pass acts on it has looked at, or at least resolved, in the same pass. */
const struct kube_seen *kube_get(struct task *t, const struct kube_ref *ref);
/* The same without the GET: is there such a kind, and may it be reached? 'found' says nothing. */
const struct kube_seen *kube_resolve(struct task *t, const struct kube_ref *ref);
/* The objects of the ref's kind and namespace that have 'selector' ("key=value"), as a list with items; at most 50. */
const struct kube_seen *kube_list(struct task *t, const struct kube_ref *ref, const char *selector);
/* The last lines, at most 'lines', of a pod's only or default container. NULL: being asked. */
const struct answer *kube_log(struct task *t, const struct kube_ref *pod, int lines);

/* A manifest's objects, at most KUBE_DOCUMENTS; until the pass ends. 'problem' is NULL when they could be read. */
struct kube_manifest {
	const struct cJSON *objects[KUBE_DOCUMENTS];
	size_t count;
	const char *problem;
};
const struct kube_manifest *kube_read_manifest(struct task *t, const char *text);
/* Any one document of YAML or JSON; until the pass ends. *ret_text: as JSON. NULL: *ret_problem says why. */
const struct cJSON *kube_read_yaml(struct task *t, const char *text, const char **ret_text, const char **ret_problem);
/* Whom an object of a manifest is about. */
struct kube_ref kube_ref_of(const struct cJSON *object);

/* Acts; never NULL. 'label' names the act in the journal, 'ref' was looked at in this pass. What an act did is in its answer
 * as JSON {"uid":…,"resourceVersion":…}; of one that was refused, a sentence.
 *
 * Server-side apply by the field manager "strait": repeatable, the second time changes nothing. Without 'force' another
 * manager's field refuses it (409). */
const struct act *kube_apply(struct task *t, const char *label, const struct kube_ref *ref, const struct cJSON *object,
    bool force);

enum kube_patch_type { KUBE_PATCH_MERGE, KUBE_PATCH_JSON, KUBE_PATCH_STRATEGIC };
/* 'patch' is JSON text. */
const struct act *kube_patch(struct task *t, const char *label, enum act_kind kind, const struct kube_ref *ref,
    enum kube_patch_type type, const char *patch);
/* Of the one with this uid, and no later one of its name: so it is repeatable. What it owns goes after it. */
const struct act *kube_delete(struct task *t, const char *label, const struct kube_ref *ref, const char *uid);
/* POST: of a given name it can only happen once; 409 says that there is one already. */
const struct act *kube_create(struct task *t, const char *label, const struct kube_ref *ref, const struct cJSON *object);

/* What a step makes has a name of its own, known before, so that it is made once: 'base', and a suffix by the operation, the
 * step and its attempt; of KUBE_OWN_NAME bytes. */
enum { KUBE_OWN_NAME = 64 };
void kube_own_name(struct task *t, const char *base, char *ret);
/* The manifest under that name, with labels strait.dev/operation-uid and strait.dev/step, and owned by the operation's object,
 * with which it goes when they are in one namespace; until the pass ends. */
const struct cJSON *kube_own(struct task *t, const struct cJSON *manifest, const char *name);
/* Was it made by this operation? */
bool kube_is_own(struct task *t, const struct cJSON *object);

/* What the types of one object have in common (kubernetes.c). */
#define KUBE_WHAT 200
/* "ConfigMap settings" or "ConfigMap settings in other"; of KUBE_WHAT bytes. */
void kube_what(const struct kube_ref *ref, char *text);
/* kube_get(); NULL: *ret is the verdict, it is being asked or cannot be told. */
const struct kube_seen *kube_look(struct task *t, const struct kube_ref *ref, enum verdict *ret);
/* kube_resolve(), in the same way: false: *ret is the verdict. */
bool kube_reach(struct task *t, const struct kube_ref *ref, enum verdict *ret);
/* The verdict on an act that has not been answered with yes. 'doing': "apply". */
enum verdict kube_follow(struct task *t, const struct act *act, const char *doing, const char *what);
