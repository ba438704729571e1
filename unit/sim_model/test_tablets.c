/* Tablets: replicas of their own, migrations, and what a topology change does with them. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "hands.h"

#define RING "/storage_service/describe_ring/app?table=t1"
#define MIGRATIONS "/task_manager/list_module_tasks/tablets"

static void
cluster(const char *layout, const char *keyspace, const char *version)
{
	struct sim_config config = sim_defaults();
	struct sim_keyspace parsed;

	assert_int_equal(sim_keyspace_parse(keyspace, &parsed, NULL), 0);
	config.layout = layout;
	config.keyspaces = &parsed;
	config.nkeyspaces = 1;
	config.version = version;
	config.no_system_keyspaces = true;
	begin(&f, &config);
}

static int
set_up_own(void **state)
{
	(void)state;
	cluster("dc1/a:2,dc1/b:2,dc1/c:2", "app:3+tablets=2x8", "2025.1.4");
	return 0;
}

/* How many tablets of t1 the address has, as the node tells it. */
static size_t
tablets_on(size_t observer, const char *address)
{
	char quoted[64];
	size_t count = 0;

	snprintf(quoted, sizeof quoted, "{\"host\": \"%s\"", address);
	for (const char *at = get(&f, observer, RING); (at = strstr(at, quoted)); at++)
		count++;
	return count;
}

/* The first tablet's replica in the rack, a node's number. */
static size_t
replica_in(const char *rack)
{
	const char *at = strchr(get(&f, 0, RING), '[') + 1, *end = strchr(at, '}');
	char address[64] = "", pattern[64];

	for (at = strstr(at, "endpoint_details"); at && at < end + 400; at = strstr(at + 1, "{\"host\": \"")) {
		snprintf(pattern, sizeof pattern, "\"rack\": \"%s\"", rack);
		if (sscanf(at, "{\"host\": \"%63[^\"]\"", address) == 1 && strstr(at, pattern) < strchr(at, '}'))
			return (size_t)sim_find(f.sim, address);
	}
	fail();
	return 0;
}

/* scylla.md §1.5: replication= since 6.0; before, it is not known and ignored (§1.1). */
static void
keyspaces_by_replication(void **state)
{
	struct sim_keyspace parsed;

	(void)state;
	assert_string_equal(get(&f, 0, "/storage_service/keyspaces?replication=tablets"), "[\"app\"]");
	assert_string_equal(get(&f, 0, "/storage_service/keyspaces?replication=vnodes"), "[]");
	assert_string_equal(get(&f, 0, "/storage_service/keyspaces?type=user&replication=tablets"), "[\"app\"]");
	assert_non_null(strstr(get(&f, 0, "/column_family/name"), "\"app:t1\",\"app:t2\""));
	assert_non_null(strstr(get(&f, 0, "/column_family/"), "{\"ks\": \"app\", \"cf\": \"t2\""));
	cluster("dc1/a:2,dc1/b:2,dc1/c:2", "app:3", "5.4.9");
	assert_string_equal(get(&f, 0, "/storage_service/keyspaces?replication=tablets"), "[\"app\"]");
	assert_int_equal(sim_keyspace_parse("app:simple=3+tablets", &parsed, NULL), -1);
	assert_int_equal(sim_keyspace_parse("app:3+tablets=0x8", &parsed, NULL), -1);
	assert_int_equal(sim_keyspace_parse("app:3+nonsense", &parsed, NULL), -1);
}

/* §1.5, C: a keyspace with tablets has a ring for each table only. */
static void
a_ring_for_each_table(void **state)
{
	size_t ranges = 0;

	(void)state;
	get(&f, 0, "/storage_service/describe_ring/app");
	assert_int_equal(f.status, 500);
	assert_non_null(strstr(f.body, "has tablet table. Query describe_ring with the table parameter"));
	get(&f, 0, "/storage_service/describe_ring/app?table=t3");
	assert_int_equal(f.status, 400);
	for (const char *at = get(&f, 0, RING); (at = strstr(at, "start_token")); at++)
		ranges++;
	assert_int_equal(ranges, 8);
	assert_non_null(strstr(f.body, "\"end_token\": \"9223372036854775807\""));
}

