/* What a declared variable allows: types, enum, min and max; as it is declared, as it is given. */
#include <stdio.h>

#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "json.h"

#define WORKFLOW(variables) "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"steps\":[{\"task\":\"look\"}],\"variables\":[" \
	variables "]}}"
#define BAD(text) "workflow w, spec.variables[0]" text

static const char *const declared[][2] = {
	{"{\"name\":\"v\",\"type\":\"set\"}",
	    BAD(".type: expected string, integer, boolean, duration, node, zone or list, got \"set\"")},
	{"{\"name\":\"v\",\"type\":\"string\",\"min\":1}",
	    BAD(".min: bounds an integer or a duration, and the variable is a string")},
	{"{\"name\":\"v\",\"type\":\"integer\",\"max\":\"1m\"}", BAD(".max: expected an integer, got \"1m\"")},
	{"{\"name\":\"v\",\"type\":\"duration\",\"min\":30}",
	    BAD(".min: expected a duration such as 90s or 1h30m, got 30")},
	{"{\"name\":\"v\",\"type\":\"integer\",\"min\":5,\"max\":4}", BAD(".min: above max: no value is left")},
	{"{\"name\":\"v\",\"type\":\"boolean\",\"enum\":[true]}",
	    BAD(".enum: a boolean is true or false; nothing is left to choose")},
	{"{\"name\":\"v\",\"type\":\"string\",\"enum\":[]}", BAD(".enum: allows nothing; expected at least one value")},
	{"{\"name\":\"v\",\"type\":\"string\",\"enum\":\"a\"}", BAD(".enum: expected a list, got \"a\"")},
	{"{\"name\":\"v\",\"type\":\"string\",\"enum\":[\"a\",\"b\",\"a\"]}", BAD(".enum[2]: \"a\" comes twice")},
	{"{\"name\":\"v\",\"type\":\"integer\",\"enum\":[1,\"x\"]}",
	    BAD(".enum[1]: expected an integer, got \"x\"")},
	{"{\"name\":\"v\",\"type\":\"integer\",\"max\":3,\"enum\":[1,4]}",
	    BAD(".enum[1]: expected an integer of 3 or less, got \"4\"")},
	{"{\"name\":\"v\",\"type\":\"string\",\"default\":[\"a\"]}",
	    BAD(".default: expected a string, got [\"a\"]")},
	{"{\"name\":\"v\",\"type\":\"list\",\"default\":[\"a\",\"\"]}",
	    BAD(".default[1]: expected an entry that is not empty and has no comma in it, got \"\"")},
	{"{\"name\":\"v\",\"type\":\"list\",\"default\":[\"a\",\"b,c\"]}",
	    BAD(".default[1]: expected an entry that is not empty and has no comma in it, got \"b,c\"")},
	{"{\"name\":\"node\",\"type\":\"node\"}",
	    BAD(".name: +node+ is there in every workflow; give the variable another name")},
	{"{\"name\":\"owner\",\"type\":\"string\"}",
	    BAD(".name: +owner+ is there in every workflow; give the variable another name")},
};

static void
a_declaration_that_allows_nothing_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(declared); i++) {
		CLEANUP_FREE char *text = xasprintf(WORKFLOW("%s"), declared[i][0]);
		CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);
		struct err err = {""};
		struct workflow *w = workflow_decode(json, &err);

		if (w)
			CHECK_FAIL("accepted: %s", declared[i][0]);
		CHECK_TEXT(err.text, declared[i][1]);
	}
}

static const char kinds[] = WORKFLOW(
    "{\"name\":\"mode\",\"type\":\"string\",\"enum\":[\"fast\",\"slow\",\"off\"]},"
    "{\"name\":\"tries\",\"type\":\"integer\",\"min\":0,\"max\":5},"
    "{\"name\":\"least\",\"type\":\"integer\",\"min\":-3},"
    "{\"name\":\"pause\",\"type\":\"duration\",\"min\":\"10s\",\"max\":\"1h\",\"enum\":[\"1m30s\",\"10s\"]},"
    "{\"name\":\"most\",\"type\":\"duration\",\"max\":\"1h\"},"
    "{\"name\":\"where\",\"type\":\"zone\"},"
    "{\"name\":\"who\",\"type\":\"list\",\"enum\":[\"a\",\"b\",\"c\"]},"
    "{\"name\":\"any\",\"type\":\"list\"}");

