/* The mode machine's way in: a staged boot, and systemd's view of it all. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#define SHOW "systemctl show scylla-server --property=Id,ActiveState,InvocationID,Job"

static int
status(size_t node, const char *path)
{
	get(&f, node, path);
	return f.status;
}

static void
comes_up_in_stages(void **state)
{
	(void)state;
	command(&f, SIM_CONTROLLER, 0, "systemctl stop scylla-server");
	assert_int_equal(f.status, 0);
	assert_int_equal(status(0, "/system/uptime_ms"), 0);
	sim_start(f.sim, f.now, 0);
	assert_int_equal(status(0, "/system/uptime_ms"), 0);
	pass(&f, 1500);
	assert_int_equal(status(0, "/system/uptime_ms"), 200);
	assert_int_equal(status(0, "/gossiper/endpoint/live"), 404);
	pass(&f, 1500);
	assert_int_equal(status(0, "/gossiper/endpoint/live"), 200);
	assert_int_equal(status(0, "/storage_service/hostid/local"), 404);
	assert_int_equal(status(0, "/storage_service/host_id"), 500);
	assert_int_equal(status(0, "/storage_service/operation_mode"), 404);
	pass(&f, 5000);
	assert_string_equal(get(&f, 0, "/storage_service/operation_mode"), "\"STARTING\"");
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, SHOW), "ActiveState=active\n"));
	pass(&f, 500);
	assert_string_equal(get(&f, 0, "/storage_service/operation_mode"), "\"JOINING\"");
	assert_int_equal(status(0, "/storage_service/native_transport"), 404);
	pass(&f, 3000);
	assert_string_equal(get(&f, 0, "/storage_service/operation_mode"), "\"NORMAL\"");
	assert_string_equal(get(&f, 0, "/storage_service/native_transport"), "false");
	assert_false(sim_serving(f.sim, f.now, 0));
	until_serving(&f, 0);
	assert_string_equal(get(&f, 0, "/storage_service/native_transport"), "true");
	for (size_t i = 0; i < 6; i++)
		assert_true(sim_sees(f.sim, f.now, i, 0) && sim_sees(f.sim, f.now, 0, i));
}

static void
is_a_new_generation(void **state)
{
	int64_t before = sim_generation(f.sim, 0), second;

	(void)state;
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	second = sim_generation(f.sim, 0);
	assert_true(second > before);
	/* Even two starts within a second. */
	sim_crash(f.sim, f.now, 0);
	sim_start(f.sim, f.now, 0);
	sim_crash(f.sim, f.now, 0);
	sim_start(f.sim, f.now, 0);
	assert_true(sim_generation(f.sim, 0) >= second + 2);
}

static void
leaves_compactions_that_decay(void **state)
{
	unsigned first, second;

	(void)state;
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	until_serving(&f, 0);
	first = sim_pending(f.sim, f.now, 0);
	pass(&f, 10000);
	second = sim_pending(f.sim, f.now, 0);
	assert_true(first > second && second > 0);
	pass(&f, 30000);
	assert_string_equal(get(&f, 0, "/compaction_manager/metrics/pending_tasks"), "0");
}

static void
an_old_release_opens_cql_without_its_peers(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	config.times.notify_up = 0;
	begin(&f, &config);
	sim_lag(f.sim, 5, 20000);
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	until_serving(&f, 0);
	assert_false(sim_sees(f.sim, f.now, 5, 0));
	pass(&f, 25000);
	assert_true(sim_sees(f.sim, f.now, 5, 0));
}

static void
a_slow_peer_is_waited_for_ten_seconds(void **state)
{
	int64_t normal;

	(void)state;
	sim_lag(f.sim, 5, 20000);
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	until_mode(&f, 0, "NORMAL");
	normal = f.now;
	until_serving(&f, 0);
	assert_in_range(f.now - normal, 10000, 11000);
	assert_false(sim_sees(f.sim, f.now, 5, 0));
}

static void
shows_the_unit_as_systemd_does(void **state)
{
	char before[33], after[33];

	(void)state;
	assert_int_equal(sscanf(command(&f, SIM_CONTROLLER, 0, SHOW),
	    "Id=scylla-server.service\nActiveState=active\nJob=\nInvocationID=%32[0-9a-f]\n", before), 1);
	command(&f, SIM_CONTROLLER, 0, "sudo -n systemctl --no-block stop scylla-server.service");
	assert_int_equal(f.status, 0);
	command(&f, SIM_CONTROLLER, 0, SHOW);
	assert_non_null(strstr(f.body, "ActiveState=deactivating\nJob=10"));
	pass(&f, 5600);
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, SHOW), "ActiveState=inactive\nJob=\n"));
	command(&f, SIM_CONTROLLER, 0, "systemctl --no-block start scylla-server");
	assert_int_equal(sscanf(command(&f, SIM_CONTROLLER, 0, SHOW),
	    "Id=scylla-server.service\nActiveState=activating\nJob=%*u\nInvocationID=%32[0-9a-f]\n", after), 1);
	assert_string_not_equal(before, after);
	sim_crash(f.sim, f.now, 0);
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, SHOW), "ActiveState=failed"));
}

