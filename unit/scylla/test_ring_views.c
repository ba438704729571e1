/* Whose word counts, and who is up: is_up, is_heard, is_down_everywhere, normal. */
#include "ring_kit.h"

#include "alloc.h"

struct row {
	const char *what;
	const char *changes;
	const char *subject;            /* or the candidate, "" for none */
	const char *held;
	bool expected;
	const char *why;                /* how the sentence begins */
};

static void
each_view_counts_for_up(void **state)
{
	static const struct row rows[] = {
		{"all is well", "", "db-a-1", "", true, ""},
		{"another is down", "crash:db-b-1", "db-a-1", "", true, ""},
		{"one view says down", "blind:db-c-2>db-a-1", "db-a-1", "", false, "db-a-1 is down, as db-c-2 sees it"},
		{"three say so", "blind:db-b-1>db-a-1 blind:db-c-1>db-a-1 blind:db-c-2>db-a-1", "db-a-1", "", false,
		    "db-a-1 is down, as db-b-1 and 2 more see it"},
		{"its own opinion alone", "blind:db-a-1>db-a-1", "db-a-1", "", false, "db-a-1 is down, as db-a-1 sees"},
		{"a drained view is frozen", "blind:db-c-2>db-a-1 drain:db-c-2", "db-a-1", "", true, ""},
		{"an isolated one's too", "blind:db-c-2>db-a-1 deaf:db-c-2", "db-a-1", "", true, ""},
		{"and of one that starts", "blind:db-c-2>db-a-1 mode:db-c-2=JOINING", "db-a-1", "", true, ""},
		{"drained", "drain:db-a-1", "db-a-1", "", false, "db-a-1 is DRAINED, as it says itself"},
		{"NORMAL comes before the peers", "drain:db-a-1 mode:db-a-1=NORMAL deaf:db-a-1", "db-a-1", "", false,
		    "db-a-1 does not gossip"},
		{"starting, peers not told yet", "mode:db-a-1=STARTING", "db-a-1", "", false, "db-a-1 is STARTING"},
		{"a mode of tomorrow", "mode:db-a-1=NORMALISH", "db-a-1", "", false, "db-a-1 is NORMALISH"},
		{"isolated, peers still call it up", "deaf:db-a-1", "db-a-1", "", false, "db-a-1 does not gossip"},
		{"silent though up", "silent:db-a-1", "db-a-1", "", false, "db-a-1 does not answer"},
		{"crashed", "crash:db-a-1", "db-a-1", "", false, "db-a-1 is down, as db-a-2 and 4 more see it"},
		{"alone with its view", "crash:db-a-2 crash:db-b-1 crash:db-b-2 crash:db-c-1 crash:db-c-2", "db-a-1",
		    "",
		    false, "db-a-1 is alone with its view"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ring *ring = kit_six();
		struct err why = {""};

		print_message("%s\n", rows[i].what);
		kit_apply(ring, rows[i].changes);
		assert_int_equal(ring_is_up(ring, kit_member(ring, rows[i].subject), &why), rows[i].expected);
		CHECK_CONTAINS(why.text, rows[i].why);
		assert_int_equal(ring_is_up(ring, kit_member(ring, rows[i].subject), NULL), rows[i].expected);
		ring_free(ring);
	}
}

static void
down_everywhere_is_no_guess(void **state)
{
	static const struct row rows[] = {
		{.what = "up", .changes = "", .expected = false},
		{.what = "crashed", .changes = "crash:db-a-1", .expected = true},
		{.what = "crashed, and its mode was still read", .changes = "crash:db-a-1 mode:db-a-1=NORMAL",
		    .expected = true},
		{.what = "cut off, with its own opinion", .expected = true,
		    .changes = "blind:db-a-2>db-a-1 blind:db-b-1>db-a-1 blind:db-b-2>db-a-1 blind:db-c-1>db-a-1 "
		    "blind:db-c-2>db-a-1"},
		{.what = "asymmetric: one of five sees it", .expected = false,
		    .changes = "blind:db-a-2>db-a-1 blind:db-b-1>db-a-1 blind:db-b-2>db-a-1 blind:db-c-1>db-a-1"},
		{.what = "the one that might see it is silent", .changes = "crash:db-a-1 silent:db-c-2",
		    .expected = false},
		{.what = "the one that might see it is down, too", .changes = "crash:db-a-1 crash:db-c-2",
		    .expected = true},
		{.what = "drained, by its own word", .changes = "mode:db-a-1=DRAINED silent:db-c-2", .expected = true},
		{.what = "draining is not drained", .changes = "mode:db-a-1=DRAINING", .expected = false},
		{.what = "no view but its own", .expected = false,
		    .changes = "crash:db-a-2 crash:db-b-1 crash:db-b-2 crash:db-c-1 crash:db-c-2"},
		{.what = "no view at all", .expected = false, .changes = "silent:db-a-1 silent:db-a-2 silent:db-b-1 "
		    "silent:db-b-2 silent:db-c-1 silent:db-c-2"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ring *ring = kit_six();

		print_message("%s\n", rows[i].what);
		kit_apply(ring, rows[i].changes);
		assert_int_equal(ring_is_down_everywhere(ring, 0), rows[i].expected);
		ring_free(ring);
	}
}

static void
strangers_close_the_gate(void **state)
{
	static const struct row rows[] = {
		{"all is well", "", "db-a-1", "", true, ""},
		{"nobody in particular", "", "", "", true, ""},
		{"a stranger crashed", "crash:db-c-2", "db-a-1", "", false,
		    "db-c-2 is down, as db-a-1 and 4 more see it"},
		{"our own is down", "crash:db-c-2", "db-a-1", "db-c-2", true, ""},
		{"our own, drained", "drain:db-c-2", "db-c-1", "db-c-2", true, ""},
		{"our own, stopped, and a peer has not noticed", "silent:db-c-2", "db-c-1", "db-c-2", true, ""},
		{"the candidate is down", "crash:db-a-1", "db-a-1", "", true, ""},
		{"the candidate and a stranger", "crash:db-a-1 crash:db-b-1", "db-a-1", "", false,
		    "db-b-1 is down, as db-a-2 and 3 more see it"},
		{"one view of a stranger", "blind:db-a-2>db-c-2", "db-a-1", "", false,
		    "db-c-2 is down, as db-a-2 sees it"},
		{"the candidate's own view counts", "blind:db-a-1>db-c-2", "db-a-1", "", false,
		    "db-c-2 is down, as db-a-1 sees it"},
		{"but not when it is cut off", "blind:db-a-1>db-c-2 blind:db-a-1>db-b-1 blind:db-a-2>db-a-1 "
		    "blind:db-b-1>db-a-1 blind:db-b-2>db-a-1 blind:db-c-1>db-a-1 blind:db-c-2>db-a-1", "db-a-1", "",
		    true, ""},
		{"a held one that is coming back sees less", "blind:db-c-2>db-a-2", "db-a-1", "db-c-2", false,
		    "db-a-2 is down, as db-c-2 sees it"},
		{"the worst of several is named", "blind:db-a-1>db-b-1 crash:db-c-2", "db-a-1", "", false,
		    "db-c-2 is down"},
		{"a stranger drains, peers not told yet", "mode:db-b-1=DRAINING", "db-a-1", "", false,
		    "db-b-1 is DRAINING"},
		{"a stranger is isolated, peers not told yet", "deaf:db-b-1", "db-a-1", "", false,
		    "db-b-1 does not gossip"},
		{"a stranger is up and silent", "silent:db-b-1", "db-a-1", "", false,
		    "db-b-1 does not answer, though db-a-1 calls it up"},
		{"nobody outside the set answers",
		    "silent:db-b-1 silent:db-b-2 silent:db-c-1 silent:db-c-2 silent:db-a-2",
		    "db-a-1", "", false, "no member's view is known"},
		{"nobody outside the set votes", "drain:db-b-1 drain:db-b-2 drain:db-c-1 drain:db-c-2 deaf:db-a-2",
		    "db-a-1", "", false, "no member's view is known"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ring *ring = kit_six();
		CLEANUP_FREE bool *held = kit_held(ring, rows[i].held);
		int candidate = rows[i].subject[0] ? (int)kit_member(ring, rows[i].subject) : -1;
		struct err why = {""};

		print_message("%s\n", rows[i].what);
		kit_apply(ring, rows[i].changes);
		assert_int_equal(ring_normal(ring, held, candidate, &why), rows[i].expected);
		CHECK_CONTAINS(why.text, rows[i].why);
		assert_int_equal(ring_normal(ring, held, candidate, NULL), rows[i].expected);
		ring_free(ring);
	}
}

static void
stranger_is_the_one_that_is_named(void **state)
{
	struct ring *ring = kit_six();
	CLEANUP_FREE bool *held = kit_held(ring, "db-a-2");

	(void)state;
	assert_int_equal(ring_stranger(ring, held, 0), -1);
	kit_apply(ring, "crash:db-c-2");
	assert_int_equal(ring_stranger(ring, held, 0), kit_member(ring, "db-c-2"));
	assert_int_equal(ring_stranger(ring, NULL, (int)kit_member(ring, "db-c-2")), -1);
	kit_sweep(ring);
	kit_apply(ring, "silent:db-b-1");
	assert_int_equal(ring_stranger(ring, NULL, 0), kit_member(ring, "db-b-1"));
	ring_free(ring);
}

/* Who answers rubbish is not silent, and is looked for elsewhere. */
static void
rubbish_is_not_silence(void **state)
{
	static const char half[] = "[\"10.0.0";
	struct ring *ring = kit_six();
	struct err why;

	(void)state;
	ring_set_live(ring, kit_member(ring, "db-c-2"), half, strlen(half), NULL);
	assert_false(ring_is_heard(ring, NULL, -1, &why));
	CHECK_TEXT(why.text, "db-c-2 answers what cannot be read, though db-a-1 calls it up: its view is unknown");
	ring_begin_sweep(ring);
	kit_apply(ring, "silent:db-c-2");
	assert_false(ring_is_up(ring, kit_member(ring, "db-c-2"), &why));
	CHECK_TEXT(why.text, "db-c-2 does not answer");
	ring_free(ring);
}

static void
heard_means_all_but_the_set(void **state)
{
	struct ring *ring = kit_six();
	CLEANUP_FREE bool *held = kit_held(ring, "db-c-2");
	struct err why;

	(void)state;
	assert_true(ring_is_heard(ring, NULL, -1, NULL));
	kit_apply(ring, "silent:db-c-2");
	assert_false(ring_is_heard(ring, NULL, -1, &why));
	CHECK_TEXT(why.text, "db-c-2 does not answer, though db-a-1 calls it up: its view is unknown");
	assert_true(ring_is_heard(ring, held, -1, NULL));
	assert_true(ring_is_heard(ring, NULL, (int)kit_member(ring, "db-c-2"), NULL));
	kit_apply(ring, "crash:db-c-2");
	assert_true(ring_is_heard(ring, NULL, -1, NULL));
	ring_free(ring);
}

static void
one_node_and_none(void **state)
{
	struct ring *ring = kit_ring("only@dc1/a"), *empty = ring_new();
	struct err why;

	(void)state;
	assert_true(ring_is_up(ring, 0, NULL));
	assert_false(ring_normal(ring, NULL, 0, &why));
	CHECK_CONTAINS(why.text, "no member's view is known");
	assert_true(ring_normal(ring, NULL, -1, NULL));
	assert_false(ring_is_up(ring, 1, NULL));
	assert_false(ring_votes(ring, 1));
	assert_false(ring_is_down_everywhere(ring, 1));
	assert_false(ring_normal(ring, NULL, 1, NULL));
	kit_drain(ring, "only");
	assert_true(ring_is_down_everywhere(ring, 0));
	assert_false(ring_normal(empty, NULL, -1, &why));
	CHECK_CONTAINS(why.text, "not known");
	assert_false(ring_quorum_safe(empty, NULL, -1, NULL, &why));
	assert_int_equal(ring_stranger(empty, NULL, -1), -1);
	ring_free(ring);
	ring_free(empty);
}

/* Who tells of the whole cluster: a member that votes, and that nobody who votes is seen by more than. */
static void
witnesses_are_seen_by_the_others(void **state)
{
	static const struct {
		const char *changes, *witnesses;
	} rows[] = {
		{"", "db-a-1,db-a-2,db-b-1,db-b-2,db-c-1,db-c-2"}, {"drain:db-a-1", "db-a-2,db-b-1,db-b-2,db-c-1,db-c-2"},
		{"crash:db-a-1 silent:db-c-2", "db-a-2,db-b-1,db-b-2,db-c-1"},
		{"mode:db-c-2=STARTING", "db-a-1,db-a-2,db-b-1,db-b-2,db-c-1"},
		/* A line between two is cut, and one that still votes is seen by nobody. */
		{"blind:db-a-1>db-b-1 blind:db-b-1>db-a-1", "db-a-2,db-b-2,db-c-1,db-c-2"},
		{"blind:db-a-2>db-a-1 blind:db-b-1>db-a-1 blind:db-b-2>db-a-1 blind:db-c-1>db-a-1 blind:db-c-2>db-a-1",
		    "db-a-2,db-b-1,db-b-2,db-c-1,db-c-2"},
		/* Nobody votes: whoever answers. */
		{"drain:db-a-1 drain:db-a-2 drain:db-b-1 drain:db-b-2 crash:db-c-1 crash:db-c-2",
		    "db-a-1,db-a-2,db-b-1,db-b-2,db-c-1,db-c-2"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ring *ring = kit_six();
		CLEANUP_FREE bool *expected = kit_held(ring, rows[i].witnesses);

		kit_apply(ring, rows[i].changes);
		for (size_t member = 0; member < ring->nmembers; member++) {
			if (ring_is_witness(ring, member) != expected[member])
				CHECK_FAIL("%s: %s is%s one", rows[i].changes, ring->members[member].name,
				    expected[member] ? " not" : "");
			CHECK(expected[ring_find_witness(ring, member)]);
		}
		ring_free(ring);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_view_counts_for_up), cmocka_unit_test(down_everywhere_is_no_guess),
		cmocka_unit_test(strangers_close_the_gate), cmocka_unit_test(stranger_is_the_one_that_is_named),
		cmocka_unit_test(rubbish_is_not_silence), cmocka_unit_test(witnesses_are_seen_by_the_others),
		cmocka_unit_test(heard_means_all_but_the_set), cmocka_unit_test(one_node_and_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
