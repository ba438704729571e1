#include "parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core.h"
#include "counts.h"
#include "dns.h"
#include "http.h"
#include "kube_client.h"
#include "recorder.h"
#include "redis.h"
#include "secret.h"
#include "server.h"
#include "ssh.h"
#include "tunnel.h"
#include "version.h"

#define USER_AGENT "strait-controller/" STRAIT_VERSION

int
parts_make(struct controller *c, struct err *err)
{
	const struct flags *f = &c->flags;
	struct shell *shell = &c->shell;
	char self[32];

	if (f->http_address[0])
		c->server = server_new(&c->loop, f->http_address, shell_page, shell, err);
	if (f->http_address[0] && !c->server)
		return -1;
	shell->redis = redis_new(&c->loop, f->redis_url, shell_on_redis, shell, err);
	if (!shell->redis || loop_catch(&c->loop, shell_on_signal, shell, err))
		return -1;
	shell->kube = kube_client_new(&c->loop, &c->kubeconfig, USER_AGENT, f->connect_ms);
	/* Bytes that wait longer than a connection may take are given up: no act must arrive after the settle time. */
	shell->rest = http_new(&c->loop, &(struct http_config){.user_agent = USER_AGENT, .connect_ms = f->connect_ms,
	    .stall_ms = f->connect_ms, .host_connections = COUNT_MAX_NODE_CONNECTIONS, .max_body = BUF_MAX_RING});
	shell->web = http_new(&c->loop, &(struct http_config){.user_agent = USER_AGENT, .connect_ms = f->connect_ms,
	    .stall_ms = f->connect_ms, .host_connections = COUNT_MAX_WEB_CONNECTIONS, .max_body = BUF_MAX_OBJECT});
	/* It serves even when the file was replaced meanwhile. */
	snprintf(self, sizeof self, "/proc/%d/exe", (int)getpid());
	shell->ssh = ssh_new(&c->loop, &(struct ssh_config){.runtime_dir = f->runtime_dir, .self = self,
	    .connect_ms = f->connect_ms, .idle_ms = MINUTES(1)});
	shell->tunnels = tunnels_new(shell->ssh, shell->rest);
	shell->dns = dns_new(&c->loop);
	shell->secrets = secrets_new();
	return 0;
}

void
parts_take_down(struct controller *c)
{
	struct shell *shell = &c->shell;

	dns_free(shell->dns);
	tunnels_free(shell->tunnels);
	ssh_free(shell->ssh);
	http_free(shell->rest);
	http_free(shell->web);
	kube_client_free(shell->kube);
	redis_free(shell->redis);
	if (c->server)
		server_close(c->server);
	if (loop_drain(&c->loop))
		log_say(&shell->log, LOG_LEVEL_WARN, "handles were left open at the end; this is a bug");
	server_free(c->server);
	shell_done(shell);
	recorder_close(shell->recorder);
	secrets_free(shell->secrets);
	core_free(shell->core);
	kubeconfig_done(&c->kubeconfig);
	free(c->identity);
	loop_done(&c->loop);
}
