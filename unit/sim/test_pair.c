#include "story.h"

#include <string.h>

#include "alloc.h"

/* Two controllers, both alive, and one Lease. */

static struct scene *
begin_pair(void)
{
	return begin_with((struct scene_config){.operation = ROLLING, .lease_ms = SECONDS(6), .controllers = 2});
}

static struct process *
other_than(const struct process *process)
{
	struct world *world = process->world;

	return &world->processes[1 - process->number];
}

static size_t
takeovers(const struct scene *scene)
{
	struct world *world = scene->world;

	return checker_ledger(world->checker, scene_operation(world)->uid)->ntakeovers;
}

static bool
until_other_leads(struct world *world, const char *identity)
{
	return strcmp(world->leader->identity, identity) == 0;
}

static void
one_of_two_leads(void **state)
{
	struct scene *scene = begin_pair();

	(void)state;
	reach(scene, until_phase, "Succeeded", HOURS(1));
	CHECK_INT(takeovers(scene), 1);
	end(scene, "Succeeded", 6, 1);
}

static void
the_leader_is_told_to_leave(void **state)
{
	struct scene *scene = begin_pair();
	struct world *world = scene->world;
	struct process *old;

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(10));
	old = world->leader;
	world_stop(world);
	reach(scene, until_other_leads, other_than(old)->identity, SECONDS(1));
	end(scene, "Succeeded", 6, 1);
}

static bool
until_stopped_by_signal(struct world *world, const char *unused)
{
	(void)unused;
	return world->leader->paused;
}

/* Between an intent's acknowledgement and its act the leader is stopped for a minute: the act never leaves (I3). */
static void
stopped_right_before_an_act(void **state)
{
	(void)state;
	for (size_t act = 1; act <= 4; act++) {
		struct scene *scene = begin_pair();
		struct world *world = scene->world;
		unsigned old;

		world->pause_at_act = act;
		world->pause_ms = MINUTES(1);
		reach(scene, until_stopped_by_signal, NULL, MINUTES(10));
		old = world->leader->life;
		reach(scene, until_over, NULL, HOURS(1));
		CHECK(world->leader->life != old);
		CHECK_INT(takeovers(scene), 2);
		end(scene, "Succeeded", 6, 1);
	}
}

/* Redis has taken an intent of this kind, and its answer is on its way. */
static bool
until_intent_is_taken(struct world *world, const char *intent)
{
	for (size_t i = 0; i < world->nflights; i++) {
		const struct flight *flight = world->flights[i];

		if (flight->effect.kind == EFFECT_REDIS && flight->effect.redis.script == REDIS_WRITE &&
		    flight->state == FLIGHT_ARRIVED && strstr(flight->effect.redis.args[4], intent))
			return true;
	}
	return false;
}

/* ... before it hears of the acknowledgement, for so long that another one has done the act meanwhile: an act of its
 * own would be the second one (I1, I3). What is heard first then, the answer or its deadline, luck decides. */
static void
stopped_right_before_an_acknowledgement(void **state)
{
	static const char *const intents[] = {"db-a-1: drain intended", "db-a-1: stop intended", "db-a-1: start intended"};

	(void)state;
	for (size_t i = 0; i < 4 * ARRAY_LEN(intents); i++) {
		struct scene *scene = begin_pair();
		struct world *world = scene->world;

		world->chance.state = i;
		reach(scene, until_intent_is_taken, intents[i % ARRAY_LEN(intents)], MINUTES(10));
		process_pause(world->leader, MINUTES(1));
		reach(scene, until_over, NULL, HOURS(1));
		CHECK_INT(takeovers(scene), 2);
		end(scene, "Succeeded", 6, 1);
	}
}

/* It can reach neither server; then only Redis: the operation is another one's by then. */
static void
back_at_redis_with_an_expired_lease(void **state)
{
	struct scene *scene = begin_pair();
	struct world *world = scene->world;
	struct process *old;

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(10));
	old = world->leader;
	old->api_away_until = world->now + MINUTES(5);
	old->redis_away_until = world->now + MINUTES(1);
	peers_break_redis(world, old);
	peers_break_watches(world, old);
	reach(scene, until_other_leads, other_than(old)->identity, MINUTES(1));
	reach(scene, until_phase, "Succeeded", HOURS(1));
	CHECK_INT(takeovers(scene), 2);
	/* The node held down may have been restored without a journal: it begins again. */
	end(scene, "Succeeded", 0, 0);
}

