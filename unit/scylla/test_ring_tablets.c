/* Keyspaces in tablets: which they are, when their ranges are counted, and what is proved without a count. */
#include "ring_kit.h"

#include "alloc.h"
#include "api.h"

#define RACKS "db-a-1,db-b-1,db-c-1*8 db-a-2,db-b-2,db-c-2*8"

static const struct ring_policy both = {.levels = RING_QUORUM | RING_LOCAL_QUORUM};

/* One replica in each of the three racks, and no other rack: tablets can only move inside a rack. */
static struct ring *
racks(void)
{
	struct ring *ring = kit_six();

	kit_owners(ring, "");
	kit_moves(ring, "");
	kit_table(ring, "app.users", true, RACKS);
	kit_table(ring, "app.posts", true, RACKS);
	return ring;
}

/* Three replicas anywhere: two of a range may be in one rack. */
static struct ring *
anywhere(void)
{
	struct ring *ring = kit_six();

	kit_owners(ring, "");
	kit_moves(ring, "");
	kit_table(ring, "app.users", true, "db-a-1,db-b-1,db-c-1*8 db-b-1,db-b-2,db-c-2*8");
	return ring;
}

struct row {
	const char *what;
	bool counted;                   /* in the sweep that is judged */
	const char *moves, *changes, *candidate, *held;
	bool expected;
	const char *why;
};

static void
judge_rows(const struct row *rows, size_t count, struct ring *(*make)(void))
{
	for (size_t i = 0; i < count; i++) {
		struct ring *ring = make();
		CLEANUP_FREE bool *held = kit_held(ring, rows[i].held);
		int candidate = rows[i].candidate[0] ? (int)kit_member(ring, rows[i].candidate) : -1;
		struct err why = {""};

		print_message("%s\n", rows[i].what);
		if (!rows[i].counted)
			kit_sweep(ring);
		kit_moves(ring, rows[i].moves);
		kit_apply(ring, rows[i].changes);
		if (ring_quorum_safe(ring, held, candidate, &both, &why) != rows[i].expected)
			CHECK_FAIL("expected %s: %s", rows[i].expected ? "open" : "closed", why.text);
		CHECK_CONTAINS(why.text, rows[i].why);
		ring_free(ring);
	}
}

static void
one_replica_in_each_rack_needs_no_count(void **state)
{
	static const struct row rows[] = {
		{"one", false, "", "", "db-a-1", "", true, ""},
		{"one, while tablets move", false, "app.users=migration", "", "db-a-1", "", true, ""},
		{"one, and what moves is not known", false, "?", "", "db-a-1", "", true, ""},
		{"a rack", false, "", "", "db-a-2", "db-a-1", true, ""},
		/* The replica that is being made counts, too, and may be on the other of the two. */
		{"a rack, while a tablet moves", false, "app.users=migration", "", "db-a-2", "db-a-1", false,
		    "table app.users: each of 16 ranges may keep no more than 1 of 3 replicas in dc1, LOCAL_QUORUM needs 2, "
		    "as its tablets are moving (held: db-a-1)"},
		{"a rack, and what moves is not known", false, "?", "", "db-a-2", "db-a-1", false,
		    "as whether its tablets move is not known (held: db-a-1)"},
		{"a rack, while tablets are repaired", false, "app.users=auto_repair app.posts=user_repair", "", "db-a-2",
		    "db-a-1", true, ""},
		{"a rack, while one moves inside a node", false, "app.users=intranode_migration", "", "db-a-2", "db-a-1", true,
		    ""},
		{"a rack, while something else goes on", false, "app.posts=merge", "", "db-a-2", "db-a-1", false,
		    "table app.posts: "},
		{"a rack, while some table moves that is not known", false, "app.fresh=migration", "", "db-a-2", "db-a-1",
		    false, "its tablets are moving"},
		{"two racks, not counted", false, "", "crash:db-c-2", "db-a-1", "", false,
		    "as its tablets were not counted (down: db-c-2)"},
		{"two racks, counted: no range on both", true, "", "crash:db-c-2", "db-a-1", "", true, ""},
		{"two racks, counted", true, "", "crash:db-c-1", "db-a-1", "", false,
		    "table app.posts: 8 ranges would keep 1 of 3 replicas, QUORUM needs 2 (down: db-c-1)"},
		{"two racks, counted, and a tablet moves now", true, "app.users=migration", "crash:db-c-2", "db-a-1", "",
		    false, "table app.users: each of 16 ranges may keep"},
		{"two racks, counted, another table's tablet moves", true, "app.posts=migration", "crash:db-c-2", "db-a-1", "",
		    false, "table app.posts: "},
	};

	(void)state;
	judge_rows(rows, ARRAY_LEN(rows), racks);
}

