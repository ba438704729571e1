/* Credential plugins of kubeconfigs: a program that prints an ExecCredential (client.authentication.k8s.io/v1 or v1beta1)
 * with a token or a client certificate, which is kept until it expires. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "err.h"

struct kubeconfig;

enum kube_exec_mode { KUBE_EXEC_NEVER, KUBE_EXEC_IF_AVAILABLE, KUBE_EXEC_ALWAYS };

/* What a kubeconfig says of it. All owned. */
struct kube_exec_plan {
	char *place;             /* "FILE: user "dev": exec", for texts */
	char *api_version;
	char **argv;             /* ended by NULL */
	size_t nargs;
	char **env;              /* "NAME=value", beside the process' own */
	size_t nenv;
	char *install_hint;      /* or NULL */
	enum kube_exec_mode mode;
	bool cluster_info;       /* the plugin is told of the cluster */
};

/* NULL is fine. */
void kube_exec_done(struct kube_exec_plan *plan);

/* Run config->exec and put what it tells into 'config' (token, cert and key, expires_wall_ms). 'done' gets NULL, or why not;
 * the plugin's standard error is in that. Never completes at once; kube_exec_cancel() ends it without 'done'. */
struct kube_exec;
typedef void kube_exec_fn(void *user, const char *problem);
struct kube_exec *kube_exec_start(uv_loop_t *loop, struct kubeconfig *config, bool interactive, kube_exec_fn *done, void *user);
void kube_exec_cancel(struct kube_exec *run);
/* The same, waited for, with the terminal if there is one and the plugin may use it. */
int kube_exec_now(struct kubeconfig *config, struct err *err);

/* What a plugin printed, into 'config'. */
int kube_exec_take(struct kubeconfig *config, const char *text, size_t len, struct err *err);
