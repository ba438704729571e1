/* One question after the other to the API server, each waited for. */
#pragma once

#include "args.h"
#include "err.h"
#include "json.h"
#include "kubeconfig.h"
#include "loop.h"

struct kube_client;

struct api {
	struct loop loop;
	struct kubeconfig config;
	struct kube_client *kube;
	const char *namespace_;  /* asked for, or the context's, or "default" */
	int status;              /* HTTP's, of the last answer; 0: none came */
	bool interrupted;        /* Ctrl-C, since api_catch() */
};

/* By the options in 'args'. api_close() only after success. */
int api_open(struct api *api, const struct args *args, struct err *err);
void api_close(struct api *api);
/* 'run' between api_open() and api_close(); what cannot be opened is said. The exit status. */
int api_with(const struct args *args, struct buf *out, struct buf *said,
    int (*run)(struct api *api, const struct args *args, struct buf *out, struct buf *said));

struct api_request {
	const char *method, *path;
	const char *content_type, *body;     /* or NULL */
};

extern const char API_JSON[], API_MERGE[], API_APPLY[];

/* What the server answers to it, owned: json_free(). NULL and 'err' when it refuses, or does not answer; see 'status'. */
struct cJSON *api_send(struct api *api, const struct api_request *request, struct err *err);
/* Hand the lines of a watch to 'line' until it says false, Ctrl-C is pressed, or the stream ends, of which 'err' tells. */
int api_watch(struct api *api, const char *path, bool (*line)(void *user, const char *text, size_t len), void *user,
    struct err *err);
/* Ctrl-C sets 'interrupted' from now on, and ends what waits. */
int api_catch(struct api *api, struct err *err);
/* False: Ctrl-C. */
bool api_sleep(struct api *api, int64_t ms);
/* The object at 'path', owned: json_free(). NULL: 'err' says what the matter is, and '*missing' whether it is just that
 * there is no such object. */
struct cJSON *api_get(struct api *api, const char *path, bool *missing, struct err *err);
