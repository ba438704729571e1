#include "kube_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "http.h"
#include "kube_exec.h"
#include "kubeconfig.h"
#include "loop.h"

enum {
	TOKEN_MS = 50000,        /* a kubelet renews at 80 % of a token's life; client-go reads as often */
	FILES_MS = 300000,       /* authorities and client certificates */
	SILENCE_S = 90,          /* a watch brings a bookmark each minute */
	STALL_MS = 30000,
	EARLY_MS = 30000,        /* before what a plugin told expires it is asked again */
	AGAIN_MS = 10000,        /* and so long after it has failed */
	SHORT_CONNECTIONS = 16,
};

struct kube_client {
	struct kubeconfig *config;
	struct http *lanes[KUBE_LANES];
	char *base;              /* the server, or what its certificate should name */
	char *connect_to;        /* then: where it really is; or NULL */
	char *host;              /* and what the Host header says */
	char *authorization;     /* the header, or NULL */
	int64_t token_read_up, files_read_up;
	struct loop *loop;
	struct kube_exec *plugin;        /* while it runs */
	int64_t plugin_run_up;
	bool plugin_wanted;
	char problem[512];               /* what it said last; "": it went well */
};

static void
set_authorization(struct kube_client *kube)
{
	const char *token = kube->config->token;

	if (kube->authorization)
		explicit_bzero(kube->authorization, strlen(kube->authorization));
	free(kube->authorization);
	kube->authorization = NULL;
	/* Never in the clear. */
	if (token && strncmp(kube->config->server, "https://", 8) == 0)
		kube->authorization = xasprintf("Authorization: Bearer %s", token);
}

static void
set_tls(struct kube_client *kube)
{
	const struct kubeconfig *config = kube->config;
	const struct http_tls tls = {.ca = config->ca, .cert = config->cert, .key = config->key,
	    .insecure = config->insecure, .proxy = config->proxy, .connect_to = kube->connect_to};

	for (size_t i = 0; i < KUBE_LANES; i++)
		http_set_tls(kube->lanes[i], &tls);
}

/* tls-server-name: libcurl verifies the URL's host, so the URL names whom to expect and 'connect_to' where. */
static void
set_base(struct kube_client *kube)
{
	const struct kubeconfig *config = kube->config;
	const char *host = strstr(config->server, "://") + 3;
	size_t len = strcspn(host, "/");
	const char *name_end = host[0] == '[' ? memchr(host, ']', len) : host;
	bool port = name_end && memchr(name_end, ':', len - (size_t)(name_end - host));

	if (!config->tls_server_name) {
		kube->base = xstrdup(config->server);
		return;
	}
	kube->connect_to = xasprintf("::%.*s%s", (int)len, host, port ? "" : ":443");
	kube->host = xasprintf("Host: %.*s", (int)len, host);
	kube->base = xasprintf("https://%s%s", config->tls_server_name, host + len);
}

struct kube_client *
kube_client_new(struct loop *loop, struct kubeconfig *config, const char *user_agent, int64_t connect_ms)
{
	struct http_config http = {.user_agent = user_agent, .connect_ms = connect_ms, .stall_ms = STALL_MS,
	    .max_body = BUF_MAX_ANSWER};
	struct kube_client *kube = xcalloc(1, sizeof *kube);

	kube->config = config;
	kube->loop = loop;
	kube->plugin_run_up = loop_up_ms();
	kube->token_read_up = kube->files_read_up = loop_up_ms();
	kube->lanes[KUBE_LANE_LEASE] = http_new(loop, &http);
	http.silence_s = SILENCE_S;
	kube->lanes[KUBE_LANE_WATCH] = http_new(loop, &http);
	http.silence_s = 0;
	http.gzip = true;
	http.host_connections = SHORT_CONNECTIONS;
	kube->lanes[KUBE_LANE_SHORT] = http_new(loop, &http);
	set_base(kube);
	set_authorization(kube);
	set_tls(kube);
	return kube;
}

