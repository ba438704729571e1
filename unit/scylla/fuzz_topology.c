/* Whatever nodes tell of what goes on in the cluster, of raft, and Scylla Manager of repairs. The first byte chooses what it
 * is an answer to, the second its status, the rest is the answer. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "manager.h"
#include "raft.h"
#include "ring_kit.h"
#include "topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the nodes' modules, in the order of enum topology_question. */
static const char modules[] = "snqtrc";

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* A text of ours ends within its place. */
#define TEXT_ENDS(text) must(memchr((text), '\0', sizeof(text)) != NULL)

static void
judge(const struct topology_answer *answer, const struct ring *ring, enum topology_question question)
{
	struct topology topology = {0};
	struct err said;

	topology.nmembers = ring->nmembers;
	topology.repairs = calloc(ring->nmembers, sizeof *topology.repairs);
	topology.cleanups = calloc(ring->nmembers, sizeof *topology.cleanups);
	for (size_t i = 0; i < TOPOLOGY_OF_ALL; i++)
		if (i == question)
			topology.of_all[i] = *answer;
	for (size_t i = 0; i < ring->nmembers; i++) {
		if (question == TOPOLOGY_REPAIRS)
			topology.repairs[i] = *answer;
		if (question == TOPOLOGY_CLEANUPS)
			topology.cleanups[i] = *answer;
	}
	for (int candidate = -1; candidate < (int)ring->nmembers; candidate++) {
		topology_schema_agreed(&topology, ring, candidate, &said);
		topology_is_idle(&topology, ring, candidate, candidate & 1, &said);
	}
	topology_is_still(&topology, ring, &said);
	free(topology.repairs);
	free(topology.cleanups);
}

static void
take_topology(enum topology_question question, int status, const char *body, size_t len)
{
	static const char *const versions[] = {NULL, "6.1.5", "2025.1.4", ""};
	struct ring *ring = kit_six();

	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		struct topology_answer answer = {0};
		bool read = topology_read(&answer, ring, question, status, body, len, versions[i]);

		must(read || !versions[i]);
		must(answer.ntasks <= TOPOLOGY_TASKS);
		must((answer.state == TOPOLOGY_SILENT) == (answer.problem[0] != '\0'));
		TEXT_ENDS(answer.problem);
		for (size_t n = 0; n < answer.ntasks; n++) {
			TEXT_ENDS(answer.tasks[n].type);
			TEXT_ENDS(answer.tasks[n].keyspace);
			TEXT_ENDS(answer.tasks[n].entity);
			TEXT_ENDS(answer.tasks[n].since);
		}
		judge(&answer, ring, question);
		topology_answer_done(&answer);
	}
	ring_free(ring);
}

static void
take_raft(char what, int status, const char *body, size_t len)
{
	struct raft_answer answer = {0};

	if (what == 'u')
		raft_read_topology(&answer, status, body, len);
	else
		raft_read_barrier(&answer, status, body, len);
	TEXT_ENDS(answer.problem);
	must(answer.state != RAFT_SILENT || answer.problem[0]);
}

static void
take_tasks(const char *body, size_t len)
{
	struct manager_task tasks[3];
	size_t count = 0;

	if (!manager_read_tasks(body, len, tasks, 3, &count))
		return;
	must(count <= 3);
	for (size_t i = 0; i < count; i++) {
		TEXT_ENDS(tasks[i].id);
		TEXT_ENDS(tasks[i].status);
		TEXT_ENDS(tasks[i].part);
		must(tasks[i].id[0] && tasks[i].last_success_ms >= 0);
	}
}

static void
take_manager(char what, const char *body, size_t len)
{
	struct cJSON *json = json_parse(body, len, NULL);
	struct manager_runs runs;
	const char *id;
	char text[100];

	if (what == 'T')
		take_tasks(body, len);
	else if (what == 'H' && manager_read_runs(body, len, len & 1, &runs))
		must(runs.whole_since_ms >= 0 && runs.running_since_ms >= 0);
	else if (what == 'C' && (id = manager_find_cluster(json, "messages-prd")))
		must(id[strspn(id, "0123456789abcdefABCDEF-")] == '\0' && strlen(id) < MANAGER_ID);
	else if (what == 'S')
		must(strlen(manager_schedule(json, text, sizeof text)) < sizeof text);
	else
		must(strlen(manager_join(json, text, sizeof text)) < sizeof text);
	json_free(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char what = size > 0 ? (char)data[0] : 's';
	const char *module = what ? strchr(modules, what) : NULL;
	static const int statuses[] = {200, 404, 400, 500};
	int status = size > 1 ? statuses[data[1] & 3] : 200;
	/* As long as the answer and no longer. */
	size_t len = size > 2 ? size - 2 : 0;
	char *body = malloc(len + (len == 0));

	if (len > 0)
		memcpy(body, data + 2, len);
	if (module)
		take_topology((enum topology_question)(module - modules), status, body, len);
	else if (what == 'u' || what == 'b')
		take_raft(what, status, body, len);
	else
		take_manager(what, body, len);
	free(body);
	return 0;
}
