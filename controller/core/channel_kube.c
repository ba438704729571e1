/* The channel of reconcilers/kubernetes.h. */
#include "channel_kube.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "kinds.h"
#include "kube.h"
#include "kube_reach.h"
#include "kube_words.h"
#include "kubernetes.h"
#include "manifest.h"
#include "op.h"
#include "question.h"
#include "state.h"
#include "yaml_json.h"

#define FIELD_MANAGER "strait"
#define API_SERVER "the API server"

enum { LIST_MOST = 50 };

/* One object that was asked for. */
struct glance {
	struct kube_seen seen;
	struct cJSON *parsed;
	char problem[KUBE_WORDS];
};

struct body {
	char label[MEMORY_KEY];
	const char *content_type;
	char *text;
};

struct sheaf {
	struct kube_manifest manifest;
	struct manifest read;
	char *text;
	char problem[KUBE_WORDS];
};

struct kube_pass {
	struct glance **glances;
	size_t nglances;
	struct sheaf **sheaves;
	size_t nsheaves;
	struct body *bodies;            /* of acts, over passes: an act leaves when its intent is durable */
	size_t nbodies;
};

void
kube_pass_over(struct kube_pass *pass)
{
	for (size_t i = 0; pass && i < pass->nglances; i++) {
		json_free(pass->glances[i]->parsed);
		free(pass->glances[i]);
	}
	for (size_t i = 0; pass && i < pass->nsheaves; i++) {
		manifest_done(&pass->sheaves[i]->read);
		free(pass->sheaves[i]->text);
		free(pass->sheaves[i]);
	}
	if (pass)
		pass->nglances = pass->nsheaves = 0;
}

struct kube_pass *
kube_pass_free(struct kube_pass *pass)
{
	if (!pass)
		return NULL;
	kube_pass_over(pass);
	for (size_t i = 0; i < pass->nbodies; i++)
		free(pass->bodies[i].text);
	free(pass->bodies);
	free(pass->glances);
	free(pass->sheaves);
	free(pass);
	return NULL;
}

static struct kube_pass *
pass_of(struct task *t)
{
	if (!t->kube)
		t->kube = xcalloc(1, sizeof *t->kube);
	return t->kube;
}

static struct glance *
glance_new(struct task *t)
{
	struct kube_pass *pass = pass_of(t);
	struct glance *glance = xcalloc(1, sizeof *glance);

	*ARRAY_GROW(pass->glances, pass->nglances) = glance;
	glance->seen.problem = glance->problem;
	return glance;
}

/* --- where it is --- */

/* The path of the ref's collection; NULL: being asked, or glance->problem says why not. */
static char *
collection(struct task *t, const struct kube_ref *ref, struct glance *glance)
{
	CLEANUP_FREE char *path = NULL;
	const char *namespace_ = kube_namespace_of(t, ref);
	const struct kube_group *group;
	const struct kube_kind *kind;
	const struct answer *answer;

	if (!kube_may_reach(t, ref, glance->problem)) {
		glance->seen.hopeless = true;
		return NULL;
	}
	path = kinds_path(ref->api_version);
	group = kinds_find(t->core, path);
	kind = group ? kinds_find_kind(group, ref->kind) : NULL;
	if (kind) {
		glance->seen.hopeless = !kube_may_reach_scope(t, ref, kind->namespaced, glance->problem);
		if (glance->seen.hopeless)
			return NULL;
		return kind->namespaced ? xasprintf("%s/namespaces/%s/%s", path, namespace_, kind->plural)
		    : xasprintf("%s/%s", path, kind->plural);
	}
	if (group && group->asked_up_ms >= t->round_up_ms) {
		snprintf(glance->problem, sizeof glance->problem, "the API server has no kind %s in %s (yet)", ref->kind,
		    ref->api_version);
		return NULL;
	}
	answer = task_question(t, QUESTION_KUBE, API_SERVER, path);
	if (!answer)
		return NULL;
	if (answer->reached && answer->status == 404)
		snprintf(glance->problem, sizeof glance->problem, "the API server has no %s (yet)", ref->api_version);
	else
		snprintf(glance->problem, sizeof glance->problem, "the API server does not tell its kinds in %s: %s",
		    ref->api_version, answer_text(t, answer));
	return NULL;
}

const struct kube_seen *
kube_resolve(struct task *t, const struct kube_ref *ref)
{
	struct glance *glance = glance_new(t);
	CLEANUP_FREE char *path = collection(t, ref, glance);

	glance->seen.told = path != NULL;
	return path || glance->problem[0] ? &glance->seen : NULL;
}

