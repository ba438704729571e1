/* Which release is the older one. */
#include "check.h"

#include "release.h"

static const struct {
	const char *a, *b;
	int order;               /* -1: a is older, 0: neither, 1: b is; 2: one of them is no version */
} rows[] = {
	{"2025.1.3", "2025.1.4", -1},
	{"2025.1.4", "2025.1.4", 0},
	{"2025.1.4-0.20250622.abc", "2025.1.4", 0},
	{"2025.1.10", "2025.1.9", 1},
	{"2025.2.0", "2025.10.0", -1},
	{"2025.1", "2025.1.0", 0},
	{"2025.1.0-rc2", "2025.1.0", -1},
	{"2025.1.0~rc2-0.2025.abc", "2025.1.0-rc10", -1},
	{"5.4.0.rc1", "5.4.0", -1},
	{"5.4.9", "6.0.0", -1},
	{"6.2.1", "2024.1.0", -1},
	{"", "1.0", 2},
	{"1.0", "newest", 2},
	{"1..2", "1.0", 2},
};

static void
releases_are_ordered_by_their_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool known, known_too, a = scylla_is_older(rows[i].a, rows[i].b, &known);
		bool b = scylla_is_older(rows[i].b, rows[i].a, &known_too);
		int order = !known ? 2 : a ? -1 : b ? 1 : 0;

		CHECK_INT(known, known_too);
		CHECK(!(a && b));
		if (order != rows[i].order)
			CHECK_FAIL("%s and %s: %d", rows[i].a, rows[i].b, order);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_are_ordered_by_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
