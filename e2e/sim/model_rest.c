/* A request at a node: the router, and the drain, which alone blocks. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { PATH_MAX_LEN = 512, BODY_MAX = 4 << 20 };

static int
hex(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* Percent-decoded, at most 'size' - 1 bytes, up to 'end'. */
static void
decode(const char *from, const char *end, char *ret, size_t size)
{
	size_t len = 0;

	for (; from < end && len + 1 < size; from++) {
		if (*from == '%' && end - from > 2 && hex(from[1]) >= 0 && hex(from[2]) >= 0) {
			ret[len++] = (char)(hex(from[1]) << 4 | hex(from[2]));
			from += 2;
		} else {
			ret[len++] = *from;
		}
	}
	ret[len] = '\0';
}

/* The value of a query parameter; false when it is not given. What is not known is ignored, as Scylla does. */
bool
sim_query(const char *path, const char *name, char *ret, size_t size)
{
	size_t len = strlen(name);
	const char *at = strchr(path, '?');

	while (at) {
		const char *end = strchr(++at, '&');

		if (!strncmp(at, name, len) && at[len] == '=') {
			decode(at + len + 1, end ? end : at + strlen(at), ret, size);
			return true;
		}
		at = end;
	}
	return false;
}

/* Does the endpoint answer this path? A path component that it takes goes to 'argument'. */
static bool
matches(const struct endpoint *endpoint, const char *path, char *argument, size_t size)
{
	size_t len = strlen(endpoint->path);

	if (endpoint->path[len - 1] != '/')
		return !strcmp(path, endpoint->path);
	if (strncmp(path, endpoint->path, len) || !path[len] || strchr(path + len, '/'))
		return false;
	decode(path + len, path + strlen(path), argument, size);
	return true;
}

static const struct endpoint *
route_in(const struct endpoint *endpoints, const char *path, char *argument, size_t size)
{
	for (const struct endpoint *endpoint = endpoints; endpoint->path; endpoint++)
		if (matches(endpoint, path, argument, size))
			return endpoint;
	return NULL;
}

static const struct endpoint *
route(const struct node *n, const char *path, const char *whole, char *argument, size_t size)
{
	static const struct endpoint *const tables[] = {sim_node_endpoints, sim_member_endpoints,
	    sim_task_endpoints, sim_keyspace_endpoints};
	const struct endpoint *endpoint = NULL;

	for (size_t i = 0; i < ARRAY_LEN(tables) && !endpoint; i++)
		endpoint = route_in(tables[i], path, argument, size);
	if (!endpoint)
		return NULL;
	if (endpoint->parameter && *endpoint->parameter == '?')
		snprintf(argument, size, "%s", whole);
	else if (endpoint->parameter)
		sim_query(whole, endpoint->parameter, argument, size);
	return n->stage >= endpoint->since && sim_release(n) >= endpoint->release ? endpoint : NULL;
}

int
sim_bad(struct buf *out, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(out, format, args);
	va_end(args);
	return status;
}

static void
get(struct sim *sim, struct call *call, const char *path, const char *whole)
{
	struct buf out = BUF_INIT(BODY_MAX);
	char argument[PATH_MAX_LEN] = "";
	struct node *n = &sim->nodes[call->node];
	const struct endpoint *endpoint = route(n, path, whole, argument, sizeof argument);
	int status = endpoint ? endpoint->answer(sim, n, argument, &out) : sim_bad(&out, 404, "Not found");

	if (status != 200)
		sim_call_answer(sim, call, status, sim_text_error(status, buf_str(&out)), true);
	else
		sim_call_answer(sim, call, status, sim_text_new(buf_str(&out), out.len), true);
	buf_done(&out);
}

static struct sim_text *
describe(struct sim *sim, size_t node, struct keyspace *keyspace, const char *whole, char *message, size_t size)
{
	char name[SIM_NAME];
	int table;

	*message = '\0';
	if (!keyspace->tablets)
		return sim_describe_ring(sim, keyspace, node);
	if (!sim_query(whole, "table", name, sizeof name)) {
		snprintf(message, size, "std::runtime_error (The keyspace %s has tablet table. Query describe_ring with the "
		    "table parameter!)", keyspace->of.name);
		return NULL;
	}
	table = sim_table_find(keyspace, name);
	if (table >= 0)
		return sim_describe_tablets(sim, keyspace, (size_t)table, node);
	snprintf(message, size, "Can't find a column family %s in keyspace %s", name, keyspace->of.name);
	return NULL;
}

static void
describe_ring(struct sim *sim, struct call *call, const char *argument, const char *whole)
{
	struct keyspace *keyspace = sim_keyspace_of(sim, argument);
	char message[PATH_MAX_LEN + 128];
	struct sim_text *text = NULL;
	int status;

	if (keyspace)
		text = describe(sim, call->node, keyspace, whole, message, sizeof message);
	else
		snprintf(message, sizeof message, "Can't find a keyspace %s", argument);
	if (text) {
		sim_call_answer(sim, call, 200, text, true);
		return;
	}
	status = !strncmp(message, "Can't", 5) ? 400 : 500;
	sim_call_answer(sim, call, status, sim_text_error(status, *message ? message : "std::bad_alloc (std::bad_alloc)"),
	    true);
}

/* The text is given away. */
static void
refuse(struct sim *sim, struct call *call, char *why)
{
	char *text = xasprintf("std::runtime_error (%s)", why);

	sim_call_answer(sim, call, 500, sim_text_error(500, text), true);
	free(text);
	free(why);
}

