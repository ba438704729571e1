/* Requests to the API server: URL, identity, content type, and three pools of connections so that a stuck watch holds
 * up no short call and neither holds up the Lease. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"

struct loop;
struct kube_client;
struct kubeconfig;
struct http_request;

enum kube_lane { KUBE_LANE_SHORT, KUBE_LANE_WATCH, KUBE_LANE_LEASE, KUBE_LANES };

struct kube_ask {
	enum kube_lane lane;
	const char *method;
	const char *path;                /* with query */
	const char *content_type;        /* of the body; NULL without */
	const char *body;
	int64_t deadline_ms;             /* 0: none */
	int64_t not_after_up;            /* 0: no limit */
	bool once;                       /* on a connection of its own, see http.h */
	io_line_fn *line;                /* a watch; or NULL */
	io_done_fn *done;
	void *user;
};

/* 'config' is borrowed for kube's life, and its tokens and certificates are read anew as they are renewed. */
struct kube_client *kube_client_new(struct loop *loop, struct kubeconfig *config, const char *user_agent,
    int64_t connect_ms);
struct kube_client *kube_client_free(struct kube_client *kube);

/* As http_start(); cancel with http_cancel(). */
struct http_request *kube_client_start(struct kube_client *kube, const struct kube_ask *ask);
/* The server has answered 401: the next request reads the token's file again, or asks the plugin. */
void kube_client_unauthorized(struct kube_client *kube);
/* Why the credential plugin failed last; "": it did not. */
const char *kube_client_problem(const struct kube_client *kube);
/* "https://host:port", for texts. */
const char *kube_client_server(const struct kube_client *kube);
