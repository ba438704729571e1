/* Transient units: started once, kept until they are stopped, gone with the boot. */
#include <stdio.h>
#include <string.h>

#include "breaks.h"
#include "fixture.h"

#define RUN "sudo -n systemd-run --no-block --quiet --unit=strait-x.service --service-type=oneshot --remain-after-exit " \
    "--property=TimeoutStartSec=60 --property=StandardOutput=file:/run/strait/strait-x.out --property=StandardError=inherit -- "
#define SHOW "systemctl show strait-x.service --property=LoadState,ActiveState,SubState,Result,ExecMainStatus"
#define PREPARE "sudo -n install --directory --mode=0700 /run/strait"
#define PART(number) "dd if=/run/strait/strait-x.out bs=4 skip=" #number " count=1 status=none"
#define TAIL "tail --bytes=400 /run/strait/strait-x.out"

static void
shows(const char *load, const char *active, const char *sub, const char *result, int status)
{
	char expected[200];

	snprintf(expected, sizeof expected, "Result=%s\nExecMainStatus=%d\nLoadState=%s\nActiveState=%s\nSubState=%s\n",
	    result, status, load, active, sub);
	assert_string_equal(command(&f, SIM_CONTROLLER, 0, SHOW), expected);
}

static void
runs(const char *words)
{
	char text[1000];

	command(&f, SIM_CONTROLLER, 0, PREPARE);
	snprintf(text, sizeof text, "%s%s", RUN, words);
	command(&f, SIM_CONTROLLER, 0, text);
}

static void
a_unit_runs_ends_and_is_forgotten(void **state)
{
	(void)state;
	runs("/usr/bin/sleep 5");
	assert_int_equal(f.status, 0);
	shows("loaded", "activating", "start", "success", 0);
	pass(&f, 5100);
	shows("loaded", "active", "exited", "success", 0);
	assert_int_equal(noted(&f, SIM_RAN, 0), 1);
	command(&f, SIM_CONTROLLER, 0, "systemctl --no-block stop strait-x.service");
	assert_int_equal(f.status, 0);
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, SHOW), "LoadState=not-found\nActiveState=inactive\n"));
	command(&f, SIM_CONTROLLER, 0, "systemctl --no-block stop strait-x.service");
	assert_int_equal(f.status, 5);
}

static void
its_name_refuses_a_second_start(void **state)
{
	(void)state;
	runs("/usr/bin/sleep 5");
	runs("/usr/bin/sleep 5");
	assert_int_equal(f.status, 1);
	assert_string_equal(f.error, "Failed to start transient service unit: Unit strait-x.service was already loaded or has "
	    "a fragment file.\n");
	pass(&f, 6000);
	runs("/usr/bin/true");
	assert_int_equal(f.status, 1);
	assert_int_equal(noted(&f, SIM_RAN, 0), 1);
}

static void
a_failed_one_stays_until_it_is_reset(void **state)
{
	(void)state;
	runs("/usr/bin/false");
	pass(&f, 10);
	shows("loaded", "failed", "failed", "exit-code", 1);
	command(&f, SIM_CONTROLLER, 0, "systemctl --no-block stop strait-x.service");
	shows("loaded", "failed", "failed", "exit-code", 1);
	command(&f, SIM_CONTROLLER, 0, "systemctl reset-failed strait-x.service");
	runs("/no/such/program");
	pass(&f, 10);
	shows("loaded", "failed", "failed", "exit-code", 203);
	command(&f, SIM_CONTROLLER, 0, "systemctl reset-failed strait-x.service");
	runs("/usr/bin/sleep 61");
	pass(&f, 60010);
	shows("loaded", "failed", "failed", "timeout", 15);
}

static void
what_it_prints_is_read_whole_or_in_parts(void **state)
{
	(void)state;
	runs("/usr/bin/echo one two three");
	pass(&f, 10);
	assert_string_equal(command(&f, SIM_CONTROLLER, 0, TAIL), "one two three\n");
	assert_string_equal(command(&f, SIM_CONTROLLER, 0, "tail --bytes=6 /run/strait/strait-x.out"), "three\n");
	assert_string_equal(command(&f, SIM_CONTROLLER, 0, PART(1)), "two ");
	assert_string_equal(command(&f, SIM_CONTROLLER, 0, PART(9)), "");
	command(&f, SIM_CONTROLLER, 0, "rm --force /run/strait/strait-x.out");
	command(&f, SIM_CONTROLLER, 0, TAIL);
	assert_int_equal(f.status, 1);
}

static void
without_its_directory_it_fails(void **state)
{
	(void)state;
	command(&f, SIM_CONTROLLER, 0, RUN "/usr/bin/echo a");
	pass(&f, 10);
	shows("loaded", "failed", "failed", "exit-code", 209);
}

static void
a_boot_takes_it_all(void **state)
{
	(void)state;
	runs("/usr/bin/echo a");
	pass(&f, 10);
	sim_reboot(f.sim, f.now, 0, 1000);
	pass(&f, 2000);
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, SHOW), "LoadState=not-found\n"));
	command(&f, SIM_CONTROLLER, 0, TAIL);
	assert_int_equal(f.status, 1);
	runs("/usr/bin/true");
	assert_int_equal(f.status, 0);
}

static void
a_highstate_starts_the_server_that_does_not_run(void **state)
{
	const struct sim_salt salt = {.ms = 4000, .states = 3};

	(void)state;
	sim_salt(f.sim, f.now, 0, &salt);
	command(&f, SIM_CONTROLLER, 0, "systemctl stop scylla-server");
	runs("salt-call --out=json state.highstate");
	assert_int_equal(f.status, 0);
	pass(&f, 4100);
	shows("loaded", "active", "exited", "success", 0);
	assert_int_equal(noted(&f, SIM_ARRIVED_START, 0), 1);
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, "tail --bytes=100000 /run/strait/strait-x.out"),
	    "\"comment\": \"Started Service scylla-server\""));
	until_serving(&f, 0);
}

static void
a_highstate_fails_or_finds_another(void **state)
{
	const struct sim_salt fails = {.ms = 1000, .fails = "mount"}, busy = {.busy = 9000};

	(void)state;
	sim_salt(f.sim, f.now, 0, &fails);
	runs("salt-call state.highstate");
	pass(&f, 1100);
	shows("loaded", "failed", "failed", "exit-code", 2);
	command(&f, SIM_CONTROLLER, 0, "systemctl reset-failed strait-x.service");
	sim_salt(f.sim, f.now, 0, &busy);
	runs("salt-call state.highstate");
	pass(&f, 2000);
	shows("loaded", "failed", "failed", "exit-code", 1);
	assert_non_null(strstr(command(&f, SIM_CONTROLLER, 0, TAIL), "is running as PID 4711"));
	command(&f, SIM_CONTROLLER, 0, "ps --pid 4711 --format comm=");
	assert_int_equal(f.status, 0);
	pass(&f, 8000);
	command(&f, SIM_CONTROLLER, 0, "ps --pid 4711 --format comm=");
	assert_int_equal(f.status, 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_unit_runs_ends_and_is_forgotten),
		TEST(its_name_refuses_a_second_start),
		TEST(a_failed_one_stays_until_it_is_reset),
		TEST(what_it_prints_is_read_whole_or_in_parts),
		TEST(without_its_directory_it_fails),
		TEST(a_boot_takes_it_all),
		TEST(a_highstate_starts_the_server_that_does_not_run),
		TEST(a_highstate_fails_or_finds_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