static void
drain(struct sim *sim, struct call *call, const char *whole)
{
	struct node *n = &sim->nodes[call->node];

	(void)whole;
	if (n->lock) {
		refuse(sim, call, xasprintf("Operation %s is in progress, try again", n->lock));
		return;
	}
	if (n->mode == MODE_DRAINED) {
		sim_call_say(sim, call, 200, "");
		return;
	}
	n->lock = "drain";
	call->kind = CALL_DRAIN;
	sim_process_drain(sim, call->node, call->source);
}

/* The call waits for the end of what it is about to begin. */
static void
begins(struct call *call, size_t subject)
{
	call->subject = subject;
	call->kind = CALL_CHANGE;
}

static void
decommission(struct sim *sim, struct call *call, const char *whole)
{
	char *refused;

	(void)whole;
	begins(call, call->node);
	refused = sim_change_decommission(sim, call->node, 0);
	if (refused)
		refuse(sim, call, refused);
}

static void
remove_node(struct sim *sim, struct call *call, const char *whole)
{
	char id[SIM_UUID], *refused;

	if (!sim_query(whole, "host_id", id, sizeof id)) {
		sim_call_answer(sim, call, 400, sim_text_error(400, "Missing mandatory parameter 'host_id'"), true);
		return;
	}
	for (size_t i = 0; i < sim->nnodes; i++) {
		if (strcmp(sim->nodes[i].host_id, id) || !sim_in_ring(sim->nodes[i].member))
			continue;
		begins(call, i);
		refused = sim_change_remove(sim, call->node, i, 0);
		if (refused)
			refuse(sim, call, refused);
		return;
	}
	refuse(sim, call, xasprintf("removenode: host id %s is not found in the cluster", id));
}

static void
read_barrier(struct sim *sim, struct call *call, const char *whole)
{
	char timeout[24] = "60";

	sim_query(whole, "timeout", timeout, sizeof timeout);
	sim_raft_barrier(sim, call, strtoll(timeout, NULL, 10) * 1000);
}

static void
balancing(struct sim *sim, struct call *call, const char *whole)
{
	char enabled[16];

	if (!sim_query(whole, "enabled", enabled, sizeof enabled)) {
		sim_call_answer(sim, call, 400, sim_text_error(400, "Missing mandatory parameter 'enabled'"), true);
		return;
	}
	sim->balancing_off = strcmp(enabled, "true") != 0;
	if (sim->balancing_off) {
		sim_tablets_quiet(sim, call);
		return;
	}
	sim_call_say(sim, call, 200, "");
	sim_tablets_balance(sim);
}

static void
quiesce(struct sim *sim, struct call *call, const char *whole)
{
	(void)whole;
	sim_tablets_quiet(sim, call);
}

/* False when there is no such endpoint yet. */
static bool
post(struct sim *sim, struct call *call, const char *path, const char *whole)
{
	static const struct {
		const char *path;
		enum stage since;
		unsigned release;
		void (*begin)(struct sim *sim, struct call *call, const char *whole);
	} posts[] = {
		{"/storage_service/drain", STAGE_STORAGE, 0, drain},
		{"/storage_service/decommission", STAGE_STORAGE, 0, decommission},
		{"/storage_service/remove_node", STAGE_STORAGE, 0, remove_node},
		{"/storage_service/tablets/balancing", STAGE_STORAGE, 600, balancing},
		{"/storage_service/quiesce_topology", STAGE_STORAGE, 600, quiesce},
		{"/raft/read_barrier", STAGE_GOSSIPER, 601, read_barrier},
	};
	const struct node *n = &sim->nodes[call->node];

	for (size_t i = 0; i < ARRAY_LEN(posts); i++) {
		if (strcmp(path, posts[i].path) || n->stage < posts[i].since || sim_release(n) < posts[i].release)
			continue;
		posts[i].begin(sim, call, whole);
		return true;
	}
	return false;
}

void
sim_rest(struct sim *sim, struct call *call, const char *method, const char *whole)
{
	static const char ring[] = "/storage_service/describe_ring/";
	const struct node *n = &sim->nodes[call->node];
	char path[PATH_MAX_LEN];
	size_t len = strcspn(whole, "?");

	while (len > 1 && whole[len - 1] == '/')
		len--;
	snprintf(path, sizeof path, "%.*s", (int)len, whole);
	if (!strcmp(method, "POST") && post(sim, call, path, whole))
		return;
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		sim_call_answer(sim, call, 404, sim_text_error(404, "Not found"), true);
	else if (n->stage >= STAGE_STORAGE && !strncmp(path, ring, sizeof ring - 1) && path[sizeof ring - 1])
		describe_ring(sim, call, path + sizeof ring - 1, whole);
	else
		get(sim, call, path, whole);
}

/* Orders are judged and noted when they arrive, answered or not. */
static bool
is_drain(const char *method, const char *path)
{
	static const char drain_path[] = "/storage_service/drain";

	return !strcmp(method, "POST") && !strncmp(path, drain_path, sizeof drain_path - 1) &&
	    strchr("/?", path[sizeof drain_path - 1]);
}

void
sim_request(struct sim *sim, int64_t now, enum sim_source source, size_t node, const char *method, const char *path,
    uint64_t request_id)
{
	struct node *n = &sim->nodes[node];
	struct call *call;

	sim_advance(sim, now);
	call = sim_call_new(sim, source, node, request_id);
	if (n->stage < STAGE_LISTENING) {
		sim_call_answer(sim, call, 0, sim_text_new("", 0), false);
		return;
	}
	if (is_drain(method, path) && n->stage >= STAGE_STORAGE)
		sim_arrived(sim, SIM_ARRIVED_DRAIN, source, node);
	if (!n->hung) {
		sim_rest(sim, call, method, path);
		return;
	}
	call->kind = CALL_PARKED;
	call->method = xstrdup(method);
	call->path = xstrdup(path);
}
