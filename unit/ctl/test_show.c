#include "check.h"

#include "command.h"
#include "instant.h"
#include "json.h"
#include "knob.h"
#include "lines.h"
#include "objects.h"
#include "show.h"

static struct cJSON *
parse(const char *text)
{
	struct err err;
	struct cJSON *json = json_parse(text, strlen(text), &err);

	CHECK(json);
	return json;
}

static int64_t
now(void)
{
	return instant_parse("2026-01-28T18:30:00Z");
}

#define OPERATION(name, created, status) \
	"{\"metadata\":{\"name\":\"" name "\",\"creationTimestamp\":\"" created "\",\"managedFields\":[{}]}," \
	"\"spec\":{\"cluster\":\"prd\",\"owner\":\"<@1>\"},\"status\":{" status "}}"
#define DONE OPERATION("done", "2026-01-28T18:00:00Z", \
	"\"phase\":\"Succeeded\",\"operation\":\"restart-node\",\"progress\":\"1/1\"")
#define FAILED OPERATION("failed", "2026-01-26T17:00:00Z", \
	"\"phase\":\"Failed\",\"operation\":\"rolling-restart\"," \
	"\"progress\":\"1/3\",\"message\":\"db-b-1: not do...\"," \
	"\"nodesHeldDown\":[\"db-b-1\",\"db-b-2\"],\"keepsCluster\":true," \
	"\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"message\":\"db-b-1: not done after 2s\"}]," \
	"\"nodes\":[{\"name\":\"db-b-1\",\"zone\":\"dc1/b\",\"state\":\"failed\"}]," \
	"\"recentErrors\":[{\"time\":\"2026-01-28T18:29:02Z\",\"step\":\"scylla-drain\",\"node\":\"db-b-1\"," \
	"\"message\":\"no answer\",\"remedy\":\"Look at the node.\"}]")
#define RUNNING OPERATION("roll", "2026-01-28T18:29:50Z", "\"phase\":\"Running\",\"current\":\"scylla-drain db-a-1\"")

static void
check_list(const char *cluster, bool wide, const char *expected)
{
	CLEANUP_JSON struct cJSON *list = parse("{\"items\":[" DONE "," FAILED "," RUNNING "]}");
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

	show_operations(list, &(struct show_choice){.cluster = cluster, .wide = wide}, now(), &out);
	CHECK_TEXT(buf_str(&out), expected);
}

static void
who_is_at_work_comes_first(void **state)
{
	(void)state;
	check_list("prd", false,
	    "NAME     CLUSTER   OPERATION         PHASE       PROGRESS   CURRENT               AGE    WHY\n"
	    "roll     prd       -                 Running     -          scylla-drain db-a-1   10s    -\n"
	    "done     prd       restart-node      Succeeded   1/1        -                     30m    -\n"
	    "failed   prd       rolling-restart   Failed      1/3        -                     2d1h   db-b-1: not do...\n");
	check_list("other", false, "");
}

static void
wide_has_the_whole_sentence(void **state)
{
	CLEANUP_JSON struct cJSON *list = parse("{\"items\":[" FAILED "]}");
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

	(void)state;
	show_operations(list, &(struct show_choice){.wide = true, .namespaces = true}, now(), &out);
	CHECK_CONTAINS(buf_str(&out), " <@1>    db-b-1: not done after 2s\n");
}

static void
of_every_namespace_each_is_named(void **state)
{
	CLEANUP_JSON struct cJSON *list = parse("{\"items\":[{\"metadata\":{\"name\":\"roll\",\"namespace\":\"messages\","
	    "\"creationTimestamp\":\"2026-01-28T18:29:50Z\"},\"spec\":{\"cluster\":\"prd\"},"
	    "\"status\":{\"phase\":\"Running\"}}]}");
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

	(void)state;
	show_operations(list, &(struct show_choice){.namespaces = true}, now(), &out);
	CHECK_TEXT(buf_str(&out),
	    "NAMESPACE   NAME   CLUSTER   OPERATION   PHASE     PROGRESS   CURRENT   AGE   WHY\n"
	    "messages    roll   prd       -           Running   -          -         10s   -\n");
}

