#include "kube_words.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "json.h"

/* What stands between 'before' and 'after' in the server's sentence. */
static bool
between(const char *text, const char *before, const char *after, char *ret, size_t size)
{
	const char *from = strstr(text, before), *to;

	if (!from)
		return false;
	from += strlen(before);
	to = strstr(from, after);
	if (!to || (size_t)(to - from) >= size)
		return false;
	snprintf(ret, size, "%.*s", (int)(to - from), from);
	return true;
}

/* `User "…" cannot patch resource "configmaps" in API group "" in the namespace "default"` */
static bool
missing_rule(const char *message, char *text, size_t size)
{
	char verb[32], resource[128], group[128], namespace_[128];
	bool within;

	if (!between(message, " cannot ", " resource \"", verb, sizeof verb) ||
	    !between(message, " resource \"", "\"", resource, sizeof resource) ||
	    !between(message, " API group \"", "\"", group, sizeof group))
		return false;
	within = between(message, " in the namespace \"", "\"", namespace_, sizeof namespace_);
	snprintf(text, size, "the controller may not %s %s (API group \"%s\")%s%s%s: give its service account a Role with "
	    "{apiGroups: [\"%s\"], resources: [%s], verbs: [%s]} there (the chart: kubernetes.%s)", verb, resource, group,
	    within ? " in namespace \"" : " at cluster scope", within ? namespace_ : "", within ? "\"" : "", group, resource,
	    verb, within ? "grants" : "clusterRules");
	return true;
}

void
kube_refusal(int status, const char *body, size_t len, char *text)
{
	CLEANUP_JSON struct cJSON *object = json_parse(body, len, NULL);
	const char *message = json_str(object, "message");

	if (status == 403 && message && missing_rule(message, text, KUBE_WORDS))
		return;
	if (message)
		snprintf(text, KUBE_WORDS, "HTTP %d: %s", status, message);
	else
		snprintf(text, KUBE_WORDS, "HTTP %d: %.120s", status, len ? body : "an empty answer");
}

void
kube_act_words(const struct event *event, char *text)
{
	CLEANUP_JSON struct cJSON *object = NULL;
	struct buf out CLEANUP_BUF = BUF_INIT(KUBE_WORDS - 1);
	struct json_out to = JSON_OUT(&out);
	const struct cJSON *metadata;

	if (event->status < 200 || event->status >= 300) {
		kube_refusal(event->status, event->body, event->len, text);
		return;
	}
	object = json_parse(event->body, event->len, NULL);
	metadata = json_get(object, "metadata");
	/* A DELETE is answered with the object that is still going, or with a Status that names it. */
	json_open(&to, NULL);
	json_put_str(&to, "uid", json_str_or(metadata, "uid", json_str_or(json_get(object, "details"), "uid", "")));
	json_put_str(&to, "resourceVersion", json_str(metadata, "resourceVersion"));
	json_close(&to);
	snprintf(text, KUBE_WORDS, "%s", buf_str(&out));
}

enum act_state
kube_act_state(int status)
{
	if (status >= 200 && status < 300)
		return ACT_ANSWERED;
	if (status == 429)
		return ACT_NOT_SENT;
	return status >= 500 ? ACT_UNKNOWN : ACT_REFUSED;
}
