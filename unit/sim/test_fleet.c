#include "check.h"

#include <time.h>

#include "fleet.h"

/* Operations of the shipped workflows, each time with other faults, one or two controllers. */

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
calm_operations_succeed(void **state)
{
	struct tally tally = {0};

	(void)state;
	for (size_t i = 0; i < seeds_wanted(10); i++)
		fleet_must_be_right(&(struct fleet_config){.seed = seed_number(i), .calm = true}, &tally);
	CHECK_INT(tally.succeeded, tally.operations);
}

static void
operations_with_faults(void **state)
{
	const char *left_out = getenv("LEFT_OUT");
	struct tally tally = {0};
	double from = seconds_now();

	(void)state;
	for (size_t i = 0; i < seeds_wanted(50); i++)
		fleet_must_be_right(&(struct fleet_config){.seed = seed_number(i),
		    .left_out = left_out ? strtoull(left_out, NULL, 10) : 0}, &tally);
	tally_print(&tally, seconds_now() - from);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calm_operations_succeed),
		cmocka_unit_test(operations_with_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
