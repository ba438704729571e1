#include "manifest_source.h"

#include <stdio.h>
#include <string.h>

#include "json.h"

static const char *
from_config_map(struct task *t, const char *from, enum verdict *ret)
{
	const char *slash = strchr(from, '/');
	char name[KUBE_NAME];
	const struct kube_ref ref = {.api_version = "v1", .kind = "ConfigMap", .name = name};
	const struct kube_seen *seen;
	const char *text;

	if (!slash || slash == from || !slash[1] || slash - from >= KUBE_NAME) {
		*ret = task_halt(t, "\"%.80s\" is no key of a ConfigMap: expected NAME/KEY", from);
		return NULL;
	}
	snprintf(name, sizeof name, "%.*s", (int)(slash - from), from);
	seen = kube_look(t, &ref, ret);
	if (!seen)
		return NULL;
	text = seen->found ? json_str(json_get(seen->object, "data"), slash + 1) : NULL;
	if (!text)
		*ret = task_wait(t, SECONDS(2), seen->found ? "ConfigMap %s has no key %s (yet)"
		    : "ConfigMap %s is not there (yet); its key %s is needed", name, slash + 1);
	return text;
}

const char *
manifest_source(struct task *t, const char *inline_, const char *from, enum verdict *ret)
{
	const char *text = task_text(t, inline_), *source = task_text(t, from);

	if (!*text != !*source)
		return *text ? text : from_config_map(t, source, ret);
	*ret = task_halt(t, "%s and %s: exactly one of them is expected", inline_, from);
	return NULL;
}