static void
one_is_shown_with_its_errors(void **state)
{
	CLEANUP_JSON struct cJSON *failed = parse(FAILED);
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

	(void)state;
	show_operation(failed, now(), &out);
	CHECK_TEXT(buf_str(&out),
	    "Name:       failed\n"
	    "Cluster:    prd\n"
	    "Operation:  rolling-restart\n"
	    "Owner:      <@1>\n"
	    "Phase:      Failed\n"
	    "Why:        db-b-1: not done after 2s\n"
	    "Progress:   1/3\n"
	    "Held down:  db-b-1, db-b-2; no other operation begins on the cluster\n"
	    "Created:    2026-01-26T17:00:00Z (2d1h ago)\n"
	    "\n"
	    "NODE     ZONE    STATE    STEP   MESSAGE\n"
	    "db-b-1   dc1/b   failed   -      -\n"
	    "\n"
	    "Errors, the newest first:\n"
	    "  2026-01-28T18:29:02Z  db-b-1 scylla-drain: no answer\n"
	    "    Look at the node.\n");
}

static void
ages_are_written_as_kubectl_does(void **state)
{
	static const struct {
		const char *since, *age;
	} cases[] = {
		{"2026-01-28T18:29:59Z", "1s"}, {"2026-01-28T18:28:01Z", "119s"}, {"2026-01-28T18:26:30Z", "3m30s"},
		{"2026-01-28T17:00:00Z", "90m"}, {"2026-01-28T15:15:00Z", "3h15m"}, {"2026-01-27T06:30:00Z", "36h"},
		{"2026-01-25T18:30:00Z", "3d"}, {"2026-01-28T18:31:00Z", "0s"}, {"", ""},
	};
	char text[INSTANT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_TEXT(object_age(cases[i].since, now(), text), cases[i].age);
}

static void
check_printed(const char *object, const char *output, const char *expected)
{
	CLEANUP_JSON struct cJSON *json = parse(object);
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

	CHECK_INT(object_print(json, KIND_OPERATION, output, &out), expected != NULL);
	CHECK_TEXT(buf_str(&out), expected ? expected : "");
}

static void
objects_are_printed_in_each_form(void **state)
{
	(void)state;
	check_printed(RUNNING, "name", "clusteroperation.strait.dev/roll\n");
	check_printed("{\"items\":[" DONE "," RUNNING "]}", "name",
	    "clusteroperation.strait.dev/done\nclusteroperation.strait.dev/roll\n");
	check_printed("{\"metadata\":{\"name\":\"x\",\"managedFields\":[{}]},\"spec\":{\"n\":1}}", "json",
	    "{\"apiVersion\":\"strait.dev/v1alpha1\",\"kind\":\"ClusterOperation\",\"metadata\":{\"name\":\"x\"},"
	    "\"spec\":{\"n\":1}}\n");
	check_printed("{\"items\":[{\"metadata\":{\"name\":\"x\"}}]}", "yaml",
	    "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: strait.dev/v1alpha1\n    kind: ClusterOperation\n"
	    "    metadata:\n      name: x\n");
	check_printed(RUNNING, NULL, NULL);
	check_printed(RUNNING, "wide", NULL);
}

static int
exit_of(const char *status)
{
	char text[500];
	struct cJSON *operation;
	int result;

	snprintf(text, sizeof text, "{\"status\":{%s}}", status);
	operation = parse(text);
	result = lines_exit(operation);
	json_free(operation);
	return result;
}

static void
the_exit_status_tells_how_it_ended(void **state)
{
	(void)state;
	CHECK_INT(exit_of("\"phase\":\"Succeeded\""), EXIT_DONE);
	CHECK_INT(exit_of("\"phase\":\"Planned\""), EXIT_DONE);
	CHECK_INT(exit_of("\"phase\":\"Failed\""), EXIT_NOT_DONE);
	CHECK_INT(exit_of("\"phase\":\"Cancelled\""), EXIT_CANCELLED);
	CHECK_INT(exit_of("\"phase\":\"Frozen\""), -1);
	CHECK_INT(exit_of("\"phase\":\"Pending\",\"conditions\":[{\"type\":\"Accepted\",\"status\":\"False\","
	    "\"reason\":\"PlanRefused\"}]"), EXIT_NOT_DONE);
	/* Its cluster may become ready. */
	CHECK_INT(exit_of("\"phase\":\"Pending\",\"conditions\":[{\"type\":\"Accepted\",\"status\":\"False\","
	    "\"reason\":\"ClusterNotReady\"}]"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_at_work_comes_first),
		cmocka_unit_test(wide_has_the_whole_sentence),
		cmocka_unit_test(of_every_namespace_each_is_named),
		cmocka_unit_test(one_is_shown_with_its_errors),
		cmocka_unit_test(ages_are_written_as_kubectl_does),
		cmocka_unit_test(objects_are_printed_in_each_form),
		cmocka_unit_test(the_exit_status_tells_how_it_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
