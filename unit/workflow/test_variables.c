#include "alloc.h"
#include "buf.h"
#include "check.h"
#include "fakes.h"
#include "variables.h"

#define DECLARED "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"steps\":[{\"task\":\"look\"}],\"variables\":[" \
	"{\"name\":\"host\",\"type\":\"string\",\"default\":\"a+b\"},{\"name\":\"n\",\"type\":\"integer\",\"default\":3}," \
	"{\"name\":\"unset\",\"type\":\"string\"},{\"name\":\"x-y_2\",\"type\":\"boolean\",\"default\":true}]}}"

static void
texts_are_expanded(void **state)
{
	static const struct {
		const char *text, *expected;    /* expected NULL: as if it had not been written */
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"+n+", "3"},
		{"+host+", "a+b"},
		{"x+n+y", "x3y"},
		{"+n++n+", "33"},
		{"1++1", "1+1"},
		{"++n++", "+n+"},
		{"+++n+", "+3"},
		{"+n+++", "3+"},
		{"+x-y_2+", "true"},
		{"+unset+", NULL},
	};
	struct workflow *w = fake_workflow(DECLARED);
	struct plan_input input = fake_input();
	struct plan nodes = {0};
	struct variables vars;

	(void)state;
	CHECK_INT(variables_open(&vars, w, "spec.variables", &input, &nodes, NULL, NULL), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_FREE char *got = NULL;
		struct err err = {""};

		if (variables_expand(&vars, "p", cases[i].text, &got, &err) < 0)
			CHECK_FAIL("%s: %s", cases[i].text, err.text);
		CHECK_TEXT(got, cases[i].expected);
	}
	variables_done(&vars);
	workflow_free(w);
}

static void
broken_texts_are_refused(void **state)
{
	static const char plus[] = "p: a \"+\" begins a +variable+; for a plus write \"++\"";
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"+", plus},
		{"a+b", plus},
		{"+n", plus},
		{"+n +", plus},
		{"+9+", plus},
		{"+++", plus},
		{"+m+", "p: w has no variable \"m\"; did you mean \"n\"? Known: host, n, unset, x-y_2"},
		{"a +unset+", "p: variable \"unset\" has no value; give it under spec.variables, or declare a default"},
	};
	struct workflow *w = fake_workflow(DECLARED);
	struct plan_input input = fake_input();
	struct plan nodes = {0};
	struct variables vars;

	(void)state;
	CHECK_INT(variables_open(&vars, w, "spec.variables", &input, &nodes, NULL, NULL), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {""};
		char *got = NULL;

		if (variables_expand(&vars, "p", cases[i].text, &got, &err) == 0)
			CHECK_FAIL("%s was accepted", cases[i].text);
		CHECK(!got);
		CHECK_TEXT(err.text, cases[i].expected);
	}
	variables_done(&vars);
	workflow_free(w);
}

static void
what_is_escaped_stands_for_itself(void **state)
{
	CLEANUP_FREE char *none = variables_escape("abc"), *some = variables_escape("+a+b++");

	(void)state;
	CHECK_TEXT(none, "abc");
	CHECK_TEXT(some, "++a++b++++");
}

static void
a_text_has_a_greatest_length(void **state)
{
	CLEANUP_FREE char *huge = xcalloc(1, BUF_MAX_JOURNAL_VALUE + 2), *got = NULL;
	struct workflow *w = fake_workflow(DECLARED);
	struct plan_input input = fake_input();
	struct plan nodes = {0};
	struct err err = {""};
	struct variables vars;

	(void)state;
	memset(huge, 'x', BUF_MAX_JOURNAL_VALUE + 1);
	CHECK_INT(variables_open(&vars, w, "spec.variables", &input, &nodes, NULL, NULL), 0);
	CHECK_INT(variables_expand(&vars, "p", huge, &got, &err), -1);
	CHECK_TEXT(err.text, "p: longer than 16384 bytes with its variables in place");
	variables_done(&vars);
	workflow_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_expanded),
		cmocka_unit_test(broken_texts_are_refused),
		cmocka_unit_test(what_is_escaped_stands_for_itself),
		cmocka_unit_test(a_text_has_a_greatest_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
