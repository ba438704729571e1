/* Workflows that run others, and nodes that an eachNode chooses for itself. */
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "json.h"
#include "lint.h"

#define OF(name, spec) {name, "{\"metadata\":{\"name\":\"" name "\"},\"spec\":" spec "}"}
#define LOOK "{\"task\":\"look\"}"
#define EACH(more) "{\"eachNode\":{" more "\"steps\":[" LOOK "]}}"

static const char *const shelf[][2] = {
	OF("restart", "{\"variables\":[{\"name\":\"service\",\"type\":\"string\",\"required\":true},{\"name\":\"who\",\"type\":"
	    "\"list\"}],\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"systemd-restart-service\",\"with\":{\"service\":"
	    "\"+service+\"}}]}},{\"wait\":[{\"condition\":\"cluster-normal\"}]}]}"),
	OF("twice", "{\"variables\":[{\"name\":\"base\",\"type\":\"string\",\"default\":\"scylla\"}],\"steps\":[" LOOK ","
	    "{\"workflow\":\"restart\",\"with\":{\"service\":\"+base+-server\"}},{\"workflow\":\"restart\",\"with\":"
	    "{\"service\":\"+base+-agent\"}}," LOOK "]}"),
	OF("round", "{\"steps\":[{\"workflow\":\"trip\"}]}"),
	OF("trip", "{\"steps\":[" LOOK ",{\"workflow\":\"round\"}]}"),
	OF("self", "{\"steps\":[{\"workflow\":\"self\"}]}"),
	OF("needy", "{\"steps\":[{\"workflow\":\"restart\"}]}"),
	OF("odd", "{\"steps\":[{\"workflow\":\"restart\",\"with\":{\"servce\":\"x\"}}]}"),
	OF("lost", "{\"steps\":[{\"workflow\":\"nowhere\"}]}"),
	OF("deep0", "{\"steps\":[{\"workflow\":\"deep1\"}]}"),
	OF("deep1", "{\"steps\":[{\"workflow\":\"deep2\"}]}"),
	OF("deep2", "{\"steps\":[{\"workflow\":\"deep3\"}]}"),
	OF("deep3", "{\"steps\":[{\"workflow\":\"deep4\"}]}"),
	OF("deep4", "{\"steps\":[{\"workflow\":\"deep5\"}]}"),
	OF("deep5", "{\"steps\":[{\"workflow\":\"deep6\"}]}"),
	OF("deep6", "{\"steps\":[{\"workflow\":\"deep7\"}]}"),
	OF("deep7", "{\"steps\":[{\"workflow\":\"deep8\"}]}"),
	OF("deep8", "{\"steps\":[" LOOK "]}"),
	OF("many0", "{\"steps\":[{\"workflow\":\"many1\"},{\"workflow\":\"many1\"},{\"workflow\":\"many1\"}]}"),
	OF("many1", "{\"steps\":[{\"workflow\":\"many2\"},{\"workflow\":\"many2\"},{\"workflow\":\"many2\"}]}"),
	OF("many2", "{\"steps\":[{\"workflow\":\"many3\"},{\"workflow\":\"many3\"},{\"workflow\":\"many3\"}]}"),
	OF("many3", "{\"steps\":[{\"workflow\":\"many4\"},{\"workflow\":\"many4\"},{\"workflow\":\"many4\"}]}"),
	OF("many4", "{\"steps\":[{\"workflow\":\"many5\"},{\"workflow\":\"many5\"},{\"workflow\":\"many5\"}]}"),
	OF("many5", "{\"steps\":[{\"workflow\":\"many6\"},{\"workflow\":\"many6\"},{\"workflow\":\"many6\"}]}"),
	OF("many6", "{\"steps\":[" LOOK "]}"),
};

static struct workflow *read_shelf[ARRAY_LEN(shelf)];

static const struct workflow *
find(void *arg, const char *name)
{
	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(shelf); i++) {
		if (strcmp(shelf[i][0], name) != 0)
			continue;
		if (!read_shelf[i])
			read_shelf[i] = fake_workflow(shelf[i][1]);
		return read_shelf[i];
	}
	return NULL;
}

static const struct workflow *
find_or_say(void *arg, const char *name, struct err *why)
{
	const struct workflow *w = find(arg, name);

	if (!w)
		err_set(why, "there is no Workflow \"%s\"", name);
	return w;
}

static struct plan *
plan_named(const char *name, struct err *err)
{
	struct plan_input input = fake_input();

	input.find = find_or_say;
	return plan_compile(find(NULL, name), &input, err);
}

