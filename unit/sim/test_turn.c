/* Two operations on one cluster: a roll that stands frozen on a dead node, and an urgent restart of that node between.
 * Whatever dies when: each goes its way to its end, and nothing is done twice. */
#include "story.h"

#include <inttypes.h>

#include "alloc.h"
#include "buf.h"
#include "hands.h"
#include "json.h"

#define URGENT "urgent"

static const char restart_c_2[] = "\"spec\":{\"cluster\":\"messages-prd\",\"urgent\":true,\"nodeTask\":{\"type\":"
    "\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},\"targets\":{\"nodes\":[\"db-c-2\"]}}";

static const char *
phase_of(struct world *world, const char *name)
{
	const struct api_object *o = api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, name);

	return o ? checker_ledger(world->checker, o->uid)->told_phase : "";
}

static bool
until_urgent_over(struct world *world, const char *unused)
{
	const char *phase = phase_of(world, URGENT);

	(void)unused;
	return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0 || strcmp(phase, "Cancelled") == 0;
}

static void
add_urgent(struct scene *scene)
{
	transcript_add(scene->world->log, scene->world->now, "---- somebody wants db-c-2 restarted, urgently");
	api_create(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, URGENT, restart_c_2);
	world_tell_watches(scene->world);
}

static void
come_to(struct scene *scene, bool (*until)(struct world *world, const char *arg), const char *arg)
{
	/* A drain that is lost on the way is given up after half an hour. */
	if (world_run(scene->world, until, arg, HOURS(8)))
		return;
	judge_or_fail(scene->world, scene_message(scene->world), arg ? arg : "the urgent one's end", scene->config.seed);
}

/* The first: how often each thing was done to each node, by both. */
static void
nothing_twice(struct scene *scene)
{
	struct world *world = scene->world;
	char text[200] = "";

	for (size_t i = 0; i < sim_nodes(world->sim); i++) {
		const char *node = sim_name(world->sim, i);
		size_t wanted = strcmp(node, "db-c-2") == 0 ? 1 : 0;
		size_t drains = arrived(scene, SIM_ARRIVED_DRAIN, node), stops = arrived(scene, SIM_ARRIVED_STOP, node);
		size_t starts = arrived(scene, SIM_ARRIVED_START, node);
		size_t restarts = arrived(scene, SIM_ARRIVED_RESTART, node);

		if (drains != 1 || stops != 1 || starts != 1 || restarts != wanted)
			snprintf(text, sizeof text, "%s: %zu drains, %zu stops, %zu starts, %zu restarts", node, drains, stops,
			    starts, restarts);
	}
	judge_or_fail(world, *text ? text : NULL, "twice", scene->config.seed);
}

/* Nothing of the roll's arrives from the urgent one's restart to its end, which is now. */
static void
roll_stood_still(struct scene *scene)
{
	bool between = false;

	for (size_t i = 0; i < sim_audit_count(scene->world->sim); i++) {
		const struct sim_entry *entry = sim_audit(scene->world->sim, i);

		between |= entry->event == SIM_ARRIVED_RESTART;
		if (between && entry->source == SIM_CONTROLLER && entry->event < SIM_ARRIVED_RESTART)
			judge_or_fail(scene->world, entry->text, "the roll moved", scene->config.seed);
	}
	HOLDS(scene, between);
}

struct fate_of_run {
	uint64_t seed;
	struct buf *kinds;               /* what each effect was, if wanted */
	struct crash crashes[2];         /* effect 0: none */
	bool lossy;
};

