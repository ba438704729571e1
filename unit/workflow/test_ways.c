/* What becomes of a step beside its own doing: refused with its place, kept by the plan, the same in both forms. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "json.h"
#include "source.h"

#define NODE(step) "[{\"eachNode\":{\"steps\":[" step "]}}]"
#define LOOK "{\"task\":\"look\"}"
#define AT "workflow roll, spec.steps[0]"
#define NODE_AT AT ".eachNode.steps[0]"
#define BATCH(batch) "[{\"eachNode\":{\"batch\":" batch ",\"steps\":[" LOOK "]}}]"
#define SHARE "an integer from 1 to 1000, or a percentage such as \"20%\""
#define NINE LOOK "," LOOK "," LOOK "," LOOK "," LOOK "," LOOK "," LOOK "," LOOK "," LOOK

static const char *const refusals[][2] = {
	{NODE("{\"task\":\"look\",\"abortOnFailure\":\"no\"}"), NODE_AT ".abortOnFailure: expected true or false, got \"no\""},
	{"[{\"approval\":{},\"abortOnFailure\":false}]",
	    AT ".abortOnFailure: belongs to a task or a wait; an approval does not fail"},
	{"[{\"approval\":{},\"onFailure\":[" LOOK "]}]",
	    AT ".onFailure: belongs to a task or a wait; an approval does not fail"},
	{NODE("{\"task\":\"look\",\"onFailure\":" LOOK "}"), NODE_AT ".onFailure: expected a list, got {\"task\":\"look\"}"},
	{NODE("{\"task\":\"look\",\"onFailure\":[]}"), NODE_AT ".onFailure: does nothing; expected at least one step"},
	{NODE("{\"task\":\"look\",\"onFailure\":[" NINE "]}"), NODE_AT ".onFailure: more than 8 steps"},
	{NODE("{\"task\":\"look\",\"onFailure\":[{\"task\":\"look\",\"onFailure\":[" LOOK "]}]}"),
	    NODE_AT ".onFailure[0].onFailure: unknown field"},
	{"[{\"task\":\"look\",\"onFailure\":[{\"approval\":{}}]}]", AT ".onFailure[0].approval: unknown field"},
	{NODE("{\"task\":\"look\",\"onFailure\":[{\"task\":\"look\",\"wait\":[{\"condition\":\"is-up-normal\"}]}]}"),
	    NODE_AT ".onFailure[0]: exactly one of task and wait must be set"},
	{NODE("{\"task\":\"look\",\"any\":true}"), NODE_AT ".any: belongs to a wait: one of its conditions is enough"},
	{NODE("{\"wait\":[{\"condition\":\"is-up-normal\"}],\"any\":1}"), NODE_AT ".any: expected true or false, got 1"},
	{"[{\"approval\":{\"onTimeout\":\"fail\"}}]",
	    AT ".approval.onTimeout: an approval without a timeout is awaited for ever; set timeout too"},
	{"[{\"approval\":{\"timeout\":\"1h\",\"onTimeout\":\"stop\"}}]",
	    AT ".approval.onTimeout: expected fail, continue or cancel, got \"stop\""},
	{"[{\"eachNode\":{\"order\":\"random\",\"steps\":[" LOOK "]}}]",
	    AT ".eachNode.order: expected plan, reverse or targets, got \"random\""},
	{NODE("{\"task\":\"look\"},{\"finally\":[]}"), AT ".eachNode.steps[1].finally: unknown field"},
	{"[" LOOK "],\"finally\":{}", "workflow roll, spec.finally: expected a list, got {}"},
	{"[" LOOK "],\"finally\":[{\"approval\":{}}]", "workflow roll, spec.finally[0].approval: unknown field"},
	{"[" LOOK "],\"finally\":[{\"eachNode\":{}}]", "workflow roll, spec.finally[0].eachNode: unknown field"},
	{BATCH("2"), AT ".eachNode.batch: expected an object, got 2"},
	{BATCH("{\"then\":[" LOOK "]}"), AT ".eachNode.batch.size: missing; expected " SHARE},
	{BATCH("{\"size\":0,\"then\":[" LOOK "]}"), AT ".eachNode.batch.size: expected " SHARE ", got 0"},
	{BATCH("{\"size\":2}"), AT ".eachNode.batch.then: missing; expected a list"},
	{BATCH("{\"size\":2,\"then\":[{\"approval\":{}}]}"), AT ".eachNode.batch.then[0].approval: unknown field"},
	{BATCH("{\"size\":2,\"than\":[]}"), AT ".eachNode.batch.than: unknown field; did you mean \"then\"?"},
};

static const char *const compiled[][2] = {
	{"[" LOOK "],\"finally\":[{\"task\":\"scylla-drain\"}]", "workflow roll, spec.finally[0]: scylla-drain works on one "
	    "node; it belongs under nodeTask, or inside eachNode"},
	{BATCH("{\"size\":2,\"then\":[{\"task\":\"scylla-drain\"}]}"), AT ".eachNode.batch.then[0]: scylla-drain works on "
	    "one node; it belongs under nodeTask, or inside eachNode"},
	{NODE("{\"task\":\"look\",\"onFailure\":[{\"task\":\"lok\"}]}"), NODE_AT ".onFailure[0]: unknown task type \"lok\"; "
	    "did you mean \"look\"?"},
	{NODE("{\"task\":\"look\",\"onFailure\":[{\"task\":\"count-things\"}]}"), NODE_AT ".onFailure[0]: count-things works "
	    "on the whole cluster; it belongs under clusterTask, or outside eachNode"},
	{NODE("{\"task\":\"look\",\"onFailure\":[{\"task\":\"look\",\"timeout\":\"+x+\"}]}"),
	    NODE_AT ".onFailure[0].timeout: roll has no variable \"x\"; there is none"},
};

static void
nonsense_is_refused_with_its_place(void **state)
{
	struct err err = {""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"steps\":%s}}",
		    refusals[i][0]);
		CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);

		CHECK(json);
		CHECK(!workflow_decode(json, &err));
		CHECK_TEXT(err.text, refusals[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(compiled); i++) {
		struct workflow *w = fake_steps(compiled[i][0]);
		struct plan_input input = fake_input();

		CHECK(!plan_compile(w, &input, &err));
		CHECK_TEXT(err.text, compiled[i][1]);
		workflow_free(w);
	}
}

static struct plan *
compile(struct workflow *w)
{
	struct plan_input input = fake_input();
	struct err err = {""};
	struct plan *plan = plan_compile(w, &input, &err), *again;

	if (!plan)
		CHECK_FAIL("%s", err.text);
	again = plan_decode(plan->text, fake_types, &err);
	if (!again)
		CHECK_FAIL("%s", err.text);
	CHECK(plan_rebind(again, &again->nodes[0], plan->nodes[0].address, plan->nodes[0].zone, &err) == 0);
	CHECK_TEXT(again->text, plan->text);
	plan_free(plan);
	workflow_free(w);
	return again;
}

static void
failures_are_kept_by_the_plan(void **state)
{
	struct plan *plan = compile(fake_steps("[{\"eachNode\":{\"steps\":[{\"task\":\"look\",\"abortOnFailure\":false,"
	    "\"onFailure\":[{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"node-exporter\"}},"
	    "{\"wait\":[{\"condition\":\"is-up-normal\"}],\"abortOnFailure\":false}]}]}},{\"task\":\"look\",\"onFailure\":["
	    LOOK "]}]"));
	const struct plan_block *block = &plan->blocks[0];
	const struct plan_step *step = &block->steps[0];

	(void)state;
	CHECK(strncmp(plan->text, "{\"format\":3,", 12) == 0);
	CHECK(step->borne && step->nfallbacks == 2);
	CHECK_TEXT(step->on_failure[0].number, "1.1.onFailure.1");
	CHECK(!step->on_failure[0].borne && step->on_failure[1].borne);
	CHECK_INT(step->on_failure[1].nconditions, 1);
	/* What may take the node down is brought back, whether or not it comes to that. */
	CHECK(block->disruptive && !block->leaves_down);
	CHECK_TEXT(plan_value(block->restore.with, block->restore.nwith, block->restore.type, "service"), "node-exporter");
	CHECK(plan_any_step(block, 0) == step && plan_any_step(block, 2) == &step->on_failure[1] && !plan_any_step(block, 3));
	CHECK_TEXT(plan->blocks[1].steps[0].on_failure[0].number, "2.1.onFailure.1");
	plan_free(plan);
	/* Brought up by what is fallen back on alone: it is not to be left down. */
	plan = compile(fake_steps(NODE("{\"task\":\"scylla-drain\"},{\"task\":\"look\",\"onFailure\":[{\"task\":"
	    "\"systemd-restart-service\",\"with\":{\"service\":\"s\"}}]}")));
	CHECK(plan->blocks[0].disruptive && !plan->blocks[0].leaves_down);
	plan_free(plan);
	plan = compile(fake_steps(NODE("{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"s\"},\"onFailure\":["
	    "{\"task\":\"scylla-drain\"}]}")));
	CHECK(plan->blocks[0].disruptive && !plan->blocks[0].leaves_down);
	plan_free(plan);
	plan = compile(fake_steps(NODE("{\"task\":\"look\",\"abortOnFailure\":true}")));
	CHECK(strncmp(plan->text, "{\"format\":1,", 12) == 0);
	plan_free(plan);
}

