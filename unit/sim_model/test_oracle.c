/* What the oracle calls unsafe, and whom it blames. */
#include "fixture.h"

#include <string.h>

#define STOP "systemctl --no-block stop scylla-server"
#define START "systemctl --no-block start scylla-server"

static int
set_up_own(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	config.layout = "dc1/a:2,dc1/b:2,dc1/c:2";
	begin(&f, &config);
	return 0;
}

/* One whole restart of the node by the controller, waited for. */
static void
cycle(size_t node)
{
	ask(&f, node, "POST", "/storage_service/drain");
	command(&f, SIM_CONTROLLER, node, "systemctl stop scylla-server");
	command(&f, SIM_CONTROLLER, node, "systemctl start scylla-server");
	until_serving(&f, node);
}

static void
expect(size_t violations, size_t unavoidable)
{
	assert_int_equal(sim_violations(f.sim), violations);
	assert_int_equal(sim_unavoidable(f.sim), unavoidable);
}

static void
a_careful_roll_is_clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < 6; i++)
		cycle(i);
	expect(0, 0);
	assert_int_equal(noted(&f, SIM_ARRIVED_DRAIN, SIZE_MAX), 6);
	assert_int_equal(noted(&f, SIM_ARRIVED_STOP, 2), 1);
	assert_int_equal(noted(&f, SIM_SERVING, SIZE_MAX), 6);
}

static void
two_of_our_own_in_two_zones(void **state)
{
	(void)state;
	send_drain(&f, SIM_CONTROLLER, 0);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(2, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION),
	    "node=db-b-1 zone=dc1/b event=violation source=controller kind="));
	assert_int_equal(noted(&f, SIM_VIOLATION, 2), 2);
}

static void
two_of_our_own_in_one_zone(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	/* Racks keep the replicas of "app" apart; system_distributed's SimpleStrategy does not look at racks. */
	config.no_system_keyspaces = true;
	begin(&f, &config);
	send_drain(&f, SIM_CONTROLLER, 0);
	send_drain(&f, SIM_CONTROLLER, 1);
	expect(0, 0);
	config.no_system_keyspaces = false;
	begin(&f, &config);
	send_drain(&f, SIM_CONTROLLER, 0);
	send_drain(&f, SIM_CONTROLLER, 1);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=quorum keyspace=system_distributed ranges="));
}

static void
a_stop_of_what_is_drained_harms_nobody(void **state)
{
	(void)state;
	ask(&f, 0, "POST", "/storage_service/drain");
	sim_crash(f.sim, f.now, 2);
	pass(&f, 30000);
	command(&f, SIM_CONTROLLER, 0, STOP);
	command(&f, SIM_CONTROLLER, 0, START);
	expect(0, 0);
}

static void
a_stranger_counts_when_he_could_be_seen(void **state)
{
	(void)state;
	sim_crash(f.sim, f.now, 2);
	pass(&f, 3000);
	send_drain(&f, SIM_CONTROLLER, 0);
	expect(0, 2);
	assert_non_null(strstr(last_line(&f, SIM_UNAVOIDABLE), "event=unavoidable source=controller kind=quorum"));
	pass(&f, 10);
	/* His port has refused for longer than the bound. */
	send_drain(&f, SIM_CONTROLLER, 4);
	assert_true(sim_violations(f.sim) > 0);
}

static void
a_view_of_one_peer_is_enough_to_be_seen(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	config.no_system_keyspaces = true;
	begin(&f, &config);
	sim_restart(f.sim, f.now, 0);
	until_mode(&f, 0, "STARTING");
	until_mode(&f, 0, "JOINING");
	sim_lag(f.sim, 5, 20000);
	until_mode(&f, 0, "NORMAL");
	pass(&f, 6000);
	assert_true(sim_sees(f.sim, f.now, 1, 0));
	assert_false(sim_sees(f.sim, f.now, 5, 0));
	send_drain(&f, SIM_CONTROLLER, 2);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=quorum keyspace=app"));
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "coordinator=db-c-2"));
}

