/* Membership by hand: who joins, comes back elsewhere or is replaced; and what each node has heard of it. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "hands.h"

#define LIVE "/gossiper/endpoint/live"
#define DOWN "/gossiper/endpoint/down"
#define HOST_IDS "/storage_service/host_id"
#define RING "/storage_service/describe_ring/app"
#define JOINING "/storage_service/nodes/joining"

static bool
says(size_t node, const char *path, const char *what)
{
	return strstr(get(&f, node, path), what) != NULL;
}

static size_t
add(const char *zone_rack)
{
	struct sim_host host = {.datacenter = "dc1", .rack = zone_rack};
	struct err err;
	int node = sim_add(f.sim, f.now, &host, &err);

	assert_true(node >= 0);
	return (size_t)node;
}

static void
crash_and_be_noticed(size_t node)
{
	sim_crash(f.sim, f.now, node);
	pass(&f, 30000);
}

/* scylla.md §1.4.5: NONE, STARTING, JOINING, BOOTSTRAP, NORMAL; nodes/joining on peers once tokens are chosen. */
static void
a_new_node_bootstraps(void **state)
{
	size_t node;

	(void)state;
	node = add("b");
	assert_int_equal(node, 6);
	assert_string_equal(sim_name(f.sim, node), "db-b-3");
	assert_string_equal(sim_address(f.sim, node), "127.0.1.7");
	until_mode(&f, node, "JOINING");
	assert_string_equal(get(&f, 0, JOINING), "[]");
	assert_false(says(0, HOST_IDS, "127.0.1.7"));
	until_mode(&f, node, "BOOTSTRAP");
	pass(&f, 5000);
	assert_string_equal(get(&f, 0, JOINING), "[\"127.0.1.7\"]");
	/* Status letters UJ: up, in the map of host ids, and without ranges (§1.5). */
	assert_true(says(0, LIVE, "127.0.1.7"));
	assert_true(says(0, HOST_IDS, sim_host_id(f.sim, node)));
	assert_false(says(0, RING, "127.0.1.7"));
	assert_string_equal(get(&f, 0, "/storage_service/tokens/127.0.1.7"), "[]");
	assert_false(sim_member(f.sim, node));
	until_serving(&f, node);
	pass(&f, 1000);
	assert_true(sim_member(f.sim, node));
	assert_string_equal(get(&f, 0, JOINING), "[]");
	assert_true(says(0, RING, "127.0.1.7"));
	assert_true(says(node, RING, "127.0.1.7"));
	assert_string_not_equal(get(&f, 0, "/storage_service/tokens/127.0.1.7"), "[]");
	assert_true(says(node, LIVE, "127.0.1.1"));
}

/* §0 (7), §1.4.5: a dead member cancels the join; the process ends, and a retry needs its data wiped. */
static void
a_dead_member_cancels_a_join(void **state)
{
	size_t node;

	(void)state;
	crash_and_be_noticed(2);
	node = add("a");
	for (int i = 0; i < 3000 && !noted(&f, SIM_BOOT_FAILED, node); i++)
		pass(&f, 10);
	assert_non_null(strstr(last_line(&f, SIM_BOOT_FAILED), "required nodes are dead"));
	assert_string_equal(sim_mode(f.sim, f.now, node), "");
	command(&f, SIM_HAND, node, "systemctl is-active scylla-server");
	assert_string_equal(f.body, "failed\n");
	sim_start(f.sim, f.now, node);
	pass(&f, 20000);
	assert_non_null(strstr(last_line(&f, SIM_BOOT_FAILED), "clear the data directory"));
}

/* §0, §5.6: the same host id under another address; each peer knows it from when it has seen it up. */
static void
a_node_comes_back_elsewhere(void **state)
{
	char id[64];
	struct err err;

	(void)state;
	snprintf(id, sizeof id, "%s", sim_host_id(f.sim, 2));
	assert_int_equal(sim_readdress(f.sim, f.now, 2, "127.0.1.4", &err), -1);
	assert_non_null(strstr(err.text, "db-b-2"));
	assert_int_equal(sim_readdress(f.sim, f.now, 2, "127.0.1.77", &err), 0);
	assert_int_equal(sim_find(f.sim, "127.0.1.3"), 2);
	until_mode(&f, 2, "JOINING");
	assert_int_equal(sim_find(f.sim, "127.0.1.77"), 2);
	assert_int_equal(sim_find(f.sim, "127.0.1.3"), -1);
	assert_true(says(0, DOWN, "127.0.1.3"));
	assert_true(says(0, HOST_IDS, "127.0.1.3"));
	until_serving(&f, 2);
	assert_string_equal(sim_host_id(f.sim, 2), id);
	for (size_t i = 0; i < 6; i++) {
		assert_true(says(i, HOST_IDS, "127.0.1.77"));
		assert_false(says(i, HOST_IDS, "127.0.1.3\""));
		assert_true(says(i, LIVE, "127.0.1.77"));
		assert_true(says(i, RING, "127.0.1.77"));
		assert_false(says(i, RING, "127.0.1.3\""));
	}
}

