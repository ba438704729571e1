#include "check.h"
#include "json.h"
#include "object_kit.h"
#include "operation.h"

static void
check_journal_knobs(const struct operation *op)
{
	CHECK_INT(op->ttl_seconds, 3600);
	CHECK(op->delete_finished && op->holds_nodes);
	CHECK_TEXT(op->rebuild_journal, "u");
	CHECK_INT(op->told->nnodes, 2);
	CHECK(op->told->nodes[0].held && !op->told->nodes[1].held);
	CHECK_TEXT(op->told->nodes[1].state, "failed");
	CHECK_INT(op->told->total, 5);
	CHECK_INT(op->told->waiting, 2);
}

static void
everything_is_read(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"cluster\":\"c\",\"workflow\":\"w\",\"variables\":{\"s\":\"3\","
	    "\"i\":3,\"b\":true,\"big\":-9007199254740991},\"targets\":{\"zones\":[\"e/1\",\"e/2\"]},\"owner\":\"me\","
	    "\"suspend\":true,\"cancel\":true,\"retry\":2,\"skip\":[{\"node\":\"n7\",\"reason\":\"disk\"}],"
	    "\"urgent\":true,\"acknowledge\":\"known\",\"rebuildJournal\":\"u\",\"ttlSecondsAfterFinished\":3600,"
	    "\"deleteAfterFinished\":true}",
	    "{\"nodes\":[{\"name\":\"n1\",\"state\":\"running\"},{\"name\":\"n2\",\"state\":\"failed\"}],"
	    "\"counts\":{\"total\":5,\"done\":1,\"running\":1,\"failed\":1,\"waiting\":2},"
	    "\"phase\":\"Running\",\"observedGeneration\":5,\"journal\":{\"epoch\":3,\"seq\":9},\"conditions\":[{"
	    "\"type\":\"Ready\"}],\"planHash\":\"abc\",\"startTime\":\"1970-01-01T00:00:01Z\",\"completionTime\":"
	    "\"1970-01-01T00:00:02Z\",\"retryObserved\":1,"
	    "\"nodesHeldDown\":[\"n1\"]}");
	struct operation *op = operation_decode(json, NULL);

	(void)state;
	CHECK(op);
	CHECK_TEXT(op->meta.name, "n");
	CHECK_TEXT(op->cluster, "c");
	CHECK_TEXT(op->workflow, "w");
	CHECK(!op->node_task && !op->cluster_task);
	CHECK_TEXT(op->with, "{}");
	CHECK_INT(op->nvariables, 4);
	CHECK_TEXT(op->variables[0].text, "3");
	CHECK_INT(op->variables[0].type, 's');
	CHECK_TEXT(op->variables[1].text, "3");
	CHECK_INT(op->variables[1].type, 'i');
	CHECK_TEXT(op->variables[2].text, "true");
	CHECK_INT(op->variables[2].type, 'b');
	CHECK_TEXT(op->variables[3].text, "-9007199254740991");
	CHECK_INT(op->nzones, 2);
	CHECK_TEXT(op->zones[1], "e/2");
	CHECK_INT(op->nnodes, 0);
	CHECK_TEXT(op->owner, "me");
	CHECK(op->suspend && op->cancel);
	CHECK_INT(op->retry, 2);
	CHECK_INT(op->nskips, 1);
	CHECK_TEXT(op->skips[0].node, "n7");
	CHECK_TEXT(op->skips[0].reason, "disk");
	CHECK_TEXT(op->phase, "Running");
	CHECK_INT(op->observed_generation, 5);
	CHECK_INT(op->journal_epoch, 3);
	CHECK_INT(op->journal_seq, 9);
	CHECK_TEXT(op->conditions, "[{\"type\":\"Ready\"}]");
	CHECK_TEXT(op->plan_hash, "abc");
	CHECK_INT(op->start_ms, 1000);
	CHECK_INT(op->completion_ms, 2000);
	CHECK_INT(op->retry_seen, 1);
	CHECK(op->urgent);
	CHECK_TEXT(op->acknowledge, "known");
	check_journal_knobs(op);
	/* As a build wrote it that had no keepsCluster. */
	CHECK(op->keeps_cluster);
	operation_free(op);
}

