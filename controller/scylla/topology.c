#include "topology.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "release.h"

enum { HTTP_BAD_REQUEST = 400, HTTP_NOT_FOUND = 404, UNREACHABLE = COUNT_MAX_MEMBERS + 1 };

/* Where each is asked, and from which release on every node must know it: "not found" of an older one is an answer. */
static const struct {
	const char *path;
	int major, minor;
} questions[] = {
	[TOPOLOGY_SCHEMA] = {SCYLLA_SCHEMA_VERSIONS, 0, 0},
	[TOPOLOGY_NODE_OPS] = {SCYLLA_TASKS "node_ops", 6, 2},
	[TOPOLOGY_REQUESTS] = {SCYLLA_TASKS "global_topology_requests", 2026, 1},
	[TOPOLOGY_TABLETS] = {SCYLLA_TASKS "tablets", 2025, 1},
	[TOPOLOGY_REPAIRS] = {SCYLLA_TASKS "repair", 5, 2},
	[TOPOLOGY_CLEANUPS] = {SCYLLA_TASKS "compaction", 5, 4},
};

const char *
topology_path(enum topology_question question)
{
	return questions[question].path;
}

void
topology_answer_done(struct topology_answer *answer)
{
	free(answer->tasks);
	free(answer->schemas);
	*answer = (struct topology_answer){0};
}

void
topology_fail(struct topology_answer *ret, const char *problem)
{
	topology_answer_done(ret);
	ret->state = TOPOLOGY_SILENT;
	snprintf(ret->problem, sizeof ret->problem, "%s", problem);
}

/* --- tasks --- */

static bool
has_ended(const struct cJSON *task)
{
	const char *state = json_str_or(task, "state", "");

	return !strcmp(state, "done") || !strcmp(state, "failed");
}

/* Compactions that nobody asked for are none of anybody's business here. */
static bool
is_meant(enum topology_question question, const struct cJSON *task)
{
	return question != TOPOLOGY_CLEANUPS || strstr(json_str_or(task, "type", ""), "cleanup") ||
	    strstr(json_str_or(task, "type", ""), "CLEANUP");
}

/* What is judged of repairs is whose keyspace they are of: one of each says as much as all. */
static bool
is_told(const struct topology_answer *answer, enum topology_question question, const struct cJSON *task)
{
	const char *keyspace = json_str_or(task, "keyspace", "");

	for (size_t i = 0; question == TOPOLOGY_REPAIRS && i < answer->ntasks; i++)
		if (!strcmp(answer->tasks[i].keyspace, keyspace))
			return true;
	return false;
}

static int
read_tasks(struct topology_answer *ret, enum topology_question question, const struct cJSON *json)
{
	if (!json_is_array(json))
		return -1;
	JSON_EACH(task, json) {
		struct topology_task *kept;
		const char *since = json_str_or(task, "start_time", "");

		if (!json_is_object(task) || !json_str(task, "state"))
			return -1;
		if (has_ended(task) || !is_meant(question, task) || is_told(ret, question, task))
			continue;
		if (ret->ntasks == TOPOLOGY_TASKS) {
			ret->more = true;
			continue;
		}
		kept = ARRAY_GROW(ret->tasks, ret->ntasks);
		snprintf(kept->type, sizeof kept->type, "%s", json_str_or(task, "type", ""));
		snprintf(kept->keyspace, sizeof kept->keyspace, "%s", json_str_or(task, "keyspace", ""));
		snprintf(kept->entity, sizeof kept->entity, "%s", json_str_or(task, "entity", ""));
		/* The epoch stands for "not set". */
		snprintf(kept->since, sizeof kept->since, "%s", strncmp(since, "1970-", 5) ? since : "");
	}
	return 0;
}

/* --- schema versions: [{"key": version, "value": [address, …]}, …] --- */

static int
read_schemas(struct topology_answer *ret, const struct ring *ring, const struct cJSON *json)
{
	uint16_t number = 0;

	if (!json_is_array(json) || json_count(json) > COUNT_MAX_MEMBERS)
		return -1;
	ret->schemas = xcalloc(ring->nmembers + 1, sizeof *ret->schemas);
	JSON_EACH(pair, json) {
		const char *version = json_str(pair, "key");
		const struct cJSON *addresses = json_get(pair, "value");

		if (!version || !json_is_array(addresses))
			return -1;
		number++;
		JSON_EACH(element, addresses) {
			const char *address = json_text(element);
			int member = address ? ring_find_address(ring, address) : -1;

			if (member >= 0)
				ret->schemas[member] = strcmp(version, "UNREACHABLE") ? number : UNREACHABLE;
		}
	}
	return 0;
}

/* --- an answer --- */

static int
read_body(struct topology_answer *ret, const struct ring *ring, enum topology_question question, const char *body,
    size_t len)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, len, NULL);

	return question == TOPOLOGY_SCHEMA ? read_schemas(ret, ring, json) : read_tasks(ret, question, json);
}

bool
topology_read(struct topology_answer *ret, const struct ring *ring, enum topology_question question, int status,
    const char *body, size_t len, const char *version)
{
	bool missing = status == HTTP_NOT_FOUND || status == HTTP_BAD_REQUEST;
	char problem[160];

	if (missing && !version)
		return false;
	topology_answer_done(ret);
	if (missing && !scylla_since(version, questions[question].major, questions[question].minor)) {
		ret->state = TOPOLOGY_ABSENT;
		return true;
	}
	ret->state = TOPOLOGY_TOLD;
	if (status == 200 && read_body(ret, ring, question, body, len) == 0)
		return true;
	if (status == 200)
		snprintf(problem, sizeof problem, "%.60s: the answer cannot be read", questions[question].path);
	else
		snprintf(problem, sizeof problem, "%.60s: HTTP %d: %.*s", questions[question].path, status,
		    (int)(len < 60 ? len : 60), body);
	topology_fail(ret, problem);
	return true;
}
