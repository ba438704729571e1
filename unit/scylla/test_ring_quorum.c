/* What may be taken out of the ring without a range falling below what its clients need. */
#include "ring_kit.h"

#include "alloc.h"

/* RF 3, one replica in each rack: every range of the stock ring. */
#define RACKS "db-a-1,db-b-1,db-c-1*24 db-a-1,db-b-1,db-c-2*24 db-a-2,db-b-2,db-c-1*24 db-a-2,db-b-2,db-c-2*24 " \
	"db-a-1,db-b-2,db-c-1*24 db-a-2,db-b-1,db-c-2*24"

static const struct ring_policy both = {.levels = RING_QUORUM | RING_LOCAL_QUORUM};
static const struct ring_policy only_quorum = {.levels = RING_QUORUM};
static const struct ring_policy only_local = {.levels = RING_LOCAL_QUORUM};

struct row {
	const char *what;
	const char *changes;
	const char *candidate;          /* "" for none */
	const char *held;
	bool expected;
	const char *why;                /* part of the sentence */
};

static void
judge_rows(const struct row *rows, size_t count, struct ring *(*make)(void), const struct ring_policy *policy)
{
	for (size_t i = 0; i < count; i++) {
		struct ring *ring = make();
		CLEANUP_FREE bool *held = kit_held(ring, rows[i].held);
		int candidate = rows[i].candidate[0] ? (int)kit_member(ring, rows[i].candidate) : -1;
		struct err why = {""};

		print_message("%s\n", rows[i].what);
		kit_apply(ring, rows[i].changes);
		if (ring_quorum_safe(ring, held, candidate, policy, &why) != rows[i].expected)
			CHECK_FAIL("expected %s: %s", rows[i].expected ? "open" : "closed", why.text);
		CHECK_CONTAINS(why.text, rows[i].why);
		assert_int_equal(ring_quorum_safe(ring, held, candidate, policy, NULL), rows[i].expected);
		ring_free(ring);
	}
}

/* With Scylla's own keyspaces as they come: RF 1, 2 and 3, and everywhere. */
static struct ring *
stock(void)
{
	struct ring *ring = kit_six();

	kit_ranges(ring, "messages", true, RACKS);
	kit_ranges(ring, "system_auth", false, "db-a-1*8 db-b-2*8 db-c-1*8");
	kit_ranges(ring, "system_traces", false, "db-a-1,db-a-2*8 db-b-1,db-b-2*8 db-c-1,db-c-2*8");
	kit_ranges(ring, "system_distributed", false, "db-a-1,db-b-1,db-c-1*8 db-a-2,db-b-2,db-c-2*8");
	kit_ranges(ring, "system_distributed_everywhere", false, "db-a-1,db-a-2,db-b-1,db-b-2,db-c-1,db-c-2*48");
	return ring;
}