/* --- observing --- */

static void
read_answer(struct glance *glance, const struct answer *answer)
{
	struct err why = {""};

	if (!answer->reached) {
		snprintf(glance->problem, sizeof glance->problem, "the API server does not answer: %.200s", answer->error);
		return;
	}
	if (answer->status != 200 && answer->status != 404) {
		glance->seen.hopeless = answer->status == 403 || answer->status == 400;
		kube_refusal(answer->status, answer->body, answer->len, glance->problem);
		return;
	}
	if (answer->status == 200)
		glance->parsed = json_parse(answer->body, answer->len, &why);
	if (answer->status == 200 && !json_is_object(glance->parsed)) {
		snprintf(glance->problem, sizeof glance->problem, "the API server's answer cannot be read: %.200s",
		    why.text[0] ? why.text : "no object");
		return;
	}
	glance->seen.told = true;
	glance->seen.found = answer->status == 200;
	glance->seen.object = glance->parsed;
}

static const struct kube_seen *
ask(struct task *t, struct glance *glance, char *path)
{
	const struct answer *answer = path ? task_question(t, QUESTION_KUBE, API_SERVER, path) : NULL;

	free(path);
	if (answer)
		read_answer(glance, answer);
	return answer || glance->problem[0] ? &glance->seen : NULL;
}

const struct kube_seen *
kube_get(struct task *t, const struct kube_ref *ref)
{
	struct glance *glance = glance_new(t);
	CLEANUP_FREE char *path = collection(t, ref, glance);

	return ask(t, glance, path ? xasprintf("%s/%s", path, ref->name) : NULL);
}

const struct kube_seen *
kube_list(struct task *t, const struct kube_ref *ref, const char *selector)
{
	struct glance *glance = glance_new(t);
	CLEANUP_FREE char *path = collection(t, ref, glance), *coded = kube_query_text(selector);

	return ask(t, glance, path ? xasprintf("%s?labelSelector=%s&limit=%d", path, coded, LIST_MOST) : NULL);
}

const struct answer *
kube_log(struct task *t, const struct kube_ref *pod, int lines)
{
	CLEANUP_FREE char *path = xasprintf("/api/v1/namespaces/%s/pods/%s/log?tailLines=%d&limitBytes=%d",
	    kube_namespace_of(t, pod), pod->name, lines, ANSWER_KEPT);

	return task_question(t, QUESTION_KUBE, API_SERVER, path);
}

const struct kube_manifest *
kube_read_manifest(struct task *t, const char *text)
{
	struct kube_pass *pass = pass_of(t);
	struct sheaf *sheaf = xcalloc(1, sizeof *sheaf);
	struct err why = {""};

	*ARRAY_GROW(pass->sheaves, pass->nsheaves) = sheaf;
	if (manifest_read(text, &sheaf->read, &why) < 0) {
		snprintf(sheaf->problem, sizeof sheaf->problem, "%.*s", KUBE_WORDS - 1, why.text);
		sheaf->manifest.problem = sheaf->problem;
		return &sheaf->manifest;
	}
	for (size_t i = 0; i < sheaf->read.count; i++)
		sheaf->manifest.objects[i] = sheaf->read.objects[i];
	sheaf->manifest.count = sheaf->read.count;
	return &sheaf->manifest;
}

const struct cJSON *
kube_read_yaml(struct task *t, const char *text, const char **ret_text, const char **ret_problem)
{
	struct kube_pass *pass = pass_of(t);
	struct sheaf *sheaf = xcalloc(1, sizeof *sheaf);
	struct buf json = BUF_INIT(BUF_MAX_OBJECT);
	struct err why = {""};

	*ARRAY_GROW(pass->sheaves, pass->nsheaves) = sheaf;
	if (yaml_to_json(text, strlen(text), &json, &why) == 0)
		sheaf->read.objects[0] = json_parse(buf_str(&json), json.len, &why);
	sheaf->read.count = sheaf->read.objects[0] != NULL;
	sheaf->text = buf_take(&json);
	snprintf(sheaf->problem, sizeof sheaf->problem, "%.*s", KUBE_WORDS - 1, why.text);
	*ret_text = sheaf->text;
	*ret_problem = sheaf->problem;
	return sheaf->read.objects[0];
}

const struct cJSON *
kube_keep(struct task *t, struct cJSON *object)
{
	struct kube_pass *pass = pass_of(t);
	struct sheaf *sheaf = xcalloc(1, sizeof *sheaf);

	*ARRAY_GROW(pass->sheaves, pass->nsheaves) = sheaf;
	sheaf->read.objects[0] = object;
	sheaf->read.count = object != NULL;
	return object;
}

