/* Faults by hand: drains, boots, answers, lines that are cut. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "breaks.h"
#include "hands.h"

#define MODE "/storage_service/operation_mode"
#define LIVE "/gossiper/endpoint/live"

/* scylla.md §1.4.1: a drain that does not end; the second is told so; SIGTERM takes the same path, systemd kills. */
static void
a_drain_hangs(void **state)
{
	uint64_t id;

	(void)state;
	sim_drain_hang(f.sim, f.now, 1, true);
	id = send_drain(&f, SIM_CONTROLLER, 1);
	pass(&f, 600000);
	assert_string_equal(get(&f, 1, MODE), "\"DRAINING\"");
	assert_non_null(strstr(ask(&f, 1, "POST", "/storage_service/drain"), "Operation drain is in progress, try again"));
	command(&f, SIM_HAND, 1, "systemctl --no-block stop scylla-server");
	pass(&f, 890000);
	assert_string_equal(sim_mode(f.sim, f.now, 1), "DRAINING");
	pass(&f, 20000);
	assert_string_equal(sim_mode(f.sim, f.now, 1), "");
	command(&f, SIM_HAND, 1, "systemctl is-active scylla-server");
	assert_string_equal(f.body, "failed\n");
	/* Let go, another ends. */
	sim_drain_hang(f.sim, f.now, 2, true);
	id = send_drain(&f, SIM_CONTROLLER, 2);
	pass(&f, 60000);
	assert_false(answered(&f, id));
	sim_drain_hang(f.sim, f.now, 2, false);
	assert_true(answered(&f, id));
	assert_int_equal(f.status, 200);
	assert_string_equal(get(&f, 2, MODE), "\"DRAINED\"");
}

/* §1.4.1: when it throws, the mode stays DRAINING; the lock is free. */
static void
a_drain_fails(void **state)
{
	(void)state;
	sim_drain_fail(f.sim, f.now, 1, "No space left on device");
	assert_non_null(strstr(ask(&f, 1, "POST", "/storage_service/drain"),
	    "{\"message\": \"std::runtime_error (No space left on device)\", \"code\": 500}"));
	assert_int_equal(f.status, 500);
	assert_string_equal(get(&f, 1, MODE), "\"DRAINING\"");
	assert_null(strstr(get(&f, 0, LIVE), "127.0.1.2"));
	ask(&f, 1, "POST", "/storage_service/drain");
	assert_int_equal(f.status, 500);
	assert_non_null(strstr(f.body, "No space left"));
	sim_drain_fail(f.sim, f.now, 1, "");
	assert_string_equal(ask(&f, 1, "POST", "/storage_service/drain"), "");
	assert_string_equal(get(&f, 1, MODE), "\"DRAINED\"");
	sim_drain_fail(f.sim, f.now, 3, "No space left on device");
	command(&f, SIM_HAND, 3, "systemctl restart scylla-server");
	until_serving(&f, 3);
}

/* §1.2, §5.1: a boot that ends before READY is a failed unit; a slow one answers 404 for long. */
static void
a_boot_fails_and_another_is_slow(void **state)
{
	(void)state;
	sim_boot_fail(f.sim, 1, 1);
	command(&f, SIM_CONTROLLER, 1, "systemctl restart scylla-server");
	assert_int_equal(f.status, 1);
	command(&f, SIM_HAND, 1, "systemctl is-active scylla-server");
	assert_string_equal(f.body, "failed\n");
	assert_int_equal(noted(&f, SIM_BOOT_FAILED, 1), 1);
	sim_boot_slow(f.sim, 1, 600000);
	command(&f, SIM_CONTROLLER, 1, "systemctl --no-block start scylla-server");
	pass(&f, 500000);
	get(&f, 1, MODE);
	assert_int_equal(f.status, 404);
	get(&f, 1, LIVE);
	assert_int_equal(f.status, 200);
	pass(&f, 110000);
	until_serving(&f, 1);
}

/* §1.4.1, §0 (5): I/O isolation: NORMAL, no CQL, no gossip, no host ids, down for everybody; no vote in group0. */
static void
isolation_is_nasty(void **state)
{
	(void)state;
	sim_isolate(f.sim, f.now, 1);
	assert_string_equal(get(&f, 1, MODE), "\"NORMAL\"");
	assert_string_equal(get(&f, 1, "/storage_service/native_transport"), "false");
	assert_string_equal(get(&f, 1, "/storage_service/gossiping"), "false");
	get(&f, 1, "/storage_service/host_id");
	assert_int_equal(f.status, 500);
	for (size_t i = 0; i < 6; i++)
		assert_true(i == 1 || !sim_sees(f.sim, f.now, i, 1));
	ask(&f, 1, "POST", "/raft/read_barrier");
	assert_int_equal(f.status, 500);
	command(&f, SIM_HAND, 1, "systemctl restart scylla-server");
	until_serving(&f, 1);
}

