/* Variables that nobody declares: those of the operation, and those that each lane has its own value of. */
#include <stdio.h>

#include "alloc.h"
#include "builtin.h"
#include "check.h"
#include "fakes.h"

static const char *const all_up = "111111";

/* 'up': node by node of fake_nodes, '1' or '0'. */
static struct plan *
plan_with(const char *steps, const char *target, const char *up, const struct plan_value *given, struct err *err)
{
	struct workflow *w = fake_steps(steps);
	struct plan_input input = fake_input();
	char name[32], *targets[] = {name};
	bool known[FAKE_NODES];
	struct plan *plan;

	snprintf(name, sizeof name, "%s", target ? target : "");
	for (size_t i = 0; i < FAKE_NODES; i++)
		known[i] = up[i] == '1';
	input.targets = targets;
	input.ntargets = target ? 1 : 0;
	input.up = known;
	input.cluster = "messages-prd";
	input.operation = "roll-7";
	input.variables = given;
	input.nvariables = given ? 1 : 0;
	plan = plan_compile(w, &input, err);
	workflow_free(w);
	return plan;
}

/* The only parameter that is given, as the plan has it; NULL: none. */
static const struct plan_value *
first_value(const struct plan *plan)
{
	const struct plan_step *step = &plan->blocks[0].steps[0];

	return step->type ? plan_value_find(step->with, step->nwith, "service")
	    : plan_value_find(step->conditions[0].with, step->conditions[0].nwith, "known_node");
}

#define START(service) "[{\"eachNode\":{\"steps\":[{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"" service \
	"\"}}]}}]"
#define SEEN_BY(node) "[{\"eachNode\":{\"steps\":[{\"wait\":[{\"condition\":\"is-up-normal\",\"with\":{\"known_node\":\"" \
	node "\"}}]}]}}]"

static void
those_of_the_operation_are_put_in_when_it_is_planned(void **state)
{
	struct err err = {""};
	struct plan *plan = plan_with(START("+cluster+/+operation+"), NULL, all_up, NULL, &err);

	(void)state;
	CHECK_TEXT(first_value(plan)->text, "messages-prd/roll-7");
	CHECK(!first_value(plan)->rule);
	CHECK(strncmp(plan->text, "{\"format\":1,", 12) == 0);
	plan_free(plan);
	CHECK(!plan_with(START("x+owner+"), NULL, all_up, NULL, &err));
	CHECK_TEXT(err.text, "workflow roll, spec.steps[0].eachNode.steps[0].with.service: +owner+ has no value here; set the "
	    "operation's spec.owner");
}

static const struct {
	const char *target, *up, *expected;
} chosen[] = {
	{"db-a-1", "111111", "db-a-2"},      /* c-2 a-1 b-2 a-2 c-1 b-1 */
	{"db-a-1", "111011", "db-b-1"},
	{"db-a-1", "010001", "db-b-1"},
	{"db-b-1", "000001", NULL},
	{NULL, "111111", NULL},
};

static void
a_node_that_is_up_and_no_target_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(chosen); i++) {
		struct err err = {""};
		struct plan *plan = plan_with(SEEN_BY("+known_node+"), chosen[i].target, chosen[i].up, NULL, &err);
		const struct plan_value *value = plan ? first_value(plan) : NULL;

		if (!plan)
			CHECK_FAIL("case %zu: %s", i, err.text);
		CHECK_TEXT(value ? value->text : NULL, chosen[i].expected);
		plan_free(plan);
	}
}

static void
a_known_node_that_is_given_comes_first(void **state)
{
	char name[] = "known_node", good[] = "db-c-2", bad[] = "db-x";
	const struct plan_value given = {.name = name, .text = good}, wrong = {.name = name, .text = bad};
	struct err err = {""};
	struct plan *plan = plan_with(SEEN_BY("+known_node+"), "db-a-1", all_up, &given, &err);

	(void)state;
	CHECK_TEXT(first_value(plan)->text, "db-c-2");
	plan_free(plan);
	CHECK(!plan_with(SEEN_BY("+known_node+"), "db-a-1", all_up, &wrong, &err));
	CHECK_CONTAINS(err.text, "spec.variables.known_node: the cluster has no node \"db-x\"");
	CHECK(!plan_with(START("x+known_node+"), NULL, all_up, NULL, &err));
	CHECK_TEXT(err.text, "workflow roll, spec.steps[0].eachNode.steps[0].with.service: +known_node+ is a member that is up "
	    "and no target, and there is none; give one as known_node under spec.variables");
}

