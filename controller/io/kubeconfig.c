#include "kubeconfig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "kube_exec.h"
#include "kubeconfig_private.h"
#include "yaml_tree.h"

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

char *
kubeconfig_read(const char *path, struct err *err)
{
	struct buf text CLEANUP_BUF = BUF_INIT(BUF_MAX_FILE);
	char chunk[4096];
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && (got = read(fd, chunk, sizeof chunk)) > 0)
		buf_put(&text, chunk, (size_t)got);
	if (got < 0)
		err_set(err, "%s: %s", path, strerror(errno));
	else if (!buf_ok(&text))
		got = err_set(err, "%s: larger than %d bytes", path, BUF_MAX_FILE);
	if (fd >= 0)
		close(fd);
	explicit_bzero(chunk, sizeof chunk);
	if (got < 0)
		return NULL;
	while (text.len && strchr(" \t\r\n", text.data[text.len - 1]))
		text.data[--text.len] = '\0';
	if (!text.len) {
		err_set(err, "%s: the file is empty", path);
		return NULL;
	}
	return buf_take(&text);
}

static void
free_secret(char **at)
{
	if (*at)
		explicit_bzero(*at, strlen(*at));
	free(*at);
	*at = NULL;
}

void
kubeconfig_done(struct kubeconfig *config)
{
	free_secret(&config->token);
	free_secret(&config->key);
	free(config->server);
	free(config->namespace_);
	free(config->token_file);
	free(config->ca);
	free(config->ca_file);
	free(config->cert);
	free(config->cert_file);
	free(config->key_file);
	free(config->tls_server_name);
	free(config->proxy);
	kube_exec_done(config->exec);
	*config = (struct kubeconfig){0};
}

/* Of several files those that are not there count for nothing. */
static int
open_file(struct kubeconfig_reader *in, const char *path, bool may_lack, struct err *err)
{
	struct kubeconfig_file *file = &in->files[in->count];
	char *text;
	int rc;

	if (may_lack && access(path, F_OK) != 0)
		return 0;
	if (in->count == KUBECONFIG_FILES)
		return err_set(err, "%s: more than %d files", path, KUBECONFIG_FILES);
	text = kubeconfig_read(path, err);
	if (!text)
		return -1;
	rc = yaml_tree_parse(path, text, &file->document, err);
	free_secret(&text);
	if (rc)
		return -1;
	file->path = xstrdup(path);
	in->count++;
	return 0;
}

/* "a:b:c" */
static int
open_files(struct kubeconfig_reader *in, const char *paths, struct err *err)
{
	bool several = strchr(paths, ':');

	while (*paths) {
		size_t len = strcspn(paths, ":");
		char *path CLEANUP_FREE = xstrndup(paths, len);

		if (len && open_file(in, path, several, err))
			return -1;
		paths += len + (paths[len] == ':');
	}
	return 0;
}

static void
close_files(struct kubeconfig_reader *in)
{
	for (size_t i = 0; i < in->count; i++) {
		yaml_document_delete(&in->files[i].document);
		free(in->files[i].path);
	}
}

static int
load(const char *paths, bool several, const char *context, struct kubeconfig *ret, struct err *err)
{
	struct kubeconfig_reader in = {.err = err};
	struct kubeconfig config = {0};
	int rc = several ? open_files(&in, paths, err) : open_file(&in, paths, false, err);

	if (rc == 0 && in.count == 0)
		rc = err_set(err, "none of the files of $KUBECONFIG is there: %s", paths);
	if (rc == 0)
		rc = kubeconfig_entries(&in, context, &config);
	close_files(&in);
	if (rc)
		kubeconfig_done(&config);
	else
		*ret = config;
	return rc;
}

int
kubeconfig_load(const char *path, const char *context, struct kubeconfig *ret, struct err *err)
{
	return load(path, false, context, ret, err);
}

int
kubeconfig_merge(const char *paths, const char *context, struct kubeconfig *ret, struct err *err)
{
	return load(paths, true, context, ret, err);
}

int
kubeconfig_in_cluster(const char *directory, struct kubeconfig *ret, struct err *err)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
	struct kubeconfig config = {.token_file = xasprintf("%s/token", directory),
	    .ca_file = xasprintf("%s/ca.crt", directory)};
	char *file CLEANUP_FREE = xasprintf("%s/namespace", directory);
	bool v6 = host && strchr(host, ':');

	config.token = kubeconfig_read(config.token_file, err);
	if (config.token)
		config.ca = kubeconfig_read(config.ca_file, err);
	if (!config.token || !config.ca || !host || !port) {
		if (config.ca)
			err_set(err, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not both set");
		kubeconfig_done(&config);
		return -1;
	}
	config.server = xasprintf("https://%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", port);
	config.namespace_ = xstrdup_or_null(getenv("POD_NAMESPACE"));
	if (!config.namespace_)
		config.namespace_ = kubeconfig_read(file, NULL);
	*ret = config;
	return 0;
}

static int
find(const char *path, const char *context, struct kubeconfig *ret, struct err *err)
{
	const char *variable = getenv("KUBECONFIG"), *home = getenv("HOME");
	char *fallback CLEANUP_FREE = NULL;

	if (path)
		return kubeconfig_load(path, context, ret, err);
	if (variable && *variable)
		return kubeconfig_merge(variable, context, ret, err);
	if (getenv("KUBERNETES_SERVICE_HOST"))
		return kubeconfig_in_cluster(SERVICE_ACCOUNT, ret, err);
	fallback = xasprintf("%s/.kube/config", home ? home : "");
	if (access(fallback, F_OK) == 0)
		return kubeconfig_load(fallback, context, ret, err);
	return err_set(err, "no API server is configured: no --kubeconfig, no $KUBECONFIG, not in a pod, no %s",
	    fallback);
}

int
kubeconfig_find(const char *path, const char *context, struct kubeconfig *ret, struct err *err)
{
	struct kubeconfig config;

	if (find(path, context, &config, err))
		return -1;
	if (config.exec && kube_exec_now(&config, err)) {
		kubeconfig_done(&config);
		return -1;
	}
	*ret = config;
	return 0;
}
