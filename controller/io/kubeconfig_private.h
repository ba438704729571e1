/* Inside kubeconfig*.c. */
#pragma once

#include <yaml.h>

#include "kubeconfig.h"

enum { KUBECONFIG_FILES = 16 };

/* One file. */
struct kubeconfig_file {
	char *path;
	yaml_document_t document;
};

/* All of them, in the order in which they count, and where reading stands. */
struct kubeconfig_reader {
	struct kubeconfig_file files[KUBECONFIG_FILES];
	size_t count;
	const struct kubeconfig_file *at;    /* the entry's */
	const char *entry;                   /* "user \"dev\"" in texts */
	yaml_node_t *node;
	struct err *err;
};

/* The context's cluster and user; 'context' may be NULL: the current one. */
int kubeconfig_entries(struct kubeconfig_reader *in, const char *context, struct kubeconfig *ret);
/* The user's "exec". */
int kubeconfig_exec(const struct kubeconfig_reader *in, struct kubeconfig *ret);
/* Relative paths count from the directory of the file that names them; owned. */
char *kubeconfig_resolved(const struct kubeconfig_reader *in, const char *path);
