/* HTTP requests to what listens on a host's loopback only: each through an ssh forward of its own, made for it and gone
 * with it. The connection stands, from the host on, before the request begins: what could not connect was refused, and
 * the clock is read before the first byte as for any request. */
#pragma once

#include "http.h"
#include "ssh.h"

struct tunnels;
struct tunnel;

struct tunnel_ask {
	struct ssh_ask way;              /* to the host; 'forward_port' is what listens there. Of it are not read: args,
					  * deadline_ms, not_after_up, opened, done, user_data */
	struct http_ask request;         /* its deadline is that of both; headers, body and line are not read */
};

/* Both borrowed; they outlive the result. */
struct tunnels *tunnels_new(struct ssh *ssh, struct http *http);
/* Every request is dropped without its done. */
struct tunnels *tunnels_free(struct tunnels *tunnels);

/* NULL when it has ended already, its done called. Nothing of 'ask' is kept but the request's user. */
struct tunnel *tunnel_start(struct tunnels *tunnels, const struct tunnel_ask *ask);
/* Drop it: no done. The forward is closed; an answer finds nobody. */
void tunnel_cancel(struct tunnel *tunnel);