static void
frozen_and_cured(const struct fate_of_run *fate)
{
	const struct scene_config config = {
		.seed = fate->seed,
		.operation = "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-b-1\",\"settle\":\"2s\"}",
		.stable_ms = 2000,
	};
	struct scene *scene = scene_new(&config);
	struct world *world = scene->world;
	char text[600];

	world->weather = (struct weather){.io_max = 2, .net_max = 10};
	if (fate->lossy)
		world->weather = (struct weather){.io_max = 5, .net_max = 30, .slow = 5, .slow_max = 2500, .lost_request = 5,
		    .lost_answer = 5};
	world->kinds = fate->kinds;
	for (size_t i = 0; i < ARRAY_LEN(fate->crashes); i++)
		if (fate->crashes[i].effect)
			world_crash_at(world, fate->crashes[i].effect, fate->crashes[i].how);
	world_start(world);
	come_to(scene, until_drained, "db-a-1");
	sim_crash(world->sim, world->now, scene_node(world, "db-c-2"));
	come_to(scene, until_phase, "Frozen");
	add_urgent(scene);
	come_to(scene, until_urgent_over, NULL);
	roll_stood_still(scene);
	/* The roll has still to restart that node for its own sake. */
	if (sim_violations(world->sim) == 0)
		sim_mark(world->sim, world->now);
	come_to(scene, until_over, "the end");
	world_run(world, NULL, NULL, SECONDS(30));
	judge_or_fail(world, judge(world, text, sizeof text), "turn", config.seed);
	nothing_twice(scene);
	HOLDS(scene, strcmp(phase_of(world, URGENT), "Succeeded") == 0);
	HOLDS(scene, until_phase(world, "Succeeded"));
	HOLDS(scene, fate->lossy || world->crashed == (fate->crashes[0].effect > 0));
	scene_free(scene);
}

static void
an_urgent_one_between_whatever_dies(void **state)
{
	struct buf kinds = BUF_INIT(BUF_MAX_OBJECT);
	size_t runs = 0, acts = 0, seeds = seeds_wanted(100), every = seeds >= 1000 ? 1 : seeds >= 100 ? 5 : 25;

	(void)state;
	frozen_and_cured(&(struct fate_of_run){.seed = seed_number(0), .kinds = &kinds});
	for (size_t i = 0; i < kinds.len; i++) {
		if (kinds.data[i] != 'a' && (kinds.data[i] != 'j' || i % every))
			continue;
		acts += kinds.data[i] == 'a';
		if (seeds < 10 && acts % 4 != 1)
			continue;       /* under valgrind */
		for (int how = 0; how < CRASH_WAYS; how++) {
			if (seeds < 100 && how != (int)(i % CRASH_WAYS))
				continue;
			frozen_and_cured(&(struct fate_of_run){.seed = seed_number(0),
			    .crashes = {{i + 1, (enum crash_how)how}}});
			runs++;
		}
	}
	printf("  %zu acts, %zu crashes at acts and journal writes\n", acts, runs);
	CHECK_INT(acts, 19);
	buf_done(&kinds);
}

/* Two crashes, the second often in the recovery from the first, and messages that are lost or late. */
static void
an_urgent_one_between_in_bad_weather(void **state)
{
	(void)state;
	for (size_t i = 0; i < seeds_wanted(40); i++) {
		struct chance chance = {.state = seed_number(i)};
		int64_t first = chance_between(&chance, 1, 2500);
		struct fate_of_run fate = {.seed = seed_number(i), .lossy = true};

		fate.crashes[0] = (struct crash){(size_t)first, (enum crash_how)chance_between(&chance, 0, CRASH_WAYS - 1)};
		fate.crashes[1] = (struct crash){(size_t)(first + chance_between(&chance, 1, 200)),
		    (enum crash_how)chance_between(&chance, 0, CRASH_WAYS - 1)};
		frozen_and_cured(&fate);
	}
}

/* --- an end with a node held down --- */

#define DRAIN_B_1 "\"nodeTask\":{\"type\":\"scylla-drain\"},\"targets\":{\"nodes\":[\"db-b-1\"]}"
#define NEXT "next"

static const char restart_c_1[] = "\"spec\":{\"cluster\":\"messages-prd\",\"nodeTask\":{\"type\":"
    "\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},\"targets\":{\"nodes\":[\"db-c-1\"]}}";