static void
a_new_one_has_no_status(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"cluster\":\"c\",\"nodeTask\":{\"type\":\"t\","
	    "\"impact\":\"none\",\"with\":{\"a\":1,"
	    "\"b\":\"x\"}},\"targets\":{\"nodes\":[\"n1\"]},\"owner\":\"\"}", "{\"observedGeneration\":-1}");
	struct operation *op = operation_decode(json, NULL);

	(void)state;
	CHECK(op);
	CHECK_TEXT(op->node_task, "t");
	CHECK_TEXT(op->impact, "none");
	CHECK_TEXT(op->with, "{\"a\":1,\"b\":\"x\"}");
	CHECK_TEXT(op->nodes[0], "n1");
	CHECK(!op->owner && !op->suspend && !op->cancel && !op->urgent && !op->acknowledge && !op->keeps_cluster);
	CHECK_INT(op->ttl_seconds, -1);
	CHECK(!op->delete_finished && !op->holds_nodes);
	CHECK(!op->rebuild_journal && !op->told);
	CHECK_INT(op->retry, 0);
	CHECK_TEXT(op->phase, "");
	CHECK_TEXT(op->plan_hash, "");
	CHECK_TEXT(op->conditions, "[]");
	CHECK_INT(op->observed_generation, -1);
	CHECK_INT(op->start_ms, 0);
	operation_free(op);
}

static void
targets_may_be_told_by_facts(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"exclude\":[\"n1\","
	    "\"e/1\"],\"versionBelow\":\"2025.1.4\",\"startedBefore\":\"1970-01-01T00:00:07Z\",\"uptimeOver\":\"2h\","
	    "\"notDoneBy\":\"m\"}}", "{}");
	struct operation *op = operation_decode(json, NULL);

	(void)state;
	CHECK(op);
	CHECK_INT(op->nexcludes, 2);
	CHECK_TEXT(op->excludes[1], "e/1");
	CHECK_TEXT(op->version_below, "2025.1.4");
	CHECK_INT(op->started_before_ms, 7000);
	CHECK_INT(op->uptime_over_ms, 2 * 3600 * 1000);
	CHECK_TEXT(op->not_done_by, "m");
	operation_free(op);
}

static void
an_unreadable_status_counts_as_never_written(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"cluster\":\"c\",\"clusterTask\":{\"type\":\"t\"}}",
	    "{\"phase\":3,\"conditions\":{},\"journal\":[],\"startTime\":\"soon\"}");
	struct operation *op = operation_decode(json, NULL);

	(void)state;
	CHECK(op);
	CHECK_TEXT(op->cluster_task, "t");
	CHECK_TEXT(op->phase, "");
	CHECK_TEXT(op->conditions, "[]");
	CHECK_INT(op->start_ms, 0);
	operation_free(op);
}

/* As the controller parses what it watches: of lists that few look into no tree is made. */
static void
lists_that_were_cut_read_the_same(void **state)
{
	static const char text[] = "{\"metadata\":{\"name\":\"a\",\"namespace\":\"b\",\"uid\":\"u\",\"resourceVersion\":\"1\"},"
	    "\"spec\":{\"cluster\":\"c\",\"workflow\":\"w\"},\"status\":{\"phase\":\"Running\",\"conditions\":"
	    "[{\"type\":\"Ready\",\"message\":\"a \\\"b\\\"\"}],\"transitions\":[{\"seq\":7,\"message\":\"\\\\\"}]}}";
	static const struct json_cut cuts[] = {{.key = "conditions", .as_text = true}, {.key = "transitions", .as_text = true},
	    {.key = NULL}};
	CLEANUP_JSON struct cJSON *whole = json_of(text), *cut = json_parse_cut(text, strlen(text), cuts, 2, NULL);
	struct operation *a = operation_decode(whole, NULL), *b = operation_decode(cut, NULL);

	(void)state;
	CHECK(a && b);
	CHECK_CONTAINS(a->conditions, "a \\\"b\\\"");
	CHECK_CONTAINS(a->transitions, "\"seq\":7");
	CHECK_TEXT(b->conditions, a->conditions);
	CHECK_TEXT(b->transitions, a->transitions);
	CHECK_TEXT(b->phase, "Running");
	operation_free(a);
	operation_free(b);
}

static void
are_refused(const char *const cases[][2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP_JSON struct cJSON *json = object_of(cases[i][0], NULL);
		struct err err = {""};

		CHECK(!operation_decode(json, &err));
		CHECK_TEXT(err.text, cases[i][1]);
	}
}