static void
batches_and_the_end_are_kept_by_the_plan(void **state)
{
	struct plan *plan = compile(fake_steps("[{\"eachNode\":{\"batch\":{\"size\":\"50%\",\"then\":[{\"task\":\"look\","
	    "\"onFailure\":[" LOOK "]}]},\"steps\":[" LOOK "]}}," LOOK "],\"finally\":[{\"task\":\"look\",\"onFailure\":["
	    LOOK "]}]"));
	const struct plan_block *block = &plan->blocks[0];

	(void)state;
	CHECK(strncmp(plan->text, "{\"format\":3,", 12) == 0);
	CHECK_INT(block->batch.size, 3);
	CHECK_TEXT(block->batch.then[0].number, "1.batch.1");
	CHECK_TEXT(block->batch.then[0].on_failure[0].number, "1.batch.1.onFailure.1");
	CHECK(!plan_any_step(block, 1) && plan_every_step(block, 2) == &block->batch.then[0].on_failure[0]);
	CHECK_INT(plan->nblocks, 3);
	CHECK_INT(plan_main_blocks(plan), 2);
	CHECK_TEXT(plan_finally(plan)->steps[0].number, "3.1");
	plan_free(plan);
	plan = compile(fake_steps(BATCH("{\"size\":\"1%\",\"then\":[" LOOK "]}")));
	CHECK_INT(plan->blocks[0].batch.size, 1);
	CHECK(!plan_finally(plan));
	plan_free(plan);
}

