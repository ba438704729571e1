/* The oracle and nodes that the controller makes join. */
#include "fixture.h"

#include <string.h>

#include "hands.h"

static size_t
add(const char *rack)
{
	const struct sim_host host = {.datacenter = "dc1", .rack = rack, .stopped = true};
	struct err err;
	int node = sim_add(f.sim, f.now, &host, &err);

	assert_true(node >= 0);
	return (size_t)node;
}

static void
expect(size_t violations, size_t unavoidable)
{
	assert_int_equal(sim_violations(f.sim), violations);
	assert_int_equal(sim_unavoidable(f.sim), unavoidable);
}

static void
two_that_are_started_at_once_are_one_too_many(void **state)
{
	size_t one = add("a"), two = add("b");

	(void)state;
	command(&f, SIM_CONTROLLER, one, "systemctl --no-block start scylla-server");
	expect(0, 0);
	pass(&f, 1000);
	command(&f, SIM_CONTROLLER, two, "systemctl --no-block start scylla-server");
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "node=db-b-3 "));
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=joiners other=db-a-3"));
}

static void
one_after_the_other_is_fine(void **state)
{
	size_t one = add("a"), two = add("b");

	(void)state;
	command(&f, SIM_CONTROLLER, one, "systemctl --no-block start scylla-server");
	until_serving(&f, one);
	assert_true(sim_member(f.sim, one));
	command(&f, SIM_CONTROLLER, two, "systemctl --no-block start scylla-server");
	/* A member is no joiner. */
	command(&f, SIM_CONTROLLER, 0, "systemctl --no-block start scylla-server");
	until_serving(&f, two);
	expect(0, 0);
}

/* What salt starts counts as what it is ordered for; it happens half-way. */
static void
what_salt_starts_counts(void **state)
{
	static const char run[] = "systemd-run --no-block --quiet --unit=strait-x.service --service-type=oneshot "
	    "--remain-after-exit -- salt-call state.highstate";
	size_t one = add("a"), two = add("b");

	(void)state;
	command(&f, SIM_CONTROLLER, one, run);
	command(&f, SIM_CONTROLLER, two, run);
	expect(0, 0);
	pass(&f, 15000);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_ARRIVED_START), "by=salt-call"));
}

/* Somebody's hand was faster: no controller could know that between its look and its act. */
static void
hands_are_not_to_blame(void **state)
{
	size_t one = add("a"), two = add("b"), three = add("c");

	(void)state;
	sim_start(f.sim, f.now, one);
	sim_start(f.sim, f.now, two);
	expect(0, 0);
	pass(&f, 1000);
	command(&f, SIM_CONTROLLER, three, "systemctl --no-block start scylla-server");
	expect(0, 2);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(two_that_are_started_at_once_are_one_too_many),
		CASE(one_after_the_other_is_fine),
		CASE(what_salt_starts_counts),
		CASE(hands_are_not_to_blame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