static const char look_at_all[] = "\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":\"own\"}";
static const char only_looks[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"wait\":["
    "{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\",\"timeout\":\"5s\"}]}]}}]}";

static bool
until_next(struct world *world, const char *phase)
{
	return strcmp(phase_of(world, NEXT), phase) == 0;
}

static bool
next_says(struct world *world, const char *text)
{
	const struct api_object *o = api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, NEXT);

	return o && strstr(checker_ledger(world->checker, o->uid)->told_message, text);
}

/* db-b-1 has been drained, as asked, and "next" is behind it; the controller has been killed since. */
static struct scene *
drained_and_killed(void)
{
	struct scene *scene = begin_with((struct scene_config){.operation = DRAIN_B_1, .workflow = only_looks});

	reach(scene, until_over, NULL, MINUTES(10));
	HOLDS(scene, until_phase(scene->world, "Succeeded"));
	api_create(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, NEXT, restart_c_1);
	world_tell_watches(scene->world);
	reach(scene, next_says, "held by roll: db-b-1 drained", SECONDS(5));
	world_crash(scene->world, SECONDS(3));
	/* It was told before, and is told by the one that has read everything anew. */
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, until_next(scene->world, "Queued"));
	HOLDS(scene, next_says(scene->world, "held by roll: db-b-1 drained"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, NULL) == 0);
	return scene;
}

static void
let_go(struct scene *scene)
{
	struct world *world = scene->world;

	/* Its gate is the node's own affair now. */
	reach(scene, until_next, "Frozen", MINUTES(2));
	sim_restart(world->sim, world->now, scene_node(world, "db-b-1"));
	reach(scene, until_next, "Succeeded", MINUTES(20));
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(1));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-1") == 1);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
}

static void
a_node_left_down_keeps_the_cluster_until_acknowledged(void **state)
{
	struct scene *scene = drained_and_killed();

	(void)state;
	api_replace(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION,
	    "\"spec\":{\"cluster\":\"messages-prd\"," DRAIN_B_1 ",\"acknowledge\":\"the disk is being replaced\"}");
	world_tell_watches(scene->world);
	let_go(scene);
	HOLDS(scene, event_says(scene, "db-b-1 is left down", "the disk is being replaced"));
	HOLDS(scene, strstr(scene_operation(scene->world)->status, "\"nodesHeldDown\":[\"db-b-1\"]"));
	HOLDS(scene, strstr(scene_operation(scene->world)->status, "\"keepsCluster\":false"));
	scene_free(scene);
}

/* Between the journal's word and the status' the controller dies: the object must not come to life again for ever. */
static void
acknowledged_whatever_dies(void **state)
{
	(void)state;
	for (size_t effect = 1; effect <= 8; effect++) {
		struct scene *scene = drained_and_killed();
		struct world *world = scene->world;

		world_crash_at(world, world->effects + effect, (enum crash_how)(effect % CRASH_WAYS));
		api_replace(world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION,
		    "\"spec\":{\"cluster\":\"messages-prd\"," DRAIN_B_1 ",\"acknowledge\":\"it is known\"}");
		world_tell_watches(world);
		wait_ms(scene, MINUTES(1));
		HOLDS(scene, world->crashed == 2);
		HOLDS(scene, until_next(world, "Frozen"));
		HOLDS(scene, strstr(scene_operation(world)->status, "\"keepsCluster\":false"));
		HOLDS(scene, strstr(scene_operation(world)->status, "\"acknowledged\":\"it is known\""));
		scene_free(scene);
	}
}

static void
or_cancelled(void **state)
{
	struct scene *scene = drained_and_killed();

	(void)state;
	scene->cancel = true;
	scene_turn_knobs(scene);
	let_go(scene);
	scene_free(scene);
}

static void
or_deleted(void **state)
{
	struct scene *scene = drained_and_killed();

	(void)state;
	scene_delete(scene);
	let_go(scene);
	scene_free(scene);
}

