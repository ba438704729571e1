#include "story.h"

#include "alloc.h"
#include "hands.h"
#include "json.h"

/* What changes under a roll: zones and addresses of nodes to come, members that come and go, a gate that stays closed,
 * time that goes by while nobody is at work. */

static struct scene *
begin_plain(void)
{
	return begin_with((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true});
}

static const char *
told_hash(const struct scene *scene)
{
	static char hash[40];
	const char *status = scene_operation(scene->world)->status;
	CLEANUP_JSON struct cJSON *json = json_parse(status, strlen(status), NULL);

	snprintf(hash, sizeof hash, "%s", json_str_or(json, "planHash", ""));
	return hash;
}

/* The hash that the operation asks for, out of its condition's message. */
static const char *
wanted_hash(const struct scene *scene)
{
	static char hash[40];
	const char *status = scene_operation(scene->world)->status, *at = NULL;

	/* The first one, of the WHY column, is cut. */
	for (const char *next = status; (next = strstr(next, "approve plan, plan ")); next++)
		at = next;
	snprintf(hash, sizeof hash, "%.16s", at ? at + strlen("approve plan, plan ") : "");
	return hash;
}

static void
approve_plan(struct scene *scene, const char *hash)
{
	static char more[200];

	snprintf(more, sizeof more, ",\"approvals\":[{\"step\":\"plan\",\"planHash\":\"%s\"}]", hash);
	scene->more = more;
	scene_turn_knobs(scene);
}

/* Somebody writes the zone of a node into the inventory; NULL: takes it away. */
static void
set_zone(struct scene *scene, const char *node, const char *zone)
{
	CLEANUP_BUF struct buf buf = BUF_INIT(BUF_MAX_OBJECT);
	struct world *world = scene->world;

	buf_printf(&buf, "\"spec\":{\"clusterName\":\"messages-prd\",\"contactPoints\":[\"%s\"],\"nodes\":[",
	    sim_address(world->sim, 0));
	for (size_t i = 0; i < sim_nodes(world->sim); i++) {
		buf_printf(&buf, "%s{\"name\":\"%s\",\"address\":\"%s\"", i ? "," : "", sim_name(world->sim, i),
		    sim_address(world->sim, i));
		if (zone && strcmp(sim_name(world->sim, i), node) == 0)
			buf_printf(&buf, ",\"zone\":\"%s\"", zone);
		buf_putc(&buf, '}');
	}
	buf_puts(&buf, "],\"access\":{\"host\":{\"type\":\"ssh\",\"user\":\"ops\",\"sshSecretRef\":{\"name\":\"ops-ssh\"}}}}");
	api_replace(world->api, KIND_TARGET, SCENE_NAMESPACE, "messages-prd", buf_str(&buf));
	world_tell_watches(world);
}

static bool
is_paused_by(struct world *world, const char *reason)
{
	return until_phase(world, "Paused") && strstr(scene_operation(world)->status, reason);
}

static void
a_node_to_come_changes_its_zone(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;
	char planned[40];

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(20));
	snprintf(planned, sizeof planned, "%s", told_hash(scene));
	set_zone(scene, "db-c-1", "dc1/d");
	/* The node at work is finished first. */
	reach(scene, until_phase, "Paused", MINUTES(20));
	wait_ms(scene, SECONDS(5));
	HOLDS(scene, is_paused_by(world, "PlanStale") && scene_all_serving(world));
	HOLDS(scene, event_says(scene, "db-c-1 moved from dc1/c to dc1/d", "approve plan, plan"));
	HOLDS(scene, strcmp(wanted_hash(scene), planned) != 0);
	approve_plan(scene, planned);
	wait_ms(scene, MINUTES(5));
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, is_paused_by(world, "PlanStale") && arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 2);
	approve_plan(scene, wanted_hash(scene));
	reach(scene, until_drained, "db-b-1", MINUTES(5));
	HOLDS(scene, strcmp(told_hash(scene), planned) != 0);
	/* The plan as approved is the journal's. */
	world_crash(world, SECONDS(3));
	end(scene, "Succeeded", 6, 1);
}

static void
a_zone_that_is_corrected_needs_no_approval(void **state)
{
	struct scene *scene = begin_plain();

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(20));
	/* Of a node that is done nobody needs to know. */
	set_zone(scene, "db-b-2", "dc1/x");
	reach(scene, until_phase, "Paused", MINUTES(20));
	set_zone(scene, "db-a-1", "dc1/x");
	reach(scene, until_drained, "db-b-1", MINUTES(20));
	end(scene, "Succeeded", 6, 1);
}

/* db-a-1 is done, and nobody is at work. */
static void
pause_after_the_first(struct scene *scene)
{
	reach(scene, until_drained, "db-a-1", MINUTES(20));
	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", MINUTES(20));
}

static void
go_on(struct scene *scene)
{
	scene->suspend = false;
	scene_turn_knobs(scene);
}

static void
a_node_to_come_changes_its_address(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;
	struct err err = {""};

	(void)state;
	pause_after_the_first(scene);
	if (sim_readdress(world->sim, world->now, scene_node(world, "db-c-1"), "10.0.0.99", &err) < 0)
		CHECK_FAIL("%s", err.text);
	wait_ms(scene, MINUTES(5));
	go_on(scene);
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, is_paused_by(world, "PlanStale") && arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	HOLDS(scene, event_says(scene, "db-c-1 moved from 10.0.0.5 to 10.0.0.99", "approve plan, plan"));
	approve_plan(scene, wanted_hash(scene));
	/* By the address of now, once. */
	reach(scene, until_drained, "db-c-1", HOURS(1));
	end(scene, "Succeeded", 6, 1);
}

