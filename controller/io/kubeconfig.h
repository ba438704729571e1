/* Where the API server is, whom to trust there and who we are: from a kubeconfig file or from the pod's service
 * account. Errors name the file, the entry and what was expected. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct kube_exec_plan;

/* All owned. Of a PEM text and its file the text is the present content; the file is kept to look again. */
struct kubeconfig {
	char *server;            /* "https://host:port/prefix", no slash at the end */
	char *namespace_;        /* of the context or the pod; NULL: none */
	char *token;
	char *token_file;        /* looked at again: tokens are renewed in place */
	char *ca, *ca_file;
	char *cert, *cert_file;
	char *key, *key_file;
	char *tls_server_name;
	char *proxy;             /* "http://…", "https://…", "socks5://…"; NULL: none */
	struct kube_exec_plan *exec;     /* who tells token or certificate (kube_exec.h); NULL: nobody need */
	int64_t expires_wall_ms; /* what the plugin told; 0: never */
	bool insecure;
};

/* By 'path', else $KUBECONFIG, else the pod's service account, else ~/.kube/config. 'context' may be NULL: the file's
 * current one. -1 and 'err' when there is none or it is wrong. $KUBECONFIG may name several files, "a:b": of each entry
 * the first one counts. A credential plugin is run, and waited for. */
int kubeconfig_find(const char *path, const char *context, struct kubeconfig *ret, struct err *err);
/* Only read: of one file, of several. */
int kubeconfig_load(const char *path, const char *context, struct kubeconfig *ret, struct err *err);
int kubeconfig_merge(const char *paths, const char *context, struct kubeconfig *ret, struct err *err);
/* 'directory' holds token, ca.crt and namespace; the server comes from the environment. */
int kubeconfig_in_cluster(const char *directory, struct kubeconfig *ret, struct err *err);
void kubeconfig_done(struct kubeconfig *config);

/* The content of a small text file, white space at its end removed, owned; NULL and 'err' naming the file when it
 * cannot be read or holds nothing. */
char *kubeconfig_read(const char *path, struct err *err);
