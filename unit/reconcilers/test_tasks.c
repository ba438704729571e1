/* Every registered type by its transcript. */
#include "check.h"

#include "reconciler.h"
#include "registry.h"
#include "task_labels.h"
#include "task_test.h"

#include "alloc.h"

enum { TYPES_MAX = 128 };

static void
type_does_as_its_transcript_says(void **state)
{
	task_test(*state);
}

static void
labels_and_keys_are_those_of_the_format(void **state)
{
	(void)state;
	task_test_labels();
}

/* A label that no type writes any more is missed, unless its type says what became of it. */
static void
a_label_goes_with_a_successor_only(void **state)
{
	static const char kept[] = "a: act one, once\na: remembers key\nb: remembers key for the lane\n";
	static const struct {
		struct renamed renamed[2];
		const char *seen, *lost;
	} cases[] = {
		{{{0}}, kept, NULL},
		{{{0}}, "a: act one, once\na: act two, once\na: remembers key\nb: remembers key for the lane\n", NULL},
		{{{0}}, "a: remembers key\nb: remembers key for the lane\n", "\"a: act one, once\""},
		{{{0}}, "a: act one, repeatable\na: remembers key\nb: remembers key for the lane\n", "\"a: act one, once\""},
		{{{0}}, "a: act two, once\na: remembers key\nb: remembers key for the lane\n", "\"a: act one, once\""},
		{{{"one", "two"}}, "a: act two, once\na: remembers key\nb: remembers key for the lane\n", NULL},
		{{{"one", "two"}}, "a: act three, once\na: remembers key\nb: remembers key for the lane\n",
		    "\"a: act one, once\""},
		{{{"one", ""}}, "a: remembers key\nb: remembers key for the lane\n", NULL},
		{{{"key", "one"}}, "a: act one, once\nb: remembers key for the lane\n", "\"a: remembers key\""},
		{{{"key", ""}}, "a: act one, once\na: remembers key\n", "\"b: remembers key for the lane\""},
		{{{"key", ""}}, "", "\"a: act one, once\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct reconciler a = {.name = "a", .renamed = {cases[i].renamed[0]}}, b = {.name = "b"};
		const struct reconciler *const types[] = {&a, &b, NULL};
		CLEANUP_FREE char *lost = labels_lost(types, kept, cases[i].seen), *all = labels_union(kept, cases[i].seen);

		if (cases[i].lost)
			CHECK_CONTAINS(lost ? lost : "nothing", cases[i].lost);
		else if (lost)
			CHECK_FAIL("case %zu: %s", i, lost);
		CHECK(strstr(all, "a: act one, once\n") != NULL);
	}
}

int
main(void)
{
	struct CMUnitTest tests[TYPES_MAX + 2] = {{0}};
	size_t n = 0;

	for (; registry[n] && n < TYPES_MAX; n++)
		tests[n] = (struct CMUnitTest){
			.name = registry[n]->name,
			.test_func = type_does_as_its_transcript_says,
			.initial_state = (void *)registry[n],
		};
	tests[n++] = (struct CMUnitTest){
		.name = "labels_and_keys_are_those_of_the_format",
		.test_func = labels_and_keys_are_those_of_the_format,
	};
	tests[n++] = (struct CMUnitTest){
		.name = "a_label_goes_with_a_successor_only",
		.test_func = a_label_goes_with_a_successor_only,
	};
	return _cmocka_run_group_tests("tasks", tests, n, NULL, NULL);
}
