/* Nodes that are not in the ring yet are added by an operation that names them: salt, or systemctl, starts their process and
 * so joins them, one at a time, each once. */
#include "check.h"

#include "alloc.h"
#include "breaks.h"
#include "hands.h"
#include "scene.h"
#include "story.h"

#define TWO "\"targets\":{\"nodes\":[\"db-a-3\",\"db-a-4\"]}"
#define NORMAL "{\"wait\":[{\"condition\":\"is-up-normal\",\"with\":{\"known_node\":\"db-c-1\"},\"successWindow\":" \
	"\"5s\",\"pollInterval\":\"1s\",\"timeout\":\"24h\"}]}"
#define SALTED(limit) "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":" limit ",\"steps\":[" \
	"{\"task\":\"salt-highstate\"}," NORMAL "]}}]}"

static const char salted[] = SALTED("2"), salted_one_by_one[] = SALTED("1");
static const char impatient[] = SALTED("1,\"gateTimeout\":\"20s\"");
static const char started_by_hand[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyUnit\":\"all\","
    "\"concurrencyLimit\":3,\"steps\":[{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

static size_t
highstates(const struct scene *scene, const char *node)
{
	const struct sim *sim = scene->world->sim;
	size_t count = 0;

	for (size_t i = 0; i < sim_audit_count(sim); i++) {
		const struct sim_entry *entry = sim_audit(sim, i);

		count += entry->event == SIM_RAN && strcmp(sim_name(sim, entry->node), node) == 0 &&
		    strstr(entry->text, "salt-call") != NULL;
	}
	return count;
}

static bool
until_joining(struct world *world, const char *node)
{
	return strcmp(sim_mode(world->sim, world->now, scene_node(world, node)), "BOOTSTRAP") == 0;
}

static bool
until_member(struct world *world, const char *node)
{
	return sim_member(world->sim, scene_node(world, node));
}

static struct scene_config
adding(const char *workflow, const char *targets)
{
	static char operation[300];

	snprintf(operation, sizeof operation, "\"workflow\":\"own\",%s", targets);
	return (struct scene_config){.layout = "dc1/a:2,dc1/b:1,dc1/c:1", .spares = 4, .operation = operation,
	    .workflow = workflow};
}

static void
salt_joins_one_after_the_other(void **state)
{
	struct scene *scene = begin_with(adding(salted, TWO));
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	HOLDS(scene, highstates(scene, "db-a-4") == 0);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-3") == 1 && highstates(scene, "db-a-4") == 1);
	HOLDS(scene, until_member(world, "db-a-3") && until_member(world, "db-a-4"));
	HOLDS(scene, event_says(scene, "db-a-3 is a member of the ring now, as host id",
	    sim_host_id(world->sim, scene_node(world, "db-a-3"))));
	HOLDS(scene, !strstr(scene_operation(world)->status, "joined since the plan"));
	/* Who was not named is left alone. */
	HOLDS(scene, highstates(scene, "db-b-2") == 0 && !until_member(world, "db-b-2"));
	end(scene, "Succeeded", 0, 0);
}

static void
systemctl_joins_them_too(void **state)
{
	struct scene *scene = begin_with(adding(started_by_hand,
	    "\"targets\":{\"nodes\":[\"db-a-3\",\"db-b-2\",\"db-c-2\"]}"));

	(void)state;
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, started(scene, NULL) == 3 && started(scene, "db-c-2") == 1);
	HOLDS(scene, until_member(scene->world, "db-a-3") && until_member(scene->world, "db-c-2"));
	end(scene, "Succeeded", 0, 0);
}

/* By default, and by zones, members are meant. */
static void
who_is_not_named_is_not_added(void **state)
{
	struct scene *scene = begin_with(adding(salted_one_by_one, "\"targets\":{\"zones\":[\"dc1/a\"]}"));

	(void)state;
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-1") == 1 && highstates(scene, "db-a-2") == 1);
	HOLDS(scene, highstates(scene, "db-a-3") == 0);
	end(scene, "Succeeded", 0, 0);
}

