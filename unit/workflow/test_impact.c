/* Tasks that do what they are told: their impact is stated, or the worst is assumed. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "impact.h"
#include "lint.h"

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

static const struct reconciler call = {
	.name = "call", .scope = SCOPE_ANY, .opaque = true, .reconcile = reconcile,
};
static const struct reconciler drain = {
	.name = "scylla-drain", .impact = IMPACT_TAKES_NODE_DOWN, .reconcile = reconcile,
};
static const struct reconciler restart = {
	.name = "systemd-restart-service", .impact = IMPACT_TAKES_NODE_DOWN, .reconcile = reconcile,
	.parameters = {{.name = "service", .type = PARAMETER_STRING, .required = true, .help = "the unit's name"}},
};
static const struct reconciler up = {.name = "is-up-normal", .judge = judge};
static const struct reconciler *const types[] = {&call, &drain, &restart, &up, NULL};

static struct plan *
plan_of(const char *steps, struct err *err)
{
	struct workflow *w = fake_steps(steps);
	struct plan_input input = fake_input();
	struct plan *plan;

	input.types = types;
	plan = plan_compile(w, &input, err);
	workflow_free(w);
	return plan;
}

/* As it is, and as it is read back from the journal. */
static void
check_step(const char *steps, size_t at, enum impact impact, bool assumed)
{
	struct err err = {""};
	struct plan *plan = plan_of(steps, &err), *again = plan ? plan_decode(plan->text, types, &err) : NULL;

	if (!plan || !again)
		CHECK_FAIL("%s: %s", steps, err.text);
	CHECK_INT(plan->blocks[0].steps[at].impact, impact);
	CHECK_INT(plan->blocks[0].steps[at].assumed, assumed);
	CHECK_INT(again->blocks[0].steps[at].impact, impact);
	CHECK_INT(again->blocks[0].steps[at].assumed, assumed);
	CHECK_INT(again->blocks[0].disruptive, plan->blocks[0].disruptive);
	plan_free(plan);
	plan_free(again);
}

static void
what_is_stated_counts_and_else_the_worst(void **state)
{
	(void)state;
	check_step("[{\"eachNode\":{\"steps\":[{\"task\":\"call\"}]}}]", 0, IMPACT_TAKES_NODE_DOWN, true);
	check_step("[{\"eachNode\":{\"steps\":[{\"task\":\"call\",\"impact\":\"none\"}]}}]", 0, IMPACT_NONE, false);
	check_step("[{\"eachNode\":{\"steps\":[{\"task\":\"call\",\"impact\":\"bringsNodeUp\"}]}}]", 0,
	    IMPACT_BRINGS_NODE_UP, false);
	check_step("[{\"eachNode\":{\"steps\":[{\"task\":\"call\",\"impact\":\"changesTopology\"}]}}]", 0,
	    IMPACT_CHANGES_TOPOLOGY, false);
	check_step("[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]", 0, IMPACT_TAKES_NODE_DOWN, false);
	check_step("[{\"task\":\"call\",\"impact\":\"none\"}]", 0, IMPACT_NONE, false);
	check_step("[{\"task\":\"call\",\"impact\":\"changesTopology\"}]", 0, IMPACT_CHANGES_TOPOLOGY, false);
}

/* The lanes wait for the node to be up, which a lone drain does not. */
static void
an_assumed_one_is_seen_up_again(void **state)
{
	struct err err = {""};
	struct plan *plan = plan_of("[{\"eachNode\":{\"steps\":[{\"task\":\"call\"}]}}]", &err);

	(void)state;
	CHECK(plan->blocks[0].disruptive && !plan->blocks[0].leaves_down);
	CHECK_INT(plan->blocks[0].stable.nconditions, 1);
	CHECK(!plan->blocks[0].restore.type);
	plan_free(plan);
	plan = plan_of("[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":\"call\"}]}}]", &err);
	CHECK(plan->blocks[0].leaves_down);
	CHECK_INT(plan->blocks[0].restore.impact, IMPACT_TAKES_NODE_DOWN);
	plan_free(plan);
	plan = plan_of("[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":\"call\","
	    "\"impact\":\"bringsNodeUp\"}]}}]", &err);
	CHECK(plan->blocks[0].disruptive && !plan->blocks[0].leaves_down);
	plan_free(plan);
}