struct kube_client *
kube_client_free(struct kube_client *kube)
{
	if (!kube)
		return NULL;
	kube_exec_cancel(kube->plugin);
	for (size_t i = 0; i < KUBE_LANES; i++)
		http_free(kube->lanes[i]);
	if (kube->authorization)
		explicit_bzero(kube->authorization, strlen(kube->authorization));
	free(kube->authorization);
	free(kube->base);
	free(kube->connect_to);
	free(kube->host);
	free(kube);
	return NULL;
}

/* Read a file again; what cannot be read, or is empty, leaves the last good content. Says whether it changed. */
static bool
reread(const char *path, char **text)
{
	char *present = path ? kubeconfig_read(path, NULL) : NULL;
	bool change = present && *present && (!*text || strcmp(present, *text) != 0);
	char *old = change ? *text : present;

	if (change)
		*text = present;
	if (old)
		explicit_bzero(old, strlen(old));
	free(old);
	return change;
}

static void
on_plugin(void *user, const char *problem)
{
	struct kube_client *kube = user;

	kube->plugin = NULL;
	snprintf(kube->problem, sizeof kube->problem, "%s", problem ? problem : "");
	if (problem)
		return;
	set_authorization(kube);
	set_tls(kube);
}

/* Beside what is going on: requests leave with what there is, and are answered 401 at worst. */
static void
run_plugin(struct kube_client *kube)
{
	struct kubeconfig *config = kube->config;
	int64_t now = loop_up_ms();
	bool expires = config->expires_wall_ms && loop_now().wall_ms >= config->expires_wall_ms - EARLY_MS;

	if (!config->exec || kube->plugin || !(expires || kube->plugin_wanted) || now - kube->plugin_run_up < AGAIN_MS)
		return;
	kube->plugin_wanted = false;
	kube->plugin_run_up = now;
	kube->plugin = kube_exec_start(&kube->loop->uv, config, false, on_plugin, kube);
}

static void
refresh(struct kube_client *kube)
{
	struct kubeconfig *config = kube->config;
	int64_t now = loop_up_ms();
	bool change;

	run_plugin(kube);
	if (now - kube->token_read_up >= TOKEN_MS) {
		kube->token_read_up = now;
		if (reread(config->token_file, &config->token))
			set_authorization(kube);
	}
	if (now - kube->files_read_up < FILES_MS)
		return;
	kube->files_read_up = now;
	change = reread(config->ca_file, &config->ca);
	change |= reread(config->cert_file, &config->cert);
	change |= reread(config->key_file, &config->key);
	if (change)
		set_tls(kube);
}

void
kube_client_unauthorized(struct kube_client *kube)
{
	kube->token_read_up = loop_up_ms() - TOKEN_MS;
	kube->plugin_wanted = true;
}

const char *
kube_client_problem(const struct kube_client *kube)
{
	return kube->problem;
}

const char *
kube_client_server(const struct kube_client *kube)
{
	return kube->config->server;
}

struct http_request *
kube_client_start(struct kube_client *kube, const struct kube_ask *ask)
{
	char content[128];
	const char *headers[6] = {"Accept: application/json", "Expect:"};
	char *url CLEANUP_FREE = xasprintf("%s%s", kube->base, ask->path);
	size_t count = 2;

	refresh(kube);
	snprintf(content, sizeof content, "Content-Type:%s%s", ask->content_type ? " " : "",
	    ask->content_type ? ask->content_type : "");
	headers[count++] = content;
	if (kube->authorization)
		headers[count++] = kube->authorization;
	if (kube->host)
		headers[count++] = kube->host;
	return http_start(kube->lanes[ask->lane], &(struct http_ask){
	    .method = ask->method,
	    .url = url,
	    .headers = headers,
	    .body = ask->body,
	    .deadline_ms = ask->deadline_ms,
	    .not_after_up = ask->not_after_up,
	    .once = ask->once,
	    .line = ask->line,
	    .done = ask->done,
	    .user = ask->user,
	});
}
