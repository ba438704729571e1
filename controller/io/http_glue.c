/* libcurl's multi interface on libuv. The poll handle of a connection goes on waiting for input while the connection is
 * idle, until its socket is closed: a request on a kept connection then costs no epoll_ctl at all. That works for
 * connections that stand, for libcurl 7.88 tells nobody when it closes one that it is still making. */
#include "http_private.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alloc.h"
#include "loop.h"

struct http_socket {
	uv_poll_t poll;
	struct http *http;
	curl_socket_t fd;
	int want;                /* what libcurl waits for; 0: the connection is idle */
	int armed;               /* what libuv polls for */
	bool network;            /* else a wake-up pipe of libcurl's resolver, closed untold */
};

static void on_poll(uv_poll_t *handle, int status, int events);

static void
act(struct http *http, curl_socket_t fd, int flags)
{
	int running;

	curl_multi_socket_action(http->multi, fd, flags, &running);
	http_reap(http);
}

static void
on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl forbids working from here; a delay of 0 comes with the loop's next turn. */
static int
timer_cb(CURLM *multi, long ms, void *user)
{
	struct http *http = user;

	(void)multi;
	if (ms < 0)
		uv_timer_stop(&http->timer);
	else
		loop_timer(&http->timer, on_timer, ms);
	return 0;
}

static void
free_socket(uv_handle_t *handle)
{
	free(handle->data);
}

static void
forget(struct http *http, curl_socket_t fd)
{
	struct http_socket *s = http->sockets[fd];

	http->sockets[fd] = NULL;
	uv_close((uv_handle_t *)&s->poll, free_socket);
}

static struct http_socket *
find(const struct http *http, curl_socket_t fd)
{
	return (size_t)fd < http->nsockets ? http->sockets[fd] : NULL;
}

static struct http_socket *
add(struct http *http, curl_socket_t fd)
{
	struct http_socket *s = xcalloc(1, sizeof *s);
	int domain = AF_UNSPEC;
	socklen_t len = sizeof domain;

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	s->http = http;
	s->fd = fd;
	s->network = domain == AF_INET || domain == AF_INET6;
	s->poll.data = s;
	if (uv_poll_init_socket(&http->loop->uv, &s->poll, fd)) {
		free(s);
		return NULL;
	}
	while ((size_t)fd >= http->nsockets)
		*ARRAY_GROW(http->sockets, http->nsockets) = NULL;
	return http->sockets[fd] = s;
}

static void
arm(struct http_socket *s, int events)
{
	if (events == s->armed)
		return;
	s->armed = events;
	if (events)
		uv_poll_start(&s->poll, events, on_poll);
	else
		uv_poll_stop(&s->poll);
}

static void
on_poll(uv_poll_t *handle, int status, int events)
{
	struct http_socket *s = handle->data;
	int flags = 0;

	if (status < 0)
		s->armed = 0;            /* libuv has stopped it; libcurl looks at the socket itself */
	if (!s->want) {
		arm(s, 0);               /* an idle connection was closed: found out at its next use */
		return;
	}
	if (status == 0)
		flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
	/* 's' may be closed in there, but is freed only by a later turn. */
	act(s->http, s->fd, flags);
	if (!uv_is_closing((uv_handle_t *)handle) && s->want)
		arm(s, s->want);
}

static int
socket_cb(CURL *easy, curl_socket_t fd, int what, void *user, void *unused)
{
	struct http *http = user;
	struct http_socket *s = find(http, fd);

	(void)easy, (void)unused;
	if (what == CURL_POLL_REMOVE) {
		if (!s)
			return 0;
		s->want = 0;
		if (!s->network || s->armed != UV_READABLE)
			forget(http, fd);
		return 0;
	}
	if (!s && !(s = add(http, fd)))
		return -1;
	s->want = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	arm(s, s->want);
	return 0;
}

/* libcurl 7.88 connects a socket even when it is told that it is connected. To connect a UDP socket on the loopback is done
 * at once and means nothing. */
static curl_socket_t
stand_in(struct curl_sockaddr *address)
{
	struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9)};

	memcpy(&address->addr, &loopback, sizeof loopback);
	address->family = AF_INET;
	address->addrlen = sizeof loopback;
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

curl_socket_t
http_glue_open(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_request *r = user;
	curl_socket_t fd = -1;

	(void)purpose;
	if (!r->given)
		fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	else if (r->stand_in < 0)
		fd = r->stand_in = stand_in(address);
	r->http->open += fd >= 0;
	return fd;
}

int
http_glue_connected(struct http_request *r)
{
	struct http_socket *s = find(r->http, r->stand_in);
	int want = s ? s->want : 0, rc;

	if (s)
		forget(r->http, r->stand_in);
	rc = dup3(r->connected, r->stand_in, O_CLOEXEC);
	close(r->connected);
	r->connected = -1;
	if (rc < 0 || !s)
		return rc < 0 ? -1 : 0;
	if (!(s = add(r->http, r->stand_in)))
		return -1;
	s->want = want;
	arm(s, want);
	return 0;
}

int
http_glue_close(void *user, curl_socket_t fd)
{
	struct http *http = user;

	if (find(http, fd))
		forget(http, fd);
	http->open--;
	return close(fd);
}

void
http_glue_init(struct http *http)
{
	uv_timer_init(&http->loop->uv, &http->timer);
	http->timer.data = http;
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, socket_cb);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, timer_cb);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
}

/* After curl_multi_cleanup(): every socket of ours was closed by it. */
void
http_glue_done(struct http *http)
{
	for (size_t fd = 0; fd < http->nsockets; fd++) {
		if (http->sockets[fd])
			forget(http, (curl_socket_t)fd);
	}
	free(http->sockets);
	http->sockets = NULL;
	http->nsockets = 0;
}
