/* The fleet divided among replicas: the deal, and one replica's hand in it. */
#include "check.h"

#include <stdio.h>

#include "alloc.h"
#include "desk.h"
#include "json.h"
#include "op.h"
#include "share.h"
#include "state.h"

enum { CLUSTERS = 1000 };

#define OPERATION(N) "{\"metadata\":{\"name\":\"r" N "\",\"namespace\":\"ns\",\"uid\":\"uid-" N "\",\"resourceVersion\":" \
    "\"100\"},\"spec\":{\"cluster\":\"c" N "\",\"workflow\":\"w\"}}"

/* --- the deal --- */

static size_t
count(const size_t *to, size_t nshards, size_t who)
{
	size_t n = 0;

	for (size_t i = 0; i < nshards; i++)
		n += to[i] == who;
	return n;
}

static void
everybody_has_his_share(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};

	(void)state;
	for (size_t members = 1; members <= ARRAY_LEN(names); members++) {
		for (size_t shards = 1; shards <= COUNT_MAX_SHARDS; shards++) {
			size_t to[COUNT_MAX_SHARDS], share = (shards + members - 1) / members;

			shards_deal(names, members, shards, to);
			for (size_t i = 0; i < members; i++)
				CHECK(count(to, shards, i) <= share);
		}
	}
}

/* What one that dies had goes to the others; of the rest only what the bound forces. */
static void
little_moves_when_one_dies(void **state)
{
	static const char *const three[] = {"a", "b", "c"}, *const two[] = {"a", "b"};
	size_t before[COUNT_MAX_SHARDS], after[COUNT_MAX_SHARDS], moved = 0;

	(void)state;
	shards_deal(three, 3, COUNT_MAX_SHARDS, before);
	shards_deal(two, 2, COUNT_MAX_SHARDS, after);
	for (size_t i = 0; i < COUNT_MAX_SHARDS; i++)
		moved += before[i] != 2 && before[i] != after[i];
	CHECK(moved <= COUNT_MAX_SHARDS / 6);
}

/* --- one replica --- */

static void
who_is_alone_gets_all(void **state)
{
	struct desk desk = share_open("a");

	(void)state;
	share_come_to_life(&desk);
	share_get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARE_SHARDS);
	desk_close(&desk);
}

static void
a_newcomer_is_given_his_share(void **state)
{
	struct desk desk = share_open("a");
	size_t given = 0;

	(void)state;
	share_come_to_life(&desk);
	share_get_what_is_dealt(&desk);
	share_show(&desk, "b", 1, "6");
	for (size_t i = 0; i < SHARE_SHARDS; i++) {
		CLEANUP_FREE char *put = xasprintf("PUT " SHARE_LEASES "/strait-%zu-of-%d", i, SHARE_SHARDS);
		struct desk_request *request = desk_look(&desk, put);

		given += request && strstr(request->body, "\"holderIdentity\":\"\"");
	}
	CHECK_INT(given, SHARE_SHARDS / 2);
	CHECK_INT(shards_led(desk.core), SHARE_SHARDS / 2);
	desk_close(&desk);
}

/* A renewal on its way has made the version that the release names an old one. */
static void
a_release_that_its_own_renewal_refuses_is_repeated(void **state)
{
	struct desk desk = share_open("a");
	CLEANUP_FREE char *renewed = NULL, *put = NULL, *get = NULL;
	struct desk_request *request;
	size_t i = 0;

	(void)state;
	share_come_to_life(&desk);
	share_get_what_is_dealt(&desk);
	desk_pass(&desk, SHARE_LEASE_MS / 4);
	share_show(&desk, "b", 1, "6");
	while (shard_is_led(desk.core, i))
		i++;
	put = xasprintf("PUT " SHARE_LEASES "/strait-%zu-of-%d", i, SHARE_SHARDS);
	get = xasprintf("GET " SHARE_LEASES "/strait-%zu-of-%d", i, SHARE_SHARDS);
	renewed = share_lease(i, "a", 7);
	desk_answer(&desk, desk_find(&desk, put), 409, "{}");
	desk_answer(&desk, desk_find(&desk, get), 200, renewed);
	request = desk_find(&desk, put);
	CHECK_CONTAINS(request->body, "\"holderIdentity\":\"\"");
	CHECK_CONTAINS(request->body, "\"resourceVersion\":\"7\"");
	desk_answer(&desk, request, 409, "{}");
	CHECK(!desk_look(&desk, put));
	desk_close(&desk);
}

/* Another one has it by now: nothing is written over that. */
static void
what_another_one_has_is_not_released(void **state)
{
	struct desk desk = share_open("a");
	CLEANUP_FREE char *taken = share_lease(0, "b", 7);

	(void)state;
	share_come_to_life(&desk);
	share_get_what_is_dealt(&desk);
	desk_event(&desk, EVENT_STOP);
	desk_answer(&desk, desk_find(&desk, "PUT " SHARE_LEASES "/strait-0-of"), 409, "{}");
	desk_answer(&desk, desk_find(&desk, "GET " SHARE_LEASES "/strait-0-of"), 200, taken);
	CHECK(!desk_look(&desk, "PUT " SHARE_LEASES "/strait-0-of"));
	desk_close(&desk);
}

