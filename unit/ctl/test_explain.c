#include "check.h"

#include "command.h"
#include "explain.h"
#include "instant.h"
#include "reasons.h"
#include "reconciler.h"
#include "registry.h"

static enum verdict
reconcile(struct task *t)
{
	(void)t;
	return VERDICT_DONE;
}

static enum truth
judge(struct task *t)
{
	(void)t;
	return TRUTH_HOLDS;
}

static const struct reconciler shake = {
	.name = "shake-node", .scope = SCOPE_NODE, .impact = IMPACT_TAKES_NODE_DOWN, .summary = "Shake the node.",
	.preconditions = {"is-awake", "is-calm"}, .timeout_ms = MINUTES(90), .reconcile = reconcile,
	.parameters = {
		{.name = "unit", .type = PARAMETER_STRING, .required = true, .help = "what is shaken"},
		{.name = "times", .type = PARAMETER_INTEGER, .fallback = "3", .min = 1, .max = 10, .help = "how often"},
		{.name = "within", .type = PARAMETER_DURATION, .fallback = "1m", .min = 1000, .help = "how long it may take"},
		{.name = "by", .type = PARAMETER_NODE, .required = true, .help = "who shakes"},
		{.name = "loud", .type = PARAMETER_BOOLEAN, .help = "say so"},
	},
};
static const struct reconciler count = {
	.name = "count-nodes", .scope = SCOPE_CLUSTER, .summary = "Count the nodes.", .reconcile = reconcile,
};
static const struct reconciler awake = {
	.name = "is-awake", .scope = SCOPE_ANY, .summary = "It is awake.", .timeout_ms = HOURS(1), .judge = judge,
};
static const struct reconciler call = {
	.name = "call-node", .scope = SCOPE_ANY, .opaque = true, .summary = "Call the node.", .reconcile = reconcile,
};
static const struct reconciler *const types[] = {&shake, &count, &call, &awake, NULL};

static void
check_page(const char *topic, const char *expected)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	const char *nearest = NULL;

	CHECK(explain_topic(types, topic, &out, &nearest));
	CHECK_TEXT(buf_str(&out), expected);
}

static void
a_task_tells_all_of_itself(void **state)
{
	(void)state;
	check_page("shake-node",
	    "shake-node (task of a node)\n"
	    "\n"
	    "  Shake the node.\n"
	    "\n"
	    "Impact:         takes the node down: sent only while the gate is open\n"
	    "Preconditions:  is-awake, is-calm: checked right before each act\n"
	    "Timeout:        1h30m of one attempt, when the workflow names none\n"
	    "\n"
	    "Parameters:\n"
	    "  unit     a string; required\n"
	    "           what is shaken\n"
	    "  times    an integer from 1 to 10; default 3\n"
	    "           how often\n"
	    "  within   a duration such as 90s or 1h30m of 1s or more; default 1m\n"
	    "           how long it may take\n"
	    "  by       a node's name; required\n"
	    "           who shakes\n"
	    "  loud     true or false; optional\n"
	    "           say so\n"
	    "\n"
	    "In a workflow:\n"
	    "  - {task: shake-node, with: {unit: UNIT, by: BY}, retries: 3}\n");
}

static void
a_task_without_anything_is_short(void **state)
{
	(void)state;
	check_page("count-nodes",
	    "count-nodes (task of a cluster)\n"
	    "\n"
	    "  Count the nodes.\n"
	    "\n"
	    "Impact:         none: it changes nothing in the ring\n"
	    "Preconditions:  none\n"
	    "Parameters:     none\n"
	    "\n"
	    "In a workflow:\n"
	    "  - {task: count-nodes, retries: 3}\n");
}

static void
an_opaque_task_says_who_knows_its_impact(void **state)
{
	(void)state;
	check_page("call-node",
	    "call-node (task of a node or a cluster)\n"
	    "\n"
	    "  Call the node.\n"
	    "\n"
	    "Impact:         the workflow states it; unstated, the worst is assumed\n"
	    "Preconditions:  none\n"
	    "Parameters:     none\n"
	    "\n"
	    "In a workflow:\n"
	    "  - {task: call-node, retries: 3}\n");
}

static void
a_condition_shows_how_it_is_waited_for(void **state)
{
	(void)state;
	check_page("Is-Awake",
	    "is-awake (condition of a node or a cluster)\n"
	    "\n"
	    "  It is awake.\n"
	    "\n"
	    "Timeout:        1h of waiting for it, when the workflow names none\n"
	    "Parameters:     none\n"
	    "\n"
	    "In a workflow:\n"
	    "  - wait:\n"
	    "      - {condition: is-awake, successWindow: 30s, timeout: 1h}\n");
}

