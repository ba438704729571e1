/* Layouts, keyspaces, and the replicas of a range. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char ring[1 << 18];

static void
cluster(const char *layout, const char *keyspace)
{
	struct sim_config config = sim_defaults();
	struct sim_keyspace parsed;
	struct sim_reply reply;

	config.layout = layout;
	config.keyspaces = &parsed;
	config.nkeyspaces = 1;
	assert_int_equal(sim_keyspace_parse(keyspace, &parsed, NULL), 0);
	begin(&f, &config);
	sim_request(f.sim, 0, SIM_CONTROLLER, 0, "GET", "/storage_service/describe_ring/app", 1);
	assert_true(sim_next(f.sim, 0, &reply));
	assert_int_equal(reply.status, 200);
	assert_true(reply.len < sizeof ring);
	memcpy(ring, reply.body, reply.len + 1);
}

/* For each range: how many different zones and datacenters its replicas are in, and how many they are. */
static void
check_ranges(size_t replicas, size_t zones, size_t per_dc)
{
	size_t ranges = 0;

	for (const char *at = ring; (at = strstr(at, "\"endpoint_details\": [")); ranges++) {
		const char *end = strchr(at, ']');
		size_t count = 0, different = 0, in_dc1 = 0;
		char seen[128] = "", dc[16], rack[16], zone[40];

		for (const char *host = at; (host = strstr(host, "\"datacenter\"")) && host < end; host++, count++) {
			assert_int_equal(sscanf(host, "\"datacenter\": \"%15[^\"]\", \"rack\": \"%15[^\"]\"", dc,
			    rack), 2);
			snprintf(zone, sizeof zone, "%s/%s;", dc, rack);
			in_dc1 += !strcmp(dc, "dc1");
			if (strstr(seen, zone))
				continue;
			snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s", zone);
			different++;
		}
		assert_int_equal(count, replicas);
		assert_int_equal(different, zones);
		assert_int_equal(in_dc1, per_dc);
		at = end;
	}
	assert_int_equal(ranges, sim_nodes(f.sim) * 8);
}

static void
replicas_lie_in_different_racks(void **state)
{
	(void)state;
	cluster("dc1/a:2,dc1/b:2,dc1/c:2", "app:3");
	check_ranges(3, 3, 3);
}

static void
racks_repeat_only_as_often_as_they_must(void **state)
{
	(void)state;
	cluster("dc1/a:3,dc1/b:3", "app:3");
	check_ranges(3, 2, 3);
	cluster("dc1/a:4", "app:3");
	check_ranges(3, 1, 3);
}

static void
each_datacenter_has_its_own_factor(void **state)
{
	(void)state;
	cluster("dc1/a:2,dc1/b:2,dc1/c:2,dc2/a:2,dc2/b:2", "app:dc1=3,dc2=2");
	check_ranges(5, 5, 3);
	assert_string_equal(sim_name(f.sim, 0), "db-dc1-a-1");
	assert_string_equal(sim_name(f.sim, 9), "db-dc2-b-2");
}

static void
more_replicas_than_nodes_are_all_nodes(void **state)
{
	(void)state;
	cluster("dc1/a:1,dc1/b:1", "app:3");
	check_ranges(2, 2, 2);
}

static void
knows_the_stock_keyspaces(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	begin(&f, &config);
	assert_string_equal(get(&f, 0, "/storage_service/keyspaces?type=user"), "[\"app\"]");
	assert_string_equal(get(&f, 0, "/storage_service/keyspaces?type=non_local_strategy"),
	    "[\"system_auth\",\"system_traces\",\"system_distributed\",\"system_distributed_everywhere\",\"app\"]");
	assert_non_null(strstr(get(&f, 0, "/storage_service/keyspaces"), "\"system_schema\""));
	assert_null(strstr(get(&f, 0, "/storage_service/keyspaces?type=all&replication=all"), "none"));
	config.no_system_keyspaces = true;
	begin(&f, &config);
	assert_string_equal(get(&f, 0, "/storage_service/keyspaces"), "[\"app\"]");
}

static void
tokens_belong_to_their_nodes(void **state)
{
	struct sim_config config = sim_defaults();
	size_t count = 0;
	char own[2048];

	(void)state;
	begin(&f, &config);
	snprintf(own, sizeof own, "%s", get(&f, 3, "/storage_service/tokens/127.0.1.3"));
	for (const char *at = own; *at; at++)
		count += *at == '"';
	assert_int_equal(count, 16);
	assert_string_equal(get(&f, 0, "/storage_service/tokens/10.0.0.1"), "[]");
	assert_non_null(strstr(get(&f, 0, "/storage_service/tokens_endpoint"), "\"value\": \"127.0.1.6\"}"));
	assert_non_null(strstr(get(&f, 0, "/storage_service/host_id"), sim_host_id(f.sim, 5)));
}

static void
addresses_roll_over(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	config.first_address = "127.3.4.254";
	begin(&f, &config);
	assert_string_equal(sim_address(f.sim, 2), "127.3.5.0");
	assert_int_equal(sim_find(f.sim, "127.3.5.3"), 5);
	assert_int_equal(sim_find(f.sim, "db-c-2"), 5);
	assert_int_equal(sim_find(f.sim, "db-d-1"), -1);
}

static void
refuses_what_makes_no_sense(void **state)
{
	static const char *const layouts[] = {"", "dc1", "dc1/a", "dc1/a:0", "dc1/a:2,", "dc1/a:2;dc1/b:1",
	    "dc1/a:70000"};
	static const char *const keyspaces[] = {"", "app", "app:", "app:x", "app:dc1=", "app:3x", "app:dc1=3,", ":3"};
	struct sim_config config = sim_defaults();
	struct sim_keyspace keyspace;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
		config.layout = layouts[i];
		assert_null(sim_new(&config, &err));
		assert_non_null(strstr(err.text, layouts[i]));
	}
	for (size_t i = 0; i < sizeof keyspaces / sizeof *keyspaces; i++)
		assert_int_equal(sim_keyspace_parse(keyspaces[i], &keyspace, &err), -1);
	config = sim_defaults();
	config.first_address = "127.0.0";
	assert_null(sim_new(&config, &err));
	config = sim_defaults();
	config.speed = 0;
	assert_null(sim_new(&config, &err));
}

static void
lays_nodes_out_over_three_racks(void **state)
{
	char *layout = sim_layout_of(20);

	(void)state;
	assert_string_equal(layout, "dc1/a:7,dc1/b:7,dc1/c:6");
	free(layout);
	layout = sim_layout_of(2);
	assert_string_equal(layout, "dc1/a:2");
	free(layout);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(replicas_lie_in_different_racks),
		CASE(racks_repeat_only_as_often_as_they_must),
		CASE(each_datacenter_has_its_own_factor),
		CASE(more_replicas_than_nodes_are_all_nodes),
		CASE(knows_the_stock_keyspaces),
		CASE(tokens_belong_to_their_nodes),
		CASE(addresses_roll_over),
		CASE(refuses_what_makes_no_sense),
		CASE(lays_nodes_out_over_three_racks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
