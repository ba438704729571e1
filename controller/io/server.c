#include "server.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "counts.h"
#include "loop.h"

enum {
	PIECE = 4000,            /* of a page, per write */
	HEADERS = 512,
	PAGE_MAX = 8 << 20,
};

struct server {
	struct lws_context *context;
	struct lws_protocols protocols[2];
	lws_retry_bo_t policy;
	server_page_fn *page;
	void *user;
	char interface[64];
};

/* What libwebsockets keeps for us per connection, zeroed. The page is a snapshot: LWS_PRE bytes of room, then text. */
struct session {
	char *page;
	size_t len, at;
};

static void
forget(struct session *session)
{
	if (!session)
		return;
	free(session->page);
	*session = (struct session){0};
}

static int
send_headers(struct lws *wsi, int status, const char *type, size_t len)
{
	unsigned char room[LWS_PRE + HEADERS], *at = room + LWS_PRE, *start = at, *end = room + sizeof room;

	if (lws_add_http_common_headers(wsi, (unsigned)status, type, len, &at, end))
		return -1;
	return lws_finalize_write_http_header(wsi, start, &at, end) ? -1 : 0;
}

/* Room for libwebsockets in front of the page. */
static void
keep(struct session *session, const struct buf *page)
{
	forget(session);
	session->page = xmalloc(LWS_PRE + page->len);
	memcpy(session->page + LWS_PRE, buf_str(page), page->len);
	session->len = page->len;
}

static int
on_request(struct lws *wsi, struct session *session, const char *path)
{
	const struct server *server = lws_context_user(lws_get_context(wsi));
	struct buf page CLEANUP_BUF = BUF_INIT(PAGE_MAX);
	bool head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
	bool get = lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0;
	const char *type = "text/plain; charset=utf-8";
	int status;

	if (!get && !head) {
		lws_return_http_status(wsi, HTTP_STATUS_METHOD_NOT_ALLOWED, "only GET and HEAD");
		return -1;               /* a body may follow that nobody reads: this connection is done */
	}
	status = server->page(server->user, path, &page, &type);
	if (send_headers(wsi, status, type, page.len))
		return -1;
	if (head || !page.len)
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	keep(session, &page);
	lws_callback_on_writable(wsi);
	return 0;
}

static int
on_writable(struct lws *wsi, struct session *session)
{
	size_t left = session->len - session->at, part = left < PIECE ? left : PIECE;
	unsigned char *at = (unsigned char *)session->page + LWS_PRE + session->at;

	if (!session->page)
		return 0;
	/* What it writes in front of a later piece was sent before. */
	if (lws_write(wsi, at, part, part == left ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
		return -1;
	session->at += part;
	if (session->at < session->len) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	forget(session);
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int
on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_HTTP:
		return on_request(wsi, user, in);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return on_writable(wsi, user);
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		forget(user);
		return 0;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return -1;               /* any URL could be made a WebSocket otherwise */
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

/* "host:port" apart; the host may be empty or in brackets. */
static int
parse_address(const char *address, char *host, size_t size, int *ret_port)
{
	const char *colon = strrchr(address, ':');
	size_t len = colon ? (size_t)(colon - address) : 0;
	char *end;
	long port;

	if (!colon || len >= size)
		return -1;
	port = strtol(colon + 1, &end, 10);
	if (*end || end == colon + 1 || port < 1 || port > 65535)
		return -1;
	if (len && address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	}
	memcpy(host, address, len);
	host[len] = '\0';
	*ret_port = (int)port;
	return 0;
}

static void
be_silent(int level, const char *line)
{
	(void)level, (void)line;
}

/* The context and its one listener. NULL when libwebsockets cannot, or the port is taken. */
static struct lws_context *
open_listener(struct server *server, struct loop *loop, int port, const char **ret_why)
{
	void *loops[1] = {&loop->uv};
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
		    LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS,
		.foreign_loops = loops,
		.pcontext = &server->context,
		.user = server,
		.fd_limit_per_thread = COUNT_MAX_HTTP_CONNECTIONS,
		.timeout_secs = 10,
		.retry_and_idle_policy = &server->policy,
		.port = port,
		.iface = server->interface[0] ? server->interface : NULL,
		.protocols = server->protocols,
		.vhost_name = "strait",
		.server_string = "strait",
	};

	lws_set_log_level(LLL_ERR, be_silent);
	*ret_why = "libwebsockets does not start (is its package evlib-uv installed?)";
	server->context = lws_create_context(&info);
	if (!server->context)
		return NULL;
	*ret_why = "the address is taken or not ours";
	return lws_create_vhost(server->context, &info) ? server->context : NULL;
}

struct server *
server_new(struct loop *loop, const char *address, server_page_fn *page, void *user, struct err *err)
{
	struct server *server = xcalloc(1, sizeof *server);
	const char *why;
	int port;

	server->page = page;
	server->user = user;
	server->policy = (lws_retry_bo_t){.secs_since_valid_ping = 20, .secs_since_valid_hangup = 35};
	server->protocols[0] = (struct lws_protocols){.name = "http", .callback = on_lws,
	    .per_session_data_size = sizeof(struct session)};
	if (parse_address(address, server->interface, sizeof server->interface, &port)) {
		err_set(err, "\"%s\" is no address to listen on; expected host:port, as 127.0.0.1:8080", address);
		free(server);
		return NULL;
	}
	if (open_listener(server, loop, port, &why))
		return server;
	err_set(err, "cannot listen on %s: %s", address, why);
	if (server->context)
		server_close(server);
	loop_drain(loop);
	return server_free(server);
}

void
server_close(struct server *server)
{
	lws_context_destroy(server->context);
}

struct server *
server_free(struct server *server)
{
	if (!server)
		return NULL;
	if (server->context)
		lws_context_destroy(server->context);
	free(server);
	return NULL;
}
