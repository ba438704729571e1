#include "story.h"

#include <inttypes.h>

#include "alloc.h"
#include "json.h"

/* Rolls with a shape: canaries, soaks, approvals, cool-downs, percentages, failures that are borne. */

#define NODE_STEPS "{\"task\":\"scylla-drain\",\"retries\":1},{\"task\":\"systemd-stop-scylla-server\"}," \
	"{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}," \
	"{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\"}]}"
#define SETTLED "{\"wait\":[{\"condition\":\"compactions-nominal\",\"timeout\":\"2m\",\"pollInterval\":\"1s\"}]}"
#define SHAPE(members, more) "\"spec\":{\"steps\":[{\"eachNode\":{" members ",\"steps\":[" NODE_STEPS more "]}}]}"

#define OWN "\"workflow\":\"own\""

static struct scene *
begin_shape(const char *workflow)
{
	return begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = workflow,
	    .no_system_keyspaces = true});
}

static const char *
plan_hash(const struct scene *scene)
{
	static char hash[40];
	const char *status = scene_operation(scene->world)->status;
	CLEANUP_JSON struct cJSON *json = json_parse(status, strlen(status), NULL);

	snprintf(hash, sizeof hash, "%s", json_str_or(json, "planHash", ""));
	return hash;
}

static void
approve(struct scene *scene, const char *step, const char *hash)
{
	static char more[200];

	snprintf(more, sizeof more, ",\"approvals\":[{\"step\":\"%s\",\"planHash\":\"%s\"}]", step, hash);
	scene->more = more;
	scene_turn_knobs(scene);
}

/* Of the n-th entry of that kind, from 1: when it was; INT64_MAX: there is none. */
static int64_t
time_of(const struct scene *scene, enum sim_event event, size_t nth)
{
	for (size_t i = 0; i < sim_audit_count(scene->world->sim); i++) {
		const struct sim_entry *entry = sim_audit(scene->world->sim, i);

		if (entry->event == event && (event != SIM_ARRIVED_DRAIN || entry->source == SIM_CONTROLLER) && --nth == 0)
			return entry->t;
	}
	return INT64_MAX;
}

static void
a_canary_soaks_and_a_crash_costs_it_nothing(void **state)
{
	struct scene *scene = begin_shape(SHAPE("\"canary\":{\"nodes\":2,\"soak\":\"10m\"}", ""));
	struct world *world = scene->world;
	int64_t began;

	(void)state;
	reach(scene, until_message, "canary soaks until", MINUTES(20));
	began = world->now;
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 2 && until_phase(world, "Running"));
	wait_ms(scene, MINUTES(4));
	world_crash(world, SECONDS(30));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 2 && until_message(world, "canary soaks until"));
	reach(scene, until_drained, "db-b-1", MINUTES(3));
	/* Not the crash's half minute later. */
	HOLDS(scene, world->now - began > MINUTES(10) - SECONDS(3) && world->now - began < MINUTES(10) + SECONDS(15));
	end(scene, "Succeeded", 6, 1);
}

static void
a_canary_waits_for_the_approval_of_this_plan(void **state)
{
	struct scene *scene = begin_shape(SHAPE("\"canary\":{\"approval\":true,\"message\":\"look at p99\"}", ""));
	struct world *world = scene->world;
	char wanted[80];

	(void)state;
	reach(scene, until_phase, "AwaitingApproval", MINUTES(20));
	wait_ms(scene, SECONDS(2));
	snprintf(wanted, sizeof wanted, "approve 1.canary, plan %s", plan_hash(scene));
	HOLDS(scene, until_message(world, wanted));
	HOLDS(scene, event_says(scene, "look at p99", "kubectl patch clop roll --type merge"));
	HOLDS(scene, scene_all_serving(world) && arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	approve(scene, "1.canary", "0123456789abcdef");
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, until_message(world, "wrong planHash 0123456789abcdef"));
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, until_phase(world, "AwaitingApproval") && arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 1);
	HOLDS(scene, api_count_events(world->api, "AwaitingApproval") == 1);
	approve(scene, "1.canary", plan_hash(scene));
	reach(scene, until_drained, "db-a-2", MINUTES(5));
	/* Given once, and journaled: it may go, and a restart asks no more. */
	scene->more = NULL;
	scene_turn_knobs(scene);
	world_crash(world, SECONDS(3));
	HOLDS(scene, event_says(scene, "step 1.canary of plan", "is approved"));
	end(scene, "Succeeded", 6, 1);
}

static const char approved_between[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[" NODE_STEPS "]}},"
    "{\"approval\":{\"message\":\"half is done\"}},{\"approval\":{}},{\"wait\":[{\"condition\":\"cluster-normal\"}]}]}";