/* --- acting --- */

static void
keep_body(struct task *t, const char *label, const char *content_type, char *text)
{
	struct kube_pass *pass = pass_of(t);
	struct body *body = NULL;

	for (size_t i = 0; i < pass->nbodies && !body; i++)
		body = strcmp(pass->bodies[i].label, label) == 0 ? &pass->bodies[i] : NULL;
	if (!body)
		body = ARRAY_GROW(pass->bodies, pass->nbodies);
	snprintf(body->label, sizeof body->label, "%s", label);
	body->content_type = content_type;
	free(body->text);
	body->text = text;
}

void
kube_fill(struct task *t, const struct act_record *act, struct effect *effect)
{
	size_t method = strcspn(act->target, " ");
	const struct kube_pass *pass = pass_of(t);

	snprintf(effect->kube.method, sizeof effect->kube.method, "%.*s", (int)method, act->target);
	effect->kube.pool = KUBE_SHORT;
	effect->kube.once = act->kind == ACT_ONCE;
	effect->kube.path = xstrdup(act->target + method + (act->target[method] == ' '));
	for (size_t i = 0; i < pass->nbodies; i++)
		if (strcmp(pass->bodies[i].label, act->label) == 0) {
			effect->kube.content_type = pass->bodies[i].content_type;
			effect->kube.body = xstrdup_or_null(pass->bodies[i].text);
		}
	effect->deadline_ms = KUBE_DEADLINE_MS;
}

/* 'body' is taken over. */
static const struct act *
act(struct task *t, const char *label, enum act_kind kind, const char *method, const struct kube_ref *ref,
    const char *name, const char *query, const char *content_type, char *body)
{
	struct glance *glance = glance_new(t);
	CLEANUP_FREE char *path = collection(t, ref, glance), *target = NULL;

	if (!path)
		abort();        /* a type that acts on what it has not looked at in this pass */
	keep_body(t, label, content_type, body);
	target = xasprintf("%s %s%s%s%s", method, path, name ? "/" : "", name ? name : "", query);
	return task_act(t, label, kind, 'k', target);
}

static char *
printed(const struct cJSON *object)
{
	struct buf out = BUF_INIT(BUF_MAX_OBJECT);

	json_print(object, &out);
	return buf_take(&out);
}

const struct act *
kube_apply(struct task *t, const char *label, const struct kube_ref *ref, const struct cJSON *object, bool force)
{
	return act(t, label, ACT_REPEATABLE, "PATCH", ref, ref->name,
	    force ? "?fieldManager=" FIELD_MANAGER "&fieldValidation=Strict&force=true"
	    : "?fieldManager=" FIELD_MANAGER "&fieldValidation=Strict", KUBE_APPLY, printed(object));
}

const struct act *
kube_patch(struct task *t, const char *label, enum act_kind kind, const struct kube_ref *ref, enum kube_patch_type type,
    const char *patch)
{
	static const char *const content_types[] = {
		[KUBE_PATCH_MERGE] = KUBE_MERGE, [KUBE_PATCH_JSON] = KUBE_JSON_PATCH, [KUBE_PATCH_STRATEGIC] = KUBE_STRATEGIC,
	};

	return act(t, label, kind, "PATCH", ref, ref->name, "?fieldManager=" FIELD_MANAGER "&fieldValidation=Strict",
	    content_types[type], xstrdup(patch));
}

const struct act *
kube_delete(struct task *t, const char *label, const struct kube_ref *ref, const char *uid)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);
	struct json_out out = JSON_OUT(&body);

	json_open(&out, NULL);
	json_put_str(&out, "apiVersion", "v1");
	json_put_str(&out, "kind", "DeleteOptions");
	json_put_str(&out, "propagationPolicy", "Background");
	json_open(&out, "preconditions");
	json_put_str(&out, "uid", uid);
	json_close(&out);
	json_close(&out);
	return act(t, label, ACT_REPEATABLE, "DELETE", ref, ref->name, "", KUBE_JSON, buf_take(&body));
}

const struct act *
kube_create(struct task *t, const char *label, const struct kube_ref *ref, const struct cJSON *object)
{
	return act(t, label, ACT_ONCE, "POST", ref, NULL, "?fieldManager=" FIELD_MANAGER "&fieldValidation=Strict", KUBE_JSON,
	    printed(object));
}