static void
its_own_opinion_is_not_enough(void **state)
{
	(void)state;
	ask(&f, 0, "POST", "/storage_service/drain");
	command(&f, SIM_CONTROLLER, 0, "systemctl restart scylla-server");
	until_mode(&f, 0, "NORMAL");
	send_drain(&f, SIM_CONTROLLER, 2);
	assert_true(sim_violations(f.sim) > 0);
}

static void
an_act_on_what_is_restarted_is_a_repeat(void **state)
{
	(void)state;
	cycle(0);
	pass(&f, 10000);
	send_drain(&f, SIM_CONTROLLER, 0);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=repeated"));
}

static void
a_mark_begins_anew(void **state)
{
	(void)state;
	cycle(0);
	sim_mark(f.sim, f.now);
	pass(&f, 10000);
	cycle(0);
	expect(0, 0);
	command(&f, SIM_CONTROLLER, 0, STOP);
	expect(1, 0);
	sim_mark(f.sim, f.now);
	expect(0, 0);
}

static void
after_somebody_elses_restart_it_is_no_repeat(void **state)
{
	(void)state;
	ask(&f, 0, "POST", "/storage_service/drain");
	sim_restart(f.sim, f.now, 0);
	until_mode(&f, 0, "STARTING");
	until_serving(&f, 0);
	cycle(0);
	expect(0, 0);
}

static void
who_serves_nobody_may_be_restarted(void **state)
{
	(void)state;
	sim_isolate(f.sim, f.now, 0);
	sim_crash(f.sim, f.now, 2);
	pass(&f, 30000);
	command(&f, SIM_CONTROLLER, 0, "systemctl --no-block restart scylla-server");
	expect(0, 0);
}

static void
hands_answer_for_themselves(void **state)
{
	(void)state;
	sim_stop(f.sim, f.now, 0);
	sim_stop(f.sim, f.now, 2);
	sim_stop(f.sim, f.now, 4);
	expect(0, 0);
}

static void
a_datacenter_counts_for_itself(void **state)
{
	struct sim_config config = sim_defaults();
	struct sim_keyspace keyspace;

	(void)state;
	/* One rack each: no zones but datacenters, six replicas in all; two of three in one are too many. */
	config.layout = "dc1/a:3,dc2/a:3";
	config.no_system_keyspaces = true;
	assert_int_equal(sim_keyspace_parse("app:dc1=3,dc2=3", &keyspace, NULL), 0);
	config.keyspaces = &keyspace;
	config.nkeyspaces = 1;
	begin(&f, &config);
	send_drain(&f, SIM_CONTROLLER, 0);
	expect(0, 0);
	send_drain(&f, SIM_CONTROLLER, 1);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=quorum keyspace=app ranges=48"));
}

static void
racks_of_equal_name_are_two_zones(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	config.layout = "dc1/a:3,dc1/b:3,dc1/c:3,dc2/a:3,dc2/b:3,dc2/c:3";
	config.no_system_keyspaces = true;
	begin(&f, &config);
	send_drain(&f, SIM_CONTROLLER, 0);
	send_drain(&f, SIM_CONTROLLER, 9);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=two-zones other=db-dc1-a-1 other_zone=dc1/a"));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up_own, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_careful_roll_is_clean),
		CASE(two_of_our_own_in_two_zones),
		CASE(two_of_our_own_in_one_zone),
		CASE(a_stop_of_what_is_drained_harms_nobody),
		CASE(a_stranger_counts_when_he_could_be_seen),
		CASE(a_view_of_one_peer_is_enough_to_be_seen),
		CASE(its_own_opinion_is_not_enough),
		CASE(an_act_on_what_is_restarted_is_a_repeat),
		CASE(a_mark_begins_anew),
		CASE(after_somebody_elses_restart_it_is_no_repeat),
		CASE(who_serves_nobody_may_be_restarted),
		CASE(hands_answer_for_themselves),
		CASE(a_datacenter_counts_for_itself),
		CASE(racks_of_equal_name_are_two_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