static void
bad_specs_are_refused_with_their_place(void **state)
{
	static const char one_of[] = "spec: exactly one of workflow, nodeTask and clusterTask must be set";
	static const char *const cases[][2] = {
		{"3", "spec: expected an object, got 3"},
		{"{}", "spec.cluster: missing; expected a string"},
		{"{\"cluster\":\"\"}", "spec.cluster: expected a string, got \"\""},
		{"{\"cluster\":\"c\"}", one_of},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"nodeTask\":{\"type\":\"t\"}}", one_of},
		{"{\"cluster\":\"c\",\"workflow\":7}", "spec.workflow: expected a string, got 7"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"dryRun\":1}", "spec.dryRun: expected true or false, got 1"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"varables\":{}}",
		    "spec.varables: unknown field; did you mean \"variables\"?"},
		{"{\"cluster\":\"c\",\"nodeTask\":{}}", "spec.nodeTask.type: missing; expected a string"},
		{"{\"cluster\":\"c\",\"nodeTask\":{\"type\":\"t\",\"impact\":\"some\"}}", "spec.nodeTask.impact: expected "
		    "none, "
		    "takesNodeDown, bringsNodeUp or changesTopology, got \"some\""},
		{"{\"cluster\":\"c\",\"nodeTask\":{\"type\":\"t\",\"args\":1}}", "spec.nodeTask.args: unknown field"},
		{"{\"cluster\":\"c\",\"nodeTask\":{\"type\":\"t\",\"with\":[]}}",
		    "spec.nodeTask.with: expected an object, got []"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"variables\":[]}", "spec.variables: expected an object, got []"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"variables\":{\"a\":1.5}}",
		    "spec.variables.a: expected a string, an integer or a boolean, got 1.5"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"variables\":{\"a\":null}}",
		    "spec.variables.a: expected a string, an integer or a boolean, got null"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"variables\":{\"a\":{\"b\":\"a long text that nobody wants to read "
		    "to its very end\"}}}", "spec.variables.a: expected a string, an integer or a boolean, got {\"b\":\"a "
		    "long text that nobody wants to read to its very end\"..."},
		{"{\"cluster\":\"c\",\"nodeTask\":{\"type\":\"t\"},\"variables\":{\"a\":1}}", "spec.variables: variables "
		    "belong to a workflow; a single task's parameters are written under its 'with'"},
		{"{\"cluster\":\"c\",\"clusterTask\":{\"type\":\"t\"},\"targets\":{\"nodes\":[\"n\"]}}",
		    "spec.targets: a clusterTask runs once for the whole cluster and takes no targets"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{}}",
		    "spec.targets: names no node; leave it out to mean all nodes of the cluster"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"nodes\":[]}}",
		    "spec.targets: names no node; leave it out to mean all nodes of the cluster"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"nodes\":[\"n\"],\"zones\":[\"a/b\"]}}",
		    "spec.targets: takes zones or nodes, not both"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"nodes\":[\"n\",4]}}",
		    "spec.targets.nodes[1]: expected a string, got 4"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"zone\":[\"n\"]}}",
		    "spec.targets.zone: unknown field; did you mean \"zones\"?"},
	};

	(void)state;
	are_refused(cases, sizeof cases / sizeof *cases);
}

static void
bad_facts_are_refused_with_their_place(void **state)
{
	static const char *const cases[][2] = {
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"exclude\":[]}}", "spec.targets.exclude: names nobody; "
		    "leave "
		    "it out"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"nodes\":[],\"exclude\":[\"n\"]}}",
		    "spec.targets: names no node; leave it out to mean all nodes of the cluster"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"startedBefore\":\"yesterday\"}}",
		    "spec.targets.startedBefore: expected a moment such as 2026-11-01T00:00:00Z, got \"yesterday\""},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"uptimeOver\":\"long\"}}",
		    "spec.targets.uptimeOver: expected a duration such as 240h, got \"long\""},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"uptimeOver\":7}}",
		    "spec.targets.uptimeOver: expected a string, got 7"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"versionBelow\":\"\"}}",
		    "spec.targets.versionBelow: expected a string, got \"\""},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"versionBelow\":\"newest\"}}",
		    "spec.targets.versionBelow: expected a release such as 2025.1.4, got \"newest\""},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"notDoneBy\":[\"m\"]}}",
		    "spec.targets.notDoneBy: expected a string, got [\"m\"]"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"targets\":{\"notDoneBy\":\"n\"}}",
		    "spec.targets.notDoneBy: names this operation itself; name one that has ended"},
	};

	(void)state;
	are_refused(cases, sizeof cases / sizeof *cases);
}