static void
replicas_anywhere_need_one(void **state)
{
	static const struct row rows[] = {
		{"one alone takes one replica at most", false, "", "", "db-b-1", "", true, ""},
		{"one alone, while tablets move", false, "app.users=migration", "", "db-b-1", "", true, ""},
		{"two of one rack, not counted", false, "", "", "db-a-2", "db-a-1", false, "were not counted (held: db-a-1)"},
		{"two of one rack, counted", true, "", "", "db-a-2", "db-a-1", true, ""},
		{"two of the other, counted", true, "", "", "db-b-2", "db-b-1", false,
		    "table app.users: 8 ranges would keep 1 of 3 replicas"},
	};

	(void)state;
	judge_rows(rows, ARRAY_LEN(rows), anywhere);
}

/* Where it is no proof: another rack that owns tokens, or nobody knows who does. */
static void
racks_are_no_proof_where_a_tablet_could_leave_them(void **state)
{
	static const char members[] = "db-a-1@dc1/a db-a-2@dc1/a db-b-1@dc1/b db-c-1@dc1/c db-d-1@dc1/d";
	struct ring *ring = kit_ring(members);
	CLEANUP_FREE bool *held = kit_held(ring, "db-a-1");
	struct ring_proof proof;
	struct err why;

	(void)state;
	kit_moves(ring, "");
	kit_table(ring, "app.users", true, "db-a-1,db-b-1,db-c-1*8 db-a-2,db-b-1,db-c-1*8");
	kit_sweep(ring);
	kit_moves(ring, "");
	/* Nobody knows. */
	assert_false(ring_quorum_proof(ring, held, 1, &both, &proof, &why));
	assert_true(proof.uncounted);
	kit_owners(ring, "");
	assert_false(ring_quorum_proof(ring, held, 1, &both, &proof, &why));
	/* An arbiter's rack is no place for a tablet. */
	kit_owners(ring, "db-d-1");
	assert_true(ring_quorum_proof(ring, held, 1, &both, &proof, &why));
	assert_int_equal(proof.by_racks, 1);
	assert_int_equal(proof.counted, 0);
	/* A replica where no tokens are said to be: the two do not fit together. */
	kit_owners(ring, "db-a-2");
	kit_table(ring, "app.users", true, "db-a-1,db-b-1,db-c-1*8 db-a-2,db-b-1,db-c-1*8");
	assert_false(ring->owners_known);
	ring_free(ring);
}

static void
a_member_without_tokens_holds_nothing(void **state)
{
	struct ring *ring = kit_ring("db-a-1@dc1/a db-b-1@dc1/b db-c-1@dc1/c arbiter@dc2/a");
	struct err why;

	(void)state;
	kit_moves(ring, "");
	kit_table(ring, "app.users", true, "db-a-1,db-b-1,db-c-1*8");
	kit_ranges(ring, "system_auth", false, "db-a-1,db-b-1,db-c-1*8");
	kit_owners(ring, "arbiter");
	assert_true(ring_quorum_safe(ring, NULL, 3, &both, NULL));
	/* It is a voter all the same, and its view counts. */
	assert_true(ring_votes(ring, 3));
	kit_sees(ring, "arbiter", "db-b-1", false);
	assert_false(ring_normal(ring, NULL, 0, &why));
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	/* Ranges that are short already are none of its doing. */
	assert_true(ring_quorum_safe(ring, NULL, 3, &both, NULL));
	kit_sweep(ring);
	kit_moves(ring, "?");
	kit_crash(ring, "arbiter");
	assert_true(ring_quorum_safe(ring, NULL, 0, &both, NULL));
	ring_free(ring);
}

