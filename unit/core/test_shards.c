/* The fleet divided among replicas: the deal, and one replica's hand in it. */
#include "check.h"

#include <stdio.h>

#include "alloc.h"
#include "desk.h"
#include "json.h"
#include "op.h"
#include "state.h"

enum { LEASE_MS = 15000, SHARDS = 6, CLUSTERS = 1000 };

#define OPERATION(N) "{\"metadata\":{\"name\":\"r" N "\",\"namespace\":\"ns\",\"uid\":\"uid-" N "\",\"resourceVersion\":" \
    "\"100\"},\"spec\":{\"cluster\":\"c" N "\",\"workflow\":\"w\"}}"
#define LEASES "/apis/coordination.k8s.io/v1/namespaces/strait-system/leases"

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

static struct desk
open_desk(const char *identity)
{
	static const char *const none[] = {NULL};
	static const struct reconciler *const no_types[] = {NULL};
	const struct core_config config = {
		.identity = identity,
		.lease_namespace = "strait-system",
		.lease_name = "strait",
		.lease_ms = LEASE_MS,
		.shards = SHARDS,
		.fact_age_ms = 2000,
		.types = no_types,
		.workflows = none,
	};
	struct desk desk = desk_open(&config);

	desk_event(&desk, EVENT_START);
	return desk;
}

static char *
presence(const char *identity, int renewed, int version, const char *shards)
{
	return xasprintf("{\"metadata\":{\"name\":\"strait-replica-%s\",\"resourceVersion\":\"%d\",\"labels\":"
	    "{\"strait.dev/lease\":\"strait\",\"strait.dev/shards\":\"%s\"}},\"spec\":{\"holderIdentity\":\"%s\","
	    "\"leaseDurationSeconds\":15,\"renewTime\":\"t%d\"}}", identity, version, shards, identity, renewed);
}

/* A shard's, as the API server has it. */
static char *
shard(size_t i, const char *holder, int version)
{
	return xasprintf("{\"metadata\":{\"name\":\"strait-%zu-of-%d\",\"resourceVersion\":\"%d\"},\"spec\":"
	    "{\"holderIdentity\":\"%s\",\"leaseDurationSeconds\":15,\"renewTime\":\"t%d\"}}", i, SHARDS, version, holder,
	    version);
}

static void
watch_says(struct desk *desk, const char *type, const char *object)
{
	CLEANUP_FREE char *line = xasprintf("{\"type\":\"%s\",\"object\":%s}", type, object);

	desk_line(desk, desk_find(desk, "GET " LEASES "?watch"), line);
}

static void
show(struct desk *desk, const char *identity, int renewed, const char *shards)
{
	CLEANUP_FREE char *object = presence(identity, renewed, 1000 + renewed, shards);

	watch_says(desk, "MODIFIED", object);
}

/* Its own sign of life is written and seen, and it is alone. */
static void
come_to_life(struct desk *desk)
{
	CLEANUP_FREE char *own = presence(desk->core->config.identity, 1, 2, "6");

	desk_answer(desk, desk_find(desk, "GET " LEASES "/strait-replica-"), 404, "{}");
	desk_answer(desk, desk_find(desk, "POST " LEASES), 201, own);
	desk_answer(desk, desk_find(desk, "GET " LEASES "?limit"), 200,
	    "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
	watch_says(desk, "ADDED", own);
}

/* It competes for every shard that it is dealt: answer as if each Lease were free. */
static void
get_what_is_dealt(struct desk *desk)
{
	for (size_t i = 0; i < SHARDS; i++) {
		CLEANUP_FREE char *get = xasprintf("GET " LEASES "/strait-%zu-of-%d", i, SHARDS), *free_ = shard(i, "", 5);
		CLEANUP_FREE char *put = xasprintf("PUT " LEASES "/strait-%zu-of-%d", i, SHARDS);
		CLEANUP_FREE char *ours = shard(i, desk->core->config.identity, 6);

		if (!desk_look(desk, get))
			continue;
		desk_answer(desk, desk_find(desk, get), 200, free_);
		if (desk_look(desk, put))
			desk_answer(desk, desk_find(desk, put), 200, ours);
	}
}

static void
who_is_alone_gets_all(void **state)
{
	struct desk desk = open_desk("a");

	(void)state;
	come_to_life(&desk);
	get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARDS);
	desk_close(&desk);
}

