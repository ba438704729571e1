#include "task_world.h"

#include "alloc.h"
#include "api.h"
#include "buf.h"
#include "check.h"

int
world_node(const char *name)
{
	for (int i = 0; i < SMALL_NODES; i++)
		if (strcmp(small_nodes[i].name, name) == 0)
			return i;
	CHECK_FAIL("there is no node %s", name);
	return -1;
}

static void
set_fact(struct world *world, const char *key, const char *answer)
{
	struct world_fact *fact = NULL;

	for (size_t i = 0; i < world->nfacts && !fact; i++)
		fact = strcmp(world->facts[i].key, key) == 0 ? &world->facts[i] : NULL;
	if (!fact) {
		fact = ARRAY_GROW(world->facts, world->nfacts);
		fact->key = xstrdup(key);
	}
	free(fact->answer);
	fact->answer = xstrdup(answer);
}

static void
happen(struct world *world, const struct script_change *change)
{
	const char *name = strrchr(change->key, ' ');

	if (change->answer)
		set_fact(world, change->key, change->answer);
	else if (strncmp(change->key, "unseen ", 7) == 0 || strncmp(change->key, "seen ", 5) == 0)
		world->unseen[world_node(name + 1)] = change->key[0] == 'u';
	else
		world->down[world_node(name + 1)] = change->key[0] == 'd';
}

struct world
world_new(const struct scenario *scenario)
{
	struct world world = {.scenario = scenario};

	for (size_t i = 0; i < scenario->nchanges; i++)
		*ARRAY_GROW(world.due, world.ndue) = (struct world_due){scenario->changes[i].after_ms, &scenario->changes[i]};
	world_advance(&world, 0);
	return world;
}

void
world_done(struct world *world)
{
	for (size_t i = 0; i < world->nfacts; i++) {
		free(world->facts[i].key);
		free(world->facts[i].answer);
	}
	free(world->facts);
	free(world->due);
}

int64_t
world_next(const struct world *world)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < world->ndue; i++)
		if (world->due[i].change && world->due[i].at_ms < next)
			next = world->due[i].at_ms;
	return next;
}

void
world_advance(struct world *world, int64_t now_ms)
{
	for (int64_t at = world_next(world); at <= now_ms; at = world_next(world))
		for (size_t i = 0; i < world->ndue; i++)
			if (world->due[i].change && world->due[i].at_ms == at) {
				happen(world, world->due[i].change);
				world->due[i].change = NULL;
			}
}

void
world_apply(struct world *world, const struct script_act *act, int64_t now_ms)
{
	for (size_t i = 0; i < act->nthen; i++)
		*ARRAY_GROW(world->due, world->ndue) = (struct world_due){now_ms + act->then[i].after_ms, &act->then[i]};
	world_advance(world, now_ms);
}

/* --- answers --- */

static struct reply
answered(int status, char *body, const char *error)
{
	return (struct reply){OUTCOME_ANSWERED, status, body, xstrdup(error)};
}

static struct reply
unit_reply(const char *words)
{
	char state[24] = "", invocation[40] = "", job[8] = "";

	if (sscanf(words, "%23s %39s %7s", state, invocation, job) < 1)
		CHECK_FAIL("\"unit %s\": expected unit STATE INVOCATION [job]", words);
	return answered(0, xasprintf("Id=scylla-server.service\nLoadState=loaded\nActiveState=%s\nSubState=any\n"
	    "InvocationID=%s\nJob=%s\n", state, strcmp(invocation, "-") ? invocation : "", job[0] ? "77" : ""), "");
}

struct reply
world_reply(const char *words)
{
	static const struct {
		const char *word;
		enum outcome outcome;
	} failures[] = {{"refused", OUTCOME_REFUSED}, {"timeout", OUTCOME_TIMEOUT}, {"broken", OUTCOME_BROKEN},
	    {"not-sent", OUTCOME_NOT_SENT}};
	char *end;
	long status;

	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		size_t len = strlen(failures[i].word);

		if (strncmp(words, failures[i].word, len) == 0)
			return (struct reply){failures[i].outcome, 0, NULL, words[len] ? xstrdup(words + len + 1) : NULL};
	}
	if (strncmp(words, "unit ", 5) == 0)
		return unit_reply(words + 5);
	if (strncmp(words, "exit ", 5) == 0) {
		status = strtol(words + 5, &end, 10);
		return answered((int)status, xstrdup(status ? "" : *end ? end + 1 : ""), status && *end ? end + 1 : "");
	}
	status = strtol(words, &end, 10);
	if (status < 100)
		CHECK_FAIL("\"%s\" is no answer", words);
	return answered((int)status, xstrdup(*end ? end + 1 : ""), "");
}

