#include "check.h"

#include "clusters.h"
#include "instant.h"
#include "json.h"
#include "timeline.h"
#include "why.h"

static struct cJSON *
parse(const char *text)
{
	struct err err;
	struct cJSON *json = json_parse(text, strlen(text), &err);

	CHECK(json);
	return json;
}

static void
check_why(const char *status, const char *expected)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_LINE), out = BUF_INIT(BUF_MAX_LINE);
	struct cJSON *operation;

	buf_printf(&text, "{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"cluster\":\"prd\"},\"status\":{%s}}", status);
	operation = parse(buf_str(&text));
	why_print(operation, "straitctl", instant_parse("2026-01-28T18:30:00Z"), &out);
	CHECK_TEXT(buf_str(&out), expected);
	json_free(operation);
}

static void
a_closed_gate(void **state)
{
	(void)state;
	check_why("\"phase\":\"Frozen\",\"progress\":\"3/9\",\"nodesHeldDown\":[\"db-b-3\"],\"conditions\":["
	    "{\"type\":\"Ready\",\"status\":\"False\",\"reason\":\"GateClosed\",\"message\":\"x\"},"
	    "{\"type\":\"GateOpen\",\"status\":\"False\",\"reason\":\"GateClosed\","
	    "\"message\":\"db-c-2 down since 18:02, as db-a-1 sees it\",\"lastTransitionTime\":\"2026-01-28T18:02:00Z\"}]",
	    "roll on prd is Frozen since 2026-01-28 18:02:00Z (28m)\n"
	    "  why      db-c-2 down since 18:02, as db-a-1 sees it\n"
	    "  means    GateClosed: The ring cannot bear another node down.\n"
	    "  do       Bring back the node that the message names; the operation goes on by itself.\n"
	    "  progress 3/9\n"
	    "  down     db-b-3\n");
}

/* The condition Ready is as old as the operation; the phase is not. */
static void
an_approval(void **state)
{
	(void)state;
	check_why("\"phase\":\"AwaitingApproval\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\","
	    "\"reason\":\"AwaitingApproval\",\"message\":\"approve 1.canary, plan 4b\","
	    "\"lastTransitionTime\":\"2026-01-28T10:00:00Z\"}],\"transitions\":[{\"seq\":3,\"what\":\"Phase\","
	    "\"time\":\"2026-01-28T18:29:00.000000Z\",\"message\":\"AwaitingApproval: approve\"}]",
	    "roll on prd is AwaitingApproval since 2026-01-28 18:29:00Z (60s)\n"
	    "  why      approve 1.canary, plan 4b\n"
	    "  means    AwaitingApproval: The workflow wants a person's word before it goes on; no node is held down.\n"
	    "  do       Look at what was done; then run the kubectl patch that the message tells, or cancel.\n"
	    "  by       straitctl job approve roll\n");
}

static void
a_step_at_work(void **state)
{
	(void)state;
	check_why("\"phase\":\"Running\",\"current\":\"scylla-drain db-a-1\",\"conditions\":[{\"type\":\"Ready\","
	    "\"status\":\"False\",\"reason\":\"Progressing\",\"message\":\"db-a-1: asked to drain\"}],"
	    "\"transitions\":[{\"seq\":1,\"what\":\"Start\",\"task\":\"scylla-drain\",\"node\":\"db-a-1\","
	    "\"time\":\"2026-01-28T18:29:30.000000Z\"}]",
	    "roll on prd is Running\n"
	    "  why      db-a-1: asked to drain\n"
	    "  means    Progressing: Steps are being carried out.\n"
	    "  at       scylla-drain db-a-1, for 30s\n");
}

static void
a_failure_that_keeps_the_cluster(void **state)
{
	(void)state;
	check_why("\"phase\":\"Failed\",\"nodesHeldDown\":[\"db-b-3\",\"db-b-4\"],\"keepsCluster\":true,\"recentErrors\":["
	    "{\"time\":\"2026-01-28T18:00:00Z\",\"node\":\"db-b-3\",\"message\":\"scylla-drain: no\",\"remedy\":\"Look.\"}],"
	    "\"conditions\":[{\"type\":\"JournalDurable\",\"status\":\"False\",\"reason\":\"JournalAtRisk\","
	    "\"message\":\"no AOF\"}]",
	    "roll on prd is Failed\n"
	    "  by       straitctl job retry roll\n"
	    "  down     db-b-3, db-b-4; no other operation begins on the cluster until this is retried, acknowledged or "
	    "cancelled\n"
	    "  error    2026-01-28T18:00:00Z  db-b-3 scylla-drain: no\n"
	    "  do       Look.\n"
	    "  besides  no AOF\n"
	    "  do       Set appendonly yes, appendfsync always and maxmemory-policy noeviction.\n");
}

