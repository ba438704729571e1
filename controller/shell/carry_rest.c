#include "carry.h"

#include <string.h>

#include "alloc.h"
#include "http.h"
#include "tunnel.h"

/* To the API on its host's loopback. */
static void
carry_through(struct flight *flight, const struct effect_rest *rest, const struct http_ask *request)
{
	const struct effect_login *login = rest->through;
	struct tunnel *tunnel;
	struct tunnel_ask ask = {
		.way = {.address = rest->address, .port = login->port, .user = login->user, .forward_port = rest->port},
		.request = *request,
	};

	if (!flight_login(flight, login->secret, &ask.way))
		return;
	flight->tunnelled = true;
	/* NULL: answered already, and the flight is over. */
	tunnel = tunnel_start(flight->shell->tunnels, &ask);
	if (tunnel)
		flight->request = tunnel;
}

void
carry_rest(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = flight_begin(shell, effect);
	const struct effect_rest *rest = &effect->rest;
	bool v6 = strchr(rest->address, ':');
	char *url CLEANUP_FREE = xasprintf("http://%s%s%s:%d%s", v6 ? "[" : "", rest->address, v6 ? "]" : "",
	    rest->port, rest->path);
	struct http_ask ask = {
		.method = rest->method,
		.url = url,
		.deadline_ms = effect->deadline_ms,
		.not_after_up = effect->not_after_up,
		.once = effect->not_after_up && strcmp(rest->method, "GET") != 0,
		.passing = rest->passing,
		.done = flight_done,
		.user = flight,
	};

	if (rest->through)
		carry_through(flight, rest, &ask);
	else
		flight->request = http_start(shell->rest, &ask);
}
