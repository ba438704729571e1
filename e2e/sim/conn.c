/* A connection: one request at a time, in the order in which they came. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "server.h"

enum { IN_MAX = 256 << 10, READ_MAX = 64 << 10, HEAD_SIZE = 256 };

struct sending {
	uv_write_t request;
	struct conn *conn;
	struct sim_text *text;
	char *rest;
};

static void serve(struct conn *conn);

uint64_t
conn_wait(struct conn *conn)
{
	struct server *server = conn->door->server;
	uint32_t slot;

	if (!server->nunused) {
		slot = (uint32_t)server->nwaiting++;
		server->waiting = xreallocarray(server->waiting, server->nwaiting, sizeof *server->waiting);
		server->turns = xreallocarray(server->turns, server->nwaiting, sizeof *server->turns);
		server->unused = xreallocarray(server->unused, server->nwaiting, sizeof *server->unused);
		server->turns[slot] = 0;
	} else {
		slot = server->unused[--server->nunused];
	}
	server->waiting[slot] = conn;
	return conn->id = (uint64_t)++server->turns[slot] << 32 | slot;
}

static void
wait_over(struct conn *conn)
{
	struct server *server = conn->door->server;
	uint32_t slot = (uint32_t)conn->id;

	server->waiting[slot] = NULL;
	server->unused[server->nunused++] = slot;
	conn->id = 0;
}

void
conn_deliver(struct server *server, const struct sim_reply *reply)
{
	uint32_t slot = (uint32_t)reply->request_id;
	struct conn *conn = slot < server->nwaiting ? server->waiting[slot] : NULL;

	if (!conn || conn->id != reply->request_id)
		return;
	wait_over(conn);
	if (conn->door->kind == DOOR_CONTROL)
		control_reply(conn, reply);
	else if (!reply->status)
		conn_close(conn, true);
	else
		conn_reply(conn, reply->status, "application/json", reply->body, reply->len, reply->text);
}

static void
closed(uv_handle_t *handle)
{
	struct conn *conn = handle->data;

	buf_done(&conn->in);
	free(conn);
}

void
conn_close(struct conn *conn, bool reset)
{
	struct door *door = conn->door;

	if (conn->closing)
		return;
	conn->closing = true;
	if (conn->id) {
		uint64_t id = conn->id;

		wait_over(conn);
		for (size_t i = 0; i < door->server->nclusters; i++)
			if (!door->cluster || door->cluster == &door->server->clusters[i])
				sim_forget(door->server->clusters[i].sim, id);
	}
	*conn->at = conn->next;
	if (conn->next)
		conn->next->at = conn->at;
	if (!reset || uv_tcp_close_reset(&conn->tcp, closed))
		uv_close((uv_handle_t *)&conn->tcp, closed);
}

static void
request_over(struct conn *conn)
{
	conn->busy = false;
	buf_consume(&conn->in, conn->used);
	if (conn->close_after)
		conn_close(conn, false);
	else
		serve(conn);
}

static void
sent(uv_write_t *request, int status)
{
	struct sending *sending = request->data;
	struct conn *conn = sending->conn;

	sim_text_unref(sending->text);
	free(sending->rest);
	free(sending);
	if (conn->closing)
		return;
	if (status < 0)
		conn_close(conn, false);
	else
		request_over(conn);
}

/* What did not go out at once, head and body from 'done' on. */
static void
send_rest(struct conn *conn, uv_buf_t bufs[2], size_t done, struct sim_text *text)
{
	struct sending *sending = xcalloc(1, sizeof *sending);
	size_t head = done < bufs[0].len ? bufs[0].len - done : 0, skip = done > bufs[0].len ? done - bufs[0].len : 0;
	uv_buf_t left[2];

	sending->request.data = sending;
	sending->conn = conn;
	sending->rest = xmalloc(head + bufs[1].len - skip + 1);
	memcpy(sending->rest, bufs[0].base + bufs[0].len - head, head);
	left[0] = uv_buf_init(sending->rest, (unsigned)head);
	if (text) {
		sending->text = sim_text_ref(text);
		left[1] = uv_buf_init(bufs[1].base + skip, (unsigned)(bufs[1].len - skip));
	} else {
		memcpy(sending->rest + head, bufs[1].base + skip, bufs[1].len - skip);
		left[1] = uv_buf_init(sending->rest + head, (unsigned)(bufs[1].len - skip));
	}
	if (uv_write(&sending->request, (uv_stream_t *)&conn->tcp, left, 2, sent) < 0) {
		sim_text_unref(sending->text);
		free(sending->rest);
		free(sending);
		conn_close(conn, false);
	}
}