static void
those_of_a_lane_stay_a_rule(void **state)
{
	struct err err = {""};
	struct plan *plan = plan_with(START("s@+node+-+zone++++cluster+"), NULL, all_up, NULL, &err), *again;
	CLEANUP_FREE char *first = NULL, *last = NULL;

	(void)state;
	if (!plan)
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(first_value(plan)->text, "s@+node+-+zone+++messages-prd");
	CHECK_CONTAINS(plan->text, "\"with\":{\"service\":{\"rule\":\"s@+node+-+zone+++messages-prd\"}}");
	CHECK(strncmp(plan->text, "{\"format\":3,", 12) == 0);
	again = plan_decode(plan->text, fake_types, &err);
	if (!again)
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(again->hash, plan->hash);
	first = plan_value_of(first_value(again), &again->nodes[0], NULL, NULL);
	last = plan_value_of(first_value(again), &again->nodes[5], NULL, NULL);
	CHECK_TEXT(first, "s@db-a-1-east/a+messages-prd");
	CHECK_TEXT(last, "s@db-c-2-east/c+messages-prd");
	plan_free(plan);
	plan_free(again);
}

/* What the lane brings back is what the lane stops. */
static void
the_restoring_step_has_the_lanes_rule(void **state)
{
	struct err err = {""};
	struct plan *plan = plan_with("[{\"eachNode\":{\"steps\":[{\"task\":\"systemd-stop-service\",\"with\":{\"service\":"
	    "\"scylla-server@+node+\"}}]}}]", NULL, all_up, NULL, &err);
	const struct plan_step *restore = &plan->blocks[0].restore;

	(void)state;
	CHECK(restore->with[0].rule);
	CHECK_TEXT(restore->with[0].text, "scylla-server@+node+");
	plan_free(plan);
}

static const char *const refused[][2] = {
	{SEEN_BY("+zone+"), "spec.steps[0].eachNode.steps[0].wait[0].with.known_node: expected a node's name, and +zone+ is a "
	    "zone such as dc1/a"},
	{SEEN_BY("x+node+"), "spec.steps[0].eachNode.steps[0].wait[0].with.known_node: expected a node's name, and x+node+ is "
	    "a string"},
	{"[{\"task\":\"count-things\",\"with\":{\"most\":1,\"note\":\"+node+\"}}]", "spec.steps[0].with.note: +node+ is "
	    "another one for each node, and has a value only in the steps of an eachNode"},
	{"[{\"eachNode\":{\"steps\":[{\"task\":\"look\",\"timeout\":\"+node+\"}]}}]", "spec.steps[0].eachNode.steps[0]."
	    "timeout: +node+ is another one for each node, and has a value only in the steps of an eachNode"},
	{"[{\"eachNode\":{\"steps\":[{\"wait\":[{\"condition\":\"compactions-nominal\",\"with\":{\"threshold\":"
	    "\"+node+\"}}]}]}}]",
	    "spec.steps[0].eachNode.steps[0].wait[0].with.threshold: expected an integer, and +node+ is a node's name"},
};

static void
a_rule_where_none_can_stand_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		CLEANUP_FREE char *expected = xasprintf("workflow roll, %s", refused[i][1]);
		struct err err = {""};

		if (plan_with(refused[i][0], NULL, all_up, NULL, &err))
			CHECK_FAIL("accepted: %s", refused[i][0]);
		CHECK_TEXT(err.text, expected);
	}
}

static void
a_rule_is_found_among_pluses(void **state)
{
	(void)state;
	CHECK_INT(builtin_of_lane_in("++node++"), BUILTIN_NONE);
	CHECK_INT(builtin_of_lane_in("+++node+"), BUILTIN_NODE);
	CHECK_INT(builtin_of_lane_in("+a++zone+"), BUILTIN_ZONE);
	CHECK_INT(builtin_of_lane_in("+a+node+"), BUILTIN_NONE);
	CHECK_INT(builtin_of_lane_in("+"), BUILTIN_NONE);
	CHECK_INT(builtin_of_lane_in("+node"), BUILTIN_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_of_the_operation_are_put_in_when_it_is_planned),
		cmocka_unit_test(a_node_that_is_up_and_no_target_is_known),
		cmocka_unit_test(a_known_node_that_is_given_comes_first),
		cmocka_unit_test(those_of_a_lane_stay_a_rule),
		cmocka_unit_test(the_restoring_step_has_the_lanes_rule),
		cmocka_unit_test(a_rule_where_none_can_stand_is_refused),
		cmocka_unit_test(a_rule_is_found_among_pluses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
