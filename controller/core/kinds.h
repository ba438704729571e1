/* What the API server calls its kinds: /api/v1 and /apis/GROUP/VERSION, asked when they are needed, and kept. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uthash.h"

struct core;
struct event;

struct kube_kind {
	char *kind, *plural;
	bool namespaced;
};

/* One group and version. */
struct kube_group {
	char *path;                  /* "/apis/batch/v1" */
	struct kube_kind *kinds;
	size_t count;
	int64_t asked_up_ms;
	UT_hash_handle hh;
};

/* "/api/v1" or "/apis/GROUP/VERSION", owned. */
char *kinds_path(const char *api_version);
/* NULL: it has not been asked. */
const struct kube_group *kinds_find(const struct core *core, const char *path);
const struct kube_kind *kinds_find_kind(const struct kube_group *group, const char *kind);
/* An answer about 'path' has come, whatever it is; of one that lists kinds they are kept. */
void kinds_take(struct core *core, const char *path, const struct event *event);
void kinds_free(struct core *core);
