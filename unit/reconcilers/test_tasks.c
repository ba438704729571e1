/* Every registered type by its transcript. */
#include "check.h"

#include "reconciler.h"
#include "registry.h"
#include "task_test.h"

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

int
main(void)
{
	struct CMUnitTest tests[TYPES_MAX + 1] = {{0}};
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
	return _cmocka_run_group_tests("tasks", tests, n, NULL, NULL);
}
