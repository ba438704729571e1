/* Who sees whom, and when. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static size_t
seen_by(size_t node)
{
	size_t count = 0;

	for (size_t i = 0; i < sim_nodes(f.sim); i++)
		count += i != node && sim_sees(f.sim, f.now, i, node);
	return count;
}

static void
a_stop_is_announced(void **state)
{
	(void)state;
	send_drain(&f, SIM_CONTROLLER, 0);
	assert_int_equal(seen_by(0), 5);
	pass(&f, 100);
	assert_int_equal(seen_by(0), 0);
	assert_non_null(strstr(get(&f, 3, "/gossiper/endpoint/down"), "[\"127.0.1.1\"]"));
}

static void
a_crash_takes_22_seconds(void **state)
{
	(void)state;
	sim_crash(f.sim, f.now, 0);
	pass(&f, 20000);
	assert_int_equal(seen_by(0), 5);
	pass(&f, 2000);
	assert_in_range(seen_by(0), 1, 4);
	pass(&f, 2000);
	assert_int_equal(seen_by(0), 0);
}

static void
a_return_is_seen_unevenly(void **state)
{
	size_t steps = 0, last = 0;

	(void)state;
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	until_mode(&f, 0, "NORMAL");
	assert_int_equal(seen_by(0), 0);
	for (; last < 5; pass(&f, 10)) {
		steps += seen_by(0) > last;
		last = seen_by(0);
	}
	assert_in_range(steps, 3, 5);
}

static void
a_quick_restart_is_noticed(void **state)
{
	(void)state;
	sim_crash(f.sim, f.now, 0);
	pass(&f, 1000);
	sim_start(f.sim, f.now, 0);
	until_mode(&f, 0, "JOINING");
	assert_int_equal(seen_by(0), 5);
	pass(&f, 1000);
	assert_int_equal(seen_by(0), 0);
	until_serving(&f, 0);
	/* The old crash's suspicion does not reach the new process. */
	pass(&f, 60000);
	assert_int_equal(seen_by(0), 5);
}

static void
whom_it_thinks_down_is_not_told(void **state)
{
	(void)state;
	command(&f, SIM_CONTROLLER, 2, "systemctl --no-block restart scylla-server");
	until_mode(&f, 2, "STARTING");
	sim_lag(f.sim, 3, 60000);
	until_mode(&f, 2, "JOINING");
	sim_lag(f.sim, 3, 0);
	until_mode(&f, 2, "NORMAL");
	pass(&f, 5000);
	assert_false(sim_sees(f.sim, f.now, 2, 3));
	assert_true(sim_sees(f.sim, f.now, 3, 2));
	ask(&f, 2, "POST", "/storage_service/drain");
	assert_false(sim_sees(f.sim, f.now, 0, 2));
	assert_true(sim_sees(f.sim, f.now, 3, 2));
	pass(&f, 24000);
	assert_false(sim_sees(f.sim, f.now, 3, 2));
}

static void
a_generation_is_heard_with_the_return(void **state)
{
	char before[64];

	(void)state;
	snprintf(before, sizeof before, "%s", get(&f, 1, "/gossiper/generation_number/127.0.1.1"));
	assert_string_equal(get(&f, 0, "/storage_service/generation_number"), before);
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	assert_string_equal(get(&f, 1, "/gossiper/generation_number/127.0.1.1"), before);
	until_serving(&f, 0);
	assert_string_not_equal(get(&f, 1, "/gossiper/generation_number/127.0.1.1"), before);
}

static void
schema_versions_ask_the_live_only(void **state)
{
	(void)state;
	assert_null(strstr(get(&f, 1, "/storage_proxy/schema_versions"), "UNREACHABLE"));
	sim_crash(f.sim, f.now, 0);
	assert_non_null(strstr(get(&f, 1, "/storage_proxy/schema_versions"),
	    "{\"key\": \"UNREACHABLE\", \"value\": [\"127.0.1.1\"]}"));
	pass(&f, 30000);
	assert_null(strstr(get(&f, 1, "/storage_proxy/schema_versions"), "127.0.1.1\""));
	sim_schema_change(f.sim, f.now);
	pass(&f, 1000);
	assert_non_null(strstr(get(&f, 1, "/storage_proxy/schema_versions"), "]},{"));
	pass(&f, 2000);
	assert_null(strstr(get(&f, 1, "/storage_proxy/schema_versions"), "]},{"));
}

static void
is_the_same_for_the_same_seed(void **state)
{
	struct sim_config config = sim_defaults();
	int64_t first, second;

	(void)state;
	config.seed = 7;
	for (int i = 0; i < 2; i++) {
		begin(&f, &config);
		command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
		until_serving(&f, 0);
		*(i ? &second : &first) = f.now;
	}
	assert_int_equal(first, second);
	config.speed = 50;
	begin(&f, &config);
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	until_serving(&f, 0);
	assert_in_range(f.now, first / 50 - 20, first / 50 + 20);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_stop_is_announced),
		CASE(a_crash_takes_22_seconds),
		CASE(a_return_is_seen_unevenly),
		CASE(a_quick_restart_is_noticed),
		CASE(whom_it_thinks_down_is_not_told),
		CASE(a_generation_is_heard_with_the_return),
		CASE(schema_versions_ask_the_live_only),
		CASE(is_the_same_for_the_same_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
