/* Group0: a read barrier proves a majority of voters, a leader is known. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "hands.h"

static void
cluster(const char *layout, const char *version)
{
	struct sim_config config = sim_defaults();

	config.layout = layout;
	config.version = version;
	begin(&f, &config);
}

static int
barrier(size_t node, const char *query)
{
	char path[64];

	snprintf(path, sizeof path, "/raft/read_barrier%s", query);
	ask(&f, node, "POST", path);
	return f.status;
}

/* scylla.md §2.9: up to 2025.1 every member votes: of six, two may be gone. */
static void
all_vote(void **state)
{
	int64_t asked;

	(void)state;
	cluster("dc1/a:2,dc1/b:2,dc1/c:2", "2025.1.4");
	sim_crash(f.sim, f.now, 4);
	sim_crash(f.sim, f.now, 5);
	assert_int_equal(barrier(0, "?timeout=5"), 200);
	assert_string_equal(f.body, "");
	sim_crash(f.sim, f.now, 3);
	asked = f.now;
	assert_int_equal(barrier(0, "?timeout=5"), 500);
	assert_int_equal(f.now - asked, 5000);
	assert_non_null(strstr(f.body, "raft_operation_timeout_error"));
	assert_non_null(strstr(f.body, "there is no raft quorum, total voters count 6, alive voters count 3"));
	/* Its own timeout is a minute (§1.4.14). */
	asked = f.now;
	assert_int_equal(barrier(0, ""), 500);
	assert_int_equal(f.now - asked, 60000);
}

/* §2.9: from 2025.2 on at most five, the alive preferred, chosen anew when one dies. */
static void
five_vote(void **state)
{
	(void)state;
	cluster("dc1/a:3,dc1/b:3,dc1/c:3", "2025.2.0");
	for (size_t i = 0; i < 6; i++)
		sim_crash(f.sim, f.now, i);
	/* One by one the dead were exchanged for the living. */
	assert_int_equal(barrier(8, "?timeout=5"), 200);
	sim_crash(f.sim, f.now, 6);
	sim_crash(f.sim, f.now, 7);
	assert_int_equal(barrier(8, "?timeout=5"), 500);
	assert_non_null(strstr(f.body, "total voters count 5"));
}

/* A barrier that waits passes when the majority is back. */
static void
a_barrier_waits(void **state)
{
	uint64_t id;

	(void)state;
	cluster("dc1/a:1,dc1/b:1,dc1/c:1", "2025.1.4");
	sim_crash(f.sim, f.now, 1);
	sim_crash(f.sim, f.now, 2);
	sim_request(f.sim, f.now, SIM_CONTROLLER, 0, "POST", "/raft/read_barrier?timeout=60", id = ++f.ids);
	pass(&f, 10000);
	assert_false(answered(&f, id));
	sim_start(f.sim, f.now, 1);
	until_mode(&f, 1, "NORMAL");
	assert_true(answered(&f, id));
	assert_int_equal(f.status, 200);
}

/* A node that has stopped its raft has none to ask. */
static void
a_drained_node_has_none(void **state)
{
	(void)state;
	cluster("dc1/a:1,dc1/b:1,dc1/c:1", "2025.1.4");
	ask(&f, 0, "POST", "/storage_service/drain");
	assert_int_equal(barrier(0, ""), 500);
	assert_int_equal(barrier(1, ""), 200);
}

/* §1.4.14, §5.4: a host id; the null one while there is no leader; another after one to three seconds. */
static void
the_leader_changes(void **state)
{
	static const char path[] = "/raft/leader_host";
	char quoted[64];

	(void)state;
	cluster("dc1/a:1,dc1/b:1,dc1/c:1", "2025.1.4");
	snprintf(quoted, sizeof quoted, "\"%s\"", sim_host_id(f.sim, 0));
	assert_string_equal(get(&f, 1, path), quoted);
	assert_string_equal(get(&f, 2, path), quoted);
	sim_crash(f.sim, f.now, 0);
	assert_string_equal(get(&f, 1, path), "\"00000000-0000-0000-0000-000000000000\"");
	pass(&f, 3000);
	snprintf(quoted, sizeof quoted, "\"%s\"", sim_host_id(f.sim, 1));
	assert_string_equal(get(&f, 2, path), quoted);
	sim_crash(f.sim, f.now, 1);
	pass(&f, 10000);
	assert_string_equal(get(&f, 2, path), "\"00000000-0000-0000-0000-000000000000\"");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(all_vote), CASE(five_vote), CASE(a_barrier_waits), CASE(a_drained_node_has_none),
		CASE(the_leader_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
