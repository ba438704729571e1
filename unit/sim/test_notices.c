#include "check.h"

#include "alloc.h"
#include "notices.h"
#include "scene.h"

/* Somebody is told: through receivers that limit, fail, hang, swallow and are away, and a controller that is killed. */

#define CHANNEL(name, type) "{\"name\":\"" name "\",\"type\":\"" type "\",\"urlSecretRef\":{\"name\":\"hooks\"," \
	"\"key\":\"" name "\"}}"

static const char channels[] = ",\"channels\":[" CHANNEL("chat", "discord") "," CHANNEL("log", "json") "]";

static struct scene *
open_scene(uint64_t seed)
{
	return scene_new(&(struct scene_config){
	    .layout = "dc1/a:1,dc1/b:1,dc1/c:1", .seed = seed, .target = channels,
	    .operation = "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"2s\"},\"targets\":{\"nodes\":[\"db-a-1\"]},"
	    "\"owner\":\"<@80351110224678912>\"",
	    .stable_ms = 2000, .lease_ms = SECONDS(6)});
}

/* It has ended, and both channels have been told of that. */
static bool
until_told(struct world *world, const char *unused)
{
	size_t calls;

	return until_over(world, unused) && notices_taken(world, "chat", "finished/0", &calls) &&
	    notices_taken(world, "log", "finished/0", &calls);
}

static void
judge_all(struct world *world, const char *what, uint64_t seed)
{
	char text[600];
	size_t calls;

	judge_or_fail(world, judge(world, text, sizeof text), what, seed);
	judge_or_fail(world, notices_judge(world, text, sizeof text), what, seed);
	if (!notices_taken(world, "chat", "finished/0", &calls) || !notices_taken(world, "log", "finished/0", &calls))
		judge_or_fail(world, "somebody was not told of the end", what, seed);
	if (strstr(scene_operation(world)->status, "notificationsWaiting"))
		judge_or_fail(world, "the status goes on telling of messages that wait", what, seed);
}

static void
each_mood_is_outlasted(void **state)
{
	/* The owner is called for certain by receivers whose word is known. */
	static const bool certain[WEB_MOODS] = {[WEB_FINE] = true, [WEB_LIMITS] = true, [WEB_FAILS] = true, [WEB_HANGS] = true,
	    [WEB_AWAY] = true};

	(void)state;
	for (enum web_mood mood = WEB_FINE; mood < WEB_MOODS; mood++) {
		struct scene *scene = open_scene(1);
		struct world *world = scene->world;
		size_t calls, told;

		world->web.mood = mood;
		world->web.until = INT64_MAX;
		world_start(world);
		world_run(world, until_over, NULL, HOURS(1));
		world_run(world, NULL, NULL, SECONDS(90));
		world->web.until = world->now;
		world_run(world, until_told, NULL, MINUTES(10));
		world_run(world, NULL, NULL, SECONDS(30));
		judge_all(world, "mood", mood);
		/* Nothing keeps the journal any more. */
		CHECK(store_find(world->store, scene_operation(world)->uid)->expiring);
		told = notices_taken(world, "chat", "finished/0", &calls);
		if (calls != 1 || (certain[mood] && told != 1))
			CHECK_FAIL("mood %d: %zu messages, %zu of them call the owner", mood, told, calls);
		scene_free(scene);
	}
}

/* Killed at one effect in each way: 'kinds' has their letters. */
static void
play(uint64_t seed, const struct crash *crash, struct buf *kinds, size_t *ret_calls)
{
	struct scene *scene = open_scene(seed);
	struct world *world = scene->world;

	world->weather = (struct weather){.io_max = 5, .net_max = 20};
	world->kinds = kinds;
	if (crash)
		world_crash_at(world, crash->effect, crash->how);
	world_start(world);
	world_run(world, until_told, NULL, HOURS(1));
	world_run(world, NULL, NULL, SECONDS(30));
	judge_all(world, "crash", seed);
	notices_taken(world, "chat", "finished/0", ret_calls);
	scene_free(scene);
}

/* The end is told after the last journal write of the roll: the crashes are at what comes then, each of it. */
static void
a_crash_anywhere_loses_no_message(void **state)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(1 << 20);
	size_t points = 0, uncalled = 0, calls, last = getenv("STRAIT_QUICK") ? 40 : 120;

	(void)state;
	play(1, NULL, &kinds, &calls);
	CHECK_INT(calls, 1);
	for (size_t i = kinds.len > last ? kinds.len - last : 0; i < kinds.len; i++)
		for (int how = 0; how < CRASH_WAYS; how++) {
			const struct crash crash = {.effect = i + 1, .how = (enum crash_how)how};

			if (kinds.data[i] == '.' && i % 5)
				continue;
			play(1, &crash, NULL, &calls);
			uncalled += calls == 0;
			points++;
		}
	/* Between the intent and the receiver's word nobody can know; there alone, and seldom, nobody is called. */
	printf("  %zu crash points: told each time, the owner called once but for %zu\n", points, uncalled);
	CHECK(uncalled * 15 <= points);
}

/* 'hand' of world_at(): another mood. */
static void
turn_mood(void *arg, int64_t mood)
{
	struct world *world = arg;

	world->web.mood = (enum web_mood)mood;
	world->web.until = INT64_MAX;
	transcript_add(world->log, world->now, "---- the web is in mood %d", (int)mood);
}

static void
any_weather(void **state)
{
	size_t seeds = seeds_wanted(60), uncalled = 0, posts = 0;

	(void)state;
	for (size_t i = 0; i < seeds; i++) {
		uint64_t seed = seed_number(i);
		struct chance chance = {.state = seed};
		struct scene *scene = open_scene(seed);
		struct world *world = scene->world;
		size_t calls;

		world->weather = (struct weather){.io_max = 5, .net_max = 40, .slow = 5, .slow_max = 2500, .lost_request = 3,
		    .lost_answer = 3, .lost_act = 150, .slow_act = 100, .late_act = 4000};
		for (int turns = 0; turns < 6; turns++)
			world_at(world, chance_between(&chance, 0, 240000), turn_mood, world, chance_between(&chance, 0,
			    WEB_MOODS - 1));
		world_at(world, 260000, turn_mood, world, WEB_FINE);
		world_crash_at(world, (size_t)chance_between(&chance, 50, 400), CRASH_UNANSWERED);
		world_crash_at(world, (size_t)chance_between(&chance, 300, 600), CRASH_UNSEEN);
		world_start(world);
		world_run(world, until_told, NULL, HOURS(2));
		world_run(world, NULL, NULL, MINUTES(10));
		judge_all(world, "weather", seed);
		notices_taken(world, "chat", "finished/0", &calls);
		uncalled += calls == 0;
		posts += world->web.nposts;
		scene_free(scene);
	}
	printf("  %zu runs: %zu posts taken, nobody called twice, in %zu not called\n", seeds, posts, uncalled);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mood_is_outlasted),
		cmocka_unit_test(a_crash_anywhere_loses_no_message),
		cmocka_unit_test(any_weather),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
