#include "kubeconfig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "base64.h"
#include "buf.h"
#include "yaml_tree.h"

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

/* What a reader of one file carries about. */
struct reader {
	const char *path;
	yaml_document_t *document;
	const char *entry;       /* "user \"dev\"" in texts */
	yaml_node_t *node;
	struct err *err;
};

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
	*config = (struct kubeconfig){0};
}

/* Relative paths count from the directory of the file that names them. */
static char *
resolved(const struct reader *in, const char *path)
{
	const char *slash = strrchr(in->path, '/');

	if (path[0] == '/' || !slash)
		return xstrdup(path);
	return xasprintf("%.*s/%s", (int)(slash - in->path), in->path, path);
}

/* A PEM text given as "<name>-data" or by the file "<name>"; neither: NULL, and 0. */
static int
read_pem(const struct reader *in, const char *name, char **ret, char **ret_file)
{
	char data_name[64];
	const char *data, *file = yaml_text(in->document, in->node, name);
	struct err why;
	size_t len;

	snprintf(data_name, sizeof data_name, "%s-data", name);
	data = yaml_text(in->document, in->node, data_name);
	if (data && file)
		return err_set(in->err, "%s: %s has both %s and %s; keep one of them", in->path, in->entry, name,
		    data_name);
	if (data) {
		*ret = base64_decode(data, &len);
		return *ret ? 0 : err_set(in->err, "%s: %s: %s is not base64", in->path, in->entry, data_name);
	}
	if (!file)
		return 0;
	*ret_file = resolved(in, file);
	*ret = kubeconfig_read(*ret_file, &why);
	return *ret ? 0 : err_set(in->err, "%s: %s: %s: %s", in->path, in->entry, name, why.text);
}

static int
read_server(const struct reader *in, struct kubeconfig *ret)
{
	const char *server = yaml_text(in->document, in->node, "server");
	size_t len;

	if (!server || (strncmp(server, "https://", 8) != 0 && strncmp(server, "http://", 7) != 0))
		return err_set(in->err, "%s: %s: server: expected https://host:port, found \"%s\"", in->path,
		    in->entry, server ? server : "");
	len = strcspn(server, "?#");
	while (len && server[len - 1] == '/')
		len--;
	ret->server = xstrndup(server, len);
	return 0;
}

static int
read_cluster(const struct reader *in, struct kubeconfig *ret)
{
	if (read_server(in, ret) || read_pem(in, "certificate-authority", &ret->ca, &ret->ca_file))
		return -1;
	if (yaml_text(in->document, in->node, "proxy-url"))
		return err_set(in->err, "%s: %s: proxy-url is not supported yet; remove it or use another cluster entry",
		    in->path, in->entry);
	ret->insecure = yaml_true(in->document, in->node, "insecure-skip-tls-verify");
	if (ret->insecure && ret->ca)
		return err_set(in->err, "%s: %s: insecure-skip-tls-verify together with a certificate-authority; "
		    "keep one", in->path, in->entry);
	ret->tls_server_name = xstrdup_or_null(yaml_text(in->document, in->node, "tls-server-name"));
	return 0;
}

/* What we would have to ignore must not be ignored: it would be another identity than the user thinks. */
static int
refuse_unsupported(const struct reader *in)
{
	static const char *const names[] = {"exec", "auth-provider", "username", "as"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (yaml_get(in->document, in->node, names[i]))
			return err_set(in->err, "%s: %s: \"%s\" is not supported yet; give this user a token, a "
			    "tokenFile or a client certificate", in->path, in->entry, names[i]);
	}
	return 0;
}