void
reply_done(struct reply *reply)
{
	free(reply->body);
	free(reply->error);
	*reply = (struct reply){0};
}

static char *
live_nodes(const struct world *world, int observer)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);

	buf_putc(&body, '[');
	for (int i = 0; i < SMALL_NODES; i++)
		if (i == observer || (!world->down[i] && !world->unseen[i]))
			buf_printf(&body, "%s\"%s\"", body.len > 1 ? "," : "", small_nodes[i].address);
	buf_putc(&body, ']');
	return buf_take(&body);
}

static char *
members(void)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);

	for (int i = 0; i < SMALL_NODES; i++)
		buf_printf(&body, "%s{\"key\":\"%s\",\"value\":\"%s\"}", i ? "," : "[", small_nodes[i].address,
		    small_nodes[i].host_id);
	buf_putc(&body, ']');
	return buf_take(&body);
}

static char *
ranges(void)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);

	buf_puts(&body, "[{\"start_token\":\"1\",\"end_token\":\"2\",\"endpoints\":[");
	for (int i = 0; i < SMALL_NODES; i++)
		buf_printf(&body, "%s\"%s\"", i ? "," : "", small_nodes[i].address);
	buf_puts(&body, "],\"endpoint_details\":[");
	for (int i = 0; i < SMALL_NODES; i++)
		buf_printf(&body, "%s{\"host\":\"%s\",\"datacenter\":\"dc1\",\"rack\":\"%s\"}", i ? "," : "",
		    small_nodes[i].address, small_nodes[i].rack);
	buf_puts(&body, "]}]");
	return buf_take(&body);
}

/* The rack of the host that the question names. */
static char *
rack(const char *what)
{
	for (int i = 0; i < SMALL_NODES; i++)
		if (strcmp(what + strlen(SCYLLA_RACK), small_nodes[i].address) == 0)
			return xasprintf("\"%s\"", small_nodes[i].rack);
	return xstrdup("\"?\"");
}

/* A healthy node's own words; NULL: there is no such path. */
static char *
healthy(const struct world *world, int node, const char *what)
{
	static const char *const words[][2] = {
		{SCYLLA_MODE, "\"NORMAL\""}, {SCYLLA_GOSSIPING, "true"}, {SCYLLA_CLUSTER_NAME, "\"messages-prd\""},
		{SCYLLA_SCHEMA_VERSION, "\"11111111-0000-4000-8000-000000000001\""}, {SCYLLA_JOINING, "[]"},
		{SCYLLA_LEAVING, "[]"}, {SCYLLA_KEYSPACES, "[\"ks\"]"}, {SCYLLA_USER_KEYSPACES, "[\"ks\"]"},
		{SCYLLA_GENERATION, "1700000000"}, {SCYLLA_NATIVE_TRANSPORT, "true"},
		{SCYLLA_RELEASE_VERSION, "\"2026.1.0\""}, {SCYLLA_PENDING_COMPACTIONS, "3"},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i][0], what) == 0)
			return xstrdup(words[i][1]);
	if (strcmp(what, SCYLLA_LIVE) == 0)
		return live_nodes(world, node);
	if (strcmp(what, SCYLLA_HOST_IDS) == 0)
		return members();
	if (strncmp(what, SCYLLA_DESCRIBE_RING, strlen(SCYLLA_DESCRIBE_RING)) == 0)
		return ranges();
	if (strncmp(what, SCYLLA_DATACENTER, strlen(SCYLLA_DATACENTER)) == 0)
		return xstrdup("\"dc1\"");
	return strncmp(what, SCYLLA_RACK, strlen(SCYLLA_RACK)) == 0 ? rack(what) : NULL;
}

struct reply
world_answer(const struct world *world, int node, const char *what)
{
	CLEANUP_FREE char *key = xasprintf("%s %s", small_nodes[node].name, what);
	char *body;

	for (size_t i = 0; i < world->nfacts; i++)
		if (strcmp(world->facts[i].key, key) == 0)
			return world_reply(world->facts[i].answer);
	if (world->down[node])
		return world_reply("refused connection refused");
	body = healthy(world, node, what);
	return body ? answered(200, body, "") : world_reply("404 {\"message\":\"Not found\",\"code\":404}");
}