static void
an_approval_between_two_steps(void **state)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\",\"targets\":{\"zones\":"
	    "[\"dc1/a\"]}", .workflow = approved_between});
	struct world *world = scene->world;

	(void)state;
	reach(scene, until_message, "approve 2.1", MINUTES(20));
	wait_ms(scene, MINUTES(30));
	HOLDS(scene, until_phase(world, "AwaitingApproval"));
	approve(scene, "2.1", plan_hash(scene));
	reach(scene, until_message, "approve 2.2", MINUTES(2));
	world_crash(world, SECONDS(3));
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, until_message(world, "approve 2.2"));
	/* Suspended, nothing is asked of anybody; a cancel ends it. */
	scene->suspend = true;
	scene_turn_knobs(scene);
	reach(scene, until_phase, "Paused", MINUTES(2));
	scene->suspend = false;
	approve(scene, "2.2", plan_hash(scene));
	end(scene, "Succeeded", 2, 1);
}

static void
places_cool_down(void **state)
{
	struct scene *scene = begin_shape(SHAPE("\"coolDown\":\"4m\"", ""));
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	reach(scene, until_message, "cools down until", MINUTES(20));
	HOLDS(scene, until_message(scene->world, "after db-a-1"));
	wait_ms(scene, MINUTES(1));
	world_crash(scene->world, SECONDS(20));
	reach(scene, until_over, NULL, HOURS(2));
	for (size_t n = 1; n < 6; n++) {
		int64_t gap = time_of(scene, SIM_ARRIVED_DRAIN, n + 1) - time_of(scene, SIM_SERVING, n);

		least = gap < least ? gap : least;
		most = gap > most ? gap : most;
	}
	/* Windows of 3 s and 5 s before it, and what a crash takes. */
	HOLDS(scene, least >= MINUTES(4) + SECONDS(8) && most < MINUTES(4) + SECONDS(60));
	end(scene, "Succeeded", 6, 1);
}

static void
a_percentage_opens_the_window(void **state)
{
	struct scene *scene = begin_shape(SHAPE("\"concurrencyLimit\":\"100%\"", ""));

	(void)state;
	reach(scene, until_over, NULL, HOURS(1));
	HOLDS(scene, time_of(scene, SIM_ARRIVED_DRAIN, 2) < time_of(scene, SIM_SERVING, 1));
	end(scene, "Succeeded", 6, 2);
}

/* From its restart on the node has more compactions than it ever works off. */
static void
fails(struct scene *scene, const char *node)
{
	reach(scene, until_drained, node, HOURS(1));
	sim_compactions(scene->world->sim, scene_node(scene->world, node), 2000000000);
}

static void
recovers(struct scene *scene, const char *node)
{
	sim_compactions(scene->world->sim, scene_node(scene->world, node), 0);
	scene->retry++;
	scene_turn_knobs(scene);
}

static void
one_failure_is_borne(void **state)
{
	struct scene *scene = begin_shape(SHAPE("\"maxFailures\":1", "," SETTLED));
	struct world *world = scene->world;

	(void)state;
	fails(scene, "db-a-2");
	reach(scene, until_drained, "db-b-1", HOURS(1));
	HOLDS(scene, until_phase(world, "Running") && event_says(scene, "db-a-2", "compactions-nominal"));
	world_crash(world, SECONDS(3));
	reach(scene, until_phase, "Failed", HOURS(4));
	HOLDS(scene, until_message(world, "db-a-2: "));
	wait_ms(scene, SECONDS(2));
	HOLDS(scene, strstr(scene_operation(world)->status, "\"progress\":\"5/6\""));
	HOLDS(scene, started(scene, NULL) == 6 && scene_all_serving(world));
	/* A retry takes up what failed, and nothing else. */
	recovers(scene, "db-a-2");
	reach(scene, until_phase, "Running", MINUTES(5));
	reach(scene, until_over, NULL, HOURS(4));
	HOLDS(scene, started(scene, NULL) == 7 && started(scene, "db-a-2") == 2);
	end(scene, "Succeeded", 0, 0);
}

static void
one_failure_too_many_ends_it(void **state)
{
	struct scene *scene = begin_shape(SHAPE("\"maxFailures\":\"20%\"", "," SETTLED));
	struct world *world = scene->world;

	(void)state;
	fails(scene, "db-a-2");
	fails(scene, "db-b-2");
	reach(scene, until_phase, "Failed", HOURS(4));
	HOLDS(scene, started(scene, "db-b-1") == 1 && started(scene, "db-c-1") == 0);
	HOLDS(scene, until_message(world, "2 nodes failed, the last: db-b-2: "));
	end(scene, "Failed", 4, 1);
}

