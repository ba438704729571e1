#include "kube.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "object.h"
#include "state.h"

struct effect *
kube_request(struct core *core, const char *method, char *path, const char *content_type, char *body,
    request_done *done, void *owner, uint64_t arg)
{
	struct effect *effect = request_new(core, EFFECT_KUBE, done, owner, arg);

	effect->deadline_ms = KUBE_DEADLINE_MS;
	effect->kube.pool = KUBE_SHORT;
	snprintf(effect->kube.method, sizeof effect->kube.method, "%s", method);
	effect->kube.path = path;
	effect->kube.content_type = content_type;
	effect->kube.body = body;
	return effect;
}

char *
kube_path(const char *namespace_, const char *plural, const char *name, const char *subresource)
{
	return xasprintf(KUBE_GROUP_PATH "/namespaces/%s/%s/%s%s%s", namespace_, plural, name, subresource ? "/" : "",
	    subresource ? subresource : "");
}

uint64_t
kube_apply_status(struct core *core, const char *plural, const char *kind, const struct object_meta *meta,
    const char *status, request_done *done, void *owner)
{
	CLEANUP_FREE char *path = kube_path(meta->namespace_, plural, meta->name, "status");
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&body);

	json_open(&out, NULL);
	json_put_str(&out, "apiVersion", CRD_API_VERSION);
	json_put_str(&out, "kind", kind);
	json_open(&out, "metadata");
	json_put_str(&out, "name", meta->name);
	json_put_str(&out, "namespace", meta->namespace_);
	json_put_str(&out, "uid", meta->uid);
	json_put_str(&out, "resourceVersion", meta->resource_version);
	json_close(&out);
	json_put_raw(&out, "status", status);
	json_close(&out);
	return kube_request(core, "PATCH", xasprintf("%s?fieldManager=" KUBE_MANAGER "&force=true", path), KUBE_APPLY,
	    buf_take(&body), done, owner, 0)->id;
}

bool
kube_take_version(struct object_meta *meta, const struct cJSON *object)
{
	const struct cJSON *metadata = json_get(object, "metadata");
	const char *version = json_str_or(metadata, "resourceVersion", "");

	if (strcmp(json_str_or(metadata, "uid", meta->uid), meta->uid) != 0)
		return false;
	if (kube_is_older(meta->resource_version, version)) {
		free(meta->resource_version);
		meta->resource_version = xstrdup(version);
	}
	return true;
}

bool
kube_take_answered(struct object_meta *meta, const struct event *event)
{
	static const struct json_cut cuts[] = {{.key = "spec"}, {.key = "status"}, {.key = NULL}};
	CLEANUP_JSON struct cJSON *object = json_parse_cut(event->body, event->len, cuts, 1, NULL);

	return kube_take_version(meta, object);
}

/* By length, then by digits. */
bool
kube_is_older(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	return la != lb ? la < lb : strcmp(a, b) < 0;
}

char *
kube_problem(const struct event *event, char *text, size_t size)
{
	CLEANUP_JSON struct cJSON *status = NULL;
	const char *message = NULL;

	if (event->outcome != OUTCOME_ANSWERED) {
		snprintf(text, size, "%s", event->error ? event->error : outcome_name(event->outcome));
		return text;
	}
	status = json_parse(event->body, event->len, NULL);
	message = json_str(status, "message");
	if (message)
		snprintf(text, size, "HTTP %d: %s", event->status, message);
	else
		snprintf(text, size, "HTTP %d: %.120s", event->status, event->body ? event->body : "");
	return text;
}