#define BOTH "systemctl show scylla-server sysinit.target --property=Id,ActiveState,InvocationID"

/* systemd of the next boot knows nothing of what was before. */
static void
a_reboot_leaves_nothing(void **state)
{
	char invocation[33], before[33], after[33];

	(void)state;
	assert_int_equal(sscanf(command(&f, SIM_CONTROLLER, 0, BOTH), "Id=scylla-server.service\nActiveState=active\n"
	    "InvocationID=%32[0-9a-f]\n\nId=sysinit.target\nActiveState=active\nInvocationID=%32[0-9a-f]\n", invocation,
	    before), 2);
	sim_disable(f.sim, 0, true);
	command(&f, SIM_CONTROLLER, 0, "systemctl --no-block restart scylla-server");
	sim_reboot(f.sim, f.now, 0, 60000);
	command(&f, SIM_CONTROLLER, 0, BOTH);
	assert_int_equal(f.status, 255);
	pass(&f, 61000);
	assert_int_equal(sscanf(command(&f, SIM_CONTROLLER, 0, BOTH), "Id=scylla-server.service\nActiveState=inactive\n"
	    "InvocationID=\n\nId=sysinit.target\nActiveState=active\nInvocationID=%32[0-9a-f]\n", after), 1);
	assert_string_not_equal(before, after);
	assert_int_equal(noted(&f, SIM_PROCESS_START, 0), 0);
	sim_disable(f.sim, 0, false);
	sim_reboot(f.sim, f.now, 0, 60000);
	pass(&f, 61000);
	until_serving(&f, 0);
}

static void
a_restart_is_one_job(void **state)
{
	(void)state;
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	assert_int_equal(f.status, 0);
	assert_string_equal(sim_mode(f.sim, f.now, 0), "STARTING");
	assert_int_equal(noted(&f, SIM_PROCESS_EXIT, 0), 1);
	assert_int_equal(noted(&f, SIM_PROCESS_START, 0), 1);
}

static void
a_new_order_cancels_the_old(void **state)
{
	uint64_t stop = ++f.ids;

	(void)state;
	sim_command(f.sim, f.now, SIM_CONTROLLER, 1, "systemctl stop scylla-server", stop);
	sim_start(f.sim, f.now, 1);
	assert_true(answered(&f, stop));
	assert_int_equal(f.status, 1);
	assert_string_equal(f.error, "Job for scylla-server.service canceled.\n");
	/* The stop goes on, and then it is started. */
	pass(&f, 6000);
	assert_int_equal(noted(&f, SIM_PROCESS_EXIT, 1), 1);
	assert_int_equal(noted(&f, SIM_PROCESS_START, 1), 1);
}

static void
a_process_that_will_not_stop_is_killed(void **state)
{
	(void)state;
	sim_stuck_stop(f.sim, f.now, 0, true);
	command(&f, SIM_CONTROLLER, 0, "systemctl --no-block stop scylla-server");
	pass(&f, 800000);
	assert_string_equal(sim_mode(f.sim, f.now, 0), "DRAINED");
	pass(&f, 100000);
	assert_string_equal(sim_mode(f.sim, f.now, 0), "");
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, SHOW), "ActiveState=failed"));
}

static void
refuses_what_it_does_not_know(void **state)
{
	(void)state;
	command(&f, SIM_CONTROLLER, 0, "systemctl start nonsense");
	assert_int_equal(f.status, 5);
	assert_string_equal(f.error, "Failed to start nonsense.service: Unit nonsense.service not found.\n");
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, "systemctl show nonsense"), "LoadState=not-found"));
	assert_int_equal(f.status, 0);
	command(&f, SIM_CONTROLLER, 0, "rm -rf /");
	assert_int_equal(f.status, 127);
	command(&f, SIM_CONTROLLER, 0, "systemctl stop scylla-server; true");
	assert_int_equal(f.status, 127);
	sim_host_away(f.sim, 0, true);
	command(&f, SIM_CONTROLLER, 0, SHOW);
	assert_int_equal(f.status, 255);
	assert_int_equal(noted(&f, SIM_ARRIVED_STOP, SIZE_MAX), 0);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(comes_up_in_stages),
		CASE(is_a_new_generation),
		CASE(leaves_compactions_that_decay),
		CASE(an_old_release_opens_cql_without_its_peers),
		CASE(a_slow_peer_is_waited_for_ten_seconds),
		CASE(shows_the_unit_as_systemd_does),
		CASE(a_reboot_leaves_nothing),
		CASE(a_restart_is_one_job),
		CASE(a_new_order_cancels_the_old),
		CASE(a_process_that_will_not_stop_is_killed),
		CASE(refuses_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