/* What is said of the value; NULL: it is taken. */
static const char *const given[][3] = {
	{"mode", "slow", NULL},
	{"mode", "Slow", "spec.variables.mode: expected fast, slow or off, got \"Slow\""},
	{"tries", "0", NULL},
	{"tries", "5", NULL},
	{"tries", "6", "spec.variables.tries: expected an integer from 0 to 5, got \"6\""},
	{"tries", "-1", "spec.variables.tries: expected an integer from 0 to 5, got \"-1\""},
	{"least", "-3", NULL},
	{"least", "-4", "spec.variables.least: expected an integer of -3 or more, got \"-4\""},
	{"pause", "90s", NULL},
	{"pause", "20s", "spec.variables.pause: expected 1m30s or 10s, got \"20s\""},
	{"pause", "5s", "spec.variables.pause: expected a duration such as 90s or 1h30m from 10s to 1h, got \"5s\""},
	{"most", "0s", NULL},
	{"most", "61m", "spec.variables.most: expected a duration such as 90s or 1h30m of 1h or less, got \"61m\""},
	{"where", "east/b", NULL},
	{"where", "east/d", "spec.variables.where: the cluster has no zone \"east/d\"; did you mean \"east/a\"? Known: east/a, "
	    "east/b, east/c"},
	{"who", "a,c", NULL},
	{"who", "a,d", "spec.variables.who: expected a, b or c, got \"d\""},
	{"who", "a,,b", "spec.variables.who: expected a list with commas in between, none of its entries empty, got \"a,,b\""},
	{"who", "a,", "spec.variables.who: expected a list with commas in between, none of its entries empty, got \"a,\""},
	{"any", "", NULL},
	{"any", ",", "spec.variables.any: expected a list with commas in between, none of its entries empty, got \",\""},
	{"any", "x", NULL},
};

static void
a_value_is_held_against_its_declaration(void **state)
{
	struct workflow *w = fake_workflow(kinds);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		struct plan_input input = fake_input();
		struct err err = {""};
		char name[32], value[32];
		const struct plan_value variable = {.name = name, .text = value};
		struct plan *plan;

		snprintf(name, sizeof name, "%s", given[i][0]);
		snprintf(value, sizeof value, "%s", given[i][1]);
		input.variables = &variable;
		input.nvariables = 1;
		plan = plan_compile(w, &input, &err);
		if (!plan != (given[i][2] != NULL))
			CHECK_FAIL("%s=%s: %s", name, value, plan ? "accepted" : err.text);
		CHECK_TEXT(err.text, given[i][2] ? given[i][2] : "");
		plan_free(plan);
	}
	workflow_free(w);
}

static void
a_default_is_held_against_it_too(void **state)
{
	struct workflow *w = fake_workflow(WORKFLOW("{\"name\":\"v\",\"type\":\"integer\",\"min\":1,\"default\":0}"));
	struct plan_input input = fake_input();
	struct err err = {""};

	(void)state;
	CHECK(!plan_compile(w, &input, &err));
	CHECK_TEXT(err.text, "workflow w, the default of variable v: expected an integer of 1 or more, got \"0\"");
	workflow_free(w);
}

static void
a_list_is_no_value_of_another_type(void **state)
{
	struct workflow *w = fake_steps("[{\"task\":\"count-things\",\"with\":{\"most\":1,\"note\":[\"a\",\"b\"]}}]");
	struct plan_input input = fake_input();
	struct err err = {""};

	(void)state;
	CHECK(!plan_compile(w, &input, &err));
	CHECK_TEXT(err.text, "workflow roll, spec.steps[0].with.note: expected a string, got a list");
	workflow_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_declaration_that_allows_nothing_is_refused),
		cmocka_unit_test(a_value_is_held_against_its_declaration),
		cmocka_unit_test(a_default_is_held_against_it_too),
		cmocka_unit_test(a_list_is_no_value_of_another_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