/* Who has not seen it move knows it by its host id all the same: the inventory has its old address. */
static void
the_known_node_moves_while_nobody_looks(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;
	struct err err = {""};

	(void)state;
	pause_after_the_first(scene);
	if (sim_readdress(world->sim, world->now, scene_node(world, "db-c-2"), "10.0.0.99", &err) < 0)
		CHECK_FAIL("%s", err.text);
	world_crash(world, MINUTES(5));
	wait_ms(scene, MINUTES(6));
	go_on(scene);
	wait_ms(scene, MINUTES(2));
	approve_plan(scene, wanted_hash(scene));
	end(scene, "Succeeded", 6, 1);
}

/* It cannot be asked any more: the views of the members decide. */
static void
the_known_node_leaves(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;
	struct err err = {""};

	(void)state;
	pause_after_the_first(scene);
	if (sim_decommission(world->sim, world->now, scene_node(world, "db-c-2"), 5000, &err) < 0)
		CHECK_FAIL("%s", err.text);
	wait_ms(scene, MINUTES(1));
	go_on(scene);
	end(scene, "Succeeded", 5, 1);
}

static void
members_leave_and_join(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;
	const struct sim_host newcomer = {.datacenter = "dc1", .rack = "b"};
	struct err err = {""};

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(20));
	/* Nobody can leave or join while a node is down. */
	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", MINUTES(20));
	if (sim_decommission(world->sim, world->now, scene_node(world, "db-c-1"), 5000, &err) < 0 ||
	    sim_add(world->sim, world->now, &newcomer, &err) < 0)
		CHECK_FAIL("%s", err.text);
	wait_ms(scene, MINUTES(5));
	go_on(scene);
	reach(scene, until_over, NULL, HOURS(4));
	wait_ms(scene, SECONDS(5));
	HOLDS(scene, event_says(scene, "db-c-1 has left the ring since the plan was made", "skipped"));
	HOLDS(scene, strstr(scene_operation(world)->status, "5 nodes done, 1 skipped; 1 member joined since the plan"));
	end(scene, "Succeeded", 5, 1);
}

static void
a_gate_that_stays_closed_pauses_until_somebody_resumes(void **state)
{
	struct scene *scene = begin_plain();
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(20));
	sim_crash(world->sim, world->now, scene_node(world, "db-c-1"));
	reach(scene, until_phase, "Frozen", MINUTES(20));
	wait_ms(scene, MINUTES(15));
	/* A restart gives none of it back. */
	world_crash(world, SECONDS(20));
	wait_ms(scene, MINUTES(14));
	HOLDS(scene, until_phase(world, "Frozen"));
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, is_paused_by(world, "GateTimeout") && event_says(scene, "gate closed since", "db-c-1"));
	HOLDS(scene, api_count_events(world->api, "GateTimeout") == 1);
	sim_start(world->sim, world->now, scene_node(world, "db-c-1"));
	wait_ms(scene, MINUTES(10));
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, is_paused_by(world, "GateTimeout") && arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	HOLDS(scene, api_count_events(world->api, "GateTimeout") == 1);
	scene->retry = 1;
	scene_turn_knobs(scene);
	end(scene, "Succeeded", 6, 1);
}

static void
suspend_and_back_resumes_too_and_frozen_is_no_trouble(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLLING, .no_system_keyspaces = true,
	    .target = ",\"limits\":{\"frozen\":true}"});
	struct world *world = scene->world;

	(void)state;
	wait_ms(scene, HOURS(2));
	HOLDS(scene, until_phase(world, "Frozen"));
	sim_crash(world->sim, world->now, scene_node(world, "db-c-2"));
	wait_ms(scene, SECONDS(30));    /* a sweep of just before would let an act leave */
	set_zone(scene, "", NULL);
	wait_ms(scene, MINUTES(31));
	HOLDS(scene, is_paused_by(world, "GateTimeout"));
	sim_start(world->sim, world->now, scene_node(world, "db-c-2"));
	wait_ms(scene, MINUTES(2));
	scene->suspend = true;
	scene_turn_knobs(scene);
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, is_paused_by(world, "Suspended"));
	go_on(scene);
	end(scene, "Succeeded", 6, 1);
}

static const char impatient[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},"
    "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},"
    "{\"wait\":[{\"condition\":\"compactions-nominal\",\"timeout\":\"5m\",\"pollInterval\":\"2s\"}]}]}}]}";

/* A controller that dies every half minute gives no time back. */
static void
a_deadline_is_a_moment(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = impatient});
	struct world *world = scene->world;
	int64_t began;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(20));
	sim_compactions(world->sim, scene_node(world, "db-a-1"), 2000000000);
	reach(scene, until_message, "compactions-nominal", MINUTES(20));
	began = world->now;
	while (!until_phase(world, "Failed") && world->now - began < MINUTES(20)) {
		wait_ms(scene, SECONDS(30));
		if (!until_phase(world, "Failed"))
			world_crash(world, SECONDS(2));
	}
	HOLDS(scene, world->now - began > MINUTES(5) - SECONDS(10) && world->now - began < MINUTES(5) + SECONDS(60));
	HOLDS(scene, event_says(scene, "db-a-1: wait-for-conditions", "not done after 5m"));
	end(scene, "Failed", 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_to_come_changes_its_zone),
		cmocka_unit_test(a_zone_that_is_corrected_needs_no_approval),
		cmocka_unit_test(a_node_to_come_changes_its_address),
		cmocka_unit_test(the_known_node_moves_while_nobody_looks),
		cmocka_unit_test(the_known_node_leaves),
		cmocka_unit_test(members_leave_and_join),
		cmocka_unit_test(a_gate_that_stays_closed_pauses_until_somebody_resumes),
		cmocka_unit_test(suspend_and_back_resumes_too_and_frozen_is_no_trouble),
		cmocka_unit_test(a_deadline_is_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