static void
a_reason_says_what_to_do(void **state)
{
	const struct reason *reason = reason_find("OutOfService");
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	const char *nearest = NULL;

	(void)state;
	CHECK(explain_topic(types, "outofservice", &out, &nearest));
	CHECK_CONTAINS(buf_str(&out), "OutOfService (reason)\n");
	CHECK_CONTAINS(buf_str(&out), reason->meaning);
	CHECK_CONTAINS(buf_str(&out), reason->remedy);
	CHECK_CONTAINS(buf_str(&out), "Nothing goes on here until somebody has.\n");
	buf_clear(&out);
	CHECK(explain_topic(types, "Accepted", &out, &nearest));
	CHECK_CONTAINS(buf_str(&out), "\nDo:    nothing\n");
}

static void
an_unknown_topic_has_a_nearest_one(void **state)
{
	static const struct {
		const char *topic, *nearest;
	} cases[] = {
		{"shake-nod", "shake-node"}, {"shake", "shake-node"}, {"wait-for-condition", "wait-for-conditions"},
		{"StepFaled", "StepFailed"}, {"no-such-thing-at-all", NULL}, {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);
		const char *nearest = NULL;

		CHECK(!explain_topic(types, cases[i].topic, &out, &nearest));
		CHECK_TEXT(buf_str(&out), "");
		if (cases[i].nearest)
			CHECK_TEXT(nearest, cases[i].nearest);
		else
			CHECK(!nearest);
	}
}

static void
the_list_has_all(void **state)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);

	(void)state;
	explain_all(types, &out);
	CHECK_CONTAINS(buf_str(&out),
	    "TASK                  SCOPE     IMPACT            SUMMARY\n"
	    "shake-node            node      takes node down   Shake the node.\n"
	    "count-nodes           cluster   none              Count the nodes.\n"
	    "call-node             any       as stated         Call the node.\n"
	    "wait-for-conditions   any       none              Wait until each condition has held for its success window.\n"
	    "\n"
	    "CONDITION   SCOPE   SUMMARY\n"
	    "is-awake    any     It is awake.\n"
	    "\n"
	    "REASON ");
	for (const struct reason *reason = reason_all(); reason->name; reason++)
		CHECK_CONTAINS(buf_str(&out), reason->name);
}

/* What explain prints is all the manual that a type has. */
static void
every_type_that_is_compiled_in_explains_itself(void **state)
{
	(void)state;
	for (const struct reconciler *const *type = registry; *type; type++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);
		const char *nearest = NULL;

		CHECK(explain_topic(registry, (*type)->name, &out, &nearest));
		if (!(*type)->summary || !(*type)->summary[0] || !(*type)->timeout_ms)
			CHECK_FAIL("%s: a type needs a summary and a timeout", (*type)->name);
		for (size_t i = 0; i < TASK_PARAMETERS && (*type)->parameters[i].name; i++)
			if (!(*type)->parameters[i].help)
				CHECK_FAIL("%s: parameter %s has no help", (*type)->name, (*type)->parameters[i].name);
	}
}

static void
the_command_refuses_with_a_hint(void **state)
{
	const char *words[] = {"scylla-drian"};
	struct args args = {.program = "kubectl strait", .words = words, .nwords = 1};
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_BUF struct buf said = BUF_INIT(BUF_MAX_OBJECT);

	(void)state;
	CHECK_INT(cmd_explain.run(&args, &out, &said), EXIT_FAILED);
	CHECK_TEXT(buf_str(&said), "kubectl strait: there is no type and no reason \"scylla-drian\"; did you mean "
	    "\"scylla-drain\"?\n");
	words[0] = "zzz";
	buf_clear(&said);
	CHECK_INT(cmd_explain.run(&args, &out, &said), EXIT_FAILED);
	CHECK_CONTAINS(buf_str(&said), "kubectl strait explain lists them all");
	CHECK_TEXT(buf_str(&out), "");
	args.nwords = 0;
	CHECK_INT(cmd_explain.run(&args, &out, &said), EXIT_DONE);
	CHECK_CONTAINS(buf_str(&out), "scylla-drain");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_tells_all_of_itself),
		cmocka_unit_test(a_task_without_anything_is_short),
		cmocka_unit_test(an_opaque_task_says_who_knows_its_impact),
		cmocka_unit_test(a_condition_shows_how_it_is_waited_for),
		cmocka_unit_test(a_reason_says_what_to_do),
		cmocka_unit_test(an_unknown_topic_has_a_nearest_one),
		cmocka_unit_test(the_list_has_all),
		cmocka_unit_test(every_type_that_is_compiled_in_explains_itself),
		cmocka_unit_test(the_command_refuses_with_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