static void
approvals_and_orders_are_kept_by_the_plan(void **state)
{
	static const struct {
		const char *unit, *order;
		size_t lanes[6];
	} cases[] = {
		{"zone", "reverse", {5, 4, 3, 2, 1, 0}},
		{"zone", "targets", {3, 2, 5, 4, 0, 1}},
		{"all", "targets", {3, 5, 4, 2, 0, 1}},
		{"zone", "plan", {0, 1, 2, 3, 4, 5}},
	};
	char *const targets[] = {(char[]){"db-b-2"}, (char[]){"db-c-2"}, (char[]){"db-c-1"}, (char[]){"db-b-1"},
	    (char[]){"db-a-1"}, (char[]){"db-a-2"}};
	struct plan *plan = compile(fake_steps("[{\"approval\":{\"timeout\":\"2h\",\"onTimeout\":\"cancel\"}},{\"wait\":["
	    "{\"condition\":\"cluster-normal\"}],\"any\":true}]"));

	(void)state;
	CHECK(strncmp(plan->text, "{\"format\":3,", 12) == 0);
	CHECK_INT(plan->blocks[0].steps[0].timeout_ms, 7200000);
	CHECK_INT(plan->blocks[0].steps[0].on_timeout, WORKFLOW_CANCEL);
	CHECK(plan->blocks[0].steps[1].any);
	plan_free(plan);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *steps = xasprintf("[{\"eachNode\":{\"concurrencyUnit\":\"%s\",\"order\":\"%s\",\"steps\":["
		    LOOK "]}}]", cases[i].unit, cases[i].order);
		struct workflow *w = fake_steps(steps);
		struct plan_input input = fake_input();
		struct err err = {""};
		struct plan *again;

		input.targets = targets;
		input.ntargets = ARRAY_LEN(targets);
		plan = plan_compile(w, &input, &err);
		again = plan ? plan_decode(plan->text, fake_types, &err) : NULL;
		if (!again)
			CHECK_FAIL("%s", err.text);
		for (size_t k = 0; k < ARRAY_LEN(targets); k++)
			CHECK_INT(again->blocks[0].lanes[k], cases[i].lanes[k]);
		plan_free(plan);
		plan_free(again);
		workflow_free(w);
	}
}