static void
three_racks_of_two(void **state)
{
	static const struct row rows[] = {
		{"one of all up", "", "db-a-1", "", true, ""},
		{"two of one rack", "", "db-a-2", "db-a-1", true, ""},
		{"two of one rack, the first drained", "drain:db-a-1", "db-a-2", "db-a-1", true, ""},
		{"two of one rack, the first stopped", "crash:db-a-1", "db-a-2", "db-a-1", true, ""},
		{"a rack that is held whole", "crash:db-a-1 crash:db-a-2", "", "db-a-1,db-a-2", true, ""},
		{"two racks", "", "db-b-1", "db-a-1", false,
		    "keyspace messages: 48 ranges would keep 1 of 3 replicas, QUORUM needs 2 (held: db-a-1)"},
		{"a stranger in another rack", "crash:db-c-2", "db-a-1", "", false,
		    "keyspace messages: 24 ranges would keep 1 of 3 replicas, QUORUM needs 2 (down: db-c-2)"},
		{"a stranger in the same rack", "crash:db-a-2", "db-a-1", "", true, ""},
		{"a stranger, and one of ours", "drain:db-a-1 crash:db-c-2", "db-a-2", "db-a-1", false,
		    "72 ranges would keep 1 of 3 replicas, QUORUM needs 2 (down: db-c-2; held: db-a-1)"},
		{"a stranger that only one sees down", "blind:db-b-1>db-c-2", "db-a-1", "", false, "(down: db-c-2)"},
		{"a stranger that says so itself", "mode:db-c-2=DRAINING", "db-a-1", "", false, "(down: db-c-2)"},
		{"already short without the candidate", "crash:db-b-1 crash:db-c-2", "db-a-2", "", false,
		    "of 3 replicas"},
		{"the candidate is down already", "crash:db-a-1 crash:db-c-2", "db-a-1", "", true, ""},
		{"the candidate is drained", "drain:db-a-1 crash:db-c-2", "db-a-1", "", true, ""},
		{"the candidate is down but for one", "crash:db-c-2 blind:db-a-2>db-a-1 blind:db-b-1>db-a-1 "
		    "blind:db-b-2>db-a-1", "db-a-1", "", false, "(down: db-c-2)"},
		{"the candidate is down as far as is known", "crash:db-a-1 silent:db-c-2", "db-a-1", "", false,
		    "db-c-2 does not answer, though db-a-2 calls it up"},
		{"a silent stranger", "silent:db-c-2", "db-a-1", "", false, "db-c-2 does not answer"},
		{"nobody answers", "silent:db-a-2 silent:db-b-1 silent:db-b-2 silent:db-c-1 silent:db-c-2", "db-a-1",
		    "",
		    false, "no member's view is known"},
	};

	(void)state;
	judge_rows(rows, ARRAY_LEN(rows), stock, &both);
	judge_rows(rows, ARRAY_LEN(rows), stock, &only_quorum);
	judge_rows(rows, ARRAY_LEN(rows), stock, NULL);
}

/* Replicas ignore racks: two nodes of one rack are too many. */
static struct ring *
simple_strategy(void)
{
	struct ring *ring = kit_six();

	kit_ranges(ring, "messages", true, RACKS);
	kit_ranges(ring, "simple", true, "db-a-1,db-a-2,db-b-1 db-b-1,db-b-2,db-c-1*4");
	return ring;
}

static void
racks_are_no_proof(void **state)
{
	static const struct row rows[] = {
		{"one", "", "db-a-1", "", true, ""},
		{"two of one rack", "", "db-a-2", "db-a-1", false,
		    "keyspace simple: 1 range would keep 1 of 3 replicas, QUORUM needs 2 (held: db-a-1)"},
		{"two of another", "", "db-b-2", "db-b-1", false, "keyspace simple: 4 ranges would keep"},
		{"two of the third", "", "db-c-2", "db-c-1", true, ""},
	};

	(void)state;
	judge_rows(rows, ARRAY_LEN(rows), simple_strategy, &both);
}

/* RF 3 in each; system keyspaces with RF 1 and 2 in each, together 4; racks of equal names. */
static struct ring *
two_datacenters(void)
{
	struct ring *ring = kit_two_datacenters();

	kit_ranges(ring, "messages", true,
	    "e-a-1,e-b-1,e-c-1,w-a-1,w-b-1,w-c-1*12 e-a-2,e-b-2,e-c-2,w-a-2,w-b-2,w-c-2*12 "
	    "e-a-1,e-b-2,e-c-1,w-a-2,w-b-1,w-c-2*12");
	kit_ranges(ring, "eastern", true, "e-a-1,e-b-1,e-c-1*12 e-a-2,e-b-2,e-c-2*12");
	kit_ranges(ring, "system_traces", false, "e-a-1,w-a-1*12 e-b-2,w-b-2*12");
	kit_ranges(ring, "system_auth", false, "e-a-1,e-b-1,w-a-1,w-b-1*12 e-a-2,e-c-2,w-a-2,w-c-2*12");
	return ring;
}