/* §1.4.13: reads go to the old replica, then to the new one; the task is there as long. */
static void
a_tablet_migrates(void **state)
{
	size_t from = replica_in("a"), to = 1 - from;
	struct err err;
	size_t before[2];

	(void)state;
	before[0] = tablets_on(0, sim_address(f.sim, from));
	before[1] = tablets_on(0, sim_address(f.sim, to));
	/* Only who has it gives it away. */
	assert_int_equal(sim_migrate(f.sim, f.now, "app", "t1", 0, "db-b-1", "db-b-2", 0, &err) +
	    sim_migrate(f.sim, f.now, "app", "t1", 0, "db-b-2", "db-b-1", 0, &err), -1);
	cluster("dc1/a:2,dc1/b:2,dc1/c:2", "app:3+tablets=2x8", "2025.1.4");
	assert_int_equal(sim_migrate(f.sim, f.now, "app", "t1", 0, sim_name(f.sim, from), sim_name(f.sim, to), 10000,
	    &err), 0);
	assert_int_equal(sim_migrate(f.sim, f.now, "app", "t1", 0, sim_name(f.sim, from), sim_name(f.sim, to), 10000,
	    &err), -1);
	assert_non_null(strstr(err.text, "is in transition"));
	pass(&f, 4000);
	assert_int_equal(tablets_on(0, sim_address(f.sim, to)), before[1]);
	assert_non_null(strstr(get(&f, 3, MIGRATIONS), "\"type\": \"migration\""));
	pass(&f, 2000);
	assert_int_equal(tablets_on(0, sim_address(f.sim, to)), before[1] + 1);
	assert_int_equal(sim_migrations(f.sim, f.now), 1);
	pass(&f, 4000);
	assert_int_equal(sim_migrations(f.sim, f.now), 0);
	assert_string_equal(get(&f, 3, MIGRATIONS), "[]");
	assert_int_equal(tablets_on(0, sim_address(f.sim, from)), before[0] - 1);
}

static void
one_that_moves_is_there_when_somebody_says_so(void **state)
{
	size_t from = replica_in("a"), to = 1 - from, before = tablets_on(0, sim_address(f.sim, to));
	struct err err;

	(void)state;
	assert_int_equal(sim_migrate_ends(f.sim, f.now, "app", "t1", 0, &err), -1);
	assert_int_equal(sim_migrate(f.sim, f.now, "app", "t1", 0, sim_name(f.sim, from), sim_name(f.sim, to), 3600000,
	    &err), 0);
	assert_int_equal(sim_migrations(f.sim, f.now), 1);
	assert_int_equal(sim_migrate_ends(f.sim, f.now, "app", "t1", 0, &err), 0);
	assert_int_equal(sim_migrations(f.sim, f.now), 0);
	assert_int_equal(tablets_on(0, sim_address(f.sim, to)), before + 1);
	/* What was to happen later does not. */
	pass(&f, 2 * 3600000);
	assert_int_equal(tablets_on(0, sim_address(f.sim, to)), before + 1);
}

/* §1.4.13: both block until no tablet is in transition. */
static void
quiet_is_waited_for(void **state)
{
	size_t from = replica_in("a");
	struct err err;
	uint64_t off, quiesce;

	(void)state;
	sim_migrate(f.sim, f.now, "app", "t1", 0, sim_name(f.sim, from), sim_name(f.sim, 1 - from), 10000, &err);
	sim_request(f.sim, f.now, SIM_HAND, 4, "POST", "/storage_service/tablets/balancing?enabled=false", off = ++f.ids);
	pass(&f, 9000);
	assert_false(answered(&f, off));
	pass(&f, 1000);
	assert_true(answered(&f, off));
	sim_request(f.sim, f.now, SIM_HAND, 4, "POST", "/storage_service/quiesce_topology", quiesce = ++f.ids);
	assert_true(answered(&f, quiesce));
	ask(&f, 4, "POST", "/storage_service/tablets/balancing");
	assert_int_equal(f.status, 400);
}

/* §0 (3), §1.4.3 (a): tablets first; since 2026.1 the node is an ordinary member meanwhile. */
static void
tablets_leave_first(void **state)
{
	static const char *const versions[] = {"2025.1.4", "2026.1.0"};
	struct err err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cluster("dc1/a:2,dc1/b:2,dc1/c:2", "app:3+tablets=2x8", versions[i]);
		assert_true(tablets_on(1, "127.0.1.1") > 0);
		assert_int_equal(sim_decommission(f.sim, f.now, 0, 10000, &err), 0);
		pass(&f, 1000);
		assert_string_equal(sim_mode(f.sim, f.now, 0), "NORMAL");
		assert_string_equal(get(&f, 1, "/storage_service/nodes/leaving"), i ? "[]" : "[\"127.0.1.1\"]");
		assert_true(sim_migrations(f.sim, f.now) > 0);
		until_mode(&f, 0, "DECOMMISSIONED");
		assert_int_equal(tablets_on(1, "127.0.1.1"), 0);
		assert_int_equal(tablets_on(1, "127.0.1.2"), 8);
	}
}

