/* Tasks that a node knows of, repairs by their ids, and a schema that differs. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "hands.h"

#define TASKS "/task_manager/list_module_tasks/"

static void
release(const char *version)
{
	struct sim_config config = sim_defaults();

	config.version = version;
	begin(&f, &config);
}

static int
set_up_own(void **state)
{
	(void)state;
	release("2025.1.4-0.20250622.5f0ca1d");
	return 0;
}

static bool
says(size_t node, const char *path, const char *what)
{
	return strstr(get(&f, node, path), what) != NULL;
}

static void
work(size_t node, enum sim_work what, int64_t ms)
{
	struct err err;

	assert_int_equal(sim_work(f.sim, f.now, node, what, "app", ms, &err), 0);
}

/* scylla.md §1.4.15: cluster tasks are listed by any node, node tasks by the one that runs them. */
static void
a_cluster_task_is_seen_by_all(void **state)
{
	char entity[128];
	struct err err;

	(void)state;
	sim_decommission(f.sim, f.now, 1, 20000, &err);
	sim_decommission(f.sim, f.now, 3, 20000, &err);
	snprintf(entity, sizeof entity, "\"entity\": \"%s\"", sim_host_id(f.sim, 1));
	for (size_t i = 0; i < 6; i++) {
		assert_true(says(i, TASKS "node_ops", "\"state\": \"running\", \"type\": \"decommission\""));
		assert_non_null(strstr(f.body, "\"kind\": \"cluster\""));
		assert_non_null(strstr(f.body, entity));
		/* The second one queues. */
		assert_non_null(strstr(f.body, "\"state\": \"created\", \"type\": \"decommission\""));
	}
	until_mode(&f, 1, "DECOMMISSIONED");
	assert_true(says(0, TASKS "node_ops", "\"state\": \"done\", \"type\": \"decommission\""));
	/* user_task_ttl, an hour (§1.4.15). */
	pass(&f, 3700000);
	assert_string_equal(get(&f, 0, TASKS "node_ops"), "[]");
}

static void
a_join_is_a_task(void **state)
{
	struct sim_host host = {.datacenter = "dc1", .rack = "a"};
	struct err err;
	int node;

	(void)state;
	node = sim_add(f.sim, f.now, &host, &err);
	until_mode(&f, (size_t)node, "BOOTSTRAP");
	assert_true(says(2, TASKS "node_ops", "\"state\": \"running\", \"type\": \"bootstrap\""));
	assert_non_null(strstr(f.body, sim_host_id(f.sim, (size_t)node)));
}

static void
a_node_task_is_seen_by_its_node(void **state)
{
	(void)state;
	work(2, SIM_CLEANUP, 10000);
	assert_true(says(2, TASKS "compaction", "\"type\": \"cleanup compaction\", \"kind\": \"node\""));
	assert_non_null(strstr(f.body, "\"keyspace\": \"app\""));
	assert_string_equal(get(&f, 0, TASKS "compaction"), "[]");
	pass(&f, 10000);
	assert_true(says(2, TASKS "compaction", "\"state\": \"done\""));
	get(&f, 0, TASKS "nonsense");
	assert_int_equal(f.status, 400);
}

/* §1.4.6: a rebuild holds the API lock; §1.4.1: a drain meanwhile is told so. */
static void
a_rebuild_holds_the_lock(void **state)
{
	struct err err;

	(void)state;
	work(2, SIM_REBUILD, 10000);
	assert_non_null(strstr(ask(&f, 2, "POST", "/storage_service/drain"),
	    "std::runtime_error (Operation rebuild is in progress, try again)"));
	assert_int_equal(f.status, 500);
	assert_true(says(0, TASKS "node_ops", "\"type\": \"rebuild\""));
	assert_int_equal(sim_work(f.sim, f.now, 2, SIM_REBUILD, "", 1, &err), -1);
	pass(&f, 10000);
	assert_string_equal(ask(&f, 2, "POST", "/storage_service/drain"), "");
	assert_int_equal(f.status, 200);
}

/* §1.3: which modules there are depends on the release; finished tasks were gone at once before 2025.1. */
static void
releases_differ(void **state)
{
	(void)state;
	assert_true(says(0, "/task_manager/list_modules", "\"tablets\""));
	assert_false(says(0, "/task_manager/list_modules", "global_topology_requests"));
	release("6.2.3");
	assert_false(says(0, "/task_manager/list_modules", "\"tablets\""));
	work(2, SIM_CLEANUP, 1000);
	pass(&f, 1000);
	assert_string_equal(get(&f, 2, TASKS "compaction"), "[]");
	release("2025.3.0");
	work(2, SIM_CLEANUP_ALL, 1000);
	assert_true(says(0, TASKS "global_topology_requests", "\"type\": \"cleanup\""));
	/* §1.4.14, §1.3: 6.0 and 6.1. */
	release("5.4.9");
	get(&f, 0, "/raft/leader_host");
	assert_int_equal(f.status, 404);
	release("6.0.1");
	get(&f, 0, "/raft/leader_host");
	assert_int_equal(f.status, 200);
	ask(&f, 0, "POST", "/raft/read_barrier");
	assert_int_equal(f.status, 404);
	/* §1.5: before 2025.1 a node that does not gossip told its host ids. */
	ask(&f, 0, "POST", "/storage_service/drain");
	get(&f, 0, "/storage_service/host_id");
	assert_int_equal(f.status, 200);
}