static void
its_blocks_stand_in_the_place_of_the_step(void **state)
{
	static const char *const froms[] = {NULL, "restart", "restart", "restart", "restart", NULL};
	struct err err = {""};
	struct plan *plan = plan_named("twice", &err), *again;

	(void)state;
	if (!plan)
		CHECK_FAIL("%s", err.text);
	CHECK_INT(plan->nblocks, 6);
	for (size_t b = 0; b < plan->nblocks; b++) {
		CLEANUP_FREE char *number = xasprintf("%zu.1", b + 1);

		CHECK_TEXT(plan->blocks[b].from, froms[b]);
		CHECK_TEXT(plan->blocks[b].steps[0].number, number);
	}
	CHECK_TEXT(plan->blocks[1].steps[0].with[0].text, "scylla-server");
	CHECK_TEXT(plan->blocks[3].steps[0].with[0].text, "scylla-agent");
	CHECK_TEXT(plan->blocks[3].restore.number, "4.restore");
	again = plan_decode(plan->text, fake_types, &err);
	CHECK_TEXT(again->blocks[3].from, "restart");
	plan_free(again);
	plan_free(plan);
}

static const char *const refused[][2] = {
	{"round", "workflow trip, spec.steps[1].workflow: it would run for ever: round runs trip runs round"},
	{"self", "workflow self, spec.steps[0].workflow: it would run for ever: self runs self"},
	{"needy", "workflow needy, spec.steps[0].with.service: missing; restart needs it (a string)"},
	{"odd", "workflow odd, spec.steps[0].with: restart has no variable \"servce\"; did you mean \"service\"? Known: "
	    "service, who"},
	{"lost", "workflow lost, spec.steps[0].workflow: there is no Workflow \"nowhere\""},
	{"deep0", "workflow deep7, spec.steps[0].workflow: deeper than 8 workflows: deep0 runs deep1 runs deep2 runs deep3 "
	    "runs deep4 runs deep5 runs deep6 runs deep7 runs deep8"},
	{"many0", "workflow many5, spec.steps[1]: with the workflows that are run as steps there are more than 256 blocks"},
};

static void
what_cannot_be_run_is_refused_with_the_way_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct err err = {""};
		struct plan *plan = plan_named(refused[i][0], &err);

		if (plan)
			CHECK_FAIL("%s was accepted", refused[i][0]);
		CHECK_TEXT(err.text, refused[i][1]);
	}
}

static void
note(void *user, enum severity severity, const char *sentence)
{
	buf_printf((struct buf *)user, "%s: %s\n", severity_name(severity), sentence);
}

static const char *const lint_says[][2] = {
	{"round", "error: workflow round, spec.steps[0].workflow: it would run for ever: round runs trip runs round\n"},
	{"needy", "error: workflow needy, spec.steps[0].with.service: missing; restart needs it (a string)\n"},
	{"odd", "error: workflow odd, spec.steps[0].with.servce: restart has no variable \"servce\"; did you mean \"service\"? "
	    "Known: service, who\n"
	    "error: workflow odd, spec.steps[0].with.service: missing; restart needs it (a string)\n"},
	{"lost", "note: workflow lost, spec.steps[0].workflow: Workflow nowhere is not at hand; it is looked up when the "
	    "operation is planned. Given to lint too, it would be checked here\n"},
	{"twice", ""},
	{"many0", ""},
};

static void
lint_looks_into_those_that_are_at_hand(void **state)
{
	const struct lint_others others = {find, NULL};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lint_says); i++) {
		CLEANUP_BUF struct buf said = BUF_INIT(BUF_MAX_OBJECT);

		workflow_lint(find(NULL, lint_says[i][0]), fake_types, &others, note, &said);
		CHECK_TEXT(buf_str(&said), lint_says[i][1]);
	}
}

/* --- whose lanes they are */

