#include "kit_evil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"

enum { REPEATED = 64 << 10 };

struct victim {
	uv_tcp_t tcp;
	uv_timer_t timer;
	uv_write_t write;
	struct kit_evil_server *server;
	struct victim *next;
	char read[4096];
	bool begun, gone;
	int closing;
};

struct kit_evil_server {
	uv_tcp_t listener;
	struct loop *loop;
	const struct kit_evil *evil;
	struct victim *victims;
	char repeated[REPEATED];
	size_t repeated_len;
};

static void
on_closed(uv_handle_t *handle)
{
	struct victim *v = handle->data;

	if (--v->closing == 0)
		free(v);
}

static void
drop(struct victim *v)
{
	struct victim **at = &v->server->victims;

	if (v->gone)
		return;
	while (*at != v)
		at = &(*at)->next;
	*at = v->next;
	v->gone = true;
	v->closing = 2;
	uv_close((uv_handle_t *)&v->tcp, on_closed);
	uv_close((uv_handle_t *)&v->timer, on_closed);
}

static void go_on(struct victim *v);

static void
on_timer(uv_timer_t *timer)
{
	go_on(timer->data);
}

static void
on_written(uv_write_t *write, int status)
{
	struct victim *v = write->data;
	const struct kit_evil *evil;

	/* So may the server be. */
	if (v->gone)
		return;
	evil = v->server->evil;
	if (status < 0 || evil->close)
		drop(v);
	else if (evil->pause_ms)
		loop_timer(&v->timer, on_timer, evil->pause_ms);
	else
		go_on(v);
}

static void
put(struct victim *v, const char *bytes, size_t len)
{
	uv_buf_t piece = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)len);

	v->write.data = v;
	if (uv_write(&v->write, (uv_stream_t *)&v->tcp, &piece, 1, on_written))
		drop(v);
}

static void
go_on(struct victim *v)
{
	const struct kit_evil *evil = v->server->evil;

	if (evil->then)
		put(v, evil->pause_ms ? evil->then : v->server->repeated,
		    evil->pause_ms ? strlen(evil->then) : v->server->repeated_len);
}

/* 64 KiB of it, so that the loop is not what bounds it. */
static void
repeat(struct kit_evil_server *server)
{
	size_t len = server->evil->then ? strlen(server->evil->then) : 0;

	server->repeated_len = 0;
	while (len && server->repeated_len + len <= REPEATED) {
		memcpy(server->repeated + server->repeated_len, server->evil->then, len);
		server->repeated_len += len;
	}
}

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret)
{
	struct victim *v = handle->data;

	(void)size;
	*ret = uv_buf_init(v->read, sizeof v->read);
}

static void
on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes)
{
	struct victim *v = stream->data;
	const struct kit_evil *evil = v->server->evil;

	(void)bytes;
	if (got < 0) {
		drop(v);
	} else if (!v->begun) {
		v->begun = true;
		repeat(v->server);
		put(v, evil->first, evil->first_len ? evil->first_len : strlen(evil->first));
	}
}

static void
on_connection(uv_stream_t *listener, int status)
{
	struct kit_evil_server *server = listener->data;
	struct victim *v = xcalloc(1, sizeof *v);

	(void)status;
	v->server = server;
	v->next = server->victims;
	server->victims = v;
	uv_tcp_init(&server->loop->uv, &v->tcp);
	uv_timer_init(&server->loop->uv, &v->timer);
	v->tcp.data = v->timer.data = v;
	uv_accept(listener, (uv_stream_t *)&v->tcp);
	uv_read_start((uv_stream_t *)&v->tcp, on_alloc, on_read);
}

struct kit_evil_server *
kit_evil(struct loop *loop, const struct kit_evil *evil, int *ret_port)
{
	struct kit_evil_server *server = xcalloc(1, sizeof *server);
	struct sockaddr_in address;
	int len = sizeof address;

	server->loop = loop;
	server->evil = evil;
	uv_tcp_init(&loop->uv, &server->listener);
	server->listener.data = server;
	uv_ip4_addr("127.0.0.1", 0, &address);
	uv_tcp_bind(&server->listener, (const struct sockaddr *)&address, 0);
	CHECK_INT(uv_listen((uv_stream_t *)&server->listener, 64, on_connection), 0);
	uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &len);
	*ret_port = ntohs(address.sin_port);
	return server;
}

static void
free_server(uv_handle_t *handle)
{
	free(handle->data);
}

void
kit_evil_done(struct kit_evil_server *server)
{
	while (server->victims)
		drop(server->victims);
	uv_close((uv_handle_t *)&server->listener, free_server);
}

size_t
kit_peak_memory(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	unsigned long kilobytes = 0;
	char line[256];

	while (file && fgets(line, sizeof line, file)) {
		if (sscanf(line, "VmHWM: %lu", &kilobytes) == 1)
			break;
	}
	if (file)
		fclose(file);
	return (size_t)kilobytes << 10;
}