/* §1.4.9: RUNNING, then SUCCESSFUL; listed as active meanwhile. */
static void
a_repair_runs(void **state)
{
	(void)state;
	get(&f, 1, "/storage_service/repair_async/app?id=1");
	assert_int_equal(f.status, 400);
	assert_non_null(strstr(f.body, "unknown repair id 1"));
	work(1, SIM_REPAIR, 30000);
	assert_string_equal(get(&f, 1, "/storage_service/active_repair"), "[1]");
	assert_string_equal(get(&f, 0, "/storage_service/active_repair"), "[]");
	assert_string_equal(get(&f, 1, "/storage_service/repair_async/app?id=1"), "\"RUNNING\"");
	assert_true(says(1, TASKS "repair", "\"state\": \"running\", \"type\": \"repair\", \"kind\": \"node\""));
	pass(&f, 30000);
	assert_string_equal(get(&f, 1, "/storage_service/repair_async/app?id=1"), "\"SUCCESSFUL\"");
	assert_string_equal(get(&f, 1, "/storage_service/active_repair/"), "[]");
	get(&f, 1, "/storage_service/repair_async/app");
	assert_int_equal(f.status, 400);
}

static void
a_repair_fails_with_a_replica(void **state)
{
	(void)state;
	work(1, SIM_REPAIR, 30000);
	sim_crash(f.sim, f.now, 3);
	pass(&f, 30000);
	assert_string_equal(get(&f, 1, "/storage_service/repair_async/app?id=1"), "\"FAILED\"");
}

/* §0 (10): ids do not survive a restart, and one that was given again lies. */
static void
a_restart_forgets_repairs(void **state)
{
	(void)state;
	work(1, SIM_REPAIR, 3000000);
	work(1, SIM_REPAIR, 3000000);
	command(&f, SIM_HAND, 1, "systemctl restart scylla-server");
	until_serving(&f, 1);
	get(&f, 1, "/storage_service/repair_async/app?id=2");
	assert_int_equal(f.status, 400);
	assert_string_equal(get(&f, 1, TASKS "repair"), "[]");
}

static void
a_task_has_a_status(void **state)
{
	char path[128], *id;

	(void)state;
	work(1, SIM_REPAIR, 30000);
	id = strstr(get(&f, 1, TASKS "repair"), "\"task_id\": \"");
	assert_non_null(id);
	snprintf(path, sizeof path, "/task_manager/task_status/%.36s", id + 12);
	assert_true(says(1, path, "\"state\": \"running\""));
	assert_non_null(strstr(f.body, "\"end_time\": \"1970-01-01T00:00:00Z\""));
	get(&f, 0, path);
	assert_int_equal(f.status, 400);
	assert_non_null(strstr(f.body, "not found"));
}

/* §1.5: one node disagrees for as long as it is let; no change reaches it. */
static void
a_schema_differs(void **state)
{
	static const char versions[] = "/storage_proxy/schema_versions";

	(void)state;
	sim_schema_stray(f.sim, f.now, 4, true);
	assert_true(says(0, versions, "]},{"));
	assert_non_null(strstr(f.body, "\"value\": [\"127.0.1.5\"]"));
	assert_string_not_equal(get(&f, 4, "/storage_service/schema_version"), "");
	sim_schema_change(f.sim, f.now);
	pass(&f, 10000);
	assert_true(says(0, versions, "]},{"));
	sim_schema_stray(f.sim, f.now, 4, false);
	assert_false(says(0, versions, "]},{"));
}

/* §2.2: a node says its new release after its restart. */
static void
a_node_is_upgraded(void **state)
{
	static const char path[] = "/storage_service/scylla_release_version";

	(void)state;
	sim_upgrade(f.sim, f.now, 2, "2025.4.1-0.20251201.abc");
	assert_true(says(2, path, "2025.1.4"));
	command(&f, SIM_HAND, 2, "systemctl restart scylla-server");
	until_serving(&f, 2);
	assert_true(says(2, path, "2025.4.1"));
	assert_true(says(1, path, "2025.1.4"));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up_own, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_cluster_task_is_seen_by_all), CASE(a_join_is_a_task), CASE(a_node_task_is_seen_by_its_node),
		CASE(a_rebuild_holds_the_lock), CASE(releases_differ), CASE(a_repair_runs),
		CASE(a_repair_fails_with_a_replica), CASE(a_restart_forgets_repairs), CASE(a_task_has_a_status),
		CASE(a_schema_differs), CASE(a_node_is_upgraded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