/* The first one, which has lost the Lease while a status of its was on its way, leads once more. */
static void
leads_a_second_time(void **state)
{
	struct scene *scene = begin_pair();
	struct world *world = scene->world;
	struct process *first;

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(10));
	first = world->leader;
	first->api_away_until = world->now + SECONDS(30);
	world->away_silently = true;
	reach(scene, until_other_leads, other_than(first)->identity, MINUTES(1));
	wait_ms(scene, MINUTES(1));
	process_crash(other_than(first), HOURS(2));
	reach(scene, until_other_leads, first->identity, MINUTES(1));
	end(scene, "Succeeded", 6, 1);
}

static bool
until_told_twice(struct world *world, const char *unused)
{
	(void)unused;
	return checker_ledger(world->checker, scene_operation(world)->uid)->told_epoch == 2;
}

static bool
until_taken_again(struct world *world, const char *unused)
{
	const struct store_journal *journal = store_find(world->store, scene_operation(world)->uid);

	(void)unused;
	return journal && journal->epoch > 1;
}

/* The second one has taken over and told so, and is stopped; then Redis loses just that takeover. Whoever takes over next must
 * not be of the same epoch: the second one wakes up and would be taken for him. */
static void
redis_loses_the_takeover_of_one_that_is_stopped(void **state)
{
	struct scene *scene = begin_pair();
	struct world *world = scene->world;
	struct process *first, *second;
	struct store *replica;

	(void)state;
	reach(scene, until_drained, "db-a-2", MINUTES(10));
	first = world->leader;
	second = other_than(first);
	process_crash(first, SECONDS(30));
	replica = store_copy(world->store);
	reach(scene, until_told_twice, NULL, MINUTES(1));
	process_pause(second, MINUTES(2));
	checker_forget_epochs(world->checker);
	store_free(world->store);
	world->store = replica;
	peers_break_redis(world, NULL);
	reach(scene, until_taken_again, NULL, MINUTES(2));
	HOLDS(scene, second->paused);
	CHECK_INT(store_find(world->store, scene_operation(world)->uid)->epoch, 3);
	end(scene, "Succeeded", 6, 1);
}

/* What a person has written to the Lease outlives two leaders, one of whom gives it up. */
static void
a_lease_keeps_what_others_have_written(void **state)
{
	struct scene *scene = begin_pair();
	struct world *world = scene->world;
	struct process *old;

	(void)state;
	reach(scene, until_drained, "db-a-1", MINUTES(10));
	shares_annotate(world, 0, "{\"team\":\"db\"}");
	old = world->leader;
	wait_ms(scene, SECONDS(20));
	CHECK_CONTAINS(shares_annotations(world, 0), "\"team\":\"db\"");
	world_stop(world);
	reach(scene, until_other_leads, other_than(old)->identity, MINUTES(1));
	end(scene, "Succeeded", 6, 1);
}

/* Somebody deletes the Lease under its leader, again and again: whoever makes it anew leads, and there is one actor. */
static void
the_lease_is_deleted_under_its_leader(void **state)
{
	(void)state;
	for (int64_t every = 700; every <= 7000; every += 900) {
		struct scene *scene = begin_pair();
		struct world *world = scene->world;

		for (int times = 0; times < 20; times++) {
			wait_ms(scene, every);
			shares_delete(world, 0);
		}
		wait_ms(scene, SECONDS(10));
		HOLDS(scene, *shares_holder(world, 0));
		end(scene, "Succeeded", 0, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_two_leads),
		cmocka_unit_test(the_leader_is_told_to_leave),
		cmocka_unit_test(stopped_right_before_an_act),
		cmocka_unit_test(stopped_right_before_an_acknowledgement),
		cmocka_unit_test(back_at_redis_with_an_expired_lease),
		cmocka_unit_test(leads_a_second_time),
		cmocka_unit_test(redis_loses_the_takeover_of_one_that_is_stopped),
		cmocka_unit_test(a_lease_keeps_what_others_have_written),
		cmocka_unit_test(the_lease_is_deleted_under_its_leader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
