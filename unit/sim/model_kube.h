/* A small API server in memory: the paths that Strait uses, with resource versions, pages, watches, finalizers and
 * generations as the real one has them (facts/kubernetes.md §0.2). Users' hands are functions of their own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "effect.h"

struct cJSON;

enum kind {
	KIND_OPERATION,
	KIND_TARGET,
	KIND_WORKFLOW,
	KIND_SECRET,
	KIND_LEASE,
	KIND_CRD,
	KIND_EVENT,
	KINDS,
};

struct api_object {
	enum kind kind;
	char *namespace_, *name, *uid;
	int64_t version, generation;
	int64_t created_ms, deleted_ms;      /* wall; 0: not deleted */
	char **finalizers;
	size_t nfinalizers;
	char *annotations, *labels;          /* JSON object text, or NULL */
	char *content;                       /* members beside metadata and status, without braces: "\"spec\":{…}" */
	char *status;                        /* JSON object text, or NULL */
	char *applied, *updated;             /* whose the status' members are: model_kube_apply.c */
};

/* What watches tell of. */
struct api_change {
	int64_t version;
	enum kind kind;
	char *namespace_, *name;
	const char *type;                    /* ADDED MODIFIED DELETED */
	char *object;
	char *labels;                        /* or NULL */
};

/* Which objects a list or a watch is about. */
struct api_selector {
	const char *namespace_;              /* "": any */
	char name[128];                      /* "": any */
	char label[128], value[128];         /* label "": any */
};

struct api_watch {
	uint64_t id;
	enum kind kind;
	char *namespace_;
	struct api_selector selector;
	int64_t version;                     /* told up to here */
	bool bookmarks;
	bool expired;                        /* one ERROR line, then the end */
};

struct api_event {
	char *reason, *note, *type;
	char *regarding;                     /* uid */
};

struct api {
	struct api_object *objects;
	size_t nobjects;
	struct api_change *changes;
	size_t nchanges;
	struct api_watch *watches;
	size_t nwatches;
	struct api_event *events;
	size_t nevents;
	int64_t version;                     /* of the last change */
	int64_t oldest;                      /* watches from before it answer 410 */
	int64_t wall_ms;                     /* set before every call */
	uint64_t uids;
	size_t status_writes, refused;       /* counted, for tests */
	char foul[256];                      /* the first thing that the controller must never do; "" if none */
};

struct api *api_new(void);
struct api *api_free(struct api *api);

/* The controller's request. The HTTP status is returned. */
int api_serve(struct api *api, const struct effect_kube *request, struct buf *body);
/* A request with 'stream': after a 200 the lines are fetched by 'id' until the watch is closed. */
int api_open_watch(struct api *api, uint64_t id, const struct effect_kube *request, struct buf *body);
/* The next line; false when there is none yet. *ret_end: the server ends the stream now. */
bool api_next_line(struct api *api, uint64_t id, struct buf *line, bool *ret_end);
void api_bookmark(struct api *api, uint64_t id, struct buf *line);
void api_close_watch(struct api *api, uint64_t id);

/* Users. 'content' as in struct api_object. Creating gives the uid, borrowed. */
const char *api_create(struct api *api, enum kind kind, const char *namespace_, const char *name,
    const char *content);
/* The same with labels: JSON object text, or NULL. */
const char *api_create_labelled(struct api *api, enum kind kind, const char *namespace_, const char *name,
    const char *labels, const char *content);
void api_replace(struct api *api, enum kind kind, const char *namespace_, const char *name,
    const char *content);
void api_annotate(struct api *api, enum kind kind, const char *namespace_, const char *name,
    const char *annotations);
void api_delete(struct api *api, enum kind kind, const char *namespace_, const char *name);
/* Forget the changes up to now: watches from earlier versions get 410. */
void api_compact(struct api *api);
struct api_object *api_find(struct api *api, enum kind kind, const char *namespace_, const char *name);
struct api_object *api_find_uid(struct api *api, const char *uid);
size_t api_count_events(const struct api *api, const char *reason);

/* Between the model's own files. */
struct api_path {
	enum kind kind;
	char namespace_[128], name[128];     /* "" if absent */
	char sub[32];
	char *query;                         /* borrowed; "" if absent */
};
bool api_path_parse(struct api_path *ret, char *path);
/* A parameter of the query with %XX undone; false when absent. */
bool api_query(const struct api_path *path, const char *key, char *ret, size_t size);
/* False: a selector that this model does not know. Texts are borrowed from the path. */
bool api_selector(const struct api_path *path, struct api_selector *ret);
bool api_selects(const struct api_selector *selector, const char *namespace_, const char *name, const char *labels);
int api_list(struct api *api, const struct api_path *path, struct buf *body);
const char *api_kind_name(enum kind kind);
void api_print(const struct api_object *object, struct buf *out);
/* Count the object's version up and tell the watches. */
void api_changed(struct api *api, struct api_object *object, const char *type);
/* A json-patch of finalizers. */
int api_patch(struct api *api, struct api_object *object, const struct cJSON *patch, struct buf *body);
/* It goes, and watches tell it as it is. */
void api_vanish(struct api *api, struct api_object *object);
int api_failure(struct buf *body, int status, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int api_write(struct api *api, const struct api_path *path, const struct effect_kube *request, struct buf *body);
/* A merge-patch (RFC 7386); 'old' may be NULL. */
void api_merge(const struct cJSON *old, const struct cJSON *patch, struct buf *ret);
/* Server-side apply of a status, forced; and what a merge-patch made of it. Both note whose the members are now. */
void api_apply(struct api_object *object, const struct cJSON *old, const struct cJSON *applied, struct buf *ret);
void api_own_merged(struct api_object *object, const struct cJSON *old, const struct cJSON *merged);
void api_foul(struct api *api, const char *format, ...) __attribute__((format(printf, 2, 3)));
