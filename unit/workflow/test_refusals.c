/* Everything that plan_compile() refuses, with the exact sentence. */
#include "check.h"
#include "fakes.h"

#define NODE_STEP(step) "[{\"eachNode\":{\"steps\":[" step "]}}]"
#define NODE_PLACE "workflow roll, spec.steps[0].eachNode.steps[0]"

static const char *const steps[][2] = {
	{NODE_STEP("{\"task\":\"scylla-drian\"}"), NODE_PLACE ": unknown task type \"scylla-drian\"; did you mean "
	    "\"scylla-drain\"?"},
	{NODE_STEP("{\"task\":\"zzz\"}"), NODE_PLACE ": unknown task type \"zzz\"; known: scylla-drain, "
	    "systemd-stop-scylla-server, systemd-stop-service, systemd-start-service, systemd-restart-service, unplug, "
	    "count-things, look"},
	{NODE_STEP("{\"task\":\"is-up-normal\"}"),
	    NODE_PLACE ": is-up-normal is a condition, not a task; it belongs under a step's 'wait'"},
	{NODE_STEP("{\"task\":\"count-things\"}"), NODE_PLACE
	    ": count-things works on the whole cluster; it belongs under clusterTask, or outside eachNode"},
	{"[{\"task\":\"scylla-drain\"}]", "workflow roll, spec.steps[0]: scylla-drain works on one node; it belongs "
	    "under nodeTask, or inside eachNode"},
	{NODE_STEP("{\"wait\":[{\"condition\":\"is-up-norml\"}]}"), NODE_PLACE ".wait[0]: unknown condition "
	    "\"is-up-norml\"; did you mean \"is-up-normal\"?"},
	{NODE_STEP("{\"wait\":[{\"condition\":\"look\"}]}"),
	    NODE_PLACE ".wait[0]: look is a task, not a condition; it is a step of its own"},
	{NODE_STEP("{\"task\":\"systemd-start-service\"}"),
	    NODE_PLACE ".with.service: missing; expected a string (the unit's name)"},
	{NODE_STEP("{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"\"}}"),
	    NODE_PLACE ".with.service: missing; expected a string (the unit's name)"},
	{NODE_STEP("{\"task\":\"systemd-start-service\",\"with\":{\"servce\":\"s\"}}"), NODE_PLACE ".with: "
	    "systemd-start-service has no parameter \"servce\"; did you mean \"service\"? Known: service"},
	{NODE_STEP("{\"task\":\"scylla-drain\",\"with\":{\"x\":1}}"),
	    NODE_PLACE ".with: scylla-drain has no parameter \"x\"; there is none"},
	{"[{\"task\":\"count-things\",\"with\":{\"most\":11}}]",
	    "workflow roll, spec.steps[0].with.most: expected an integer from 1 to 10, got \"11\""},
	{"[{\"task\":\"count-things\",\"with\":{\"most\":\"1e1\"}}]",
	    "workflow roll, spec.steps[0].with.most: expected an integer from 1 to 10, got \"1e1\""},
	{"[{\"task\":\"count-things\",\"with\":{\"most\":1,\"least\":1}}]",
	    "workflow roll, spec.steps[0].with.least: expected an integer of 2 or more, got \"1\""},
	{"[{\"task\":\"count-things\",\"with\":{\"most\":1,\"within\":\"2h\"}}]", "workflow roll, spec.steps[0].with."
	    "within: expected a duration such as 90s or 1h30m from 1s to 1h, got \"2h\""},
	{"[{\"task\":\"count-things\",\"with\":{\"most\":1,\"within\":90}}]", "workflow roll, spec.steps[0].with."
	    "within: expected a duration such as 90s or 1h30m from 1s to 1h, got \"90\""},
	{"[{\"task\":\"count-things\",\"with\":{\"most\":1,\"force\":\"yes\"}}]",
	    "workflow roll, spec.steps[0].with.force: expected true or false, got \"yes\""},
	{"[{\"task\":\"count-things\",\"with\":{\"most\":1,\"near\":\"db-d-1\"}}]", "workflow roll, spec.steps[0].with."
	    "near: the cluster has no node \"db-d-1\"; did you mean \"db-a-1\"? Known: db-a-1, db-a-2, db-b-1, db-b-2, "
	    "db-c-1, db-c-2"},
	{NODE_STEP("{\"task\":\"scylla-drain\",\"timeout\":\"soon\"}"),
	    NODE_PLACE ".timeout: expected a duration such as 90s or 1h30m of 1ms or more, got \"soon\""},
	{NODE_STEP("{\"wait\":[{\"condition\":\"is-up-normal\",\"pollInterval\":\"10ms\"}]}"), NODE_PLACE ".wait[0]."
	    "pollInterval: expected a duration such as 90s or 1h30m of 100ms or more, got \"10ms\""},
	{NODE_STEP("{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"5m\",\"timeout\":\"1m\"}]}"),
	    NODE_PLACE ".wait[0].successWindow: 5m can never be over within the timeout, 1m"},
	{NODE_STEP("{\"task\":\"scylla-drain\",\"timeout\":\"+x+\"}"),
	    NODE_PLACE ".timeout: roll has no variable \"x\"; there is none"},
	{NODE_STEP("{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"a+b\"}}"),
	    NODE_PLACE ".with.service: a \"+\" begins a +variable+; for a plus write \"++\""},
	{"[{\"eachNode\":{\"concurrencyLimit\":3,\"steps\":[{\"task\":\"scylla-drain\"}]}}]", "workflow roll, spec."
	    "steps[0].eachNode.concurrencyLimit: 3 nodes at once, but the TargetCluster's limits.maxNodesDown is 2; lower "
	    "one or raise the other"},
};