/* §5.6: an empty disk under the same address; who has left joins as a new node ("revoking" a decommission, §2.4). */
static void
a_disk_is_lost(void **state)
{
	char old[64];
	struct err err;

	(void)state;
	sim_wipe(f.sim, f.now, 1);
	sim_start(f.sim, f.now, 1);
	pass(&f, 30000);
	assert_non_null(strstr(last_line(&f, SIM_BOOT_FAILED), "already exists"));
	sim_remake(f.sim, f.now, 1);
	until_serving(&f, 1);
	pass(&f, 10000);
	snprintf(old, sizeof old, "%s", sim_host_id(f.sim, 3));
	sim_decommission(f.sim, f.now, 3, 1000, &err);
	until_mode(&f, 3, "DECOMMISSIONED");
	sim_wipe(f.sim, f.now, 3);
	sim_start(f.sim, f.now, 3);
	until_serving(&f, 3);
	assert_string_not_equal(sim_host_id(f.sim, 3), old);
	assert_non_null(strstr(get(&f, 0, "/storage_service/host_id"), sim_host_id(f.sim, 3)));
}

/* §5.5, §5.6: what a proxy, or a sick node, answers; the commands at its host are not concerned. */
static void
answers_are_garbage(void **state)
{
	struct sim_reply reply;

	(void)state;
	sim_garbage(f.sim, 1, SIM_GARBAGE_HTML);
	assert_non_null(strstr(get(&f, 1, MODE), "<html>"));
	assert_int_equal(f.status, 200);
	sim_garbage(f.sim, 1, SIM_GARBAGE_HALF);
	assert_string_equal(get(&f, 1, MODE), "\"NOR");
	sim_garbage(f.sim, 1, SIM_GARBAGE_EMPTY);
	assert_string_equal(get(&f, 1, MODE), "");
	sim_garbage(f.sim, 1, SIM_GARBAGE_ERRORS);
	get(&f, 1, MODE);
	assert_int_equal(f.status, 500);
	sim_garbage(f.sim, 1, SIM_GARBAGE_OTHER);
	assert_string_equal(get(&f, 1, LIVE), "{\"a\": [1, {\"b\": null}]}");
	sim_garbage(f.sim, 1, SIM_GARBAGE_HUGE);
	sim_request(f.sim, f.now, SIM_HAND, 1, "GET", MODE, ++f.ids);
	assert_true(sim_next(f.sim, f.now, &reply));
	assert_true(reply.len > 1 << 20);
	command(&f, SIM_HAND, 1, "systemctl is-active scylla-server");
	assert_string_equal(f.body, "active\n");
	sim_garbage(f.sim, 1, SIM_GARBAGE_NONE);
	assert_string_equal(get(&f, 1, MODE), "\"NORMAL\"");
}

/* §5.3: as after a crash, but for the two alone; before they notice, one does not reach the other's schema. */
static void
views_disagree_after_a_cut(void **state)
{
	(void)state;
	sim_cut(f.sim, f.now, 0, 4, true);
	assert_true(sim_sees(f.sim, f.now, 0, 4));
	assert_non_null(strstr(get(&f, 0, "/storage_proxy/schema_versions"),
	    "{\"key\": \"UNREACHABLE\", \"value\": [\"127.0.1.5\"]}"));
	pass(&f, 24000);
	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < 6; j++)
			assert_int_equal(sim_sees(f.sim, f.now, i, j), !(i + j == 4 && i != 2 && (!i || !j)));
	/* A restart does not help, nor is its shutdown heard across. */
	command(&f, SIM_HAND, 0, "systemctl restart scylla-server");
	until_serving(&f, 0);
	pass(&f, 10000);
	assert_false(sim_sees(f.sim, f.now, 0, 4));
	assert_false(sim_sees(f.sim, f.now, 4, 0));
	assert_true(sim_sees(f.sim, f.now, 3, 0));
	sim_cut(f.sim, f.now, 4, 0, false);
	pass(&f, 5000);
	assert_true(sim_sees(f.sim, f.now, 0, 4));
	assert_true(sim_sees(f.sim, f.now, 4, 0));
}

/* A drain across a cut line is not announced there. */
static void
a_cut_hides_a_drain(void **state)
{
	(void)state;
	sim_cut(f.sim, f.now, 0, 4, true);
	ask(&f, 0, "POST", "/storage_service/drain");
	assert_false(sim_sees(f.sim, f.now, 3, 0));
	assert_true(sim_sees(f.sim, f.now, 4, 0));
	pass(&f, 24000);
	assert_false(sim_sees(f.sim, f.now, 4, 0));
}

/* Cut off from two of three, a node has no quorum; the two have. */
static void
a_cut_takes_the_quorum(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	config.layout = "dc1/a:1,dc1/b:1,dc1/c:1";
	begin(&f, &config);
	sim_cut(f.sim, f.now, 0, 1, true);
	ask(&f, 0, "POST", "/raft/read_barrier?timeout=5");
	assert_int_equal(f.status, 200);
	sim_cut(f.sim, f.now, 0, 2, true);
	ask(&f, 0, "POST", "/raft/read_barrier?timeout=5");
	assert_int_equal(f.status, 500);
	ask(&f, 1, "POST", "/raft/read_barrier?timeout=5");
	assert_int_equal(f.status, 200);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_drain_hangs), CASE(a_drain_fails), CASE(a_boot_fails_and_another_is_slow),
		CASE(isolation_is_nasty), CASE(a_disk_is_lost), CASE(answers_are_garbage),
		CASE(views_disagree_after_a_cut), CASE(a_cut_hides_a_drain), CASE(a_cut_takes_the_quorum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