static void
two_datacenters_with_equal_racks(void **state)
{
	static const struct row rows[] = {
		{"one", "", "e-a-1", "", true, ""},
		{"two of one rack", "", "e-a-2", "e-a-1", true, ""},
		{"two of one rack, in the west", "", "w-c-2", "w-c-1", true, ""},
		{"two racks of one datacenter", "", "e-b-1", "e-a-1", false,
		    "keyspace eastern: 12 ranges would keep 1 of 3 replicas, QUORUM needs 2 (held: e-a-1)"},
		{"two racks of the west", "", "w-b-1", "w-a-1", false,
		    "keyspace messages: 12 ranges would keep 1 of 3 replicas in west, LOCAL_QUORUM needs 2 "
		    "(held: w-a-1)"},
		/* Four of six, and two of three in each: clients do not notice, though the racks' names are equal. */
		{"a rack in each", "", "w-c-1", "e-c-1", true, ""},
		{"a stranger in the other datacenter", "crash:w-c-2", "e-b-1", "", true, ""},
		{"three of six", "crash:w-a-1 crash:w-b-1", "e-a-1", "", false,
		    "keyspace messages: 12 ranges would keep"},
	};
	static const struct row by_quorum_alone[] = {
		{"two racks of the west", "", "w-b-1", "w-a-1", false,
		    "keyspace system_auth: 12 ranges would keep 2 of 4 replicas, QUORUM needs 3 (held: w-a-1)"},
		{"two others of the west", "", "w-b-1", "w-c-1", true, ""},
		{"three of six", "", "w-b-1", "w-c-1,e-c-1", false,
		    "keyspace messages: 12 ranges would keep 3 of 6 replicas, QUORUM needs 4 (held: e-c-1, w-c-1)"},
	};
	static const struct row by_local_quorum_alone[] = {
		{"the rack's partner holds the other half", "", "w-a-1", "e-a-1", true, ""},
		{"two racks of the west", "", "w-b-1", "w-a-1", false,
		    "keyspace messages: 12 ranges would keep 1 of 3"},
	};

	(void)state;
	judge_rows(rows, ARRAY_LEN(rows), two_datacenters, &both);
	judge_rows(by_quorum_alone, ARRAY_LEN(by_quorum_alone), two_datacenters, &only_quorum);
	judge_rows(by_local_quorum_alone, ARRAY_LEN(by_local_quorum_alone), two_datacenters, &only_local);
}

/* User keyspaces with one and two replicas, and one with a third of them elsewhere. */
static struct ring *
few_replicas(void)
{
	struct ring *ring = kit_six();

	kit_ranges(ring, "messages", true, RACKS);
	kit_ranges(ring, "scratch", true, "db-a-1*24 db-c-1*24");
	kit_ranges(ring, "pairs", true, "db-b-1,db-c-2*24");
	kit_ranges(ring, "nowhere", true, "*3");
	return ring;
}

static void
user_keyspaces_need_a_decision(void **state)
{
	static const struct row undecided[] = {
		{"its only replica", "", "db-a-1", "", false,
		    "keyspace scratch: 24 ranges would keep 0 of 1 replica, QUORUM needs 1 (db-a-1 is one of them)"},
		{"one of two", "", "db-b-1", "", false,
		    "keyspace pairs: 24 ranges would keep 1 of 2 replicas, QUORUM needs 2 (db-b-1 is one of them)"},
		{"no replica of such", "", "db-b-2", "", true, ""},
	};
	static const struct row decided[] = {
		{"its only replica", "", "db-a-1", "", true, ""},
		{"one of two", "", "db-b-1", "", true, ""},
		{"the others are still judged", "", "db-b-1", "db-a-1", false, "keyspace messages: "},
	};
	const char *exempt[] = {"scratch", "pairs"};
	const unsigned none[] = {0, 0};
	struct ring_policy policy = {.levels = RING_QUORUM | RING_LOCAL_QUORUM, .decided = exempt, .decided_levels = none,
	    .ndecided = 2};
	struct ring *ring = few_replicas(), *without = stock(), *two = kit_two_datacenters();
	struct err why = {""};

	(void)state;
	judge_rows(undecided, ARRAY_LEN(undecided), few_replicas, &both);
	judge_rows(decided, ARRAY_LEN(decided), few_replicas, &policy);
	assert_true(ring_undecided(ring, &both, &why));
	CHECK_CONTAINS(why.text, "keyspaces pairs (RF 2), scratch (RF 1): ");
	CHECK_CONTAINS(why.text, "spec.availability.keyspaces");
	exempt[0] = "pairs";
	policy.ndecided = 1;
	assert_true(ring_undecided(ring, &policy, &why));
	CHECK_CONTAINS(why.text, "keyspace scratch (RF 1): ");
	assert_false(ring_undecided(without, &both, NULL));
	kit_ranges(two, "lopsided", true, "e-a-1,e-b-1,e-c-1,w-a-1*9");
	assert_true(ring_undecided(two, &both, &why));
	CHECK_CONTAINS(why.text, "keyspace lopsided (RF 1): ");
	assert_false(ring_undecided(two, &only_quorum, NULL));
	ring_free(ring);
	ring_free(without);
	ring_free(two);
}