static void
check_refusal(const struct workflow *w, const struct plan_input *input, const char *expected)
{
	struct err err = {""};
	struct plan *plan = plan_compile(w, input, &err);

	if (plan)
		CHECK_FAIL("accepted, but expected: %s", expected);
	CHECK_TEXT(err.text, expected);
}

static void
bad_steps_are_refused_with_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct plan_input input = fake_input();
		struct workflow *w = fake_steps(steps[i][0]);

		input.max_nodes_down = 2;
		check_refusal(w, &input, steps[i][1]);
		workflow_free(w);
	}
}

#define VARIABLES "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"steps\":[{\"task\":\"look\",\"timeout\":\"+d+\"}]," \
	"\"variables\":[{\"name\":\"d\",\"type\":\"duration\",\"default\":\"5s\"},{\"name\":\"i\",\"type\":\"integer\"}," \
	"{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"known_node\",\"type\":\"node\"},{\"name\":\"s\",\"type\":" \
	"\"string\",\"required\":true,\"description\":\"what it is for\"}]}}"

static const struct {
	const char *name, *value, *text;
} variables[] = {
	{"knwon_node", "x", "spec.variables: w has no variable \"knwon_node\"; did you mean \"known_node\"? Known: d, i, b, "
	    "known_node, s"},
	{"i", "1", "spec.variables.s: missing; w needs it (a string: what it is for)"},
	{"i", "three", "spec.variables.i: expected an integer, got \"three\""},
	{"i", "1234567890123456", "spec.variables.i: expected an integer, got \"1234567890123456\""},
	{"b", "1", "spec.variables.b: expected true or false, got \"1\""},
	{"d", "5", "spec.variables.d: expected a duration such as 90s or 1h30m, got \"5\""},
	{"known_node", "db-b-3", "spec.variables.known_node: the cluster has no node \"db-b-3\"; did you mean \"db-b-1\"? "
	    "Known: db-a-1, db-a-2, db-b-1, db-b-2, db-c-1, db-c-2"},
};

static void
bad_variables_are_refused(void **state)
{
	struct workflow *w = fake_workflow(VARIABLES);

	(void)state;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		struct plan_input input = fake_input();
		char name[32], value[32];
		struct plan_value given = {.name = name, .text = value};

		snprintf(name, sizeof name, "%s", variables[i].name);
		snprintf(value, sizeof value, "%s", variables[i].value);
		input.variables = &given;
		input.nvariables = 1;
		check_refusal(w, &input, variables[i].text);
	}
	workflow_free(w);
}

static void
a_bad_default_is_the_workflows_fault(void **state)
{
	struct plan_input input = fake_input();
	struct workflow *w = fake_workflow("{\"metadata\":{\"name\":\"w\"},\"spec\":{\"steps\":[{\"task\":\"look\"}],"
	    "\"variables\":[{\"name\":\"n\",\"type\":\"node\",\"default\":\"zzz\"}]}}");

	(void)state;
	check_refusal(w, &input, "workflow w, the default of variable n: the cluster has no node \"zzz\"; known: db-a-1, "
	    "db-a-2, db-b-1, db-b-2, db-c-1, db-c-2");
	workflow_free(w);
}

