/* Variables that a step sets while the operation runs: where such a step may stand, what waits for it, what the plan keeps. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "json.h"
#include "lint.h"
#include "registry.h"

#define VARIABLES "{\"name\":\"v\",\"type\":\"string\"}," \
	"{\"name\":\"n\",\"type\":\"duration\",\"min\":\"1s\",\"default\":\"5s\"}," \
	"{\"name\":\"must\",\"type\":\"string\",\"required\":true},{\"name\":\"who\",\"type\":\"list\"}"
#define SET(name, more) "{\"task\":\"set-variable\",\"with\":{\"variable\":\"" name "\",\"url\":\"http://x\"" more "}}"
#define SLEEP(time) "{\"task\":\"sleep\",\"with\":{\"duration\":\"" time "\"}}"
#define EACH(more, steps) "{\"eachNode\":{" more "\"steps\":[" steps "]}}"
#define AT(n) "workflow roll, spec.steps[" #n "]"

static struct plan *
compile(const char *steps, bool gives_v, struct err *err)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"variables\":[" VARIABLES
	    "],\"steps\":[%s}}", steps);
	struct plan_value given[] = {{.name = (char[]){"must"}, .text = (char[]){"x"}},
	    {.name = (char[]){"v"}, .text = (char[]){"x"}}};
	struct workflow *w = fake_workflow(text);
	struct plan_input input = fake_input();
	struct plan *plan;

	input.types = registry;
	input.variables = given;
	input.nvariables = gives_v ? 2 : 1;
	plan = plan_compile(w, &input, err);
	workflow_free(w);
	return plan;
}

static const char *const refusals[][2] = {
	{SET("w", "") "]", AT(0) ".with.variable: roll has no variable \"w\"; did you mean \"v\"? Known: v, n, must, who"},
	{SET("who", "") "]", AT(0) ".with.variable: +who+ is a list, and cannot be set by a step"},
	{SET("v", ",\"query\":\"up\"") "]",
	    AT(0) ".with: exactly one of url, scylla and query says where the value comes from"},
	{"{\"task\":\"set-variable\",\"with\":{\"variable\":\"v\"}}]",
	    AT(0) ".with: exactly one of url, scylla and query says where the value comes from"},
	{"{\"task\":\"set-variable\",\"with\":{\"variable\":\"v\",\"scylla\":\"/x\"}}]",
	    AT(0) ".with.node: missing; which node is asked for /x (+known_node+ is one that is up)"},
	{SET("v", ",\"node\":\"db-a-1\"") "]", AT(0) ".with.node: belongs to scylla: the node that is asked"},
	{SET("v", "") "," SET("v", "") "]",
	    AT(1) ".with.variable: +v+ is set by " AT(0) " already; one step sets it"},
	{"{\"wait\":[{\"condition\":\"cluster-normal\"}],\"onFailure\":[" SET("v", "") "]}]",
	    AT(0) ".onFailure[0]: set-variable stands among the cluster's steps of a workflow, where it is done once; not in "
	    "onFailure, batch or finally"},
	{SLEEP("1s") "],\"finally\":[" SET("v", "") "]", "workflow roll, spec.finally[0]: set-variable stands among the "
	    "cluster's steps of a workflow, where it is done once; not in onFailure, batch or finally"},
	{EACH("", SET("v", "")) "]", AT(0) ".eachNode.steps[0]: set-variable works on the whole cluster; it belongs under "
	    "clusterTask, or outside eachNode"},
	{SLEEP("+n+") "," SET("n", "") "]", AT(0) ".with.duration: +n+ is set by " AT(1) ", which comes later"},
	{SET("v", "") "," SLEEP("+v+") "]",
	    AT(1) ".with.duration: expected a duration such as 90s or 1h30m, and +v+ is a string"},
	{SET("n", "") "," EACH("\"coolDown\":\"+n+\",", SLEEP("1s")) "]", AT(1) ".eachNode.coolDown: +n+ is known when " AT(0)
	    " has set it, and here a value is needed when the plan is made"},
	{"{\"task\":\"sleep\",\"with\":{\"duration\":\"1s\"},\"when\":{\"variable\":\"v\",\"is\":\"x\"}}," SET("v", "") "]",
	    AT(0) ".when: +v+ is set by a step that comes later"},
};

static void
nonsense_is_refused_with_its_place(void **state)
{
	struct err err = {""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct plan *plan = compile(refusals[i][0], false, &err);

		if (plan)
			CHECK_FAIL("accepted: %s", refusals[i][0]);
		CHECK_TEXT(err.text, refusals[i][1]);
	}
	CHECK(!compile(SET("v", "") "]", true, &err));
	CHECK_TEXT(err.text, "spec.variables.v: is set by " AT(0) " when it runs; leave it out");
}

static const char *
known(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "n") == 0 ? "7s" : NULL;
}

/* What waits for it stays a rule, with all else in place; its declaration goes with the plan. */
static void
the_plan_keeps_what_waits(void **state)
{
	struct err err = {""};
	struct plan *plan = compile(SET("n", "") "," SET("v", "") "," SLEEP("+n+") "," EACH("",
	    "{\"task\":\"fail\",\"with\":{\"message\":\"+v+ ++ +must+ +n+ +node+\"},\"when\":{\"variable\":\"v\","
	    "\"not\":\"x\"}}") "]",
	    false, &err), *back = plan ? plan_decode(plan->text, registry, &err) : NULL;
	const struct plan_value *message;

	(void)state;
	if (!back)
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(back->hash, plan->hash);
	CHECK_CONTAINS(plan->text, "{\"format\":5,");
	CHECK_CONTAINS(plan->text, "\"sets\":{\"variable\":\"n\",\"type\":\"duration\",\"min\":1000,\"default\":\"5s\"}");
	CHECK(plan_find_set(back, "v") && !plan_find_set(back, "must"));
	CHECK_INT(plan_find_set(back, "n")->max, INT64_MAX);
	message = plan_value_find(back->blocks[1].steps[0].with, 1, "message");
	CHECK_TEXT(message->text, "+v+ ++ x +n+ +node+");
	CHECK(!plan_value_of(message, &back->nodes[0], known, NULL));       /* +v+ has not been set */
	message = plan_value_find(back->blocks[0].steps[2].with, 1, "duration");
	CHECK(message->rule);
	{
		CLEANUP_FREE char *text = plan_value_of(message, NULL, known, NULL);

		CHECK_TEXT(text, "7s");
	}
	plan_free(plan);
	plan_free(back);
}

/* A step that is left out sets nothing: the default is known when the plan is made. */
static void
what_is_not_set_has_its_default(void **state)
{
	struct err err = {""};
	struct plan *plan = compile("{\"task\":\"set-variable\",\"with\":{\"variable\":\"n\",\"url\":\"http://x\"},\"when\":{"
	    "\"variable\":\"must\",\"not\":\"x\"}}," SLEEP("+n+") "]", false, &err);

	(void)state;
	if (!plan)
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(plan_value(plan->blocks[0].steps[0].with, 1, NULL, "duration"), "5s");
	CHECK(!plan->blocks[0].steps[0].with[0].rule);
	plan_free(plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused_with_its_place),
		cmocka_unit_test(the_plan_keeps_what_waits),
		cmocka_unit_test(what_is_not_set_has_its_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
