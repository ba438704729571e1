#include "check.h"

#include "alloc.h"

static void
zero_bytes_are_memory_too(void **state)
{
	CLEANUP_FREE void *a = xmalloc(0);
	CLEANUP_FREE void *b = xcalloc(0, 8);
	CLEANUP_FREE void *c = xreallocarray(NULL, 0, 8);

	(void)state;
	CHECK(a && b && c);
}

static void
texts_are_copied(void **state)
{
	CLEANUP_FREE char *whole = xstrdup("drained");
	CLEANUP_FREE char *part = xstrndup("drained", 5);
	CLEANUP_FREE char *short_one = xstrndup("up", 5);
	CLEANUP_FREE char *made = xasprintf("%s-%d", "db-b", 3);
	CLEANUP_FREE char *none = xstrdup_or_null(NULL);

	(void)state;
	CHECK_TEXT(whole, "drained");
	CHECK_TEXT(part, "drain");
	CHECK_TEXT(short_one, "up");
	CHECK_TEXT(made, "db-b-3");
	CHECK_TEXT(none, NULL);
}

static void
taking_clears_the_variable(void **state)
{
	char *mine = xstrdup("x");
	CLEANUP_FREE char *yours = TAKE_PTR(mine);

	(void)state;
	CHECK(!mine);
	CHECK_TEXT(yours, "x");
}

static void
grown_elements_are_zero_and_keep_their_order(void **state)
{
	struct pair {
		int number;
		char *text;
	} *list = NULL, *last;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		last = ARRAY_GROW(list, count);
		CHECK(last == &list[count - 1] && last->number == 0 && !last->text);
		last->number = i;
	}
	CHECK_INT(count, 100);
	CHECK_INT(list[0].number, 0);
	CHECK_INT(list[99].number, 99);
	CHECK_INT(ARRAY_LEN(((int[]){1, 2, 3})), 3);
	free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_bytes_are_memory_too),
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(taking_clears_the_variable),
		cmocka_unit_test(grown_elements_are_zero_and_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