static void
a_newcomer_is_given_his_share(void **state)
{
	struct desk desk = open_desk("a");
	size_t given = 0;

	(void)state;
	come_to_life(&desk);
	get_what_is_dealt(&desk);
	show(&desk, "b", 1, "6");
	for (size_t i = 0; i < SHARDS; i++) {
		CLEANUP_FREE char *put = xasprintf("PUT " LEASES "/strait-%zu-of-%d", i, SHARDS);
		struct desk_request *request = desk_look(&desk, put);

		given += request && strstr(request->body, "\"holderIdentity\":\"\"");
	}
	CHECK_INT(given, SHARDS / 2);
	CHECK_INT(shards_led(desk.core), SHARDS / 2);
	desk_close(&desk);
}

/* A renewal on its way has made the version that the release names an old one. */
static void
a_release_that_its_own_renewal_refuses_is_repeated(void **state)
{
	struct desk desk = open_desk("a");
	CLEANUP_FREE char *renewed = NULL, *put = NULL, *get = NULL;
	struct desk_request *request;
	size_t i = 0;

	(void)state;
	come_to_life(&desk);
	get_what_is_dealt(&desk);
	desk_pass(&desk, LEASE_MS / 4);
	show(&desk, "b", 1, "6");
	while (shard_is_led(desk.core, i))
		i++;
	put = xasprintf("PUT " LEASES "/strait-%zu-of-%d", i, SHARDS);
	get = xasprintf("GET " LEASES "/strait-%zu-of-%d", i, SHARDS);
	renewed = shard(i, "a", 7);
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
	struct desk desk = open_desk("a");
	CLEANUP_FREE char *taken = shard(0, "b", 7);

	(void)state;
	come_to_life(&desk);
	get_what_is_dealt(&desk);
	desk_event(&desk, EVENT_STOP);
	desk_answer(&desk, desk_find(&desk, "PUT " LEASES "/strait-0-of"), 409, "{}");
	desk_answer(&desk, desk_find(&desk, "GET " LEASES "/strait-0-of"), 200, taken);
	CHECK(!desk_look(&desk, "PUT " LEASES "/strait-0-of"));
	desk_close(&desk);
}

/* By our clock, not by what the object says: it has not changed for its duration. */
static void
what_the_dead_had_is_taken(void **state)
{
	struct desk desk = open_desk("a");

	(void)state;
	come_to_life(&desk);
	show(&desk, "b", 1, "6");
	get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARDS / 2);
	for (int i = 2; i < 8; i++) {
		desk_pass(&desk, LEASE_MS / 5);
		show(&desk, "a", i, "6");
	}
	get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARDS);
	desk_close(&desk);
}

static void
who_divides_differently_takes_no_part(void **state)
{
	struct desk desk = open_desk("a");

	(void)state;
	come_to_life(&desk);
	show(&desk, "b", 1, "3");
	get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARDS);
	CHECK(desk_logged(&desk, "give all replicas the same"));
	desk_close(&desk);
}

/* "b00" and so on, as many as there may be in all: with us there is one too many. In either order. */
static void
show_too_many(struct desk *desk, int renewed, bool backwards)
{
	for (int i = 0; i < COUNT_MAX_REPLICAS; i++) {
		CLEANUP_FREE char *name = xasprintf("b%02d", backwards ? COUNT_MAX_REPLICAS - 1 - i : i);

		show(desk, name, renewed, "6");
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
		struct desk desk = open_desk("a");
		CLEANUP_FREE char *lost = xasprintf("b%02d", COUNT_MAX_REPLICAS - 1);
		CLEANUP_FREE char *kept = xasprintf("b%02d", COUNT_MAX_REPLICAS - 2);

		come_to_life(&desk);
		show_too_many(&desk, 1, backwards);
		CHECK_INT(desk.core->shards.nreplicas, COUNT_MAX_REPLICAS);
		CHECK(counts(&desk, "a"));
		CHECK(counts(&desk, kept));
		CHECK(!counts(&desk, lost));
		/* One that is sized otherwise makes way for anybody, and takes nobody's place. */
		show(&desk, "aa", 1, "3");
		CHECK(!counts(&desk, "aa"));
		desk_close(&desk);
	}
}