/* A member's turn comes when the new node is in, though both may be at work at once. */
static void
nobody_goes_down_while_it_joins(void **state)
{
	struct scene *scene = begin_with(adding(salted, "\"targets\":{\"nodes\":[\"db-a-3\",\"db-a-1\",\"db-a-4\"]}"));

	(void)state;
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-1") == 1 && highstates(scene, "db-a-3") == 1);
	HOLDS(scene, highstates(scene, "db-a-4") == 1);
	end(scene, "Succeeded", 0, 0);
}

static void
a_member_that_is_down_closes_the_gate(void **state)
{
	struct scene *scene = begin_with(adding(salted, TWO));
	struct world *world = scene->world;

	(void)state;
	sim_crash(world->sim, world->now, scene_node(world, "db-b-1"));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, highstates(scene, "db-a-3") == 0 && until_phase(world, "Frozen"));
	sim_start(world->sim, world->now, scene_node(world, "db-b-1"));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-3") == 1 && until_member(world, "db-a-4"));
	end(scene, "Succeeded", 0, 0);
}

static const char hasty[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"maxFailures\":1,\"steps\":[{\"task\":"
    "\"salt-highstate\"},{\"wait\":[{\"condition\":\"is-up-normal\",\"pollInterval\":\"1s\",\"timeout\":"
    "\"10m\"}]}]}}]}";

/* It dies on the way: nobody restarts it, and no other is begun. */
static void
a_join_that_fails_is_a_persons(void **state)
{
	struct scene *scene = begin_with(adding(hasty, TWO));
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	sim_crash(world->sim, world->now, scene_node(world, "db-a-3"));
	wait_ms(scene, MINUTES(25));
	HOLDS(scene, highstates(scene, "db-a-3") == 1 && highstates(scene, "db-a-4") == 0);
	HOLDS(scene, until_message(world, "db-a-3 is being added: one node joins at a time"));
	scene->more = ",\"skip\":[{\"node\":\"db-a-3\",\"reason\":\"wiped\"}]";
	scene_turn_knobs(scene);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-4") == 1 && until_member(world, "db-a-4"));
	end(scene, "Succeeded", 0, 0);
}

/* Salt has left the server alone: that is found out in time, mended, and done once more. */
static void
a_retry_runs_salt_again(void **state)
{
	struct scene *scene = begin_with(adding(hasty, "\"targets\":{\"nodes\":[\"db-a-3\"]}"));
	struct world *world = scene->world;

	(void)state;
	sim_salt(world->sim, world->now, scene_node(world, "db-a-3"), &(struct sim_salt){.leaves = true});
	reach(scene, until_phase, "Failed", MINUTES(30));
	wait_ms(scene, SECONDS(2));
	HOLDS(scene, highstates(scene, "db-a-3") == 1 && event_says(scene, "db-a-3", "has not been seen in the ring yet"));
	sim_salt(world->sim, world->now, scene_node(world, "db-a-3"), &(struct sim_salt){.leaves = false});
	scene->retry = 1;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(30));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-3") == 2 && until_member(world, "db-a-3"));
	end(scene, "Succeeded", 0, 0);
}

/* Salt has started the server and failed behind that: what is tried again waits until the node is a member, however long that
 * takes, and is an act on one then. */
static void
salt_that_fails_is_run_again_on_a_member(void **state)
{
	struct scene *scene = begin_with(adding(impatient, TWO));
	struct world *world = scene->world;

	(void)state;
	sim_salt(world->sim, world->now, scene_node(world, "db-a-3"), &(struct sim_salt){.fails = "monitoring"});
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	sim_salt(world->sim, world->now, scene_node(world, "db-a-3"), &(struct sim_salt){.leaves = true});
	wait_ms(scene, SECONDS(30));
	HOLDS(scene, highstates(scene, "db-a-3") == 1 && until_phase(world, "Frozen"));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-3") == 2 && until_member(world, "db-a-4"));
	HOLDS(scene, api_count_events(world->api, "GateTimeout") == 0);
	end(scene, "Succeeded", 0, 0);
}

