/* Which nodes a roll of several at once could ever take down together. */
#include "ring_kit.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* RF 3, one replica in each rack; and without any rack, each three in a row. */
#define RACKS "db-a-1,db-b-1,db-c-1*24 db-a-1,db-b-1,db-c-2*24 db-a-2,db-b-2,db-c-1*24 db-a-2,db-b-2,db-c-2*24 " \
	"db-a-1,db-b-2,db-c-1*24 db-a-2,db-b-1,db-c-2*24"
#define ROW "db-a-1,db-a-2,db-b-1*8 db-a-2,db-b-1,db-b-2*8 db-b-1,db-b-2,db-c-1*8 db-b-2,db-c-1,db-c-2*8 " \
	"db-c-1,db-c-2,db-a-1*8 db-c-2,db-a-1,db-a-2*8"
/* Of five members in one datacenter. */
#define FIVE "a,b,c,d,e*40"

static const struct ring_policy both = {.levels = RING_QUORUM | RING_LOCAL_QUORUM};
static const struct ring_policy one = {.levels = RING_ONE};

/* 'units' has a letter for each member: equal for one unit, '-': not planned. "": it bears a pair; else part of why not. */
static void
check_pairs(const struct ring *ring, const char *units, const struct ring_policy *policy, const char *why)
{
	int numbers[16];
	struct err said = {""};

	for (size_t i = 0; i < ring->nmembers; i++)
		numbers[i] = units[i] == '-' ? -1 : units[i] - 'a';
	if (ring_bears_pair(ring, numbers, policy, &said) != !*why)
		CHECK_FAIL("units %s: %s", units, *said.text ? said.text : "a pair is borne");
	CHECK_CONTAINS(said.text, why);
	CHECK_INT(ring_bears_pair(ring, numbers, policy, NULL), !*why);
}

static void
two_of_a_rack_may(void **state)
{
	struct ring *ring = kit_six();

	(void)state;
	kit_ranges(ring, "messages", true, RACKS);
	check_pairs(ring, "aabbcc", &both, "");
	/* One pair is enough: the others the gate takes one after the other. */
	check_pairs(ring, "aaaaaa", &both, "");
	check_pairs(ring, "aa-a-a", &both, "");
	check_pairs(ring, "ab-c--", &both, "");
	check_pairs(ring, "------", &both, "");
	check_pairs(ring, "a-a-a-", &both, "keyspace messages: 48 ranges would keep 1 of 3 replicas, QUORUM needs 2 (down: "
	    "db-a-1, db-b-1)");
	check_pairs(ring, "-a---a", &both, "(down: db-a-2, db-c-2)");
	check_pairs(ring, "a-a-a-", &one, "");
	ring_free(ring);
}

/* Nobody's rack counts where ranges lie in a row. */
static void
neighbours_may_not(void **state)
{
	static const char *const decided[] = {"logs"};
	static const unsigned decided_levels[] = {0};
	const struct ring_policy without = {.levels = RING_QUORUM, .decided = decided, .decided_levels = decided_levels,
	    .ndecided = 1};
	struct ring *ring = kit_six();

	(void)state;
	kit_ranges(ring, "messages", true, RACKS);
	kit_ranges(ring, "logs", true, ROW);
	check_pairs(ring, "aabbcc", &both, "keyspace logs: 16 ranges would keep 1 of 3 replicas, QUORUM needs 2 (down: "
	    "db-a-1, db-a-2)");
	check_pairs(ring, "aabbcc", &without, "");
	/* Three further on in the row, and of another rack. */
	check_pairs(ring, "a--a--", &both, "keyspace messages");
	kit_ranges(ring, "messages", true, "db-a-1,db-a-2,db-b-1*8");
	check_pairs(ring, "a--a--", &both, "");
	ring_free(ring);
}

/* Scylla's own count from three replicas on. */
static void
its_own_keyspaces_count_too(void **state)
{
	struct ring *ring = kit_six();

	(void)state;
	kit_ranges(ring, "messages", true, RACKS);
	kit_ranges(ring, "system_traces", false, "db-a-1,db-a-2*8 db-b-1,db-b-2*8 db-c-1,db-c-2*8");
	kit_ranges(ring, "system_distributed_everywhere", false, "db-a-1,db-a-2,db-b-1,db-b-2,db-c-1,db-c-2*48");
	check_pairs(ring, "aabbcc", &both, "");
	kit_ranges(ring, "system_distributed", false, ROW);
	check_pairs(ring, "aabbcc", &both, "keyspace system_distributed: ");
	ring_free(ring);
}

static void
five_replicas_bear_two(void **state)
{
	struct ring *ring = kit_ring("a@dc1/r b@dc1/r c@dc1/r d@dc1/r e@dc1/r");

	(void)state;
	kit_ranges(ring, "messages", true, FIVE);
	check_pairs(ring, "aaaaa", &both, "");
	kit_ranges(ring, "logs", true, "a,b,c*8 b,c,d*8 c,d,e*8 d,e,a*8 e,a,b*8");
	check_pairs(ring, "aaaaa", &both, "keyspace logs");
	ring_free(ring);
}

/* One of each datacenter: each keeps its majority, and so do all. */
static void
two_datacenters_bear_one_each(void **state)
{
	struct ring *ring = kit_two_datacenters();

	(void)state;
	kit_ranges(ring, "messages", true, "e-a-1,e-b-1,e-c-1,w-a-1,w-b-1,w-c-1*8 e-a-2,e-b-2,e-c-2,w-a-2,w-b-2,w-c-2*8");
	check_pairs(ring, "a-----a-----", &both, "");
	check_pairs(ring, "a-a---------", &both, "LOCAL_QUORUM needs 2");
	ring_free(ring);
}

/* What may be elsewhere tomorrow, or is not known yet, forbids nothing for ever. */
static void
what_moves_or_is_unknown_forbids_nothing(void **state)
{
	struct ring *ring = kit_six();

	(void)state;
	check_pairs(ring, "a-a-a-", &both, "");
	kit_table(ring, "app.users", true, RACKS);
	check_pairs(ring, "a-a-a-", &both, "");
	ring_free(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_of_a_rack_may),
		cmocka_unit_test(neighbours_may_not),
		cmocka_unit_test(its_own_keyspaces_count_too),
		cmocka_unit_test(five_replicas_bear_two),
		cmocka_unit_test(two_datacenters_bear_one_each),
		cmocka_unit_test(what_moves_or_is_unknown_forbids_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