/* §1.4.3, §2.10: with one node in a rack there is no place for its tablets. */
static void
there_may_be_no_place(void **state)
{
	(void)state;
	cluster("dc1/a:1,dc1/b:2,dc1/c:2", "app:3+tablets=1x8", "2025.1.4");
	ask(&f, 0, "POST", "/storage_service/decommission");
	assert_int_equal(f.status, 500);
	assert_non_null(strstr(f.body, "Decommission failed. See earlier errors (Unable to find new replica"));
	assert_string_equal(sim_mode(f.sim, f.now, 0), "NORMAL");
	assert_string_equal(ask(&f, 0, "POST", "/storage_service/drain"), "");
}

/* Banned by a removal that was rolled back it is made anew in vain, and removed after all: its tablets leave first, too. */
static void
tablets_leave_one_that_was_made_anew_in_vain(void **state)
{
	struct err err;

	(void)state;
	sim_crash(f.sim, f.now, 0);
	pass(&f, 30000);
	assert_int_equal(sim_removenode(f.sim, f.now, 1, 0, 10000, &err), 0);
	sim_crash(f.sim, f.now, 5);
	pass(&f, 30000);
	sim_start(f.sim, f.now, 5);
	pass(&f, 60000);
	sim_remake(f.sim, f.now, 0);
	pass(&f, 60000);
	assert_non_null(strstr(last_line(&f, SIM_BOOT_FAILED), "banned"));
	assert_true(sim_member(f.sim, 0));
	assert_int_equal(sim_removenode(f.sim, f.now, 1, 0, 10000, &err), 0);
	pass(&f, 120000);
	assert_false(sim_member(f.sim, 0));
	assert_int_equal(tablets_on(1, "127.0.1.2"), 8);
}

/* §1.4.5: tablets come to a new node after it is NORMAL. */
static void
tablets_spread_to_a_new_node(void **state)
{
	struct sim_host host = {.datacenter = "dc1", .rack = "a"};
	struct err err;
	int node;

	(void)state;
	cluster("dc1/a:1,dc1/b:2,dc1/c:2", "app:3+tablets=1x8", "2025.1.4");
	node = sim_add(f.sim, f.now, &host, &err);
	until_mode(&f, (size_t)node, "NORMAL");
	assert_int_equal(tablets_on(0, sim_address(f.sim, (size_t)node)), 0);
	pass(&f, 1000);
	assert_true(sim_migrations(f.sim, f.now) > 0);
	pass(&f, 60000);
	assert_int_equal(sim_migrations(f.sim, f.now), 0);
	assert_int_equal(tablets_on(0, sim_address(f.sim, (size_t)node)), 4);
	assert_int_equal(tablets_on(0, "127.0.1.1"), 4);
}

/* The oracle counts tablets, and in transition both replicas. */
static void
the_oracle_knows_tablets(void **state)
{
	struct err err;
	size_t from = replica_in("a"), in_b = replica_in("b");

	(void)state;
	sim_crash(f.sim, f.now, in_b);
	pass(&f, 30000);
	ask(&f, from, "POST", "/storage_service/drain");
	assert_true(violated(&f, "kind=quorum keyspace=app") > 0);
	/* One tablet, on nobody but one of rack a, until it moves to the other. */
	cluster("dc1/a:2,dc1/b:1,dc1/c:1", "app:3+tablets=1x1", "2025.1.4");
	from = replica_in("a");
	sim_crash(f.sim, f.now, 2);
	pass(&f, 30000);
	ask(&f, 1 - from, "POST", "/storage_service/drain");
	assert_int_equal(violated(&f, "kind=quorum"), 0);
	command(&f, SIM_HAND, 1 - from, "systemctl restart scylla-server");
	until_serving(&f, 1 - from);
	pass(&f, 10000);
	assert_int_equal(sim_migrate(f.sim, f.now, "app", "t1", 0, sim_name(f.sim, from), sim_name(f.sim, 1 - from),
	    60000, &err), 0);
	ask(&f, 1 - from, "POST", "/storage_service/drain");
	assert_int_equal(violated(&f, "kind=quorum keyspace=app ranges=1"), 1);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up_own, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(keyspaces_by_replication), CASE(a_ring_for_each_table), CASE(a_tablet_migrates),
		CASE(one_that_moves_is_there_when_somebody_says_so),
		CASE(quiet_is_waited_for), CASE(tablets_leave_first), CASE(there_may_be_no_place),
		CASE(tablets_leave_one_that_was_made_anew_in_vain),
		CASE(tablets_spread_to_a_new_node), CASE(the_oracle_knows_tablets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
