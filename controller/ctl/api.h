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
};

/* By the options in 'args'. api_close() only after success. */
int api_open(struct api *api, const struct args *args, struct err *err);
void api_close(struct api *api);
/* The object at 'path', owned: json_free(). NULL: 'err' says what the matter is, and '*missing' whether it is just that
 * there is no such object. */
struct cJSON *api_get(struct api *api, const char *path, bool *missing, struct err *err);