/* By our clock, not by what the object says: it has not changed for its duration. */
static void
what_the_dead_had_is_taken(void **state)
{
	struct desk desk = share_open("a");

	(void)state;
	share_come_to_life(&desk);
	share_show(&desk, "b", 1, "6");
	share_get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARE_SHARDS / 2);
	for (int i = 2; i < 8; i++) {
		desk_pass(&desk, SHARE_LEASE_MS / 5);
		share_show(&desk, "a", i, "6");
	}
	share_get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARE_SHARDS);
	desk_close(&desk);
}

static void
who_divides_differently_takes_no_part(void **state)
{
	struct desk desk = share_open("a");

	(void)state;
	share_come_to_life(&desk);
	share_show(&desk, "b", 1, "3");
	share_get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARE_SHARDS);
	CHECK(desk_logged(&desk, "give all replicas the same"));
	desk_close(&desk);
}

static void
leaving_gives_up_each_and_the_sign_of_life(void **state)
{
	struct desk desk = share_open("a");

	(void)state;
	share_come_to_life(&desk);
	share_get_what_is_dealt(&desk);
	desk_event(&desk, EVENT_STOP);
	CHECK_INT(desk_count(&desk, "PUT " SHARE_LEASES), SHARE_SHARDS);
	CHECK_INT(desk_count(&desk, "DELETE " SHARE_LEASES "/strait-replica-"), 1);
	while (desk_look(&desk, "PUT " SHARE_LEASES)) {
		CHECK_INT(desk.exits, 0);
		desk_answer(&desk, desk_find(&desk, "PUT " SHARE_LEASES), 200, "{}");
	}
	desk_answer(&desk, desk_find(&desk, "DELETE " SHARE_LEASES), 200, "{}");
	CHECK_INT(desk.exits, 1);
	desk_close(&desk);
}

static void
clusters_fall_to_shards_evenly(void **state)
{
	struct desk desk = share_open("a");
	size_t in[SHARE_SHARDS] = {0};

	(void)state;
	for (size_t i = 0; i < CLUSTERS; i++) {
		CLEANUP_FREE char *name = xasprintf("messages-%zu", i);

		in[shard_of(desk.core, "ops", name)]++;
	}
	for (size_t i = 0; i < SHARE_SHARDS; i++)
		CHECK(in[i] > CLUSTERS / SHARE_SHARDS / 2 && in[i] < CLUSTERS / SHARE_SHARDS * 2);
	desk_close(&desk);
}

/* What has no answer yet is waited for a moment before a shard is given up. The newcomer dies within it: whoever has been told
 * that this controller hands over is looked at again. */
static void
one_that_was_leaving_and_stays_goes_on(void **state)
{
	struct desk desk = share_open("a");
	CLEANUP_FREE char *newcomer = share_presence("b", 1, 1001, "6");
	struct op *op;
	size_t waiting = 0;

	(void)state;
	share_come_to_life(&desk);
	share_get_what_is_dealt(&desk);
	desk_sync(&desk, "", "", OPERATION("0") "," OPERATION("1") "," OPERATION("2") "," OPERATION("3") "," OPERATION("4"));
	for (op = desk.core->ops; op; op = op->hh.next) {
		op->journal.taken = op->journal.sending = true;
		snprintf(op->message, sizeof op->message, "?");
	}
	share_show(&desk, "b", 1, "6");
	for (op = desk.core->ops; op; op = op->hh.next)
		waiting += shard_is_leaving(desk.core, op->shard) && strcmp(op->message, "?") == 0;
	CHECK(waiting > 0);
	share_watch_says(&desk, "DELETED", newcomer);
	for (op = desk.core->ops; op; op = op->hh.next) {
		CHECK(!shard_is_leaving(desk.core, op->shard));
		waiting -= strcmp(op->message, "?") != 0;
	}
	CHECK_INT(waiting, 0);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_has_his_share),
		cmocka_unit_test(little_moves_when_one_dies),
		cmocka_unit_test(who_is_alone_gets_all),
		cmocka_unit_test(a_newcomer_is_given_his_share),
		cmocka_unit_test(a_release_that_its_own_renewal_refuses_is_repeated),
		cmocka_unit_test(what_another_one_has_is_not_released),
		cmocka_unit_test(what_the_dead_had_is_taken),
		cmocka_unit_test(who_divides_differently_takes_no_part),
		cmocka_unit_test(one_that_was_leaving_and_stays_goes_on),
		cmocka_unit_test(leaving_gives_up_each_and_the_sign_of_life),
		cmocka_unit_test(clusters_fall_to_shards_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
