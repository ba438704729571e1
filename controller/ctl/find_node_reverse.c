/* What DNS calls the nodes that nobody has named: asked of all of them at once, on libuv's threads. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "alloc.h"
#include "find_node.h"
#include "json.h"
#include "loop.h"

enum { PATIENCE_MS = 2000 };

struct lookup {
	uv_getnameinfo_t request;
	const char *address;     /* borrowed from the list of clusters */
	bool asked, is_meant;
};

struct search {
	struct loop *loop;
	const char *name;
	struct lookup **lookups;
	size_t count, pending;
};

static void
on_name(uv_getnameinfo_t *request, int status, const char *host, const char *service)
{
	struct lookup *lookup = (struct lookup *)request;
	struct search *search = request->data;

	(void)service;
	search->pending--;
	lookup->is_meant = status == 0 && host && find_node_is_called(host, search->name);
}

static void
ask(struct search *search, struct lookup *lookup)
{
	struct sockaddr_storage to = {0};

	lookup->request.data = search;
	if (uv_ip4_addr(lookup->address, 0, (struct sockaddr_in *)&to) &&
	    uv_ip6_addr(lookup->address, 0, (struct sockaddr_in6 *)&to))
		return;
	lookup->asked = uv_getnameinfo(&search->loop->uv, &lookup->request, on_name, (struct sockaddr *)&to, NI_NAMEREQD) == 0;
	search->pending += lookup->asked;
}

/* One that has a name was found by it, or is not meant. */
static void
add(struct search *search, const struct cJSON *node)
{
	const char *address = json_str_or(node, "address", "");

	if (strcmp(json_str_or(node, "name", address), address) != 0)
		return;
	*ARRAY_GROW(search->lookups, search->count) = xcalloc(1, sizeof **search->lookups);
	search->lookups[search->count - 1]->address = address;
}

static void
on_patience_over(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

/* Those that no thread has taken up yet are taken back; those in hand end by the resolver's own times. */
static void
await(struct search *search)
{
	bool over = false, told = false;
	uv_timer_t timer;

	uv_timer_init(&search->loop->uv, &timer);
	timer.data = &over;
	loop_timer(&timer, on_patience_over, PATIENCE_MS);
	while (search->pending > 0) {
		loop_turn(search->loop, true);
		for (size_t i = 0; over && !told && i < search->count; i++)
			if (search->lookups[i]->asked)
				uv_cancel((uv_req_t *)&search->lookups[i]->request);
		told = over;
	}
	uv_close((uv_handle_t *)&timer, NULL);
	loop_turn(search->loop, false);
}

size_t
find_node_reverse(struct loop *loop, const struct cJSON *clusters, const char *cluster, const char *name, char **ret,
    size_t most)
{
	struct search search = {.loop = loop, .name = name};
	size_t hits = 0;

	/* Unless somebody has said otherwise: a resolver that is away would be waited for ten seconds. */
	setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
	JSON_EACH(target, json_get(clusters, "items")) {
		if (cluster && strcmp(json_str_or(json_get(target, "metadata"), "name", ""), cluster) != 0)
			continue;
		JSON_EACH(node, json_path(target, "status", "members", NULL))
			add(&search, node);
	}
	for (size_t i = 0; i < search.count; i++)
		ask(&search, search.lookups[i]);
	await(&search);
	for (size_t i = 0; i < search.count; i++) {
		if (search.lookups[i]->is_meant && hits < most)
			ret[hits++] = xstrdup(search.lookups[i]->address);
		free(search.lookups[i]);
	}
	free(search.lookups);
	return hits;
}
