/* SCP's YAML: what it becomes, and what it refuses. */
#include "scp.h"

#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "json.h"
#include "source.h"

/* The steps of a text as JSON; or the first finding, "line:column: text". Owned. */
static char *
steps_of(const char *text)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE);
	struct findings findings = {.count = 0};
	struct workflow_source source;

	workflow_source_read(&source, text, strlen(text), "from_a-file", &findings);
	findings_sort(&findings);
	if (findings.count > 0)
		buf_printf(&out, "%d:%d: %s", findings.items[0].mark.line, findings.items[0].mark.column,
		    findings.items[0].text);
	else
		json_print(json_path(source.object, "spec", "steps", NULL), &out);
	findings_done(&findings);
	workflow_source_done(&source);
	return buf_take(&out);
}

static void
it_becomes_the_structured_form(void **state)
{
	static const char *const cases[][2] = {
		/* A tag on nothing: no parameters. Keys beside it are the engine's, or the type's. */
		{"- task: !scylla-drain\n", "[{\"task\":\"scylla-drain\"}]"},
		{"- task: !scylla-drain\n  name: out of traffic\n  retries: 3\n  retry_delay_seconds: 30\n"
		    "  timeout_seconds: 90\n",
		    "[{\"task\":\"scylla-drain\",\"name\":\"out of traffic\",\"retries\":3,\"retryBackoff\":\"30s\","
		    "\"timeout\":\"90s\"}]"},
		{"- task: !systemd-start-service\n    service: scylla-server\n",
		    "[{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}]"},
		{"- task: !systemd-start-service {service: scylla-server}\n",
		    "[{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}]"},
		{"- task: !systemd-start-service\n  service: scylla-server\n",
		    "[{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}]"},
		/* Under the tag even an engine's word is the type's. */
		{"- task: !x\n    retries: 3\n  retries: 4\n", "[{\"task\":\"x\",\"with\":{\"retries\":3},\"retries\":4}]"},
		{"- task: !node-workflow\n    node_tasks:\n    - task: !scylla-drain\n",
		    "[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]"},
		{"- task: !node-workflow\n    name: all\n    concurrency_unit: rack\n    concurrency_limit: 20%\n"
		    "    node_tasks: [{task: !scylla-drain }]\n",
		    "[{\"eachNode\":{\"name\":\"all\",\"concurrencyUnit\":\"rack\",\"concurrencyLimit\":\"20%\","
		    "\"steps\":[{\"task\":\"scylla-drain\"}]}}]"},
		{"- task: !wait-for-conditions\n    conditions:\n    - condition: !is-up-normal\n"
		    "        known_node: +known_node+\n      success_window_seconds: 60\n"
		    "      poll_interval_seconds: +every+\n      timeout_seconds: 86400\n  name: joined\n",
		    "[{\"wait\":[{\"condition\":\"is-up-normal\",\"with\":{\"known_node\":\"+known_node+\"},"
		    "\"successWindow\":\"60s\",\"pollInterval\":\"+every+s\",\"timeout\":\"86400s\"}],\"name\":\"joined\"}]"},
		{"- task: !wait-for-conditions\n  conditions:\n  - condition: !compactions-nominal\n",
		    "[{\"wait\":[{\"condition\":\"compactions-nominal\"}]}]"},
		{"- task: !workflow\n    workflow: Rolling_restart\n    variables: {a: +b+, c: 1+1}\n  name: again\n",
		    "[{\"workflow\":\"rolling-restart\",\"with\":{\"a\":\"+b+\",\"c\":\"1++1\"},\"name\":\"again\"}]"},
		{"- task: !node-workflow\n    nodes: [a, +b+]\n    node_tasks: [{task: !x , impact: none}]\n",
		    "[{\"eachNode\":{\"nodes\":[\"a\",\"+b+\"],\"steps\":[{\"task\":\"x\",\"impact\":\"none\"}]}}]"},
		/* A plus that begins no variable is a plus. */
		{"- task: !x\n    text: 1+1 in C++ for +owner+ and +5\n",
		    "[{\"task\":\"x\",\"with\":{\"text\":\"1++1 in C++++ for +owner+ and ++5\"}}]"},
		/* YAML 1.2's core schema. */
		{"- task: !x\n    a: no\n    b: on\n    c: 1_0\n    d: true\n    e: 12\n    f: \"12\"\n    g: 017\n",
		    "[{\"task\":\"x\",\"with\":{\"a\":\"no\",\"b\":\"on\",\"c\":\"1_0\",\"d\":true,\"e\":12,\"f\":\"12\","
		    "\"g\":\"017\"}}]"},
		/* Comments, block scalars, aliases, lists that are not indented. */
		{"# why\n- task: !x # not\n    text: |\n      two\n      lines\n    again: &a b\n    same: *a\n",
		    "[{\"task\":\"x\",\"with\":{\"text\":\"two\\nlines\\n\",\"again\":\"b\",\"same\":\"b\"}}]"},
		{"name: n\ndescription: d\ncluster_tasks:\n- task: !x\n", "[{\"task\":\"x\"}]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *got = steps_of(cases[i][0]);

		CHECK_TEXT(got, cases[i][1]);
	}
}

static void
what_it_refuses(void **state)
{
	static const char *const cases[][2] = {
		{"- task: !x [a]\n", "1:9: !x: expected its parameters as a mapping, or nothing, got a list"},
		{"- task: !x y\n", "1:9: !x: expected its parameters as a mapping, or nothing, got a single value"},
		{"- task: x\n", "1:9: task: expected a tag that names the type, such as !x"},
		{"- scylla-drain\n", "1:3: expected a mapping with \"task: !type\", got a single value"},
		{"- task: !x\n    a: !y 1\n", "2:8: !y has no meaning here: tags are for the values of task and condition"},
		{"- task: !x\n    a: 1\n  a: 2\n", "3:3: a is given here and under !x in line 2; once is enough"},
		{"- task: !x\n  timeout_seconds: 1.5\n", "2:20: timeout_seconds: expected a number of seconds, or a variable "
		    "that is one"},
		{"- task: !x\n  success_window_seconds: 5\n", "2:3: success_window_seconds belongs to a condition"},
		{"- task: !node-workflow\n", "1:9: !node-workflow: node_tasks is missing"},
		{"- task: !node-workflow\n    steps: []\n    node_tasks: [{task: !x }]\n", "2:5: unknown key \"steps\" of "
		    "!node-workflow; known: name, when, concurrency_unit, concurrency_limit, node_tasks, nodes, canary, "
		    "cool_down_seconds and 6 more"},
		{"- task: !node-workflow\n    node_tasks:\n    - task: !node-workflow\n        node_tasks: []\n",
		    "3:13: !node-workflow stands under cluster_tasks, not in another one"},
		{"- task: !node-workflow\n    node_tasks: [{task: !x }]\n  retries: 2\n",
		    "3:3: retries does not belong beside !node-workflow; what is its own stands under it"},
		{"- task: !wait-for-conditions\n", "1:9: !wait-for-conditions: expected a list of conditions"},
		{"- task: !wait-for-conditions\n    conditions:\n    - condition: !x\n        a: 1\n      retries: 1\n",
		    "5:7: retries belongs to a task"},
		{"- task: !wait-for-conditions\n    conditions: [{condition: !x }]\n  timeout_seconds: 1\n",
		    "3:3: timeout_seconds stands with a condition, not with the wait"},
		{"- task: !workflow\n", "1:9: !workflow: expected \"workflow: NAME\" under it, the other one's name"},
		{"- task: !workflow\n    workflow: a\n    with: {}\n",
		    "3:5: unknown key \"with\" of !workflow; known: workflow, variables"},
		{"- task: !workflow\n    workflow: [a]\n", "2:15: workflow: expected a name, got a list"},
		{"- task: !workflow\n    workflow: a\n  retries: 1\n",
		    "3:3: retries does not belong beside !workflow; what is its own stands under it"},
		{"- task: !node-workflow\n    node_tasks:\n    - task: !workflow\n        workflow: a\n",
		    "3:13: !workflow stands under cluster_tasks, not under node_tasks"},
		{"cluster_tasks: []\nnodes: []\n  \n", "2:1: indentation lost: no line begins with a blank, so what belongs "
		    "to what cannot be told; copy the text anew"},
		{"cluster_tasks:\n  - task: !x\nnodes: 1\n", "3:1: unknown key \"nodes\"; known: metadata, name, "
		    "description, variables, cluster_tasks, finally"},
		{"cluster_tasks: 3\n", "1:16: expected a list of tasks, got a single value"},
		{"name: [a]\ncluster_tasks: []\n", "1:7: name: expected the workflow's name"},
		{"name: a\ncluster_tasks:\n- task: !x\nname: b\n", "4:1: indentation lost: no line begins with a blank, so "
		    "what belongs to what cannot be told; copy the text anew"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *got = steps_of(cases[i][0]);

		CHECK_TEXT(got, cases[i][1]);
	}
}

static void
the_name_is_one_for_kubernetes(void **state)
{
	struct findings findings = {.count = 0};
	struct workflow_source source;

	(void)state;
	workflow_source_read(&source, "- task: !x\n", 11, "Add_nodes_to_cluster", &findings);
	CHECK_TEXT(json_str(json_get(source.object, "metadata"), "name"), "add-nodes-to-cluster");
	workflow_source_done(&source);
	findings_done(&findings);
}

/* The same plan, hash for hash, from either form. */
static void
both_forms_make_one_plan(void **state)
{
	static const char scp[] = "name: roll\nvariables:\n- {name: patience, type: integer, default: 7200}\n"
	    "cluster_tasks:\n- task: !node-workflow\n    concurrency_unit: zonal\n    node_tasks:\n"
	    "    - task: !scylla-drain\n      retries: 3\n"
	    "    - task: !wait-for-conditions\n        conditions:\n        - condition: !is-up-normal\n"
	    "          success_window_seconds: 60\n          timeout_seconds: +patience+\n";
	static const char structured[] = "metadata: {name: roll}\nspec:\n  variables: [{name: patience, type: integer, "
	    "default: 7200}]\n  steps:\n    - eachNode:\n        steps:\n          - {task: scylla-drain, retries: 3}\n"
	    "          - wait: [{condition: is-up-normal, successWindow: 1m, timeout: +patience+s}]\n";
	const char *const texts[] = {scp, structured};
	struct plan *plans[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct findings findings = {.count = 0};
		struct workflow *w = workflow_read(texts[i], strlen(texts[i]), "x", fake_types, &findings);
		struct plan_input input = fake_input();
		struct err err = {""};

		if (!w)
			CHECK_FAIL("%d: %s", findings.items[0].mark.line, findings.items[0].text);
		plans[i] = plan_compile(w, &input, &err);
		if (!plans[i])
			CHECK_FAIL("%s", err.text);
		workflow_free(w);
		findings_done(&findings);
	}
	CHECK_TEXT(plans[0]->text, plans[1]->text);
	CHECK_TEXT(plans[0]->hash, plans[1]->hash);
	plan_free(plans[0]);
	plan_free(plans[1]);
}

static void
a_definition_is_told_by_its_place_in_the_file(void **state)
{
	static const char file[] = "apiVersion: strait.dev/v1alpha1\nkind: Workflow\nmetadata: {name: roll}\nspec:\n"
	    "  definition: |\n    cluster_tasks:\n      - task: !node-workflow\n          node_tasks:\n"
	    "            - task: !scylla-drian\n";
	static const char stored[] = "{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"definition\":\"- task: x\\n\"}}";
	CLEANUP_JSON struct cJSON *object = NULL;
	struct findings findings = {.count = 0};
	struct err err = {""};

	(void)state;
	CHECK(!workflow_read(file, strlen(file), "x", fake_types, &findings));
	CHECK_INT(findings.items[0].mark.line, 9);
	CHECK_INT(findings.items[0].mark.column, 21);
	CHECK_CONTAINS(findings.items[0].text, "did you mean \"scylla-drain\"?");
	findings_done(&findings);

	object = json_parse(stored, strlen(stored), &err);
	CHECK(object);
	CHECK(!workflow_of_object(object, &err));
	CHECK_TEXT(err.text, "spec.definition, line 1, column 9: task: expected a tag that names the type, such as !x");
}

static void
a_definition_stands_alone(void **state)
{
	static const char text[] = "metadata: {name: roll}\nspec:\n  definition: \"- task: !x\"\n  steps: []\n";
	struct findings findings = {.count = 0};

	(void)state;
	CHECK(!workflow_read(text, strlen(text), "x", fake_types, &findings));
	CHECK_INT(findings.items[0].mark.line, 3);
	CHECK_TEXT(findings.items[0].text, "spec.definition: stands in place of variables, steps and finally; they are given "
	    "too");
	findings_done(&findings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_becomes_the_structured_form),
		cmocka_unit_test(what_it_refuses),
		cmocka_unit_test(the_name_is_one_for_kubernetes),
		cmocka_unit_test(both_forms_make_one_plan),
		cmocka_unit_test(a_definition_is_told_by_its_place_in_the_file),
		cmocka_unit_test(a_definition_stands_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
