#include "check.h"
#include "fakes.h"
#include "json.h"

static const struct refusal {
	const char *spec;
	const char *text;
} refusals[] = {
	{"{}", "spec.steps: missing; expected a list"},
	{"[]", "spec: expected an object, got []"},
	{"{\"steps\":[]}", "spec.steps: does nothing; expected at least one step"},
	{"{\"steps\":[3]}", "spec.steps[0]: expected an object, got 3"},
	{"{\"stepz\":[]}", "spec.stepz: unknown field; did you mean \"steps\"?"},
	{"{\"steps\":[{\"taks\":\"a\"}]}", "spec.steps[0].taks: unknown field; did you mean \"task\"?"},
	{"{\"steps\":[{}]}", "spec.steps[0]: exactly one of eachNode, task, wait, approval and workflow must be set"},
	{"{\"steps\":[{\"task\":\"a\",\"wait\":[]}]}",
	    "spec.steps[0]: exactly one of eachNode, task, wait, approval and workflow must be set"},
	{"{\"steps\":[{\"task\":3}]}", "spec.steps[0].task: expected a string, got 3"},
	{"{\"steps\":[{\"task\":\"\"}]}", "spec.steps[0].task: expected a string, got \"\""},
	{"{\"steps\":[{\"task\":\"a\",\"retries\":-1}]}",
	    "spec.steps[0].retries: expected an integer from 0 to 100, got -1"},
	{"{\"steps\":[{\"task\":\"a\",\"with\":[1]}]}", "spec.steps[0].with: expected an object, got [1]"},
	{"{\"steps\":[{\"task\":\"a\",\"with\":{\"x\":1.5}}]}",
	    "spec.steps[0].with.x: expected a string, an integer or a boolean, got 1.5"},
	{"{\"steps\":[{\"task\":\"a\",\"with\":{\"x\":{\"y\":1}}}]}",
	    "spec.steps[0].with.x: expected a string, an integer or a boolean, got {\"y\":1}"},
	{"{\"steps\":[{\"task\":\"a\",\"with\":{\"x\":null}}]}",
	    "spec.steps[0].with.x: expected a string, an integer or a boolean, got null"},
	{"{\"steps\":[{\"wait\":[]}]}", "spec.steps[0].wait: waits for nothing; expected at least one condition"},
	{"{\"steps\":[{\"wait\":[1,2,3,4,5,6,7,8,9]}]}",
	    "spec.steps[0].wait: more than 8 conditions; wait in two steps"},
	{"{\"steps\":[{\"wait\":[{}]}]}", "spec.steps[0].wait[0].condition: missing; expected a string"},
	{"{\"steps\":[{\"wait\":[{\"condition\":\"c\",\"window\":\"1s\"}]}]}",
	    "spec.steps[0].wait[0].window: unknown field"},
	{"{\"steps\":[{\"wait\":[{\"condition\":\"c\",\"timeout\":5}]}]}",
	    "spec.steps[0].wait[0].timeout: expected a string, got 5"},
	{"{\"steps\":[{\"wait\":[{\"condition\":\"c\"}],\"retries\":1}]}",
	    "spec.steps[0]: with, retries, retryBackoff, timeout and impact belong to a task; a condition has its own"},
	{"{\"steps\":[{\"task\":\"a\"},{\"eachNode\":{\"steps\":[]}}]}",
	    "spec.steps[1].eachNode.steps: does nothing; expected at least one step"},
	{"{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"a\"}]},\"task\":\"b\"}]}",
	    "spec.steps[0]: eachNode stands alone; what its nodes do goes under its 'steps'"},
	{"{\"steps\":[{\"eachNode\":{\"steps\":[{\"eachNode\":{}}]}}]}",
	    "spec.steps[0].eachNode.steps[0].eachNode: unknown field"},
	{"{\"steps\":[{\"eachNode\":{\"true\":\"targets\",\"steps\":[{\"task\":\"a\"}]}}]}",
	    "spec.steps[0].eachNode.true: unknown field"},
	{"{\"steps\":[{\"eachNode\":{\"nodes\":\"al\",\"steps\":[{\"task\":\"a\"}]}}]}",
	    "spec.steps[0].eachNode.nodes: expected targets, others, all, a list of nodes' or zones' names, or a +variable+, "
	    "got \"al\""},
	{"{\"steps\":[{\"eachNode\":{\"concurrencyUnit\":\"shelf\",\"steps\":[{\"task\":\"a\"}]}}]}",
	    "spec.steps[0].eachNode.concurrencyUnit: expected zone, datacenter, all, zonal, rack or global, got "
	    "\"shelf\""},
	{"{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":\"x\",\"steps\":[{\"task\":\"a\"}]}}]}",
	    "spec.steps[0].eachNode.concurrencyLimit: expected an integer from 1 to 1000, or a percentage such as "
	    "\"20%\", got \"x\""},
	{"{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":0,\"steps\":[{\"task\":\"a\"}]}}]}",
	    "spec.steps[0].eachNode.concurrencyLimit: expected an integer from 1 to 1000, or a percentage such as "
	    "\"20%\", got 0"},
	{"{\"steps\":[{\"task\":\"a\"}],\"variables\":{}}", "spec.variables: expected a list, got {}"},
	{"{\"steps\":[{\"task\":\"a\"}],\"variables\":[{\"name\":\"v\"}]}",
	    "spec.variables[0].type: missing; expected string, integer, boolean, duration, node, zone or list"},
	{"{\"steps\":[{\"task\":\"a\"}],\"variables\":[{\"name\":\"v\",\"type\":\"float\"}]}",
	    "spec.variables[0].type: expected string, integer, boolean, duration, node, zone or list, got \"float\""},
	{"{\"steps\":[{\"task\":\"a\"}],\"variables\":[{\"name\":\"9v\",\"type\":\"node\"}]}",
	    "spec.variables[0].name: expected letters, digits, '_' and '-', beginning with a letter or '_', got \"9v\""},
	{"{\"steps\":[{\"task\":\"a\"}],\"variables\":[{\"name\":\"v\",\"type\":\"node\",\"required\":\"yes\"}]}",
	    "spec.variables[0].required: expected true or false, got \"yes\""},
	{"{\"steps\":[{\"task\":\"a\"}],\"variables\":[{\"name\":\"v\",\"type\":\"node\",\"default\":[]}]}",
	    "spec.variables[0].default: expected a node's name, got []"},
	{"{\"steps\":[{\"task\":\"a\"}],\"variables\":[{\"name\":\"v\",\"type\":\"node\",\"required\":true,"
	    "\"default\":\"n\"}]}", "spec.variables[0]: a required variable takes no default"},
	{"{\"steps\":[{\"task\":\"a\"}],\"variables\":[{\"name\":\"v\",\"type\":\"node\"},{\"name\":\"v\","
	    "\"type\":\"node\"}]}", "spec.variables[1].name: \"v\" is the name of variables[0] too"},
};

