/* The mode machine's way out: drain, its texts, what it leaves behind. */
#include "fixture.h"

#include <string.h>

#define DRAIN "/storage_service/drain"
#define MODE "/storage_service/operation_mode"

static void
blocks_until_it_is_done(void **state)
{
	uint64_t id = send_drain(&f, SIM_CONTROLLER, 0);

	(void)state;
	assert_false(answered(&f, id));
	assert_string_equal(get(&f, 0, MODE), "\"DRAINING\"");
	pass(&f, 5099);
	assert_false(answered(&f, id));
	pass(&f, 1);
	assert_true(answered(&f, id));
	assert_int_equal(f.status, 200);
	assert_string_equal(f.body, "");
	assert_string_equal(get(&f, 0, MODE), "\"DRAINED\"");
}

static void
goes_on_when_the_client_leaves(void **state)
{
	uint64_t id = send_drain(&f, SIM_CONTROLLER, 0);

	(void)state;
	sim_forget(f.sim, id);
	pass(&f, 6000);
	assert_false(answered(&f, id));
	assert_string_equal(get(&f, 0, MODE), "\"DRAINED\"");
}

static void
refuses_a_second_one_meanwhile(void **state)
{
	(void)state;
	send_drain(&f, SIM_CONTROLLER, 0);
	assert_string_equal(ask(&f, 0, "POST", DRAIN),
	    "{\"message\": \"std::runtime_error (Operation drain is in progress, try again)\", \"code\": 500}");
	assert_int_equal(f.status, 500);
}

static void
answers_at_once_when_it_is_drained(void **state)
{
	int64_t before;

	(void)state;
	ask(&f, 0, "POST", DRAIN);
	before = f.now;
	assert_string_equal(ask(&f, 0, "POST", DRAIN), "");
	assert_int_equal(f.status, 200);
	assert_int_equal(f.now, before);
}

static void
tells_what_remains(void **state)
{
	(void)state;
	assert_string_equal(get(&f, 0, DRAIN), "\"Drained 0/0 ColumnFamilies\"");
	send_drain(&f, SIM_CONTROLLER, 0);
	assert_string_equal(get(&f, 0, DRAIN), "\"Drained 42/42 ColumnFamilies\"");
	pass(&f, 3600);
	assert_string_equal(get(&f, 0, DRAIN), "\"Drained 21/42 ColumnFamilies\"");
	pass(&f, 2000);
	assert_string_equal(get(&f, 0, DRAIN), "\"Drained 0/42 ColumnFamilies\"");
}

static void
leaves_a_frozen_view_without_itself(void **state)
{
	(void)state;
	ask(&f, 0, "POST", DRAIN);
	assert_string_equal(get(&f, 0, "/storage_service/gossiping"), "false");
	assert_string_equal(get(&f, 0, "/storage_service/native_transport"), "false");
	assert_string_equal(get(&f, 0, "/gossiper/endpoint/live"),
	    "[\"127.0.1.2\",\"127.0.1.3\",\"127.0.1.4\",\"127.0.1.5\",\"127.0.1.6\"]");
	assert_string_equal(get(&f, 0, "/gossiper/endpoint/down"), "[]");
	assert_string_equal(get(&f, 0, "/storage_service/host_id"),
	    "{\"message\": \"std::runtime_error (The gossiper is not ready yet)\", \"code\": 500}");
	sim_crash(f.sim, f.now, 3);
	pass(&f, 60000);
	assert_non_null(strstr(get(&f, 0, "/gossiper/endpoint/live"), "127.0.1.4"));
}

static void
an_isolated_node_still_says_normal(void **state)
{
	(void)state;
	sim_isolate(f.sim, f.now, 2);
	assert_string_equal(get(&f, 2, MODE), "\"NORMAL\"");
	assert_string_equal(get(&f, 2, "/storage_service/gossiping"), "false");
	assert_string_equal(get(&f, 2, "/storage_service/native_transport"), "false");
	get(&f, 2, "/storage_service/host_id");
	assert_int_equal(f.status, 500);
	for (size_t i = 0; i < 6; i++)
		assert_false(sim_sees(f.sim, f.now, i, 2));
	assert_false(sim_serving(f.sim, f.now, 2));
}

static void
an_end_resets_what_waits(void **state)
{
	uint64_t id = send_drain(&f, SIM_CONTROLLER, 0);

	(void)state;
	sim_crash(f.sim, f.now, 0);
	assert_true(answered(&f, id));
	assert_int_equal(f.status, 0);
	get(&f, 0, MODE);
	assert_int_equal(f.status, 0);
}

static void
a_hung_server_answers_later(void **state)
{
	uint64_t id;

	(void)state;
	sim_hang(f.sim, f.now, 0, true);
	id = send_drain(&f, SIM_CONTROLLER, 0);
	pass(&f, 60000);
	assert_false(answered(&f, id));
	assert_string_equal(sim_mode(f.sim, f.now, 0), "NORMAL");
	assert_int_equal(noted(&f, SIM_ARRIVED_DRAIN, 0), 1);
	sim_hang(f.sim, f.now, 0, false);
	pass(&f, 6000);
	assert_true(answered(&f, id));
	assert_int_equal(f.status, 200);
	assert_int_equal(noted(&f, SIM_ARRIVED_DRAIN, 0), 1);
}

static void
a_slow_server_answers_what_was_true(void **state)
{
	uint64_t id = ++f.ids;

	(void)state;
	sim_slow(f.sim, 1, 700);
	sim_request(f.sim, f.now, SIM_CONTROLLER, 1, "GET", MODE, id);
	send_drain(&f, SIM_CONTROLLER, 1);
	pass(&f, 699);
	assert_false(answered(&f, id));
	pass(&f, 1);
	assert_true(answered(&f, id));
	assert_string_equal(f.body, "\"NORMAL\"");
}

static void
says_not_found_as_scylla_does(void **state)
{
	static const char not_found[] = "{\"message\": \"Not found\", \"code\": 404}";

	(void)state;
	assert_string_equal(get(&f, 0, "/storage_service/nonsense"), not_found);
	assert_string_equal(ask(&f, 0, "POST", MODE), not_found);
	assert_string_equal(ask(&f, 0, "DELETE", DRAIN), not_found);
	assert_int_equal(f.status, 404);
	/* A trailing slash and unknown parameters do not matter. */
	assert_string_equal(get(&f, 0, MODE "/?x=1"), "\"NORMAL\"");
	assert_string_equal(get(&f, 0, "/snitch/rack?host=127%2E0.1.3"), "\"b\"");
	assert_string_equal(get(&f, 0, "/snitch/rack?host=10.0.0.1"), "\"rack1\"");
	assert_string_equal(get(&f, 0, "/storage_service/describe_ring/none"),
	    "{\"message\": \"Can't find a keyspace none\", \"code\": 400}");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(blocks_until_it_is_done),
		CASE(goes_on_when_the_client_leaves),
		CASE(refuses_a_second_one_meanwhile),
		CASE(answers_at_once_when_it_is_drained),
		CASE(tells_what_remains),
		CASE(leaves_a_frozen_view_without_itself),
		CASE(an_isolated_node_still_says_normal),
		CASE(an_end_resets_what_waits),
		CASE(a_hung_server_answers_later),
		CASE(a_slow_server_answers_what_was_true),
		CASE(says_not_found_as_scylla_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