static const struct {
	const char *nodes, *value, *lanes, *error;     /* of the nodes in the plan's order: a-1 a-2 b-1 b-2 c-1 c-2 */
} selections[] = {
	{"", "db-b-1", "001000", NULL},
	{"\"nodes\":\"targets\",", "db-b-1", "001000", NULL},
	{"\"nodes\":\"all\",", "db-b-1", "111111", NULL},
	{"\"nodes\":[\"db-c-2\",\"db-a-1\"],", "db-b-1", "100001", NULL},
	{"\"nodes\":[\"db-c-2\",\"east/a\"],", "db-b-1", "110001", NULL},
	{"\"nodes\":\"+group+\",", "db-c-1,db-b-2", "000110", NULL},
	{"\"nodes\":[\"db-a-1\",\"+group+\"],", "east/c", "100011", NULL},
	{"\"nodes\":\"+group+\",", "db-c-3", NULL, "workflow w, spec.steps[0].eachNode.nodes: the cluster has no node and no "
	    "zone \"db-c-3\"; did you mean \"db-c-1\"? Known: db-a-1, db-a-2, db-b-1, db-b-2, db-c-1, db-c-2"},
	{"\"nodes\":\"+group+\",", NULL, NULL, "workflow w, spec.steps[0].eachNode.nodes: +group+ has no value; give it under "
	    "spec.variables, or declare a default"},
	{"\"nodes\":\"+node+\",", NULL, NULL, "workflow w, spec.steps[0].eachNode.nodes: +node+ is another one for each "
	    "node, and has a value only in the steps of an eachNode"},
	{"\"nodes\":\"+group+\",", "", NULL, "workflow w, spec.steps[0].eachNode.nodes: names no node; expected at least "
	    "one, and none left empty"},
};

static void
a_block_says_whose_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(selections); i++) {
		CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"w\"},\"spec\":{\"variables\":[{\"name\":"
		    "\"group\",\"type\":\"list\"}],\"steps\":[{\"eachNode\":{%s\"steps\":[" LOOK "]}}]}}", selections[i].nodes);
		struct workflow *w = fake_workflow(text);
		struct plan_input input = fake_input();
		char name[] = "group", value[64], target[] = "db-b-1", *targets[] = {target}, got[FAKE_NODES + 1] = "000000";
		const struct plan_value given = {.name = name, .text = value};
		struct err err = {""};
		struct plan *plan;

		snprintf(value, sizeof value, "%s", selections[i].value ? selections[i].value : "");
		input.variables = &given;
		input.nvariables = selections[i].value != NULL;
		input.targets = targets;
		input.ntargets = 1;
		plan = plan_compile(w, &input, &err);
		for (size_t k = 0; plan && k < plan->blocks[0].nlanes; k++)
			got[plan->blocks[0].lanes[k]] = '1';
		CHECK_TEXT(err.text, selections[i].error ? selections[i].error : "");
		CHECK_TEXT(plan ? got : NULL, selections[i].lanes);
		plan_free(plan);
		workflow_free(w);
	}
}

static const char *const unread[][2] = {
	{EACH("\"nodes\":\"target\","), "spec.steps[0].eachNode.nodes: expected targets, others, all, a list of nodes' or "
	    "zones' "
	    "names, or a +variable+, got \"target\""},
	{EACH("\"nodes\":[],"), "spec.steps[0].eachNode.nodes: expected targets, others, all, a list of nodes' or zones' "
	    "names, or a +variable+, got []"},
	{EACH("\"nodes\":3,"), "spec.steps[0].eachNode.nodes: expected targets, others, all, a list of nodes' or zones' "
	    "names, or a +variable+, got 3"},
	{"{\"workflow\":\"a\",\"task\":\"look\"}", "spec.steps[0]: task does not stand beside workflow, whose own steps have "
	    "theirs; with gives it its variables"},
	{"{\"workflow\":\"a\",\"retries\":1}", "spec.steps[0]: retries does not stand beside workflow, whose own steps have "
	    "theirs; with gives it its variables"},
	{"{\"workflow\":3}", "spec.steps[0].workflow: expected a string, got 3"},
	{"{\"eachNode\":{\"steps\":[{\"workflow\":\"a\"}]}}", "spec.steps[0].eachNode.steps[0].workflow: unknown field"},
};

static void
a_step_that_means_nothing_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unread); i++) {
		CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"w\"},\"spec\":{\"steps\":[%s]}}", unread[i][0]);
		CLEANUP_FREE char *expected = xasprintf("workflow w, %s", unread[i][1]);
		CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);
		struct err err = {""};

		if (workflow_decode(json, &err))
			CHECK_FAIL("accepted: %s", unread[i][0]);
		CHECK_TEXT(err.text, expected);
	}
}

static int
clear_shelf(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(read_shelf); i++)
		read_shelf[i] = workflow_free(read_shelf[i]);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_blocks_stand_in_the_place_of_the_step),
		cmocka_unit_test(what_cannot_be_run_is_refused_with_the_way_there),
		cmocka_unit_test(lint_looks_into_those_that_are_at_hand),
		cmocka_unit_test(a_block_says_whose_it_is),
		cmocka_unit_test(a_step_that_means_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, clear_shelf);
}