static void
a_canary_that_fails_ends_it_whatever_may_fail(void **state)
{
	struct scene *scene = begin_shape(SHAPE("\"maxFailures\":3,\"canary\":{\"nodes\":2,\"soak\":\"1m\"}", ","
	    SETTLED));

	(void)state;
	fails(scene, "db-a-2");
	reach(scene, until_phase, "Failed", HOURS(4));
	HOLDS(scene, started(scene, NULL) == 2);
	recovers(scene, "db-a-2");
	/* Both are canaries still: it soaks again. */
	reach(scene, until_message, "canary soaks until", HOURS(1));
	HOLDS(scene, started(scene, "db-a-1") == 1 && started(scene, "db-a-2") == 2);
	end(scene, "Succeeded", 0, 0);
}

/* --- all of it together, with faults --- */

static void
hand_crash(void *arg, int64_t value)
{
	world_crash(arg, value);
}

static void
hand_redis_away(void *arg, int64_t value)
{
	world_redis_away(arg, value);
}

static void
hand_approve(void *arg, int64_t value)
{
	struct scene *scene = arg;

	(void)value;
	approve(scene, "1.canary", plan_hash(scene));
}

static void
draw_faults(struct scene *scene)
{
	struct world *world = scene->world;
	struct chance *chance = &world->chance;

	world->weather = (struct weather){.io_max = chance_between(chance, 0, 10), .net_max = chance_between(chance, 1, 40),
	    .slow = (int)chance_between(chance, 0, 8), .slow_max = 2500, .lost_request = (int)chance_between(chance, 0, 6),
	    .lost_answer = (int)chance_between(chance, 0, 6), .slow_act = (int)chance_between(chance, 0, 150),
	    .lost_act = (int)chance_between(chance, 0, 80), .late_act = 1000};
	for (int64_t n = chance_between(chance, 1, 6); n > 0; n--)
		world_at(world, world->now + chance_between(chance, 0, MINUTES(12)), hand_crash, world,
		    chance_between(chance, 100, 20000));
	for (int64_t n = chance_between(chance, 0, 2); n > 0; n--)
		world_at(world, world->now + chance_between(chance, 0, MINUTES(12)), hand_redis_away, world,
		    chance_between(chance, 500, 60000));
	world_at(world, world->now + chance_between(chance, MINUTES(10), MINUTES(15)), hand_approve, scene, 0);
}

static void
shaped_once(uint64_t seed, size_t *crashes)
{
	struct scene *scene = scene_new(&(struct scene_config){.seed = seed, .operation = OWN,
	    .stable_ms = 3000, .lease_ms = seed % 2 ? 6000 : 0, .no_system_keyspaces = true,
	    .workflow = SHAPE("\"concurrencyLimit\":\"100%\",\"canary\":{"
	    "\"nodes\":1,\"soak\":\"2m\",\"approval\":true},\"coolDown\":\"30s\",\"maxFailures\":1", "")});
	struct world *world = scene->world;
	char text[600];

	draw_faults(scene);
	world_start(world);
	world_run(world, until_phase, "AwaitingApproval", MINUTES(9));
	HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, "db-a-2") == 0);
	world_run(world, until_over, NULL, HOURS(8));
	world_run(world, NULL, NULL, SECONDS(30));
	world_run(world, until_all_serve, NULL, MINUTES(30));
	judge_or_fail(world, judge(world, text, sizeof text), "shape", seed);
	HOLDS(scene, time_of(scene, SIM_ARRIVED_DRAIN, 2) > time_of(scene, SIM_SERVING, 1) + MINUTES(2));
	*crashes += world->crashed;
	scene_free(scene);
}

static void
forty_shaped_rolls_with_faults(void **state)
{
	size_t crashes = 0, rolls = seeds_wanted(40);

	(void)state;
	for (size_t i = 0; i < rolls; i++)
		shaped_once(seed_number(i), &crashes);
	printf("  %zu rolls with canary, soak, approval, cool-down and percentage, %zu crashes\n", rolls, crashes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_canary_soaks_and_a_crash_costs_it_nothing),
		cmocka_unit_test(a_canary_waits_for_the_approval_of_this_plan),
		cmocka_unit_test(an_approval_between_two_steps),
		cmocka_unit_test(places_cool_down),
		cmocka_unit_test(a_percentage_opens_the_window),
		cmocka_unit_test(one_failure_is_borne),
		cmocka_unit_test(one_failure_too_many_ends_it),
		cmocka_unit_test(a_canary_that_fails_ends_it_whatever_may_fail),
		cmocka_unit_test(forty_shaped_rolls_with_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