static void
few_replicas_in_tablets(void **state)
{
	struct ring *ring = kit_six();
	struct err why;

	(void)state;
	kit_owners(ring, "");
	kit_moves(ring, "");
	kit_table(ring, "app.users", true, "db-a-1*4 db-b-1*4");
	kit_table(ring, "sys.log", false, "db-a-1,db-b-1*4");
	assert_true(ring_undecided(ring, &both, &why));
	CHECK_CONTAINS(why.text, "keyspace app (RF 1): ");
	assert_true(ring_passed_over(ring, &both, &why));
	CHECK_TEXT(why.text, "sys (RF 2)");
	assert_true(ring_quorum_safe(ring, NULL, 2 + 1, &both, NULL));
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_CONTAINS(why.text, "table app.users: 4 ranges would keep 0 of 1 replica");
	kit_sweep(ring);
	kit_moves(ring, "");
	assert_false(ring_quorum_safe(ring, NULL, 3, &both, &why));
	CHECK_CONTAINS(why.text, "may keep no more than 0 of 1 replica");
	ring_free(ring);
}

/* A release without tablets lists all keyspaces whatever 'replication' says. */
static void
in_tablets_is_what_is_not_in_vnodes(void **state)
{
	static const char all[] = "[\"app\",\"old\"]", none[] = "[]", app[] = "[\"app\"]", old[] = "[\"old\"]";
	struct ring *ring = kit_six();
	struct err why;

	(void)state;
	assert_int_equal(ring_set_keyspaces(ring, all, strlen(all), all, strlen(all), NULL), 0);
	assert_int_equal(ring_set_tablet_keyspaces(ring, all, strlen(all), all, strlen(all), NULL), 0);
	assert_false(ring_has_tablets(ring, NULL));
	assert_int_equal(ring_set_tablet_keyspaces(ring, app, strlen(app), old, strlen(old), NULL), 0);
	assert_true(ring_has_tablets(ring, "app"));
	assert_false(ring_has_tablets(ring, "old"));
	kit_ranges(ring, "old", true, RACKS);
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_TEXT(why.text, "keyspace app: its tables are not known yet");
	assert_int_equal(ring_set_tables(ring, "[\"app:t\",\"apple:t\",\"old:t\"]", 27, NULL), 0);
	assert_false(ring_quorum_safe(ring, NULL, 0, &both, &why));
	CHECK_TEXT(why.text, "table app.t: its ranges are not known yet");
	assert_int_equal(ring_set_tables(ring, "[]", 2, NULL), 0);
	assert_true(ring_quorum_safe(ring, NULL, 0, &both, NULL));
	assert_int_equal(ring_set_tablet_keyspaces(ring, none, strlen(none), "{", 1, &why), -1);
	assert_int_equal(ring_set_tables(ring, "[\"app:\"]", 8, &why), -1);
	CHECK_CONTAINS(why.text, "\"app:\" is no table's name");
	assert_int_equal(ring_set_table_ranges(ring, "app", "x", "[]", 2, &why), -1);
	assert_int_equal(ring_set_motion(ring, "{}", 2, &why), -1);
	assert_int_equal(ring->motion, RING_MOTION_UNKNOWN);
	ring_free(ring);
}

static void
names_are_escaped(void **state)
{
	CLEANUP_FREE char *escaped = scylla_escape("a-Z_0.9:i !");

	(void)state;
	CHECK_TEXT(escaped, "a-Z_0.9%3Ai%20%21");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_replica_in_each_rack_needs_no_count), cmocka_unit_test(replicas_anywhere_need_one),
		cmocka_unit_test(racks_are_no_proof_where_a_tablet_could_leave_them),
		cmocka_unit_test(a_member_without_tokens_holds_nothing), cmocka_unit_test(few_replicas_in_tablets),
		cmocka_unit_test(in_tablets_is_what_is_not_in_vnodes), cmocka_unit_test(names_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
