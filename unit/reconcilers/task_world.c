#include "task_world.h"

#include "alloc.h"
#include "buf.h"
#include "check.h"
#include "small_node.h"
#include "task_host.h"

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
		*ARRAY_GROW(world.due, world.ndue) =
		    (struct world_due){scenario->changes[i].after_ms, &scenario->changes[i]};
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
		*ARRAY_GROW(world->due, world->ndue) =
		    (struct world_due){now_ms + act->then[i].after_ms, &act->then[i]};
	world_advance(world, now_ms);
}

/* --- answers --- */

static struct reply
answered(int status, char *body, const char *error)
{
	return (struct reply){OUTCOME_ANSWERED, status, body, xstrdup(error), 0};
}

static struct reply
unit_reply(const char *words)
{
	char state[24] = "", invocation[40] = "", more[40] = "";
	const char *boot;

	if (sscanf(words, "%23s %39s %39s", state, invocation, more) < 1)
		CHECK_FAIL("\"unit %s\": expected unit STATE INVOCATION [job | boot=ID]", words);
	boot = strncmp(more, "boot=", 5) == 0 ? more + 5 : "b0";
	return answered(0, small_unit(state, strcmp(invocation, "-") ? invocation : "", strcmp(more, "job") == 0, boot), "");
}

struct reply
world_reply(const char *words)
{
	static const struct {
		const char *word;
		enum outcome outcome;
	} failures[] = {{"refused", OUTCOME_REFUSED}, {"timeout", OUTCOME_TIMEOUT}, {"broken", OUTCOME_BROKEN},
	    {"not-sent", OUTCOME_NOT_SENT}};
	static const char retry[] = " retry-after ";
	struct reply reply;
	int retry_after_ms = 0;
	char *end;
	long status;

	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		size_t len = strlen(failures[i].word);

		if (strncmp(words, failures[i].word, len) == 0)
			return (struct reply){failures[i].outcome, 0, NULL,
			    words[len] ? xstrdup(words + len + 1) : NULL, 0};
	}
	if (strncmp(words, "unit ", 5) == 0)
		return unit_reply(words + 5);
	if (strncmp(words, "run ", 4) == 0)
		return host_run_reply(words + 4);
	if (strncmp(words, "exit ", 5) == 0) {
		status = strtol(words + 5, &end, 10);
		return answered((int)status, xstrdup(status ? "" : *end ? end + 1 : ""), status && *end ? end + 1 : "");
	}
	status = strtol(words, &end, 10);
	if (status < 100)
		CHECK_FAIL("\"%s\" is no answer", words);
	if (strncmp(end, retry, sizeof retry - 1) == 0)
		retry_after_ms = (int)strtol(end + sizeof retry - 1, &end, 10) * 1000;
	reply = answered((int)status, xstrdup(*end ? end + 1 : ""), "");
	reply.retry_after_ms = retry_after_ms;
	return reply;
}

void
reply_done(struct reply *reply)
{
	free(reply->body);
	free(reply->error);
	*reply = (struct reply){0};
}

static const char *
find_fact(const struct world *world, const char *key)
{
	for (size_t i = 0; i < world->nfacts; i++)
		if (strcmp(world->facts[i].key, key) == 0)
			return world->facts[i].answer;
	return NULL;
}

struct reply
world_api_answer(const struct world *world, const char *path)
{
	static const char *const kinds[][2] = {
		{"/api/v1", "{\"name\":\"configmaps\",\"kind\":\"ConfigMap\",\"namespaced\":true},"
		    "{\"name\":\"namespaces\",\"kind\":\"Namespace\",\"namespaced\":false},"
		    "{\"name\":\"pods\",\"kind\":\"Pod\",\"namespaced\":true},"
		    "{\"name\":\"pods/log\",\"kind\":\"Pod\",\"namespaced\":true}"},
		{"/apis/apps/v1", "{\"name\":\"deployments\",\"kind\":\"Deployment\",\"namespaced\":true}"},
		{"/apis/batch/v1", "{\"name\":\"jobs\",\"kind\":\"Job\",\"namespaced\":true}"},
	};
	CLEANUP_FREE char *key = xasprintf("api %s", path);
	const char *fact = find_fact(world, key);

	if (fact)
		return world_reply(fact);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i][0], path) == 0)
			return answered(200, xasprintf("{\"kind\":\"APIResourceList\",\"resources\":[%s]}", kinds[i][1]), "");
	return world_reply("404 {\"kind\":\"Status\",\"message\":\"not found\",\"code\":404}");
}

struct reply
world_answer(const struct world *world, int node, const char *what)
{
	CLEANUP_FREE char *key = xasprintf("%s %s", small_nodes[node].name, what);
	bool absent[SMALL_NODES];
	const char *fact = find_fact(world, key);
	char *body;

	for (int i = 0; i < SMALL_NODES; i++)
		absent[i] = world->down[i] || world->unseen[i];
	if (fact)
		return world_reply(fact);
	if (strncmp(what, "show ", 5) == 0)
		return world_reply("unit active a0");
	if (strcmp(what, "run") == 0 || strncmp(what, "run:", 4) == 0)
		return world_reply("run none");
	if (strncmp(what, "output", 6) == 0)
		return world_reply("exit 0");
	if (world->down[node])
		return world_reply("refused connection refused");
	body = small_healthy(node, what, absent);
	return body ? answered(200, body, "") : world_reply("404 {\"message\":\"Not found\",\"code\":404}");
}

struct reply
world_web(const struct world *world, const char *url)
{
	for (size_t i = 0; i < world->nfacts; i++)
		if (strcmp(world->facts[i].key, url) == 0)
			return world_reply(world->facts[i].answer);
	return world_reply("404 not found");
}
