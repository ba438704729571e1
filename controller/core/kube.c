#include "kube.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
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