/* §5.3: who does not gossip keeps what it knew. */
static void
a_drained_node_does_not_hear_of_it(void **state)
{
	struct err err;

	(void)state;
	ask(&f, 0, "POST", "/storage_service/drain");
	assert_int_equal(sim_readdress(f.sim, f.now, 2, "127.0.1.77", &err), 0);
	until_serving(&f, 2);
	assert_true(says(0, RING, "127.0.1.3\""));
	assert_false(says(0, RING, "127.0.1.77"));
	assert_true(says(1, RING, "127.0.1.77"));
}

/* §1.4.5: a replacement under the same address is another host id; not visible until it is NORMAL. */
static void
a_host_is_made_anew(void **state)
{
	char old[64];

	(void)state;
	snprintf(old, sizeof old, "%s", sim_host_id(f.sim, 3));
	sim_remake(f.sim, f.now, 3);
	pass(&f, 30000);
	assert_string_equal(sim_mode(f.sim, f.now, 3), "BOOTSTRAP");
	assert_string_equal(get(&f, 0, JOINING), "[]");
	assert_true(says(0, HOST_IDS, old));
	assert_true(says(0, DOWN, "127.0.1.4"));
	until_serving(&f, 3);
	assert_string_not_equal(sim_host_id(f.sim, 3), old);
	for (size_t i = 0; i < 6; i++) {
		assert_false(says(i, HOST_IDS, old));
		assert_true(says(i, HOST_IDS, sim_host_id(f.sim, 3)));
	}
	assert_true(says(0, RING, "127.0.1.4"));
}

/* §1.4.5: the replacement takes the tokens over, the replaced one is banned. */
static void
another_node_takes_over(void **state)
{
	struct sim_host host = {.replaces = "db-c-1"};
	char tokens[4096];
	struct err err;
	int node;

	(void)state;
	snprintf(tokens, sizeof tokens, "%s", get(&f, 0, "/storage_service/tokens/127.0.1.5"));
	assert_int_equal(sim_add(f.sim, f.now, &host, &err), -1);
	crash_and_be_noticed(4);
	node = sim_add(f.sim, f.now, &host, &err);
	assert_string_equal(sim_name(f.sim, (size_t)node), "db-c-3");
	until_serving(&f, (size_t)node);
	pass(&f, 1000);
	assert_string_equal(get(&f, 0, "/storage_service/tokens/127.0.1.7"), tokens);
	assert_string_equal(get(&f, 0, "/storage_service/tokens/127.0.1.5"), "[]");
	assert_false(says(0, HOST_IDS, "127.0.1.5"));
	sim_start(f.sim, f.now, 4);
	pass(&f, 30000);
	assert_non_null(strstr(last_line(&f, SIM_BOOT_FAILED), "banned"));
}

/* §2.9, version gate 6.2: join_ring false: a member in gossip and host ids, with no token and in no range. */
static void
a_node_without_tokens(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	config.layout = "dc1/a:2,dc1/b:2,dc1/x:1z";
	begin(&f, &config);
	assert_true(says(0, LIVE, "127.0.1.5"));
	assert_true(says(0, HOST_IDS, "127.0.1.5"));
	assert_string_equal(get(&f, 0, "/storage_service/tokens/127.0.1.5"), "[]");
	assert_false(says(0, RING, "127.0.1.5"));
	assert_false(says(0, "/storage_service/describe_ring/system_distributed_everywhere", "127.0.1.5"));
	/* RF 3 on two racks of token owners: the third rack does not count. */
	assert_true(says(4, RING, "\"endpoints\": [\"127.0.1."));
	command(&f, SIM_CONTROLLER, 4, "systemctl restart scylla-server");
	until_serving(&f, 4);
	assert_int_equal(sim_violations(f.sim), 0);
}

/* The oracle takes who has left for gone, and who is new for a member. */
static void
the_oracle_follows(void **state)
{
	struct err err;
	size_t node;

	(void)state;
	sim_decommission(f.sim, f.now, 1, 1000, &err);
	until_mode(&f, 1, "DECOMMISSIONED");
	sim_stop(f.sim, f.now, 1);
	pass(&f, 60000);
	ask(&f, 2, "POST", "/storage_service/drain");
	assert_int_equal(sim_violations(f.sim) + sim_unavoidable(f.sim), 0);
	command(&f, SIM_CONTROLLER, 2, "systemctl restart scylla-server");
	until_serving(&f, 2);
	node = add("a");
	until_serving(&f, node);
	pass(&f, 10000);
	crash_and_be_noticed(node);
	ask(&f, 4, "POST", "/storage_service/drain");
	assert_true(sim_violations(f.sim) > 0);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_new_node_bootstraps), CASE(a_dead_member_cancels_a_join), CASE(a_node_comes_back_elsewhere),
		CASE(a_drained_node_does_not_hear_of_it), CASE(a_host_is_made_anew), CASE(another_node_takes_over),
		CASE(a_node_without_tokens), CASE(the_oracle_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