static int
read_user(const struct reader *in, struct kubeconfig *ret)
{
	const char *token = yaml_text(in->document, in->node, "token");
	const char *file = yaml_text(in->document, in->node, "tokenFile");
	struct err why;

	if (refuse_unsupported(in) || read_pem(in, "client-certificate", &ret->cert, &ret->cert_file) ||
	    read_pem(in, "client-key", &ret->key, &ret->key_file))
		return -1;
	if (!ret->cert != !ret->key)
		return err_set(in->err, "%s: %s: client-certificate and client-key belong together; %s is missing",
		    in->path, in->entry, ret->cert ? "client-key" : "client-certificate");
	if (file) {
		ret->token_file = resolved(in, file);
		ret->token = kubeconfig_read(ret->token_file, &why);
	}
	if (file && !ret->token)
		return err_set(in->err, "%s: %s: tokenFile: %s", in->path, in->entry, why.text);
	if (!file)
		ret->token = xstrdup_or_null(token);
	return 0;
}

/* Find the entry 'name' of the list 'list' and step into its member 'kind'. */
static int
enter(struct reader *in, const char *list, const char *kind, const char *name, char *entry, size_t size)
{
	yaml_node_t *root = yaml_document_get_root_node(in->document);

	snprintf(entry, size, "%s \"%s\"", kind, name);
	in->entry = entry;
	in->node = yaml_named(in->document, yaml_get(in->document, root, list), name);
	if (!in->node)
		return err_set(in->err, "%s: no %s in \"%s\"", in->path, entry, list);
	in->node = yaml_get(in->document, in->node, kind);
	return 0;
}

static int
read_document(struct reader *in, const char *context, struct kubeconfig *ret)
{
	const char *cluster, *user, *namespace_;
	char entry[256];

	if (!context)
		context = yaml_text(in->document, yaml_document_get_root_node(in->document), "current-context");
	if (!context)
		return err_set(in->err, "%s: no current-context; set one, or name one with --context", in->path);
	if (enter(in, "contexts", "context", context, entry, sizeof entry))
		return -1;
	cluster = yaml_text(in->document, in->node, "cluster");
	user = yaml_text(in->document, in->node, "user");
	namespace_ = yaml_text(in->document, in->node, "namespace");
	if (!cluster)
		return err_set(in->err, "%s: %s names no cluster", in->path, entry);
	ret->namespace_ = xstrdup_or_null(namespace_);
	if (enter(in, "clusters", "cluster", cluster, entry, sizeof entry) || read_cluster(in, ret))
		return -1;
	if (!user)
		return 0;
	return enter(in, "users", "user", user, entry, sizeof entry) || read_user(in, ret) ? -1 : 0;
}

int
kubeconfig_load(const char *path, const char *context, struct kubeconfig *ret, struct err *err)
{
	struct kubeconfig config = {0};
	yaml_document_t document;
	char *text = kubeconfig_read(path, err);
	struct reader in = {.path = path, .document = &document, .err = err};
	int rc;

	if (!text)
		return -1;
	rc = yaml_tree_parse(path, text, &document, err);
	free_secret(&text);
	if (rc)
		return -1;
	rc = read_document(&in, context, &config);
	yaml_document_delete(&document);
	if (rc)
		kubeconfig_done(&config);
	else
		*ret = config;
	return rc;
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

int
kubeconfig_find(const char *path, const char *context, struct kubeconfig *ret, struct err *err)
{
	const char *variable = getenv("KUBECONFIG"), *home = getenv("HOME");
	char *fallback CLEANUP_FREE = NULL;

	if (!path && variable && *variable) {
		if (strchr(variable, ':'))
			return err_set(err, "KUBECONFIG names several files (\"%s\"); merging them is not supported yet: "
			    "name one", variable);
		path = variable;
	}
	if (path)
		return kubeconfig_load(path, context, ret, err);
	if (getenv("KUBERNETES_SERVICE_HOST"))
		return kubeconfig_in_cluster(SERVICE_ACCOUNT, ret, err);
	fallback = xasprintf("%s/.kube/config", home ? home : "");
	if (access(fallback, F_OK) == 0)
		return kubeconfig_load(fallback, context, ret, err);
	return err_set(err, "no API server is configured: no --kubeconfig, no $KUBECONFIG, not in a pod, no %s",
	    fallback);
}
