/* The oracle while membership changes, lines are cut, and some nodes have no tokens. */
#include "fixture.h"

#include <string.h>

#include "breaks.h"
#include "hands.h"

static void
cluster(const char *layout)
{
	struct sim_config config = sim_defaults();

	config.layout = layout;
	config.no_system_keyspaces = true;
	begin(&f, &config);
}

static int
set_up_own(void **state)
{
	(void)state;
	cluster("dc1/a:2,dc1/b:2,dc1/c:2");
	return 0;
}

static void
expect(size_t violations, size_t unavoidable)
{
	assert_int_equal(sim_violations(f.sim), violations);
	assert_int_equal(sim_unavoidable(f.sim), unavoidable);
}

/* scylla.md §0 (7), §2.11: no restart beside a topology change; blamed once nodes/leaving has told it for 3 s. */
static void
nobody_goes_down_while_one_leaves(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(sim_decommission(f.sim, f.now, 1, 30000, &err), 0);
	pass(&f, 1000);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(0, 1);
	cluster("dc1/a:2,dc1/b:2,dc1/c:2");
	assert_int_equal(sim_decommission(f.sim, f.now, 1, 30000, &err), 0);
	pass(&f, 4000);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=topology other=db-a-2"));
}

/* scylla.md §2.11: a repair of vnodes fails with the node that runs it, or with one that has a range of it. */
static void
nobody_goes_down_that_is_repaired(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(sim_work(f.sim, f.now, 0, SIM_REPAIR, "app", 30000, &err), 0);
	pass(&f, 1000);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(0, 1);
	cluster("dc1/a:2,dc1/b:2,dc1/c:2");
	assert_int_equal(sim_work(f.sim, f.now, 0, SIM_REPAIR, "app", 30000, &err), 0);
	pass(&f, 4000);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=work at=db-a-1 keyspace=app"));
	cluster("dc1/a:2,dc1/b:2,dc1/c:2");
	assert_int_equal(sim_work(f.sim, f.now, 0, SIM_CLEANUP, "app", 30000, &err), 0);
	pass(&f, 4000);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(0, 0);
}

/* The one that disagrees may be restarted: that is the cure. */
static void
nobody_goes_down_while_others_disagree_on_the_schema(void **state)
{
	(void)state;
	sim_schema_stray(f.sim, f.now, 1, true);
	pass(&f, 4000);
	send_drain(&f, SIM_CONTROLLER, 1);
	expect(0, 0);
	cluster("dc1/a:2,dc1/b:2,dc1/c:2");
	sim_schema_stray(f.sim, f.now, 1, true);
	pass(&f, 4000);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=schema nodes=db-a-1,db-a-2"));
}

/* RF 3 on two nodes: both are needed. */
static void
a_quorum_is_of_the_replicas_wanted(void **state)
{
	struct err err;

	(void)state;
	cluster("dc1/a:1,dc1/b:1,dc1/c:1");
	assert_int_equal(sim_decommission(f.sim, f.now, 2, 1000, &err), 0);
	pass(&f, 30000);
	send_drain(&f, SIM_CONTROLLER, 0);
	assert_int_equal(sim_violations(f.sim), 1);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=quorum keyspace=app"));
}

/* The same while one joins; and when it has joined, all is well. */
static void
nobody_goes_down_while_one_joins(void **state)
{
	struct sim_host host = {.datacenter = "dc1", .rack = "a"};
	struct err err;
	int node;

	(void)state;
	node = sim_add(f.sim, f.now, &host, &err);
	until_mode(&f, (size_t)node, "BOOTSTRAP");
	pass(&f, 5000);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(1, 0);
	assert_non_null(strstr(last_line(&f, SIM_VIOLATION), "kind=topology other=db-a-3"));
}

static void
a_join_that_is_over_does_not_matter(void **state)
{
	struct sim_host host = {.datacenter = "dc1", .rack = "a"};
	struct err err;
	int node;

	(void)state;
	node = sim_add(f.sim, f.now, &host, &err);
	until_serving(&f, (size_t)node);
	pass(&f, 10000);
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(0, 0);
}

/* What somebody else restarts is theirs to answer for. */
static void
hands_are_not_judged(void **state)
{
	struct err err;

	(void)state;
	sim_decommission(f.sim, f.now, 1, 30000, &err);
	pass(&f, 10000);
	send_drain(&f, SIM_HAND, 2);
	expect(0, 0);
}

/* §2.9: a node without tokens is no replica: no quorum is lost with it. But it is a member that is down, and it votes: of
 * four voters two are no majority. */
static void
no_tokens_no_replica(void **state)
{
	(void)state;
	cluster("dc1/a:1,dc1/b:1,dc1/c:1,dc1/c:1z");
	sim_crash(f.sim, f.now, 3);
	pass(&f, 30000);
	/* In its own rack: no other zone is down, and no range is below two. */
	send_drain(&f, SIM_CONTROLLER, 2);
	expect(1, 0);
	assert_int_equal(violated(&f, "kind=raft voters=4 left=2"), 1);
	/* The same of five. */
	cluster("dc1/a:2,dc1/b:1,dc1/c:1,dc1/c:1z");
	sim_crash(f.sim, f.now, 4);
	pass(&f, 30000);
	send_drain(&f, SIM_CONTROLLER, 3);
	expect(0, 0);
	cluster("dc1/a:2,dc1/b:1,dc1/c:1,dc1/x:1z");
	sim_crash(f.sim, f.now, 4);
	pass(&f, 30000);
	send_drain(&f, SIM_CONTROLLER, 3);
	expect(1, 0);
	assert_int_equal(violated(&f, "kind=two-zones"), 1);
}

/* A coordinator that is cut off from one replica loses its quorum with the next; and so does group0. */
static void
a_cut_counts_for_its_coordinator(void **state)
{
	(void)state;
	cluster("dc1/a:1,dc1/b:1,dc1/c:1");
	sim_cut(f.sim, f.now, 0, 1, true);
	pass(&f, 30000);
	send_drain(&f, SIM_CONTROLLER, 2);
	assert_int_equal(violated(&f, "kind=quorum keyspace=app"), 1);
	/* The two that are left do not reach each other. */
	assert_int_equal(violated(&f, "kind=raft voters=3 left=1"), 1);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up_own, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(nobody_goes_down_that_is_repaired),
		CASE(nobody_goes_down_while_others_disagree_on_the_schema),
		CASE(a_quorum_is_of_the_replicas_wanted),
		CASE(nobody_goes_down_while_one_leaves), CASE(nobody_goes_down_while_one_joins),
		CASE(a_join_that_is_over_does_not_matter), CASE(hands_are_not_judged), CASE(no_tokens_no_replica),
		CASE(a_cut_counts_for_its_coordinator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