static void
too_many_are_said_once_when_they_stay_so_many(void **state)
{
	struct desk desk = open_desk("a");
	size_t told = 0;

	(void)state;
	come_to_life(&desk);
	show_too_many(&desk, 1, false);
	CHECK(!desk_logged(&desk, "more than"));
	for (int i = 2; i < 20; i++) {
		desk_pass(&desk, LEASE_MS / 5);
		show(&desk, "a", i, "6");
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
	struct desk desk = open_desk("z");

	(void)state;
	come_to_life(&desk);
	get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARDS);
	show_too_many(&desk, 1, false);
	CHECK(!counts(&desk, "z"));
	CHECK_INT(shards_led(desk.core), 0);
	desk_close(&desk);
}

/* A place becomes free: the next sign of life takes it. */
static void
who_was_left_out_counts_when_another_dies(void **state)
{
	struct desk desk = open_desk("z");

	(void)state;
	come_to_life(&desk);
	show_too_many(&desk, 1, false);
	CHECK(!counts(&desk, "z"));
	desk_pass(&desk, LEASE_MS + 1000);
	show(&desk, "z", 2, "6");
	CHECK(counts(&desk, "z"));
	get_what_is_dealt(&desk);
	CHECK_INT(shards_led(desk.core), SHARDS);
	desk_close(&desk);
}

static void
leaving_gives_up_each_and_the_sign_of_life(void **state)
{
	struct desk desk = open_desk("a");

	(void)state;
	come_to_life(&desk);
	get_what_is_dealt(&desk);
	desk_event(&desk, EVENT_STOP);
	CHECK_INT(desk_count(&desk, "PUT " LEASES), SHARDS);
	CHECK_INT(desk_count(&desk, "DELETE " LEASES "/strait-replica-"), 1);
	while (desk_look(&desk, "PUT " LEASES)) {
		CHECK_INT(desk.exits, 0);
		desk_answer(&desk, desk_find(&desk, "PUT " LEASES), 200, "{}");
	}
	desk_answer(&desk, desk_find(&desk, "DELETE " LEASES), 200, "{}");
	CHECK_INT(desk.exits, 1);
	desk_close(&desk);
}

static void
clusters_fall_to_shards_evenly(void **state)
{
	struct desk desk = open_desk("a");
	size_t in[SHARDS] = {0};

	(void)state;
	for (size_t i = 0; i < CLUSTERS; i++) {
		CLEANUP_FREE char *name = xasprintf("messages-%zu", i);

		in[shard_of(desk.core, "ops", name)]++;
	}
	for (size_t i = 0; i < SHARDS; i++)
		CHECK(in[i] > CLUSTERS / SHARDS / 2 && in[i] < CLUSTERS / SHARDS * 2);
	desk_close(&desk);
}

/* What has no answer yet is waited for a moment before a shard is given up. The newcomer dies within it: whoever has been told
 * that this controller hands over is looked at again. */
static void
one_that_was_leaving_and_stays_goes_on(void **state)
{
	struct desk desk = open_desk("a");
	CLEANUP_FREE char *newcomer = presence("b", 1, 1001, "6");
	struct op *op;
	size_t waiting = 0;

	(void)state;
	come_to_life(&desk);
	get_what_is_dealt(&desk);
	desk_sync(&desk, "", "", OPERATION("0") "," OPERATION("1") "," OPERATION("2") "," OPERATION("3") "," OPERATION("4"));
	for (op = desk.core->ops; op; op = op->hh.next) {
		op->journal.taken = op->journal.sending = true;
		snprintf(op->message, sizeof op->message, "?");
	}
	show(&desk, "b", 1, "6");
	for (op = desk.core->ops; op; op = op->hh.next)
		waiting += shard_is_leaving(desk.core, op->shard) && strcmp(op->message, "?") == 0;
	CHECK(waiting > 0);
	watch_says(&desk, "DELETED", newcomer);
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
		cmocka_unit_test(of_too_many_those_first_by_name_count),
		cmocka_unit_test(too_many_are_said_once_when_they_stay_so_many),
		cmocka_unit_test(who_is_one_too_many_gives_up_what_it_has),
		cmocka_unit_test(who_was_left_out_counts_when_another_dies),
		cmocka_unit_test(one_that_was_leaving_and_stays_goes_on),
		cmocka_unit_test(leaving_gives_up_each_and_the_sign_of_life),
		cmocka_unit_test(clusters_fall_to_shards_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