static const char *
date(struct server *server)
{
	int64_t second = server_now(server) / 1000;
	struct tm tm;
	time_t at = (time_t)second;

	if (second != server->dated) {
		server->dated = second;
		strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&at, &tm));
	}
	return server->date;
}

void
conn_reply(struct conn *conn, int status, const char *type, const char *body, size_t len, struct sim_text *text)
{
	char head[HEAD_SIZE];
	int head_len = snprintf(head, sizeof head, "HTTP/1.1 %d %s\r\n"
	    "Content-Length: %zu\r\nContent-Type: %s\r\nDate: %s\r\n%s\r\n", status, http_reason(status), len, type,
	    date(conn->door->server), conn->request.keep_alive ? "" : "Connection: close\r\n");
	uv_buf_t bufs[2] = {uv_buf_init(head, (unsigned)head_len), uv_buf_init((char *)(uintptr_t)body, (unsigned)len)};
	int done;

	if (!strcmp(conn->request.method, "HEAD"))
		bufs[1].len = 0;
	request_answered(conn, status);
	conn->close_after = !conn->request.keep_alive;
	done = uv_try_write((uv_stream_t *)&conn->tcp, bufs, 2);
	if (done < 0 && done != UV_EAGAIN)
		conn_close(conn, false);
	else if (done >= 0 && (size_t)done == bufs[0].len + bufs[1].len)
		request_over(conn);
	else
		send_rest(conn, bufs, done < 0 ? 0 : (size_t)done, text);
}

static void
node_request(struct conn *conn)
{
	struct cluster *cluster = conn->door->cluster;

	sim_request(cluster->sim, server_now(conn->door->server), conn->request.hand ? SIM_HAND : SIM_CONTROLLER,
	    conn->door->node, conn->request.method, conn->request.path, conn_wait(conn));
	cluster_pump(cluster);
}

static void
dispatch(struct conn *conn)
{
	request_arrived(conn);
	switch (conn->door->kind) {
	case DOOR_NODE:
		node_request(conn);
		break;
	case DOOR_METRICS:
		metrics_request(conn);
		break;
	case DOOR_SSH:
		break;
	case DOOR_CONTROL:
		control_request(conn);
		break;
	}
}

static void
refuse(struct conn *conn)
{
	static const char text[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n"
	    "Connection: close\r\n\r\nbad request";
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, sizeof text - 1);

	uv_try_write((uv_stream_t *)&conn->tcp, &buf, 1);
	conn_close(conn, false);
}

/* Until one blocks. What is answered at once comes back here through request_over(): not deeper. */
static void
serve(struct conn *conn)
{
	if (conn->serving)
		return;
	conn->serving = true;
	while (!conn->busy && !conn->closing) {
		int used = http_parse(buf_str(&conn->in), conn->in.len, &conn->request);

		if (used < 0)
			refuse(conn);
		if (used <= 0)
			break;
		conn->busy = true;
		conn->used = (size_t)used;
		dispatch(conn);
	}
	conn->serving = false;
}

static void
room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	static char buffer[READ_MAX];   /* one read at a time in one thread */

	(void)handle, (void)suggested;
	*ret = uv_buf_init(buffer, sizeof buffer);
}

static void
came(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct conn *conn = stream->data;

	if (len < 0) {
		conn_close(conn, false);
		return;
	}
	buf_put(&conn->in, buf->base, (size_t)len);
	if (!buf_ok(&conn->in))
		conn_close(conn, true);
	else
		serve(conn);
}

void
conn_accept(struct door *door)
{
	struct conn *conn = xcalloc(1, sizeof *conn);

	conn->door = door;
	conn->tcp.data = conn;
	buf_init(&conn->in, IN_MAX);
	uv_tcp_init(&door->server->loop, &conn->tcp);
	conn->next = door->conns;
	conn->at = &door->conns;
	if (conn->next)
		conn->next->at = &conn->next;
	door->conns = conn;
	if (uv_accept((uv_stream_t *)door->listener, (uv_stream_t *)&conn->tcp) < 0) {
		conn_close(conn, false);
		return;
	}
	uv_tcp_nodelay(&conn->tcp, 1);
	uv_read_start((uv_stream_t *)&conn->tcp, room, came);
}
