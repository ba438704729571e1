/* What the entries of kubeconfig files say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "base64.h"
#include "kubeconfig_private.h"
#include "yaml_tree.h"

static yaml_document_t *
document_of(const struct kubeconfig_reader *in)
{
	return (yaml_document_t *)&in->at->document;
}

static yaml_node_t *
root_of(const struct kubeconfig_reader *in)
{
	return yaml_document_get_root_node(document_of(in));
}

/* Relative paths count from the directory of the file that names them. */
char *
kubeconfig_resolved(const struct kubeconfig_reader *in, const char *path)
{
	const char *slash = strrchr(in->at->path, '/');

	if (path[0] == '/' || !slash)
		return xstrdup(path);
	return xasprintf("%.*s/%s", (int)(slash - in->at->path), in->at->path, path);
}

/* A PEM text given as "<name>-data" or by the file "<name>"; neither: NULL, and 0. */
static int
read_pem(const struct kubeconfig_reader *in, const char *name, char **ret, char **ret_file)
{
	char data_name[64];
	const char *data, *file = yaml_text(document_of(in), in->node, name);
	struct err why;
	size_t len;

	snprintf(data_name, sizeof data_name, "%s-data", name);
	data = yaml_text(document_of(in), in->node, data_name);
	if (data && file)
		return err_set(in->err, "%s: %s has both %s and %s; keep one of them", in->at->path, in->entry, name,
		    data_name);
	if (data) {
		*ret = base64_decode(data, &len);
		return *ret ? 0 : err_set(in->err, "%s: %s: %s is not base64", in->at->path, in->entry, data_name);
	}
	if (!file)
		return 0;
	*ret_file = kubeconfig_resolved(in, file);
	*ret = kubeconfig_read(*ret_file, &why);
	return *ret ? 0 : err_set(in->err, "%s: %s: %s: %s", in->at->path, in->entry, name, why.text);
}

static int
read_server(const struct kubeconfig_reader *in, struct kubeconfig *ret)
{
	const char *server = yaml_text(document_of(in), in->node, "server");
	size_t len;

	if (!server || (strncmp(server, "https://", 8) != 0 && strncmp(server, "http://", 7) != 0))
		return err_set(in->err, "%s: %s: server: expected https://host:port, found \"%s\"", in->at->path,
		    in->entry, server ? server : "");
	len = strcspn(server, "?#");
	while (len && server[len - 1] == '/')
		len--;
	ret->server = xstrndup(server, len);
	return 0;
}

static int
read_proxy(const struct kubeconfig_reader *in, struct kubeconfig *ret)
{
	static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};
	const char *proxy = yaml_text(document_of(in), in->node, "proxy-url");

	if (!proxy)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strncmp(proxy, schemes[i], strlen(schemes[i])) == 0 && proxy[strlen(schemes[i])]) {
			ret->proxy = xstrdup(proxy);
			return 0;
		}
	return err_set(in->err, "%s: %s: proxy-url: expected http://, https:// or socks5:// and a host, found \"%s\"",
	    in->at->path, in->entry, proxy);
}

static int
read_cluster(const struct kubeconfig_reader *in, struct kubeconfig *ret)
{
	if (read_server(in, ret) || read_pem(in, "certificate-authority", &ret->ca, &ret->ca_file))
		return -1;
	if (read_proxy(in, ret))
		return -1;
	ret->insecure = yaml_true(document_of(in), in->node, "insecure-skip-tls-verify");
	if (ret->insecure && ret->ca)
		return err_set(in->err, "%s: %s: insecure-skip-tls-verify together with a certificate-authority; "
		    "keep one", in->at->path, in->entry);
	ret->tls_server_name = xstrdup_or_null(yaml_text(document_of(in), in->node, "tls-server-name"));
	return 0;
}

/* What we would have to ignore must not be ignored: it would be another identity than the user thinks. */
static int
refuse_unsupported(const struct kubeconfig_reader *in)
{
	static const char *const names[] = {"auth-provider", "username", "as"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (yaml_get(document_of(in), in->node, names[i]))
			return err_set(in->err, "%s: %s: \"%s\" is not supported yet; give this user a token, a "
			    "tokenFile, a client certificate or an exec plugin", in->at->path, in->entry, names[i]);
	}
	return 0;
}

static int
read_user(const struct kubeconfig_reader *in, struct kubeconfig *ret)
{
	const char *token = yaml_text(document_of(in), in->node, "token");
	const char *file = yaml_text(document_of(in), in->node, "tokenFile");
	struct err why;

	if (refuse_unsupported(in) || read_pem(in, "client-certificate", &ret->cert, &ret->cert_file) ||
	    read_pem(in, "client-key", &ret->key, &ret->key_file))
		return -1;
	if (!ret->cert != !ret->key)
		return err_set(in->err, "%s: %s: client-certificate and client-key belong together; %s is missing",
		    in->at->path, in->entry, ret->cert ? "client-key" : "client-certificate");
	if (file) {
		ret->token_file = kubeconfig_resolved(in, file);
		ret->token = kubeconfig_read(ret->token_file, &why);
	}
	if (file && !ret->token)
		return err_set(in->err, "%s: %s: tokenFile: %s", in->at->path, in->entry, why.text);
	if (!file)
		ret->token = xstrdup_or_null(token);
	return kubeconfig_exec(in, ret);
}

/* Find the entry 'name' of the list 'list', in the first file that has it, and step into its member 'kind'. */
static int
enter(struct kubeconfig_reader *in, const char *list, const char *kind, const char *name, char *entry, size_t size)
{
	snprintf(entry, size, "%s \"%s\"", kind, name);
	in->entry = entry;
	for (size_t i = 0; i < in->count; i++) {
		in->at = &in->files[i];
		in->node = yaml_named(document_of(in), yaml_get(document_of(in), root_of(in), list), name);
		if (!in->node)
			continue;
		in->node = yaml_get(document_of(in), in->node, kind);
		return 0;
	}
	in->at = &in->files[0];
	return err_set(in->err, "%s%s: no %s in \"%s\"", in->at->path, in->count > 1 ? " and the files after it" : "", entry,
	    list);
}

static const char *
current_context(struct kubeconfig_reader *in)
{
	const char *context = NULL;

	for (size_t i = 0; i < in->count && !context; i++) {
		in->at = &in->files[i];
		context = yaml_text(document_of(in), root_of(in), "current-context");
	}
	return context;
}

int
kubeconfig_entries(struct kubeconfig_reader *in, const char *context, struct kubeconfig *ret)
{
	const char *cluster, *user, *namespace_;
	char entry[256];

	if (!context)
		context = current_context(in);
	if (!context)
		return err_set(in->err, "%s: no current-context; set one, or name one with --context", in->files[0].path);
	if (enter(in, "contexts", "context", context, entry, sizeof entry))
		return -1;
	cluster = yaml_text(document_of(in), in->node, "cluster");
	user = yaml_text(document_of(in), in->node, "user");
	namespace_ = yaml_text(document_of(in), in->node, "namespace");
	if (!cluster)
		return err_set(in->err, "%s: %s names no cluster", in->at->path, entry);
	ret->namespace_ = xstrdup_or_null(namespace_);
	if (enter(in, "clusters", "cluster", cluster, entry, sizeof entry) || read_cluster(in, ret))
		return -1;
	if (!user)
		return 0;
	return enter(in, "users", "user", user, entry, sizeof entry) || read_user(in, ret) ? -1 : 0;
}
