#include "check.h"

#include "alloc.h"
#include "find_node.h"
#include "json.h"
#include "loop.h"
#include "task_type.h"

static const char clusters[] =
    "{\"items\":[{\"metadata\":{\"name\":\"prd\"},\"spec\":{\"nodes\":[{\"name\":\"db-a-1\",\"address\":\"10.0.0.1\"},"
    "{\"name\":\"db-new\",\"address\":\"10.0.0.9\"}]},\"status\":{\"members\":["
    "{\"name\":\"db-a-1\",\"address\":\"10.0.0.1\"},{\"name\":\"db-a-2\",\"address\":\"10.0.0.2\"}]}},"
    "{\"metadata\":{\"name\":\"stg\"},\"status\":{\"members\":[{\"name\":\"db-a-1\",\"address\":\"10.1.0.1\"},"
    "{\"name\":\"10.1.0.2\",\"address\":\"10.1.0.2\"},"
    "{\"name\":\"db-c-7.example.com\",\"address\":\"10.1.0.7\"}]}}]}";

static void
check_found(const char *cluster, const char *name, const char *address, const char *expected)
{
	CLEANUP_JSON struct cJSON *list = json_parse(clusters, sizeof clusters - 1, NULL);
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FREE char *owned = xstrdup(address);
	struct found_node found = {0};
	struct err err;

	if (find_node(list, cluster, name, &owned, *address ? 1 : 0, &found, &err) == 0)
		text = xasprintf("%s/%s", found.cluster, found.name);
	CHECK_TEXT(text ? text : err.text, expected);
}

static void
a_node_is_found_by_name_or_address(void **state)
{
	(void)state;
	check_found(NULL, "db-a-2", "", "prd/db-a-2");
	check_found(NULL, "db-new", "", "prd/db-new");
	check_found(NULL, "10.0.0.2", "", "prd/db-a-2");
	check_found("stg", "db-a-1", "", "stg/db-a-1");
	/* As DNS has named it. */
	check_found(NULL, "db-c-7", "", "stg/db-c-7.example.com");
	check_found(NULL, "db-c-7.example.com", "", "stg/db-c-7.example.com");
}

static void
what_dns_knows_counts_too(void **state)
{
	(void)state;
	check_found(NULL, "db7.example.com", "10.1.0.2", "stg/10.1.0.2");
}

static void
a_name_is_meant_with_or_without_its_domain(void **state)
{
	(void)state;
	CHECK(find_node_is_called("db-a-1.example.com", "db-a-1"));
	CHECK(find_node_is_called("DB-a-1.example.com", "db-a-1.example"));
	CHECK(find_node_is_called("db-a-1.example.com", "db-a-1.example.com."));
	CHECK(!find_node_is_called("db-a-10.example.com", "db-a-1"));
	CHECK(!find_node_is_called("db-a-1.example.com", "db-a"));
	CHECK(!find_node_is_called("db-a-1", "db-a-1.example.com"));
	CHECK(!find_node_is_called("10.0.0.1", "10.0.0"));
	CHECK(find_node_is_called("10.0.0.1", "10.0.0.1"));
	CHECK(!find_node_is_called("db-a-1", ""));
	CHECK(!find_node_is_called("db-a-1", "."));
}

/* 127.0.0.1 has a name everywhere; a node that has one of its own is not asked for. */
static void
what_nobody_has_named_dns_may(void **state)
{
	static const char text[] = "{\"items\":[{\"metadata\":{\"name\":\"prd\"},\"status\":{\"members\":["
	    "{\"name\":\"127.0.0.1\",\"address\":\"127.0.0.1\"},{\"name\":\"x\",\"address\":\"127.0.0.1\"},"
	    "{\"name\":\"rubbish\",\"address\":\"rubbish\"}]}}]}";
	CLEANUP_JSON struct cJSON *list = json_parse(text, sizeof text - 1, NULL);
	char *addresses[2];
	struct loop loop;
	struct err err;

	(void)state;
	CHECK_INT(loop_init(&loop, &err), 0);
	CHECK_INT(find_node_reverse(&loop, list, NULL, "localhost", addresses, 2), 1);
	CHECK_TEXT(addresses[0], "127.0.0.1");
	free(addresses[0]);
	CHECK_INT(find_node_reverse(&loop, list, "stg", "localhost", addresses, 2), 0);
	CHECK_INT(find_node_reverse(&loop, list, NULL, "db-a-1", addresses, 2), 0);
	CHECK_INT(loop_drain(&loop), 0);
	loop_done(&loop);
}

static void
one_of_two_clusters_is_never_guessed(void **state)
{
	(void)state;
	check_found(NULL, "db-a-1", "", "\"db-a-1\" is a node of 2 target clusters: prd (db-a-1 at 10.0.0.1) and stg "
	    "(db-a-1 at 10.1.0.1); say which by --cluster");
}

static void
none_is_said_with_the_nearest(void **state)
{
	(void)state;
	check_found(NULL, "db-a-3", "", "no node of any target cluster here is called \"db-a-3\", or has that address; "
	    "did you mean \"db-a-1\"?");
	check_found("stg", "zzzzzzzz", "", "no node of stg is called \"zzzzzzzz\", or has that address");
	check_found("dev", "db-a-1", "", "there is no TargetCluster \"dev\"");
}

static void
a_type_is_a_task_of_its_scope(void **state)
{
	static const struct {
		const char *name;
		bool on_node;
		const char *error;
	} cases[] = {
		{"scylla-drain", true, NULL},
		{"scylla-drian", true, "there is no node task \"scylla-drian\"; did you mean \"scylla-drain\"?"},
		{"scylla-drain", false, "scylla-drain is a task of a node: run it by straitctl node-task"},
		{"quorum-safe", true, "quorum-safe is a condition, and no task; it can be waited for in a workflow"},
		{"zzzzzzzzzzzzzz", false, "there is no cluster task \"zzzzzzzzzzzzzz\"; explain lists what there is"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {""};

		CHECK_INT(task_type_check(cases[i].name, cases[i].on_node, "straitctl", &err), cases[i].error ? -1 : 0);
		CHECK_TEXT(err.text, cases[i].error ? cases[i].error : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_found_by_name_or_address),
		cmocka_unit_test(what_dns_knows_counts_too),
		cmocka_unit_test(a_name_is_meant_with_or_without_its_domain),
		cmocka_unit_test(what_nobody_has_named_dns_may),
		cmocka_unit_test(one_of_two_clusters_is_never_guessed),
		cmocka_unit_test(none_is_said_with_the_nearest),
		cmocka_unit_test(a_type_is_a_task_of_its_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
