#include "tunnel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "loop.h"

struct tunnels {
	struct ssh *ssh;
	struct http *http;
	struct tunnel *list;
};

struct tunnel {
	struct tunnels *tunnels;
	struct tunnel *next, **at;
	struct ssh_run *forward;         /* NULL: it has ended */
	struct http_request *request;    /* NULL: the forward does not stand yet */
	char method[8];
	char *url;
	char *what, *place;              /* "GET http://10.0.0.1:10000/x", and the same with the way there; for texts */
	int64_t until_up, not_after_up;  /* 0: none */
	bool starting, over;             /* in tunnel_start(); ended in there */
	io_done_fn *done;
	void *user;
};

struct tunnels *
tunnels_new(struct ssh *ssh, struct http *http)
{
	struct tunnels *tunnels = xcalloc(1, sizeof *tunnels);

	*tunnels = (struct tunnels){.ssh = ssh, .http = http};
	return tunnels;
}

struct tunnels *
tunnels_free(struct tunnels *tunnels)
{
	while (tunnels && tunnels->list)
		tunnel_cancel(tunnels->list);
	free(tunnels);
	return NULL;
}

static void
free_tunnel(struct tunnel *t)
{
	free(t->url);
	free(t->what);
	free(t->place);
	free(t);
}

static void
end(struct tunnel *t)
{
	*t->at = t->next;
	if (t->next)
		t->next->at = t->at;
	if (t->forward)
		ssh_cancel(t->forward);
	t->forward = NULL;
	t->over = true;
	if (!t->starting)
		free_tunnel(t);
}

void
tunnel_cancel(struct tunnel *t)
{
	if (t->request)
		http_cancel(t->request);
	end(t);
}

static void
on_answer(void *user, struct io_answer *answer)
{
	struct tunnel *t = user;

	t->done(t->user, answer);
	end(t);
}

static void
on_opened(void *user, int socket)
{
	struct tunnel *t = user;
	int64_t left = t->until_up ? t->until_up - loop_up_ms() : 0;

	t->request = http_start(t->tunnels->http, &(struct http_ask){
	    .method = t->method,
	    .url = t->url,
	    .place = t->place,
	    .connected = socket,
	    .deadline_ms = t->until_up && left < 1 ? 1 : left,
	    .not_after_up = t->not_after_up,
	    .done = on_answer,
	    .user = t,
	});
}

/* Once the request has begun, it learns from its socket that the forward is no more. */
static void
on_forward_over(void *user, struct io_answer *answer)
{
	struct tunnel *t = user;
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);

	t->forward = NULL;
	if (t->request)
		return;
	buf_printf(&why, "%s: %s", t->what, answer->error ? answer->error : "no forward");
	answer->error = buf_str(&why);
	t->done(t->user, answer);
	end(t);
}

struct tunnel *
tunnel_start(struct tunnels *tunnels, const struct tunnel_ask *ask)
{
	const struct http_ask *request = &ask->request;
	struct tunnel *t = xcalloc(1, sizeof *t);
	struct ssh_ask way = ask->way;

	t->tunnels = tunnels;
	snprintf(t->method, sizeof t->method, "%s", request->method);
	t->url = xstrdup(request->url);
	t->what = xasprintf("%s %.*s", request->method, (int)strcspn(request->url, "?"), request->url);
	t->place = xasprintf("%s through ssh %s@%s:%d", t->what, way.user, way.address, way.port ? way.port : 22);
	t->until_up = request->deadline_ms ? loop_up_ms() + request->deadline_ms : 0;
	t->not_after_up = request->not_after_up;
	t->done = request->done;
	t->user = request->user;
	t->next = tunnels->list;
	t->at = &tunnels->list;
	if (t->next)
		t->next->at = &t->next;
	tunnels->list = t;
	way.args = NULL;
	way.deadline_ms = request->deadline_ms;
	way.not_after_up = request->not_after_up;
	way.opened = on_opened;
	way.done = on_forward_over;
	way.user_data = t;
	t->starting = true;
	t->forward = ssh_start(tunnels->ssh, &way);
	t->starting = false;
	if (!t->over)
		return t;
	free_tunnel(t);
	return NULL;
}