/* --- a node that fails for good, with an operation behind --- */

#define ROLL_ALL "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-b-1\",\"settle\":\"2s\"}"

static void
a_node_that_failed_for_good_holds_the_queue(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLL_ALL, .stable_ms = 2000});
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_drained, "db-c-1", MINUTES(30));
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, NEXT, restart_c_1);
	world_tell_watches(world);
	sim_host_away(world->sim, scene_node(world, "db-c-1"), true);
	reach(scene, until_phase, "Failed", HOURS(4));
	reach(scene, next_says, "held by roll: db-c-1 ", SECONDS(5));
	sim_host_away(world->sim, scene_node(world, "db-c-1"), false);
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(10));
	HOLDS(scene, next_says(world, "held by roll: db-c-1 "));
	HOLDS(scene, until_phase(world, "Failed"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-c-2") == 0);

	api_replace(world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION, "\"spec\":{\"cluster\":\"messages-prd\","
	    ROLL_ALL ",\"retry\":1,\"skip\":[{\"node\":\"db-c-1\",\"reason\":\"its host is being replaced\"}]}");
	world_tell_watches(world);
	reach(scene, until_phase, "Succeeded", HOURS(1));
	reach(scene, until_next, "Succeeded", HOURS(1));
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, sim_name(world->sim, i)) == 1);
	/* Brought back, to be left out then; and once more by the next one. */
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-1") == 2);
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, NULL) == 2);
	HOLDS(scene, scene_all_serving(world));
	scene_free(scene);
}

/* It waits for the cluster's turn no more than a person's eyes do. */
static void
who_only_reads_passes_beside(void **state)
{
	struct scene *scene = drained_and_killed();

	(void)state;
	api_delete(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, NEXT);
	world_tell_watches(scene->world);
	wait_ms(scene, SECONDS(10));
	api_create(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, NEXT, look_at_all);
	world_tell_watches(scene->world);
	/* db-b-1 is down: it says so, and ends. */
	reach(scene, until_next, "Failed", MINUTES(10));
	HOLDS(scene, next_says(scene->world, "db-b-1"));
	scene_free(scene);
}

/* The known node of the older one has left before the cluster was read: that one is refused, and the next one does not wait
 * for it. */
static void
who_knows_a_node_that_left_is_passed_over(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = ROLL_ALL, .stable_ms = 2000});
	struct world *world = scene->world;
	struct err err = {""};

	(void)state;
	world->mute = "/";
	wait_ms(scene, SECONDS(2));
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, NEXT, restart_c_1);
	world_tell_watches(world);
	wait_ms(scene, SECONDS(20));
	if (sim_decommission(world->sim, world->now, scene_node(world, "db-b-1"), 5000, &err) < 0)
		CHECK_FAIL("%s", err.text);
	wait_ms(scene, SECONDS(20));
	HOLDS(scene, until_phase(world, "Pending") && until_next(world, "Pending"));
	world->mute = NULL;
	reach(scene, until_next, "Succeeded", MINUTES(20));
	HOLDS(scene, until_phase(world, "Pending") && until_message(world, "spec.variables.known_node"));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0 && arrived(scene, SIM_ARRIVED_RESTART, NULL) == 1);
	HOLDS(scene, world->checker->faults == 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_urgent_one_between_whatever_dies),
		cmocka_unit_test(an_urgent_one_between_in_bad_weather),
		cmocka_unit_test(a_node_left_down_keeps_the_cluster_until_acknowledged),
		cmocka_unit_test(acknowledged_whatever_dies),
		cmocka_unit_test(or_cancelled),
		cmocka_unit_test(or_deleted),
		cmocka_unit_test(a_node_that_failed_for_good_holds_the_queue),
		cmocka_unit_test(who_only_reads_passes_beside),
		cmocka_unit_test(who_knows_a_node_that_left_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