static void
nobody_has_looked(void **state)
{
	(void)state;
	check_why("\"observedGeneration\":-1", "roll on prd is not looked at yet: is strait-controller running?\n");
}

static const char trail[] =
    "[[\"1769624942441-0\",[\"seq\",\"2\",\"epoch\",\"1\",\"text\",\"1.1/db-a-1: drain intended (/x)\"]],"
    "[\"1769624943000-1\",[\"seq\",\"3\",\"epoch\",\"2\",\"text\",\"1.1/db-a-1: drain answered\"]]]";

static void
the_journal_is_told_in_order(void **state)
{
	CLEANUP_JSON struct cJSON *json = parse(trail);
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);
	struct err err;

	(void)state;
	CHECK_INT(timeline_of_trail(json, false, &out, &err), 0);
	CHECK_TEXT(buf_str(&out),
	    "(what came before number 2 is not in the journal any more)\n"
	    "2026-01-28 18:29:02.441Z 1.1/db-a-1: drain intended (/x)\n"
	    "2026-01-28 18:29:03.000Z (taken over: epoch 2)\n"
	    "2026-01-28 18:29:03.000Z 1.1/db-a-1: drain answered\n");
	buf_clear(&out);
	CHECK_INT(timeline_of_trail(json, true, &out, &err), 0);
	CHECK_CONTAINS(buf_str(&out),
	    "[{\"time\":\"2026-01-28T18:29:02.441000Z\",\"seq\":2,\"epoch\":1,\"text\":\"1.1/db-a-1: drain");
}

static void
what_is_no_trail_is_refused(void **state)
{
	static const char *const cases[] = {"{}", "[1]", "[[\"1-0\"]]", "[[\"1-0\",[\"seq\"]]]", "[[\"1-0\",[\"seq\",[]]]]"};
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_JSON struct cJSON *json = parse(cases[i]);

		CHECK_INT(timeline_of_trail(json, false, &out, &err), -1);
		CHECK_CONTAINS(err.text, "the audit trail");
	}
}

static void
without_it_the_status_and_the_events_are_told(void **state)
{
	CLEANUP_JSON struct cJSON *operation = parse("{\"status\":{\"phase\":\"Failed\","
	    "\"transitions\":[{\"seq\":7,\"what\":\"Start\","
	    "\"task\":\"t\",\"node\":\"n\",\"step\":\"1.1\",\"time\":\"2026-01-28T18:29:30.000000Z\"}],\"recentErrors\":["
	    "{\"time\":\"2026-01-28T18:29:40Z\",\"node\":\"n\",\"message\":\"broken\"}]}}");
	CLEANUP_JSON struct cJSON *events = parse("{\"items\":[{\"eventTime\":\"2026-01-28T18:29:35.500000Z\","
	    "\"reason\":\"Started\","
	    "\"message\":\"go\"},{\"firstTimestamp\":\"2026-01-28T18:29:00Z\",\"reason\":\"Early\",\"message\":\"first\"}]}");
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

	(void)state;
	timeline_of_status(operation, events, &out);
	CHECK_TEXT(buf_str(&out),
	    "2026-01-28 18:29:00.000Z Event Early: first\n"
	    "2026-01-28 18:29:30.000Z n t: Start\n"
	    "2026-01-28 18:29:35.500Z Event Started: go\n"
	    "2026-01-28 18:29:40.000Z Error n broken\n");
}

static void
clusters_are_a_table(void **state)
{
	CLEANUP_JSON struct cJSON *list = parse("{\"items\":[{\"metadata\":{\"name\":\"stg\",\"creationTimestamp\":"
	    "\"2026-01-28T18:29:00Z\"}},{\"metadata\":{\"name\":\"prd\","
	    "\"creationTimestamp\":\"2026-01-27T18:30:00Z\"},\"status\":{"
	    "\"nodes\":\"6/6\",\"version\":\"2025.1\",\"zones\":3,\"operation\":\"roll\",\"queued\":2,"
	    "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"message\":\"6 nodes\"}]}}]}");
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

	(void)state;
	clusters_print(list, false, instant_parse("2026-01-28T18:30:00Z"), &out);
	CHECK_TEXT(buf_str(&out),
	    "NAME   READY     NODES   VERSION   ZONES   OPERATION   QUEUED   AGE   WHY\n"
	    "prd    True      6/6     2025.1    3       roll        2        24h   -\n"
	    "stg    Unknown   -       -         0       -           0        60s   nobody has looked at it yet\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_gate),
		cmocka_unit_test(an_approval),
		cmocka_unit_test(a_step_at_work),
		cmocka_unit_test(a_failure_that_keeps_the_cluster),
		cmocka_unit_test(nobody_has_looked),
		cmocka_unit_test(the_journal_is_told_in_order),
		cmocka_unit_test(what_is_no_trail_is_refused),
		cmocka_unit_test(without_it_the_status_and_the_events_are_told),
		cmocka_unit_test(clusters_are_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