static void
bad_workflows_are_refused_with_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		char text[512], expected[512];
		struct err err = {""};
		struct cJSON *json;

		snprintf(text, sizeof text, "{\"metadata\":{\"name\":\"w\"},\"spec\":%s}", refusals[i].spec);
		snprintf(expected, sizeof expected, "workflow w, %s", refusals[i].text);
		json = json_parse(text, strlen(text), NULL);
		CHECK(json);
		CHECK(!workflow_decode(json, &err));
		CHECK_TEXT(err.text, expected);
		json_free(json);
	}
}

static void
a_workflow_needs_a_name(void **state)
{
	struct err err = {""};
	CLEANUP_JSON struct cJSON *json = json_parse("{\"spec\":{}}", 11, NULL);

	(void)state;
	CHECK(!workflow_decode(json, &err));
	CHECK_TEXT(err.text, "metadata.name: missing; expected a string");
}

static void
consecutive_cluster_steps_are_one_block(void **state)
{
	struct workflow *w = fake_steps("[{\"task\":\"a\"},{\"wait\":[{\"condition\":\"c\",\"with\":{\"x\":true},"
	    "\"successWindow\":\"1m\"}]},{\"eachNode\":{\"concurrencyUnit\":\"datacenter\",\"concurrencyLimit\":3,"
	    "\"steps\":[{\"task\":\"b\",\"with\":{\"n\":7},\"retries\":0,\"timeout\":\"1m\"}]}},"
	    "{\"eachNode\":{\"steps\":[{\"task\":\"c\"}]}},{\"task\":\"d\"}]");

	(void)state;
	CHECK_TEXT(w->name, "roll");
	CHECK_INT(w->nblocks, 4);
	CHECK_INT(w->blocks[0].nsteps, 2);
	CHECK(!w->blocks[0].each_node);
	CHECK_TEXT(w->blocks[0].steps[0].place, "workflow roll, spec.steps[0]");
	CHECK_INT(w->blocks[0].steps[0].retries, -1);
	CHECK(!w->blocks[0].steps[1].task);
	CHECK_TEXT(w->blocks[0].steps[1].conditions[0].with[0].text, "true");
	CHECK_TEXT(w->blocks[0].steps[1].conditions[0].success_window, "1m");
	CHECK(!w->blocks[0].steps[1].conditions[0].timeout);
	CHECK(w->blocks[1].each_node);
	CHECK_INT(w->blocks[1].unit, WORKFLOW_UNIT_DATACENTER);
	CHECK_INT(w->blocks[1].limit.count, 3);
	CHECK_TEXT(w->blocks[1].steps[0].with[0].text, "7");
	CHECK_INT(w->blocks[1].steps[0].retries, 0);
	CHECK_TEXT(w->blocks[1].steps[0].place, "workflow roll, spec.steps[2].eachNode.steps[0]");
	CHECK_INT(w->blocks[2].unit, WORKFLOW_UNIT_ZONE);
	CHECK_INT(w->blocks[2].limit.count, 1);
	CHECK_INT(w->blocks[3].nsteps, 1);
	workflow_free(w);
}

static void
a_single_task_is_a_workflow(void **state)
{
	struct err err = {""};
	struct workflow *w = workflow_of_task("scylla-drain", "{\"a\":\"x+y\",\"b\":3}", true, &err);

	(void)state;
	CHECK(w);
	CHECK_TEXT(w->name, "node-task scylla-drain");
	CHECK_INT(w->nblocks, 1);
	CHECK(w->blocks[0].each_node);
	CHECK_TEXT(w->blocks[0].steps[0].place, "spec.nodeTask");
	CHECK_TEXT(w->blocks[0].steps[0].with[0].text, "x++y");
	CHECK_TEXT(w->blocks[0].steps[0].with[1].text, "3");
	workflow_free(w);
	CHECK(!workflow_of_task("t", "{\"a\":{}}", false, &err));
	CHECK_TEXT(err.text, "spec.clusterTask.with.a: expected a string, an integer or a boolean, got {}");
	CHECK(!workflow_of_task("t", "[3]", true, &err));
	CHECK_TEXT(err.text, "spec.nodeTask.with: expected an object, got [3]");
	CHECK(!workflow_of_task("t", "", true, &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_workflows_are_refused_with_their_place),
		cmocka_unit_test(a_workflow_needs_a_name),
		cmocka_unit_test(consecutive_cluster_steps_are_one_block),
		cmocka_unit_test(a_single_task_is_a_workflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
