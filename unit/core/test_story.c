/* One node's restart, told by the whole core: what comes in and what goes out, in the order in which it does. The
 * rest of the world answers at once and well. The text is unit/golden/stories/restart-a-node. */
#include "check.h"

#include <stdarg.h>

#include "alloc.h"
#include "api.h"
#include "buf.h"
#include "desk.h"
#include "json.h"
#include "registry.h"
#include "small_node.h"

enum { STEPS_MAX = 20000, NODE = 1 };

static const char golden[] = "unit/golden/stories/restart-a-node";

/* The world: one node of three is restarted. */
struct story {
	struct desk desk;
	struct buf text;
	int64_t begun_ms;
	bool drained, running, finalizer;
	int invocation, version, seq;
	bool asking;              /* the last line was of questions */
	bool over;
};

static void tell(struct story *story, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
tell(struct story *story, const char *format, ...)
{
	va_list args;

	/* To the tenth: how many milliseconds a handful of answers take is not the story. */
	buf_printf(&story->text, "%6.1f s  ", (double)((story->desk.now.up_ms - story->begun_ms) / 100) / 10);
	va_start(args, format);
	buf_vprintf(&story->text, format, args);
	va_end(args);
	buf_putc(&story->text, '\n');
	story->asking = false;
}

static void
tell_questions(struct story *story)
{
	if (!story->asking)
		tell(story, "asks the nodes");
	story->asking = true;
}

/* --- the API server --- */

static const char target[] = "{\"metadata\":{\"name\":\"messages-prd\",\"namespace\":\"ops\",\"uid\":\"uid-target\","
    "\"resourceVersion\":\"1\",\"generation\":1},\"spec\":{\"clusterName\":\"messages-prd\","
    "\"contactPoints\":[\"10.0.0.1\"],"
    "\"nodes\":[{\"name\":\"db-a-1\",\"address\":\"10.0.0.1\"},{\"name\":\"db-b-1\",\"address\":\"10.0.0.2\"},"
    "{\"name\":\"db-c-1\",\"address\":\"10.0.0.3\"}],\"access\":{\"host\":{\"type\":\"ssh\",\"user\":\"ops\","
    "\"sshSecretRef\":{\"name\":\"ops-ssh\"}}}}}";

static char *
operation(const struct story *story)
{
	return xasprintf("{\"metadata\":{\"name\":\"restart\",\"namespace\":\"ops\",\"uid\":\"uid-op\","
	    "\"resourceVersion\":"
	    "\"%d\",\"generation\":1,\"finalizers\":[%s]},\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":"
	    "\"restart-node\",\"targets\":{\"nodes\":[\"db-b-1\"]}}}", story->version,
	    story->finalizer ? "\"strait.dev/operation\"" : "");
}

static void
answer_list(struct story *story, const struct desk_request *request)
{
	CLEANUP_FREE char *op = operation(story), *body = NULL;
	const char *items = strstr(request->what, "targetclusters") ? target : strstr(request->what,
	    "clusteroperations") ? op
	    : strstr(request->what, "secrets") ? "{\"metadata\":{\"name\":\"ops-ssh\",\"resourceVersion\":\"1\"},"
	    "\"keys\":"
	    "[\"ssh-privatekey\",\"known_hosts\"]}" : "";
	const char *end = strchr(request->what, '?');

	body = xasprintf("{\"metadata\":{\"resourceVersion\":\"10\"},\"items\":[%s]}", items);
	tell(story, "reads %.*s", (int)(end - strrchr(request->what, '/') - 1), strrchr(request->what, '/') + 1);
	desk_answer(&story->desk, request, 200, body);
}

static void
answer_status(struct story *story, const struct desk_request *request)
{
	CLEANUP_JSON struct cJSON *body = json_parse(request->body, strlen(request->body), NULL);
	const struct cJSON *status = json_get(body, "status");

	if (strstr(request->what, "clusteroperations"))
		tell(story, "status: %s %s: %s", json_str_or(status, "phase", ""), json_str_or(status, "progress", "-"),
		    json_str_or(status, "message", ""));
	else
		tell(story, "status of the target: %s nodes", json_str_or(status, "nodes", "?"));
	desk_answer(&story->desk, request, 200, "{}");
}

static void
answer_event(struct story *story, const struct desk_request *request)
{
	CLEANUP_JSON struct cJSON *body = json_parse(request->body, strlen(request->body), NULL);

	tell(story, "event %s: %s", json_str_or(body, "reason", ""), json_str_or(body, "note", ""));
	desk_answer(&story->desk, request, 201, "{}");
}

static void
answer_finalizer(struct story *story, const struct desk_request *request)
{
	CLEANUP_FREE char *op = NULL;

	story->finalizer = !strstr(request->body, "\"remove\"");
	story->version++;
	op = operation(story);
	tell(story, "%s the finalizer", story->finalizer ? "adds" : "removes");
	desk_answer(&story->desk, request, 200, op);
}

static void
answer_kube(struct story *story, const struct desk_request *request)
{
	if (strncmp(request->what, "GET", 3) == 0)
		answer_list(story, request);
	else if (strstr(request->what, "/status?"))
		answer_status(story, request);
	else if (strstr(request->what, "/events"))
		answer_event(story, request);
	else if (strncmp(request->what, "PATCH", 5) == 0)
		answer_finalizer(story, request);
	else
		CHECK_FAIL("an unexpected request: %s", request->what);
}

/* --- Redis --- */

/* The fifth argument: epoch | seq | digest | plan | line | field | value | ... */
static char *
line_of(const char *arguments)
{
	for (int i = 0; i < 4; i++)
		arguments = strstr(arguments, " | ") + 3;
	return xstrndup(arguments, (size_t)(strstr(arguments, " | ") ? strstr(arguments, " | ") - arguments
	    : (long)strlen(arguments)));
}

static void
answer_redis(struct story *story, const struct desk_request *request)
{
	CLEANUP_FREE char *line = NULL, *reply = NULL;

	if (strncmp(request->what, "REDIS write", 11) == 0) {
		line = line_of(request->body);
		reply = xasprintf("[\"OK\",%d]", ++story->seq);
		tell(story, "journal %d: %s", story->seq, line);
	} else {
		tell(story, "journal: %s", request->what + strlen("REDIS "));
		story->over |= strstr(request->what, "expire") != NULL;
		reply = xstrdup(strstr(request->what, "takeover") ? "[1,0,\"\",\"1\",\"\"]" : "[\"OK\"]");
	}
	desk_answer(&story->desk, request, 0, reply);
}

/* --- nodes and hosts --- */

static void
answer_rest(struct story *story, const struct desk_request *request)
{
	char method[8], address[64], path[200];
	bool absent[SMALL_NODES] = {[NODE] = story->drained || !story->running};
	CLEANUP_FREE char *body = NULL;
	int node = 0;

	assert_int_equal(sscanf(request->what, "REST %7s %63s %199s", method, address, path), 3);
	while (strcmp(small_nodes[node].address, address) != 0)
		node++;
	if (strcmp(method, "POST") == 0 && request->not_after_up) {
		tell(story, "%s: POST %s", small_nodes[node].name, path);
		story->drained = true;
		desk_answer(&story->desk, request, 200, "");
		return;
	}
	tell_questions(story);
	if (node == NODE && !story->running) {
		desk_fail(&story->desk, request, OUTCOME_REFUSED, "connection refused");
		return;
	}
	if (node == NODE && strcmp(path, SCYLLA_MODE) == 0 && story->drained)
		body = xstrdup("\"DRAINED\"");
	else if (node == NODE && strcmp(path, SCYLLA_GENERATION) == 0)
		body = xasprintf("%d", 1700000000 + story->invocation);
	else
		body = small_healthy(node, path, absent);
	desk_answer(&story->desk, request, body ? 200 : 404, body ? body : "{}");
}

static void
answer_host(struct story *story, const struct desk_request *request)
{
	char invocation[8];
	CLEANUP_FREE char *unit = NULL;
	const char *command = strstr(request->what, "systemctl");

	if (strstr(command, "show ")) {
		snprintf(invocation, sizeof invocation, "a%d", story->invocation);
		unit = small_unit(story->running ? "active" : "inactive", invocation, false, "b0");
		tell_questions(story);
		desk_answer(&story->desk, request, 0, unit);
		return;
	}
	tell(story, "%s: %s", small_nodes[NODE].name, command);
	story->running = strstr(command, " start ") != NULL;
	if (story->running) {
		story->drained = false;
		story->invocation++;
	}
	desk_answer(&story->desk, request, 0, "");
}

/* --- the story --- */

static const struct desk_request *
next_request(const struct desk *desk)
{
	for (size_t i = 0; i < desk->nrequests; i++)
		if (desk->requests[i].open && !desk->requests[i].stream)
			return &desk->requests[i];
	return NULL;
}

static void
go_on(struct story *story)
{
	const struct desk_request *request;

	if (!next_request(&story->desk)) {
		CHECK(story->desk.wake_up_ms != INT64_MAX);
		desk_pass(&story->desk, story->desk.wake_up_ms - story->desk.now.up_ms);
		return;
	}
	/* An answer takes a millisecond; those to questions that left together come together. */
	if (next_request(&story->desk)->at_up_ms == story->desk.now.up_ms)
		desk_pass(&story->desk, 1);
	request = next_request(&story->desk);
	if (request->kind == EFFECT_KUBE)
		answer_kube(story, request);
	else if (request->kind == EFFECT_REDIS)
		answer_redis(story, request);
	else if (request->kind == EFFECT_REST)
		answer_rest(story, request);
	else
		answer_host(story, request);
}

static void
compare(const char *text)
{
	const char *wish = getenv("STRAIT_GOLDEN");
	bool update = wish && strcmp(wish, "update") == 0;
	FILE *file = fopen(golden, update ? "w" : "r");
	CLEANUP_BUF struct buf expected = BUF_INIT(BUF_MAX_OBJECT);
	char part[512];

	assert_non_null(file);
	if (update)
		fputs(text, file);
	else
		while (fgets(part, sizeof part, file))
			buf_puts(&expected, part);
	fclose(file);
	if (!update)
		CHECK_TEXT(text, buf_str(&expected));
}

static void
one_node_is_restarted(void **state)
{
	struct core_config config = small_core_config(registry);
	struct story story = {.text = BUF_INIT(BUF_MAX_OBJECT), .running = true, .invocation = 1, .version = 7};

	(void)state;
	config.workflows = builtin_workflows;
	story.desk = desk_open(&config);
	story.begun_ms = story.desk.now.up_ms;
	desk_event(&story.desk, EVENT_START);
	for (int i = 0; i < STEPS_MAX && !story.over; i++)
		go_on(&story);
	if (!story.over) {
		fputs(buf_str(&story.text), stderr);    /* longer than cmocka's own lines may be */
		CHECK_FAIL("%s", "the story does not end");
	}
	compare(buf_str(&story.text));
	buf_done(&story.text);
	desk_close(&story.desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(one_node_is_restarted)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