static void
bad_knobs_are_refused_with_their_place(void **state)
{
	static const char *const cases[][2] = {
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"suspend\":\"true\"}",
		    "spec.suspend: expected true or false, got \"true\""},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"cancel\":null}", "spec.cancel: expected true or false, got null"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"urgent\":1}", "spec.urgent: expected true or false, got 1"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"rebuildJournal\":true}",
		    "spec.rebuildJournal: expected a string, got true"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"ttlSecondsAfterFinished\":59}",
		    "spec.ttlSecondsAfterFinished: expected an integer from 60 to 315360000, got 59"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"deleteAfterFinished\":\"yes\"}",
		    "spec.deleteAfterFinished: expected true or false, got \"yes\""},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"retry\":-1}",
		    "spec.retry: expected an integer of 0 or more, got -1"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"owner\":5}", "spec.owner: expected a string, got 5"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"skip\":{}}", "spec.skip: expected a list, got {}"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"skip\":[{\"node\":\"n\"}]}",
		    "spec.skip[0].reason: missing; expected a string"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"skip\":[{\"node\":\"n\",\"why\":\"x\"}]}",
		    "spec.skip[0].why: unknown field"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"overrides\":[{\"gate\":\"quorum-safe\",\"reason\":\"r\","
		    "\"until\":\"2030-01-01T00:00:00Z\"}]}",
		    "spec.overrides[0]: exactly one of nodes and keyspaces must be set"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"overrides\":[{\"gate\":\"cluster-normal\",\"reason\":\"r\","
		    "\"keyspaces\":[\"k\"],\"until\":\"2030-01-01T00:00:00Z\"}]}",
		    "spec.overrides[0].keyspaces: keyspaces belong to the gate quorum-safe; name nodes for cluster-normal"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"overrides\":[{\"gate\":\"quorum-safe\",\"reason\":\"r\","
		    "\"nodes\":[\"n\"],\"until\":\"noon\"}]}",
		    "spec.overrides[0].until: expected a time in UTC, such as \"2026-01-28T18:00:00Z\", got \"noon\""},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"approvals\":{}}", "spec.approvals: expected a list, got {}"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"approvals\":[{\"step\":\"2.1\"}]}",
		    "spec.approvals[0].planHash: missing; expected a string"},
		{"{\"cluster\":\"c\",\"workflow\":\"w\",\"approvals\":[{\"step\":\"2.1\",\"hash\":\"a\"}]}",
		    "spec.approvals[0].hash: unknown field"},
	};

	(void)state;
	are_refused(cases, sizeof cases / sizeof *cases);
}

static void
an_override_is_read(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"cluster\":\"c\",\"workflow\":\"w\",\"overrides\":[{\"gate\":"
	    "\"quorum-safe\",\"keyspaces\":[\"a\",\"b\"],\"reason\":\"why\",\"until\":\"1970-01-01T00:00:09Z\"}]}", NULL);
	struct operation *op = operation_decode(json, NULL);

	(void)state;
	CHECK(op);
	CHECK_INT(op->noverrides, 1);
	CHECK_TEXT(op->overrides[0].gate, "quorum-safe");
	CHECK_INT(op->overrides[0].nkeyspaces, 2);
	CHECK_TEXT(op->overrides[0].keyspaces[1], "b");
	CHECK_TEXT(op->overrides[0].reason, "why");
	CHECK_INT(op->overrides[0].until_ms, 9000);
	operation_free(op);
}

static void
four_phases_are_final(void **state)
{
	(void)state;
	CHECK(operation_phase_is_final("Succeeded") && operation_phase_is_final("Failed"));
	CHECK(operation_phase_is_final("Cancelled") && operation_phase_is_final("Planned"));
	CHECK(!operation_phase_is_final("Cancelling") && !operation_phase_is_final(""));
	CHECK(!operation_free(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(a_new_one_has_no_status),
		cmocka_unit_test(targets_may_be_told_by_facts),
		cmocka_unit_test(an_unreadable_status_counts_as_never_written),
		cmocka_unit_test(lists_that_were_cut_read_the_same),
		cmocka_unit_test(bad_specs_are_refused_with_their_place),
		cmocka_unit_test(bad_facts_are_refused_with_their_place),
		cmocka_unit_test(bad_knobs_are_refused_with_their_place),
		cmocka_unit_test(an_override_is_read),
		cmocka_unit_test(four_phases_are_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