/* What joins cannot be called back: the end is told when it is in. */
static void
a_cancel_waits_for_what_joins(void **state)
{
	struct scene *scene = begin_with(adding(salted, TWO));
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	scene->cancel = true;
	scene_turn_knobs(scene);
	wait_ms(scene, SECONDS(20));
	HOLDS(scene, until_phase(world, "Cancelling") && !until_member(world, "db-a-3"));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, until_member(world, "db-a-3") && highstates(scene, "db-a-4") == 0);
	end(scene, "Cancelled", 0, 0);
}

static void
suspended_it_adds_no_other(void **state)
{
	struct scene *scene = begin_with(adding(salted, TWO));
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", MINUTES(20));
	HOLDS(scene, until_member(world, "db-a-3"));
	wait_ms(scene, MINUTES(20));
	HOLDS(scene, highstates(scene, "db-a-4") == 0);
	scene->suspend = false;
	scene_turn_knobs(scene);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, until_member(world, "db-a-4") && highstates(scene, "db-a-3") == 1);
	end(scene, "Succeeded", 0, 0);
}

/* Somebody writes the inventory anew: without one of the nodes, or with another zone of it. */
static void
rewrite_inventory(struct scene *scene, const char *node, const char *zone)
{
	CLEANUP_BUF struct buf buf = BUF_INIT(BUF_MAX_OBJECT);
	struct sim *sim = scene->world->sim;

	buf_printf(&buf, "\"spec\":{\"clusterName\":\"messages-prd\",\"contactPoints\":[\"%s\"],\"nodes\":[",
	    sim_address(sim, 0));
	for (size_t i = 0, n = 0; i < sim_nodes(sim); i++) {
		bool meant = strcmp(sim_name(sim, i), node) == 0;

		if (meant && !zone)
			continue;
		buf_printf(&buf, "%s{\"name\":\"%s\",\"address\":\"%s\",\"zone\":\"%s/%s\"}", n++ ? "," : "",
		    sim_name(sim, i), sim_address(sim, i), sim_datacenter(sim, i), meant ? zone : sim_rack(sim, i));
	}
	buf_puts(&buf, "],\"access\":{\"host\":{\"type\":\"ssh\",\"user\":\"ops\",\"sshSecretRef\":{\"name\":\"ops-ssh\"}}}}");
	api_replace(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, SCENE_CLUSTER, buf_str(&buf));
	world_tell_watches(scene->world);
}

static void
who_is_taken_out_of_the_inventory_is_not_added(void **state)
{
	struct scene *scene = begin_with(adding(salted_one_by_one, TWO));

	(void)state;
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	rewrite_inventory(scene, "db-a-4", NULL);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-4") == 0 && event_says(scene, "db-a-4 has left spec.nodes", "skipped"));
	end(scene, "Succeeded", 0, 0);
}

/* What was planned for it is for another unit now: a person is asked, as for a member. */
static void
who_is_to_come_changes_its_zone(void **state)
{
	struct scene *scene = begin_with(adding(salted_one_by_one, TWO));
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	rewrite_inventory(scene, "db-a-4", "d");
	reach(scene, until_phase, "Paused", MINUTES(20));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, event_says(scene, "db-a-4 moved from dc1/a to dc1/d", "approve plan"));
	HOLDS(scene, highstates(scene, "db-a-4") == 0);
	rewrite_inventory(scene, "", NULL);
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, until_member(world, "db-a-4"));
	end(scene, "Succeeded", 0, 0);
}

