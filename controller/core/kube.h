/* Requests to the API server, as effects. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "effect.h"
#include "request.h"

struct core;
struct buf;
struct cJSON;
struct object_meta;

#define KUBE_GROUP_PATH "/apis/strait.dev/v1alpha1"
#define KUBE_JSON "application/json"
#define KUBE_JSON_PATCH "application/json-patch+json"
#define KUBE_MERGE "application/merge-patch+json"
#define KUBE_STRATEGIC "application/strategic-merge-patch+json"
#define KUBE_APPLY "application/apply-patch+yaml"
#define KUBE_MANAGER "strait-controller"

enum { KUBE_DEADLINE_MS = 10000 };

/* 'path' and 'body' (NULL: none) are taken over. */
struct effect *kube_request(struct core *core, const char *method, char *path, const char *content_type, char *body,
    request_done *done, void *owner, uint64_t arg);
/* An object of ours: "/apis/strait.dev/v1alpha1/namespaces/NS/PLURAL/NAME[/status]", owned. */
char *kube_path(const char *namespace_, const char *plural, const char *name, const char *subresource);
/* A whole status by server-side apply, as of the object's version that was seen last: with another one by now, a later
 * life under its name among them, the API server answers 409. (It does not look at an applied uid.) The request's id. */
uint64_t kube_apply_status(struct core *core, const char *plural, const char *kind, const struct object_meta *meta,
    const char *status, request_done *done, void *owner);
/* An object was read or written: its version becomes 'meta's, unless that has a newer one. False: it is another one. */
bool kube_take_version(struct object_meta *meta, const struct cJSON *object);
bool kube_take_answered(struct object_meta *meta, const struct event *event);
/* resourceVersions of one kind are ordered (kubernetes.md §1.4): is 'a' the older one? */
bool kube_is_older(const char *a, const char *b);
/* A sentence of what went wrong: the Status object's message, or the connection's error; cut at 'size'. */
char *kube_problem(const struct event *event, char *text, size_t size);