static void
unknown_is_closed(void **state)
{
	struct ring *ring = kit_six();
	const char all[] = "[\"messages\", \"system_distributed_everywhere\", \"system_traces\"]";
	struct err why;

	(void)state;
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_CONTAINS(why.text, "keyspaces are not known yet");
	assert_int_equal(ring_set_keyspaces(ring, all, strlen(all), "[\"messages\"]", 12, NULL), 0);
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_CONTAINS(why.text, "keyspace messages: its ranges are not known yet");
	kit_ranges(ring, "messages", true, RACKS);
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_CONTAINS(why.text, "keyspace system_traces: its ranges");
	kit_ranges(ring, "system_traces", false, "db-a-1,db-a-2*24");
	assert_true(ring_quorum_safe(ring, NULL, 0, &both, &why));
	ring->joining = 1;
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_CONTAINS(why.text, "1 joining and 0 leaving");
	ring->joining = SIZE_MAX;
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_CONTAINS(why.text, "is not known");
	kit_drain(ring, "db-a-1");
	assert_true(ring_quorum_safe(ring, NULL, 0, &both, NULL));
	ring->joining = 0;
	kit_sweep(ring);
	ring->members[2].datacenter[0] = '\0';
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_TEXT(why.text,
	    "the datacenter of db-b-1 is not known, LOCAL_QUORUM of keyspace messages cannot be judged");
	assert_true(ring_quorum_safe(ring, NULL, 0, &only_quorum, NULL));
	assert_false(ring_quorum_safe(ring, NULL, 6, &both, NULL));
	ring_begin_sweep(ring);
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, NULL));
	ring_free(ring);
}

static void
alike_keyspaces_keep_their_own_rules(void **state)
{
	const char *const exempt[] = {"a_user"};
	const unsigned none[] = {0};
	const struct ring_policy policy = {.levels = RING_QUORUM | RING_LOCAL_QUORUM, .decided = exempt,
	    .decided_levels = none, .ndecided = 1};
	struct ring *ring = kit_six();
	struct err why;

	(void)state;
	kit_ranges(ring, "a_system", false, "db-a-1,db-b-1*24");
	kit_ranges(ring, "a_user", true, "db-a-1,db-b-1*24");
	kit_ranges(ring, "b_system", false, "db-a-1,db-b-1*24");
	assert_true(ring_quorum_safe(ring, NULL, 0, &policy, &why));
	kit_ranges(ring, "c_user", true, "db-a-1,db-b-1*24");
	assert_ptr_equal(ring->keyspaces[0].layout, ring->keyspaces[3].layout);
	assert_false(ring_quorum_safe(ring, NULL, 0, &policy, &why));
	CHECK_CONTAINS(why.text, "keyspace c_user: 24 ranges would keep 1 of 2 replicas");
	ring_free(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_racks_of_two), cmocka_unit_test(racks_are_no_proof),
		cmocka_unit_test(two_datacenters_with_equal_racks), cmocka_unit_test(user_keyspaces_need_a_decision),
		cmocka_unit_test(unknown_is_closed), cmocka_unit_test(alike_keyspaces_keep_their_own_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
