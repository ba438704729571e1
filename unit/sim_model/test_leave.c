/* Membership by hand: who leaves, or is removed. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "hands.h"

#define LIVE "/gossiper/endpoint/live"
#define DOWN "/gossiper/endpoint/down"
#define HOST_IDS "/storage_service/host_id"
#define RING "/storage_service/describe_ring/app"
#define LEAVING "/storage_service/nodes/leaving"

static void
release(const char *version)
{
	struct sim_config config = sim_defaults();

	config.version = version;
	begin(&f, &config);
}

static bool
says(size_t node, const char *path, const char *what)
{
	return strstr(get(&f, node, path), what) != NULL;
}

static void
crash_and_be_noticed(size_t node)
{
	sim_crash(f.sim, f.now, node);
	pass(&f, 30000);
}

/* §0 (3), §5.2: with repair-based decommission (5.4 to 2025.4) the mode stays NORMAL until DECOMMISSIONED. */
static void
a_decommission_by_repair_stays_normal(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(sim_decommission(f.sim, f.now, 1, 20000, &err), 0);
	pass(&f, 1000);
	assert_string_equal(sim_mode(f.sim, f.now, 1), "NORMAL");
	assert_string_equal(get(&f, 0, LEAVING), "[\"127.0.1.2\"]");
	assert_true(says(0, LIVE, "127.0.1.2"));
	assert_true(says(0, RING, "127.0.1.2"));
	pass(&f, 18000);
	assert_string_equal(sim_mode(f.sim, f.now, 1), "NORMAL");
	pass(&f, 2000);
	assert_string_equal(sim_mode(f.sim, f.now, 1), "DECOMMISSIONED");
	assert_false(sim_member(f.sim, 1));
}

/* §1.4.3: streaming decommission (5.2, 2026.1 and later) shows LEAVING. */
static void
a_decommission_by_streaming_shows(void **state)
{
	static const char *const versions[] = {"5.2.19", "2026.1.0"};
	struct err err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		release(versions[i]);
		assert_int_equal(sim_decommission(f.sim, f.now, 1, 20000, &err), 0);
		assert_string_equal(sim_mode(f.sim, f.now, 1), "LEAVING");
		assert_true(sim_serving(f.sim, f.now, 1));
		until_mode(&f, 1, "DECOMMISSIONED");
	}
}

/* §1.4.3 (d), §5.3: afterwards CQL and gossip are off, the process runs, peers forget it in every list. */
static void
who_has_left_is_forgotten(void **state)
{
	struct err err;

	(void)state;
	sim_decommission(f.sim, f.now, 1, 1000, &err);
	until_mode(&f, 1, "DECOMMISSIONED");
	pass(&f, 1000);
	for (size_t i = 0; i < 6; i++) {
		if (i == 1)
			continue;
		assert_false(says(i, LIVE, "127.0.1.2"));
		assert_false(says(i, DOWN, "127.0.1.2"));
		assert_false(says(i, HOST_IDS, "127.0.1.2"));
		assert_false(says(i, RING, "127.0.1.2"));
		assert_string_equal(get(&f, i, LEAVING), "[]");
	}
	assert_string_equal(get(&f, 1, "/storage_service/native_transport"), "false");
	assert_string_equal(get(&f, 1, "/storage_service/gossiping"), "false");
	get(&f, 1, HOST_IDS);
	assert_int_equal(f.status, 500);
	/* A restart is refused (§1.4.3). */
	sim_restart(f.sim, f.now, 1);
	pass(&f, 30000);
	assert_non_null(strstr(last_line(&f, SIM_BOOT_FAILED), "was decommissioned and will not rejoin"));
}

/* §1.4.3: POST blocks, a second one and a drain are told who holds the lock (§5.5). */
static void
a_decommission_holds_the_lock(void **state)
{
	uint64_t id;

	(void)state;
	sim_request(f.sim, f.now, SIM_HAND, 1, "POST", "/storage_service/decommission", id = ++f.ids);
	pass(&f, 100);
	assert_false(answered(&f, id));
	assert_non_null(strstr(ask(&f, 1, "POST", "/storage_service/drain"),
	    "Operation decommission is in progress, try again"));
	assert_int_equal(f.status, 500);
	assert_non_null(strstr(ask(&f, 1, "POST", "/storage_service/decommission"), "Operation decommission is in"));
	until_mode(&f, 1, "DECOMMISSIONED");
	assert_true(answered(&f, id));
	assert_int_equal(f.status, 200);
	assert_string_equal(f.body, "");
	assert_non_null(strstr(ask(&f, 1, "POST", "/storage_service/decommission"),
	    "Node in DECOMMISSIONED state; wait for status to become normal or restart"));
}

/* §1.4.3: cancelled at once when a member is dead; rolled back when one dies meanwhile, and then the mode stays what
 * streaming made of it. */