static void
bad_targets_are_refused(void **state)
{
	char zone[] = "east/d", node[] = "db-b-22", good[] = "east/a";
	char *zones[] = {good, zone}, *nodes[] = {node};
	struct plan_input by_zone = fake_input(), by_node = fake_input(), none = fake_input();
	struct workflow *w = fake_steps(NODE_STEP("{\"task\":\"look\"}"));

	(void)state;
	by_zone.zones = zones;
	by_zone.nzones = 2;
	by_node.targets = nodes;
	by_node.ntargets = 1;
	none.nnodes = 0;
	check_refusal(w, &by_zone, "spec.targets.zones[1]: the cluster has no zone \"east/d\"; did you mean \"east/a\"? "
	    "Known: east/a, east/b, east/c");
	check_refusal(w, &by_node, "spec.targets.nodes[0]: the cluster has no node \"db-b-22\"; did you mean \"db-b-2\"? "
	    "Known: db-a-1, db-a-2, db-b-1, db-b-2, db-c-1, db-c-2");
	check_refusal(w, &none, "no node of the cluster is known yet");
	workflow_free(w);
}

static void
what_leaves_no_target_is_refused(void **state)
{
	char b[] = "east/b", node[] = "db-a-1", nobody[] = "db-a-3";
	char *excludes[] = {b, node}, *wrong[] = {nobody};
	bool unfit[FAKE_NODES] = {false};
	struct plan_input input = fake_input();
	struct workflow *w = fake_steps(NODE_STEP("{\"task\":\"look\"}"));
	struct err err = {""};
	struct plan *plan;

	(void)state;
	input.excludes = excludes;
	input.nexcludes = 2;
	for (size_t i = 0; i < FAKE_NODES; i++)
		unfit[i] = strcmp(fake_nodes[i].name, "db-c-1") == 0;
	input.unfit = unfit;
	plan = plan_compile(w, &input, &err);
	if (!plan)
		CHECK_FAIL("%s", err.text);
	CHECK_INT(plan->blocks[0].nlanes, 2);
	CHECK_TEXT(plan->nodes[plan->blocks[0].lanes[0]].name, "db-a-2");
	CHECK_TEXT(plan->nodes[plan->blocks[0].lanes[1]].name, "db-c-2");
	plan_free(plan);
	for (size_t i = 0; i < FAKE_NODES; i++)
		unfit[i] = true;
	check_refusal(w, &input, "spec.targets: of 6 nodes none is left; nothing is to be done, or what is excluded or asked "
	    "for "
	    "is more than was meant");
	input.excludes = wrong;
	input.nexcludes = 1;
	check_refusal(w, &input, "spec.targets.exclude[0]: the cluster has no node and no zone \"db-a-3\"; did you mean "
	    "\"db-a-1\"? Known: db-a-1, db-a-2, db-b-1, db-b-2, db-c-1, db-c-2");
	workflow_free(w);
}

static void
two_nodes_of_one_name_are_refused(void **state)
{
	struct plan_node twins[2] = {fake_nodes[0], fake_nodes[1]};
	struct plan_input input = fake_input();
	struct workflow *w = fake_steps(NODE_STEP("{\"task\":\"look\"}"));

	(void)state;
	twins[1].name = twins[0].name;
	input.nodes = twins;
	input.nnodes = 2;
	check_refusal(w, &input, "two nodes of the cluster are called \"db-c-2\", 10.0.0.1 and 10.0.0.6; give each its own "
	    "name under the TargetCluster's spec.nodes");
	workflow_free(w);
}

static void
what_a_safe_roll_needs_must_be_there(void **state)
{
	const struct reconciler *const no_condition[] = {fake_types[0], fake_types[4], NULL};
	const struct reconciler *const no_restart[] = {fake_types[0], fake_types[8], NULL};
	struct plan_input input = fake_input();
	struct workflow *w = fake_steps(NODE_STEP("{\"task\":\"scylla-drain\"}"));

	(void)state;
	input.types = no_restart;
	check_refusal(w, &input, "there is no task type systemd-restart-service, which brings back what a step takes down");
	workflow_free(w);
	w = fake_steps(NODE_STEP("{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\",\"with\":{\"service\":"
	    "\"s\"}}"));
	input.types = no_condition;
	check_refusal(w, &input, "there is no condition is-up-normal, which every node that was taken down must meet");
	workflow_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_steps_are_refused_with_their_place),
		cmocka_unit_test(bad_variables_are_refused),
		cmocka_unit_test(a_bad_default_is_the_workflows_fault),
		cmocka_unit_test(bad_targets_are_refused),
		cmocka_unit_test(what_leaves_no_target_is_refused),
		cmocka_unit_test(two_nodes_of_one_name_are_refused),
		cmocka_unit_test(what_a_safe_roll_needs_must_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
