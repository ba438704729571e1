#include "kinds.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "event.h"
#include "json.h"
#include "state.h"

char *
kinds_path(const char *api_version)
{
	return xasprintf("%s%s", strchr(api_version, '/') ? "/apis/" : "/api/", api_version);
}

const struct kube_group *
kinds_find(const struct core *core, const char *path)
{
	struct kube_group *group;

	HASH_FIND_STR(core->kinds, path, group);
	return group;
}

const struct kube_kind *
kinds_find_kind(const struct kube_group *group, const char *kind)
{
	for (size_t i = 0; i < group->count; i++)
		if (strcmp(group->kinds[i].kind, kind) == 0)
			return &group->kinds[i];
	return NULL;
}

static void
group_free(struct core *core, struct kube_group *group)
{
	HASH_DEL(core->kinds, group);
	for (size_t i = 0; i < group->count; i++) {
		free(group->kinds[i].kind);
		free(group->kinds[i].plural);
	}
	free(group->kinds);
	free(group->path);
	free(group);
}

/* Of a group and version itself, not of what is in it. */
static bool
is_kinds_path(const char *path)
{
	unsigned slashes = 0;

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/'))
		slashes++;
	return slashes == (strncmp(path, "/apis/", 6) == 0 ? 3u : 2u);
}

void
kinds_take(struct core *core, const char *path, const struct event *event)
{
	CLEANUP_JSON struct cJSON *list = NULL;
	struct kube_group *group;

	if (event->outcome != OUTCOME_ANSWERED || event->status != 200 || !is_kinds_path(path))
		return;
	list = json_parse(event->body, event->len, NULL);
	if (strcmp(json_str_or(list, "kind", ""), "APIResourceList") != 0)
		return;
	HASH_FIND_STR(core->kinds, path, group);
	if (group)
		group_free(core, group);
	group = xcalloc(1, sizeof *group);
	group->path = xstrdup(path);
	group->asked_up_ms = core->now.up_ms;
	JSON_EACH (resource, json_get(list, "resources")) {
		const char *name = json_str(resource, "name"), *kind = json_str(resource, "kind");

		/* "pods/log" is a part of pods. */
		if (name && kind && !strchr(name, '/'))
			*ARRAY_GROW(group->kinds, group->count) = (struct kube_kind){xstrdup(kind), xstrdup(name),
			    json_bool(resource, "namespaced", false)};
	}
	HASH_ADD_KEYPTR(hh, core->kinds, group->path, strlen(group->path), group);
}

void
kinds_free(struct core *core)
{
	struct kube_group *group, *next;

	HASH_ITER (hh, core->kinds, group, next)
		group_free(core, group);
}