/* The journal is written anew from memory, with what is known of the new nodes: the next controller goes on with it. */
static void
the_journal_is_lost_while_one_joins(void **state)
{
	struct scene *scene = begin_with(adding(salted, TWO));
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_joining, "db-a-3", MINUTES(20));
	wait_ms(scene, SECONDS(3));
	store_flush(world->store);
	reach(scene, until_done, "1.2/db-a-3", MINUTES(20));
	world_crash(world, SECONDS(2));
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, highstates(scene, "db-a-3") == 1 && highstates(scene, "db-a-4") == 1);
	HOLDS(scene, until_member(world, "db-a-4"));
	HOLDS(scene, until_phase(world, "Succeeded") && sim_violations(world->sim) == 0);
	scene_free(scene);
}

/* --- whatever happens */

static void
play(uint64_t seed, const struct crash *crash, struct buf *kinds)
{
	struct scene_config config = adding(salted, TWO);
	struct scene *scene;
	struct world *world;
	char text[600];

	config.seed = seed;
	config.stable_ms = 2000;
	config.lease_ms = SECONDS(6);
	scene = scene_new(&config);
	world = scene->world;
	world->weather = (struct weather){.io_max = 5, .net_max = 20, .slow = 3, .slow_max = 2500, .lost_answer = 2,
	    .lost_request = 2, .late_act = 1000, .slow_act = 50, .lost_act = 50};
	world->kinds = kinds;
	if (crash)
		world_crash_at(world, crash->effect, crash->how);
	world_start(world);
	world_run(world, until_over, NULL, HOURS(3));
	world_run(world, NULL, NULL, SECONDS(30));
	judge_or_fail(world, judge(world, text, sizeof text), "adding nodes", seed);
	if (strcmp(scene_phase(world), "Succeeded") != 0)
		judge_or_fail(world, scene_message(world), scene_phase(world), seed);
	HOLDS(scene, highstates(scene, "db-a-3") == 1 && highstates(scene, "db-a-4") == 1);
	HOLDS(scene, until_member(world, "db-a-3") && until_member(world, "db-a-4"));
	scene_free(scene);
}

/* Every stride-th of the effects, in each way. */
static void
the_controller_dies_anywhere(void **state)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(BUF_MAX_OBJECT);
	size_t stride = getenv("STRAIT_QUICK") ? 451 : seeds_wanted(50) >= 1000 ? 9 : 241, number = 0, points = 0;

	(void)state;
	play(7, NULL, &kinds);
	for (size_t i = 0; i < kinds.len; i++)
		for (int how = 0; how < CRASH_WAYS; how++) {
			const struct crash crash = {.effect = i + 1, .how = (enum crash_how)how};

			/* Questions are many, and alike. */
			if (kinds.data[i] == '.' ? number++ % (stride * 8) : number++ % (stride / 8 + 1))
				continue;
			play(7, &crash, NULL);
			points++;
		}
	printf("%zu crashes while nodes are added, of %zu effects\n", points, kinds.len);
}

static void
seeds(void **state)
{
	size_t count = seeds_wanted(12);

	(void)state;
	for (size_t i = 0; i < count; i++)
		play(seed_number(i), NULL, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(salt_joins_one_after_the_other),
		cmocka_unit_test(systemctl_joins_them_too),
		cmocka_unit_test(who_is_not_named_is_not_added),
		cmocka_unit_test(nobody_goes_down_while_it_joins),
		cmocka_unit_test(a_member_that_is_down_closes_the_gate),
		cmocka_unit_test(a_join_that_fails_is_a_persons),
		cmocka_unit_test(a_retry_runs_salt_again),
		cmocka_unit_test(salt_that_fails_is_run_again_on_a_member),
		cmocka_unit_test(a_cancel_waits_for_what_joins),
		cmocka_unit_test(suspended_it_adds_no_other),
		cmocka_unit_test(who_is_taken_out_of_the_inventory_is_not_added),
		cmocka_unit_test(who_is_to_come_changes_its_zone),
		cmocka_unit_test(the_journal_is_lost_while_one_joins),
		cmocka_unit_test(the_controller_dies_anywhere),
		cmocka_unit_test(seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
