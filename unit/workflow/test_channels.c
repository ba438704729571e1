/* A parameter that names channels, against those that the cluster has. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "plan.h"

static enum verdict
reconcile(struct task *t)
{
	(void)t;
	return VERDICT_DONE;
}

static const struct reconciler say = {
	.name = "say", .scope = SCOPE_ANY, .reconcile = reconcile,
	.parameters = {{.name = "channels", .type = PARAMETER_LIST, .required = true, .channels = true,
	    .help = "whom"}},
};
static const struct reconciler *const types[] = {&say, NULL};

static void
a_channel_that_the_cluster_lacks_is_refused_at_planning(void **state)
{
	static const char *some[] = {"ops", "log", NULL}, *none[] = {NULL};
	const struct {
		const char **channels;       /* NULL: nobody knows which there are */
		const char *given, *error;   /* NULL: planned */
	} cases[] = {
		{some, "ops", NULL}, {some, "log, ops", NULL}, {NULL, "anything", NULL},
		{some, "opz", "steps[0].with.channels: spec.channels of the TargetCluster has no \"opz\"; did you mean "
		    "\"ops\"? Known: ops, log"},
		{some, "ops,other", "has no \"other\"; known: ops, log"},
		{none, "ops", "steps[0].with.channels: spec.channels of the TargetCluster has no \"ops\"; there is none"},
		{NULL, " , ", "steps[0].with.channels: names no channel; expected names with commas in between"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *steps = xasprintf("[{\"task\":\"say\",\"with\":{\"channels\":\"%s\"}}]", cases[i].given);
		struct workflow *w = fake_steps(steps);
		struct plan_input input = fake_input();
		struct err err = {""};
		struct plan *plan;

		input.types = types;
		input.channels = cases[i].channels;
		plan = plan_compile(w, &input, &err);
		CHECK_INT(plan != NULL, cases[i].error == NULL);
		if (cases[i].error)
			CHECK_CONTAINS(err.text, cases[i].error);
		plan_free(plan);
		workflow_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_that_the_cluster_lacks_is_refused_at_planning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