static void
the_dead_stop_a_decommission(void **state)
{
	uint64_t id;

	(void)state;
	release("2026.1.0");
	sim_request(f.sim, f.now, SIM_HAND, 1, "POST", "/storage_service/decommission", id = ++f.ids);
	pass(&f, 1000);
	sim_crash(f.sim, f.now, 4);
	pass(&f, 60000);
	assert_true(answered(&f, id));
	assert_int_equal(f.status, 500);
	assert_non_null(strstr(f.body, "Decommission failed. See earlier errors (Rolled back: Failed stream ranges"));
	assert_string_equal(sim_mode(f.sim, f.now, 1), "LEAVING");
	assert_string_equal(get(&f, 0, LEAVING), "[]");
	assert_true(sim_member(f.sim, 1));
	assert_non_null(strstr(ask(&f, 0, "POST", "/storage_service/decommission"), "Canceled. Dead nodes: {"));
	assert_non_null(strstr(f.body, sim_host_id(f.sim, 4)));
	assert_non_null(strstr(ask(&f, 1, "POST", "/storage_service/decommission"), "Node in LEAVING state"));
}

/* §0 (7): one streams at a time, others wait for it. */
static void
changes_queue(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(sim_decommission(f.sim, f.now, 1, 20000, &err), 0);
	assert_int_equal(sim_decommission(f.sim, f.now, 3, 20000, &err), 0);
	pass(&f, 10000);
	assert_string_equal(get(&f, 0, LEAVING), "[\"127.0.1.2\"]");
	pass(&f, 15000);
	assert_string_equal(get(&f, 0, LEAVING), "[\"127.0.1.4\"]");
	until_mode(&f, 3, "DECOMMISSIONED");
	pass(&f, 1000);
	assert_false(says(0, RING, "127.0.1.4"));
}

/* §1.4.4: only the dead, by host id; banned at once. */
/* One boots, and is no member yet, as the others hear that somebody has left. */
static void
who_boots_meanwhile_sees_itself_up(void **state)
{
	const struct sim_host host = {.datacenter = "dc1", .rack = "a"};
	struct err err;
	size_t node;
	int added;

	(void)state;
	assert_int_equal(sim_decommission(f.sim, f.now, 1, 20000, &err), 0);
	pass(&f, 10800);
	added = sim_add(f.sim, f.now, &host, &err);
	assert_true(added >= 0);
	node = (size_t)added;
	until_mode(&f, 1, "DECOMMISSIONED");
	assert_false(sim_member(f.sim, node));
	until_mode(&f, node, "NORMAL");
	assert_true(says(node, LIVE, sim_address(f.sim, node)));
}

static void
a_dead_node_is_removed(void **state)
{
	char path[128];
	uint64_t id;

	(void)state;
	snprintf(path, sizeof path, "/storage_service/remove_node?host_id=%s", sim_host_id(f.sim, 5));
	assert_non_null(strstr(ask(&f, 0, "POST", path), "the node being removed is alive, maybe you should use"));
	ask(&f, 0, "POST", "/storage_service/remove_node");
	assert_int_equal(f.status, 400);
	assert_non_null(strstr(f.body, "Missing mandatory parameter 'host_id'"));
	crash_and_be_noticed(5);
	sim_request(f.sim, f.now, SIM_HAND, 0, "POST", path, id = ++f.ids);
	pass(&f, 1000);
	assert_string_equal(get(&f, 0, LEAVING), "[\"127.0.1.6\"]");
	assert_non_null(strstr(ask(&f, 1, "POST", path), "Concurrent request for removal already in progress"));
	pass(&f, 30000);
	assert_true(answered(&f, id));
	assert_int_equal(f.status, 200);
	assert_false(says(0, DOWN, "127.0.1.6"));
	assert_false(says(0, HOST_IDS, "127.0.1.6"));
	assert_non_null(strstr(ask(&f, 0, "POST", path), "is not found in the cluster"));
	sim_start(f.sim, f.now, 5);
	pass(&f, 30000);
	assert_non_null(strstr(last_line(&f, SIM_BOOT_FAILED), "banned"));
}

/* Of two dead each removal needs the other one, until that is given up. */
static void
two_dead_are_removed_one_after_the_other(void **state)
{
	struct err err;

	(void)state;
	crash_and_be_noticed(5);
	crash_and_be_noticed(3);
	assert_int_equal(sim_removenode(f.sim, f.now, 0, 5, 10000, &err), -1);
	assert_non_null(strstr(err.text, "is down and not ignored"));
	assert_int_equal(sim_exclude(f.sim, f.now, 0, &err), -1);
	assert_int_equal(sim_exclude(f.sim, f.now, 3, &err), 0);
	assert_int_equal(sim_removenode(f.sim, f.now, 0, 5, 10000, &err), 0);
	pass(&f, 30000);
	assert_false(sim_member(f.sim, 5));
	sim_start(f.sim, f.now, 3);
	pass(&f, 30000);
	assert_non_null(strstr(last_line(&f, SIM_BOOT_FAILED), "banned"));
	assert_int_equal(sim_removenode(f.sim, f.now, 0, 3, 10000, &err), 0);
	pass(&f, 30000);
	assert_false(sim_member(f.sim, 3));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_decommission_by_repair_stays_normal), CASE(a_decommission_by_streaming_shows),
		CASE(who_has_left_is_forgotten), CASE(a_decommission_holds_the_lock),
		CASE(the_dead_stop_a_decommission), CASE(changes_queue), CASE(who_boots_meanwhile_sees_itself_up),
		CASE(the_dead_stop_a_decommission), CASE(changes_queue), CASE(a_dead_node_is_removed),
		CASE(two_dead_are_removed_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