static void
as_a_step_of_the_cluster_a_person_is_asked_first(void **state)
{
	struct err err = {""};
	struct plan *plan = plan_of("[{\"task\":\"call\",\"impact\":\"none\"},{\"task\":\"call\"}]", &err);

	(void)state;
	CHECK_INT(plan->blocks[0].nsteps, 3);
	CHECK(plan->blocks[0].steps[1].approval);
	CHECK_TEXT(plan->blocks[0].steps[1].number, "1.2.approval");
	CHECK_TEXT(plan->blocks[0].steps[1].message, "call may do anything to the cluster: the workflow states no impact");
	CHECK_TEXT(plan->blocks[0].steps[2].number, "1.2");
	CHECK_INT(plan->blocks[0].steps[2].impact, IMPACT_CHANGES_TOPOLOGY);
	plan_free(plan);
}

static void
an_impact_that_does_not_fit_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{"[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\",\"impact\":\"none\"}]}}]",
		    "workflow roll, spec.steps[0].eachNode.steps[0].impact: that of scylla-drain is its own, takesNodeDown; "
		    "only a task that does what the workflow tells it is given one"},
		{"[{\"task\":\"call\",\"impact\":\"takesNodeDown\"}]",
		    "workflow roll, spec.steps[0].impact: takesNodeDown is a node's; a step of the cluster has none or "
		    "changesTopology"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {""};

		CHECK(!plan_of(cases[i][0], &err));
		CHECK_TEXT(err.text, cases[i][1]);
	}
}

/* What a ClusterOperation's nodeTask states is what counts. */
static void
the_one_off_states_it_too(void **state)
{
	static const char *const stated[] = {NULL, "none", "bringsNodeUp", "nonsense"};
	static const enum impact expected[] = {IMPACT_TAKES_NODE_DOWN, IMPACT_NONE, IMPACT_BRINGS_NODE_UP,
	    IMPACT_TAKES_NODE_DOWN};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stated); i++) {
		struct err err = {""};
		struct workflow *w = workflow_of_task("call", "{}", true, &err);
		struct plan_input input = fake_input();
		struct plan *plan;

		input.types = types;
		impact_state(w, stated[i]);
		plan = plan_compile(w, &input, &err);
		CHECK(plan);
		CHECK_INT(plan->blocks[0].steps[0].impact, expected[i]);
		plan_free(plan);
		workflow_free(w);
	}
}

static void
note(void *user, enum severity severity, const char *sentence)
{
	buf_printf((struct buf *)user, "%s: %s\n", severity_name(severity), sentence);
}

static void
lint_tells_what_is_assumed(void **state)
{
	struct workflow *w = fake_steps("[{\"eachNode\":{\"steps\":[{\"task\":\"call\"},{\"task\":\"call\",\"impact\":"
	    "\"none\"}]}},{\"task\":\"call\"},{\"task\":\"call\",\"impact\":\"bringsNodeUp\"}]");
	CLEANUP_BUF struct buf said = BUF_INIT(BUF_MAX_OBJECT);

	(void)state;
	workflow_lint(w, types, NULL, note, &said);
	CHECK_TEXT(buf_str(&said),
	    "note: workflow roll, spec.steps[0].eachNode.steps[0].task: what call does only the workflow knows, and it states "
	    "no impact: the worst is assumed, takesNodeDown\n"
	    "note: workflow roll, spec.steps[1].task: what call does only the workflow knows, and it states no impact: the "
	    "worst is assumed, changesTopology, and a person is asked for approval before it\n"
	    "error: workflow roll, spec.steps[2].impact: bringsNodeUp is a node's; a step of the cluster has none or "
	    "changesTopology\n");
	workflow_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_stated_counts_and_else_the_worst),
		cmocka_unit_test(an_assumed_one_is_seen_up_again),
		cmocka_unit_test(as_a_step_of_the_cluster_a_person_is_asked_first),
		cmocka_unit_test(an_impact_that_does_not_fit_is_refused),
		cmocka_unit_test(the_one_off_states_it_too),
		cmocka_unit_test(lint_tells_what_is_assumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
