/* run-command against what a TargetCluster declares. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "json.h"
#include "registry.h"

static const char declared[] = "[{\"name\":\"check\",\"args\":[\"/bin/check\"]},"
    "{\"name\":\"sweep\",\"args\":[\"/bin/sweep\",\"--tag={tag}\",\"{path}\"],\"timeout\":\"90s\",\"impact\":\"none\"},"
    "{\"name\":\"restart-agent\",\"args\":[\"/bin/agent\"],\"impact\":\"bringsNodeUp\"}]";

/* Of one step's JSON members beside "task". */
static struct plan *
plan_of(const char *step, const char *commands, struct err *err)
{
	CLEANUP_FREE char *steps = xasprintf("[{\"eachNode\":{\"steps\":[{\"task\":\"run-command\",%s}]}}]", step);
	CLEANUP_JSON struct cJSON *json = json_parse(commands, strlen(commands), NULL);
	struct field list = {.key = "commands", .value = json};
	struct target_commands all = {0};
	struct workflow *w = fake_steps(steps);
	struct plan_input input = fake_input();
	struct plan *plan;

	CHECK(target_commands_read(&list, &all, err) == 0);
	input.types = registry;
	input.commands = &all;
	plan = plan_compile(w, &input, err);
	workflow_free(w);
	target_commands_done(&all);
	return plan;
}

static void
the_plan_has_the_words_and_what_was_declared(void **state)
{
	struct err err = {""};
	struct plan *plan = plan_of("\"with\":{\"command\":\"sweep\",\"tag\":\"a,b\",\"path\":\"/var/lib\"}", declared, &err);
	struct plan *again = plan ? plan_decode(plan->text, registry, &err) : NULL;
	const struct plan_step *step;

	(void)state;
	if (!plan || !again)
		CHECK_FAIL("%s", err.text);
	step = &again->blocks[0].steps[0];
	CHECK_TEXT(plan_value(step->with, step->nwith, step->type, "argv"), "/bin/sweep --tag=a,b /var/lib");
	CHECK_INT(step->timeout_ms, 90000);
	CHECK_INT(step->impact, IMPACT_NONE);
	CHECK(!step->assumed);
	CHECK_INT(step->retries, 0);
	plan_free(plan);
	plan_free(again);
}

static void
the_step_s_own_word_counts_where_nothing_was_declared(void **state)
{
	struct err err = {""};
	struct plan *plan = plan_of("\"with\":{\"command\":\"check\"},\"timeout\":\"5s\",\"retries\":1", declared, &err);
	struct plan *stated = plan_of("\"with\":{\"command\":\"check\"},\"impact\":\"none\"", declared, &err);

	(void)state;
	CHECK(plan && stated);
	CHECK_INT(plan->blocks[0].steps[0].timeout_ms, 5000);
	CHECK_INT(plan->blocks[0].steps[0].retries, 1);
	CHECK_INT(plan->blocks[0].steps[0].impact, IMPACT_TAKES_NODE_DOWN);
	CHECK(plan->blocks[0].steps[0].assumed);
	CHECK_INT(stated->blocks[0].steps[0].impact, IMPACT_NONE);
	plan_free(plan);
	plan_free(stated);
}

#define PLACE "spec.steps[0].eachNode.steps[0]"

static const char *const refusals[][2] = {
	{"\"with\":{\"command\":\"swep\"}", PLACE ".with.command: the TargetCluster's spec.commands has no \"swep\"; did you "
	    "mean \"sweep\"?"},
	{"\"with\":{\"command\":\"sweep\",\"tga\":\"a\"}", PLACE ".with: the command sweep has no gap \"tga\"; did you mean "
	    "\"tag\"?"},
	{"\"with\":{\"command\":\"check\",\"argv\":\"/bin/sh\"}", PLACE ".with: the command check has no gap \"argv\""},
	{"\"with\":{\"command\":\"sweep\",\"tag\":\"a\"}", PLACE ".with: the command sweep needs path (its gap {path})"},
	{"\"with\":{\"command\":\"sweep\",\"tag\":\"a b\",\"path\":\"/\"}", PLACE ".with.tag: expected a word of letters, "
	    "digits and . _ : @ / = , + - for the command sweep, got \"a b\""},
	{"\"with\":{\"command\":\"sweep\",\"tag\":\"$(id)\",\"path\":\"/\"}", PLACE ".with.tag: expected a word of letters, "
	    "digits and . _ : @ / = , + - for the command sweep, got \"$(id)\""},
	{"\"with\":{\"command\":\"sweep\",\"tag\":\"\",\"path\":\"/\"}", PLACE ".with.tag: expected a word of letters, "
	    "digits and . _ : @ / = , + - for the command sweep, got \"\""},
	{"\"with\":{\"command\":\"sweep\",\"tag\":\"a\",\"path\":\"--all\"}", PLACE ".with.path: \"--all\" would be an option "
	    "of the command sweep; it may not begin with a dash"},
	{"\"with\":{\"command\":\"restart-agent\"},\"impact\":\"none\"", PLACE ".impact: none, but the TargetCluster's "
	    "spec.commands says of restart-agent that it is bringsNodeUp; leave it out here"},
	{"\"with\":{}", PLACE ".with.command: missing; expected a string"},
};

static void
what_is_not_declared_is_refused_with_its_place(void **state)
{
	struct err err = {""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct err why = {""};

		CHECK(!plan_of(refusals[i][0], declared, &why));
		CHECK_CONTAINS(why.text, refusals[i][1]);
	}
	CHECK(!plan_of("\"with\":{\"command\":\"check\"}", "[]", &err));
	CHECK_CONTAINS(err.text, PLACE ".with.command: the TargetCluster declares no command in spec.commands; \"check\" would "
	    "have to be there");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plan_has_the_words_and_what_was_declared),
		cmocka_unit_test(the_step_s_own_word_counts_where_nothing_was_declared),
		cmocka_unit_test(what_is_not_declared_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
