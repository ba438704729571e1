/* More replicas than can share a fleet. */
#include "check.h"

#include "alloc.h"
#include "share.h"
#include "state.h"

/* "b00" and so on, as many as there may be in all: with us there is one too many. In either order. */
static void
show_too_many(struct desk *desk, int renewed, bool backwards)
{
	for (int i = 0; i < COUNT_MAX_REPLICAS; i++) {
		CLEANUP_FREE char *name = xasprintf("b%02d", backwards ? COUNT_MAX_REPLICAS - 1 - i : i);

		share_show(desk, name, renewed, "6");
	}
}

static bool
counts(const struct desk *desk, const char *identity)
{
	for (size_t i = 0; i < desk->core->shards.nreplicas; i++)
		if (strcmp(desk->core->shards.replicas[i].identity, identity) == 0)
			return true;
	return false;
}

/* Whoever was seen first: else two of them would deal the same shards to different ones. */
static void
of_too_many_those_first_by_name_count(void **state)
{
	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		struct desk desk = share_open("a");
		CLEANUP_FREE char *lost = xasprintf("b%02d", COUNT_MAX_REPLICAS - 1);
		CLEANUP_FREE char *kept = xasprintf("b%02d", COUNT_MAX_REPLICAS - 2);

		share_come_to_life(&desk);
		show_too_many(&desk, 1, backwards);
		CHECK_INT(desk.core->shards.nreplicas, COUNT_MAX_REPLICAS);
		CHECK(counts(&desk, "a"));
		CHECK(counts(&desk, kept));
		CHECK(!counts(&desk, lost));
		/* One that is sized otherwise makes way for anybody, and takes nobody's place. */
		share_show(&desk, "aa", 1, "3");
		CHECK(!counts(&desk, "aa"));
		desk_close(&desk);
	}
}

static void
too_many_are_said_once_when_they_stay_so_many(void **state)
{
	struct desk desk = share_open("a");
	size_t told = 0;

	(void)state;
	share_come_to_life(&desk);
	show_too_many(&desk, 1, false);
	CHECK(!desk_logged(&desk, "more than"));
	for (int i = 2; i < 20; i++) {
		desk_pass(&desk, SHARE_LEASE_MS / 5);
		share_show(&desk, "a", i, "6");
		show_too_many(&desk, i, i % 2);
	}
	for (const char *at = desk.log; (at = strstr(at, "there are more than 32 replicas: b31")); at++)
		told++;
	CHECK_INT(told, 1);
	desk_close(&desk);
}

/* The others deal without it, so nobody would ever ask it for a shard that it kept. */
static void
who_is_one_too_many_gives_up_what_it_has(void **state)
{
	struct desk desk = share_open("z");

	(void)state;
	share_come_to_life(&desk);
	share_get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARE_SHARDS);
	show_too_many(&desk, 1, false);
	CHECK(!counts(&desk, "z"));
	CHECK_INT(shards_led(desk.core), 0);
	desk_close(&desk);
}

/* A place becomes free: the next sign of life takes it. */
static void
who_was_left_out_counts_when_another_dies(void **state)
{
	struct desk desk = share_open("z");

	(void)state;
	share_come_to_life(&desk);
	show_too_many(&desk, 1, false);
	CHECK(!counts(&desk, "z"));
	desk_pass(&desk, SHARE_LEASE_MS + 1000);
	share_show(&desk, "z", 2, "6");
	CHECK(counts(&desk, "z"));
	share_get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARE_SHARDS);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_too_many_those_first_by_name_count),
		cmocka_unit_test(too_many_are_said_once_when_they_stay_so_many),
		cmocka_unit_test(who_is_one_too_many_gives_up_what_it_has),
		cmocka_unit_test(who_was_left_out_counts_when_another_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