static struct workflow *
read_text(const char *text)
{
	struct findings findings = {.count = 0};
	struct workflow *w = workflow_read(text, strlen(text), "x", fake_types, &findings);

	if (!w)
		CHECK_FAIL("%d:%d: %s", findings.items[0].mark.line, findings.items[0].mark.column, findings.items[0].text);
	findings_done(&findings);
	return w;
}

static const char *const pairs[][2] = {
	{"name: roll\ncluster_tasks:\n- task: !node-workflow\n    node_tasks:\n    - task: !look\n"
	    "      abort_on_failure: false\n      on_failure:\n      - task: !scylla-drain\n        retries: 1\n"
	    "      - task: !wait-for-conditions\n"
	    "        abort_on_failure: false\n        conditions:\n        - condition: !is-up-normal\n"
	    "    - task: !wait-for-conditions\n          conditions: [{condition: !is-up-normal }]\n"
	    "      on_failure: [{task: !look }]\n",
	    "metadata: {name: roll}\nspec:\n  steps:\n  - eachNode:\n      steps:\n      - task: look\n"
	    "        abortOnFailure: false\n        onFailure:\n        - {task: scylla-drain, retries: 1}\n"
	    "        - {wait: [{condition: is-up-normal}], abortOnFailure: false}\n"
	    "      - {wait: [{condition: is-up-normal}], onFailure: [{task: look}]}\n"},
	{"name: roll\nfinally:\n- task: !look\ncluster_tasks:\n- task: !node-workflow\n    batch: {size: 20%, "
	    "then: [{task: !look }]}\n    node_tasks: [{task: !look }]\n",
	    "metadata: {name: roll}\nspec:\n  steps:\n  - eachNode: {batch: {size: 20%, then: [{task: look}]}, steps: "
	    "[{task: look}]}\n  finally: [{task: look}]\n"},
	{"name: roll\ncluster_tasks:\n- task: !approval\n    message: m\n    timeout_seconds: 90\n    on_timeout: continue\n"
	    "- task: !node-workflow\n    order: reverse\n    node_tasks:\n    - task: !wait-for-conditions\n"
	    "        conditions: [{condition: !is-up-normal }]\n      any: true\n",
	    "metadata: {name: roll}\nspec:\n  steps:\n  - approval: {message: m, timeout: 90s, onTimeout: continue}\n"
	    "  - eachNode: {order: reverse, steps: [{wait: [{condition: is-up-normal}], any: true}]}\n"},
};

static void
both_forms_make_one_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct plan *one = compile(read_text(pairs[i][0])), *other = compile(read_text(pairs[i][1]));

		CHECK_TEXT(one->text, other->text);
		plan_free(one);
		plan_free(other);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused_with_its_place),
		cmocka_unit_test(failures_are_kept_by_the_plan),
		cmocka_unit_test(batches_and_the_end_are_kept_by_the_plan),
		cmocka_unit_test(approvals_and_orders_are_kept_by_the_plan),
		cmocka_unit_test(both_forms_make_one_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
