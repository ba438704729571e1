#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "kit.h"

struct kit_peer {
	uv_tcp_t listener;
	struct loop *loop;
	struct client *clients;
	int requests, connections;
	bool forget_kept;
	char *last;
};

struct client {
	uv_tcp_t tcp;
	uv_timer_t timer;
	struct kit_peer *peer;
	struct client *next;
	struct buf in;
	char chunk[4096];
	int served, step, closing;
};

static void
on_closed(uv_handle_t *handle)
{
	struct client *c = handle->data;

	if (--c->closing)
		return;
	buf_done(&c->in);
	free(c);
}

static void
drop(struct client *c, bool reset)
{
	struct client **at = &c->peer->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->closing = 2;
	uv_close((uv_handle_t *)&c->timer, on_closed);
	if (!reset || uv_tcp_close_reset(&c->tcp, on_closed))
		uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void
say(struct client *c, const char *text, size_t len)
{
	uv_buf_t piece = uv_buf_init((char *)(uintptr_t)text, (unsigned)len);

	uv_try_write((uv_stream_t *)&c->tcp, &piece, 1);
}

static void
answer(struct client *c, int status, const char *more, const char *body)
{
	char *text = xasprintf("HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n%s", status, more, strlen(body), body);

	say(c, text, strlen(text));
	free(text);
}

static void
say_chunk(struct client *c, const char *body)
{
	char *text = xasprintf("%zx\r\n%s\r\n", strlen(body), body);

	say(c, text, strlen(text));
	free(text);
}

static void
on_chunk(uv_timer_t *timer)
{
	static const char *const pieces[] = {"{\"a\":", "1}\n{\"b\":2}\n\n{\"c\"", ":3}", "\n", "{\"half\":"};
	struct client *c = timer->data;

	if (c->step < (int)ARRAY_LEN(pieces)) {
		say_chunk(c, pieces[c->step++]);
		return;
	}
	say(c, "0\r\n\r\n", 5);
	uv_timer_stop(timer);
}

static void
on_endless(uv_timer_t *timer)
{
	say_chunk(timer->data, "{}\n");
}

static void
stream(struct client *c, uv_timer_cb callback)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

	c->step = 0;
	say(c, head, strlen(head));
	uv_timer_start(&c->timer, callback, 5, 10);
}

static void
serve(struct client *c, const char *path, const char *body)
{
	char text[256], *large;

	if (strncmp(path, "/hello", 6) == 0) {
		snprintf(text, sizeof text, "hello %.*s:%s", (int)strcspn(c->in.data, " "), c->in.data, body);
		answer(c, 200, "", text);
	} else if (strncmp(path, "/status/", 8) == 0) {
		answer(c, (int)strtol(path + 8, NULL, 10), "Retry-After: 7\r\n", "{\"kind\":\"Status\"}");
	} else if (strncmp(path, "/echo", 5) == 0) {
		snprintf(text, sizeof text, "you asked for %.*s", (int)strcspn(path, " "), path);
		answer(c, 200, "", text);
	} else if (strncmp(path, "/chunks", 7) == 0) {
		stream(c, on_chunk);
	} else if (strncmp(path, "/endless", 8) == 0) {
		stream(c, on_endless);
	} else if (strncmp(path, "/reset", 6) == 0) {
		drop(c, true);
	} else if (strncmp(path, "/large", 6) == 0) {
		large = xcalloc(1, 100001);
		memset(large, 'x', 100000);
		answer(c, 200, "", large);
		free(large);
	}
}

static void
on_request(struct client *c, char *body, size_t body_len)
{
	struct kit_peer *peer = c->peer;
	char kept = body[body_len];
	const char *path = strchr(c->in.data, ' ') + 1;

	body[body_len] = '\0';
	peer->requests++;
	free(peer->last);
	peer->last = xstrdup(c->in.data);
	if (c->served++ && peer->forget_kept) {
		drop(c, false);
		return;
	}
	serve(c, path, body);
	body[body_len] = kept;
}

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret)
{
	struct client *c = handle->data;

	(void)size;
	*ret = uv_buf_init(c->chunk, sizeof c->chunk);
}

static void
on_read(uv_stream_t *stream_, ssize_t got, const uv_buf_t *bytes)
{
	struct client *c = stream_->data;
	const char *length;
	char *end;
	size_t len;

	if (got < 0) {
		drop(c, false);
		return;
	}
	buf_put(&c->in, bytes->base, (size_t)got);
	while (c->in.len && (end = strstr(c->in.data, "\r\n\r\n"))) {
		length = strcasestr(c->in.data, "content-length:");
		len = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
		if ((size_t)(c->in.data + c->in.len - end) - 4 < len)
			return;
		on_request(c, end + 4, len);
		if (c->closing)
			return;
		buf_consume(&c->in, (size_t)(end + 4 - c->in.data) + len);
	}
}

static void
on_connection(uv_stream_t *listener, int status)
{
	struct kit_peer *peer = listener->data;
	struct client *c = xcalloc(1, sizeof *c);

	(void)status;
	peer->connections++;
	c->peer = peer;
	c->next = peer->clients;
	peer->clients = c;
	buf_init(&c->in, 1 << 20);
	uv_tcp_init(&peer->loop->uv, &c->tcp);
	uv_timer_init(&peer->loop->uv, &c->timer);
	c->tcp.data = c->timer.data = c;
	uv_accept(listener, (uv_stream_t *)&c->tcp);
	uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

struct kit_peer *
kit_peer(struct loop *loop, int *ret_port)
{
	struct kit_peer *peer = xcalloc(1, sizeof *peer);
	struct sockaddr_in address;
	int len = sizeof address;

	peer->loop = loop;
	uv_tcp_init(&loop->uv, &peer->listener);
	peer->listener.data = peer;
	uv_ip4_addr("127.0.0.1", 0, &address);
	uv_tcp_bind(&peer->listener, (const struct sockaddr *)&address, 0);
	CHECK_INT(uv_listen((uv_stream_t *)&peer->listener, 64, on_connection), 0);
	uv_tcp_getsockname(&peer->listener, (struct sockaddr *)&address, &len);
	*ret_port = ntohs(address.sin_port);
	return peer;
}

static void
free_peer(uv_handle_t *handle)
{
	struct kit_peer *peer = handle->data;

	free(peer->last);
	free(peer);
}

void
kit_peer_done(struct kit_peer *peer)
{
	while (peer->clients)
		drop(peer->clients, false);
	uv_close((uv_handle_t *)&peer->listener, free_peer);
}

int
kit_peer_requests(const struct kit_peer *peer)
{
	return peer->requests;
}

int
kit_peer_connections(const struct kit_peer *peer)
{
	return peer->connections;
}

const char *
kit_peer_last(const struct kit_peer *peer)
{
	return peer->last ? peer->last : "";
}

void
kit_peer_forget_kept(struct kit_peer *peer)
{
	peer->forget_kept = true;
}
