/* Who is a member, which keyspaces there are, and what is kept when that changes. */
#include "ring_kit.h"

#include "alloc.h"

#define A "00000000-0000-4000-8000-00000000000a"
#define B "00000000-0000-4000-8000-00000000000b"
#define C "00000000-0000-4000-8000-00000000000c"
#define PAIR(address, id) "{\"key\":\"" address "\",\"value\":\"" id "\"}"

static int
set_members(struct ring *ring, const char *body, bool *changed, struct err *err)
{
	return ring_set_members(ring, body, strlen(body), changed, err);
}

static void
numbers_follow_host_ids(void **state)
{
	struct ring *ring = ring_new();
	bool changed = false;

	(void)state;
	assert_int_equal(set_members(ring, "[" PAIR("10.0.0.1", C) "," PAIR("10.0.0.3", A) "," PAIR("fd00::2", B) "]",
	    &changed, NULL), 0);
	assert_true(changed);
	assert_int_equal(ring->nmembers, 3);
	CHECK_TEXT(ring->members[0].host_id, A);
	CHECK_TEXT(ring->members[0].name, "10.0.0.3");
	assert_int_equal(ring_find_address(ring, "10.0.0.1"), 2);
	assert_int_equal(ring_find_address(ring, "fd00::2"), 1);
	assert_int_equal(ring_find_address(ring, "10.0.0.2"), -1);
	assert_int_equal(ring_find_host_id(ring, C), 2);
	assert_int_equal(ring_find_host_id(ring, ""), -1);
	assert_int_equal(ring_find_name(ring, "10.0.0.3"), 0);
	assert_int_equal(ring_find_name(ring, "x"), -1);
	ring_free(ring);
	assert_null(ring_free(NULL));
}

static void
same_members_keep_everything(void **state)
{
	struct ring *ring = kit_six();
	uint64_t before = ring_fingerprint(ring);
	bool changed = true;
	char body[2048] = "";
	size_t len = 0;

	(void)state;
	kit_ranges(ring, "ks", true, "db-a-1,db-b-1,db-c-1");
	for (size_t i = ring->nmembers; i-- > 0;)
		len += (size_t)snprintf(body + len, sizeof body - len, "%s{\"value\":\"%s\",\"key\":\"%s\"}",
		    len ? "," : "[",
		    ring->members[i].host_id, ring->members[i].address);
	snprintf(body + len, sizeof body - len, "]");
	assert_int_equal(set_members(ring, body, &changed, NULL), 0);
	assert_false(changed);
	assert_int_equal(ring->nkeyspaces, 1);
	assert_true(ring_is_up(ring, 0, NULL));
	assert_true(ring_fingerprint(ring) == before);
	ring_free(ring);
}

static void
a_change_drops_views_and_ranges(void **state)
{
	static const char ranges[] = "[{\"endpoints\":[\"10.0.0.1\",\"10.0.0.2\"]}]";
	struct ring *ring = ring_new();
	bool changed = false;
	uint64_t before;

	(void)state;
	set_members(ring, "[" PAIR("10.0.0.1", A) "," PAIR("10.0.0.2", B) "," PAIR("10.0.0.3", C) "]", NULL, NULL);
	snprintf(ring->members[0].name, RING_NAME, "db-a-1");
	snprintf(ring->members[2].datacenter, RING_NAME, "dc1");
	kit_sweep(ring);
	assert_int_equal(ring_set_ranges(ring, "ks", true, ranges, strlen(ranges), NULL), 0);
	before = ring_fingerprint(ring);
	/* B has left; A has a new address and C, too, whose name was its address. */
	assert_int_equal(set_members(ring, "[" PAIR("10.0.0.9", A) "," PAIR("10.0.0.8", C) "]", &changed, NULL), 0);
	assert_true(changed);
	assert_int_equal(ring->nmembers, 2);
	CHECK_TEXT(ring->members[0].name, "db-a-1");
	CHECK_TEXT(ring->members[0].address, "10.0.0.9");
	CHECK_TEXT(ring->members[1].name, "10.0.0.8");
	CHECK_TEXT(ring->members[1].datacenter, "dc1");
	assert_false(ring->members[0].answered);
	assert_false(ring->up[0]);
	assert_int_equal(ring->nkeyspaces, 0);
	assert_int_equal(ring_find_address(ring, "10.0.0.1"), -1);
	assert_int_equal(ring_find_address(ring, "10.0.0.8"), 1);
	assert_true(ring_fingerprint(ring) != before);
	ring_free(ring);
}

static void
fingerprint_is_of_the_slow_facts_causes(void **state)
{
	struct ring *ring = kit_six();
	uint64_t before = ring_fingerprint(ring);

	(void)state;
	kit_apply(ring, "crash:db-a-1");
	assert_true(ring_fingerprint(ring) == before);
	snprintf(ring->schema, sizeof ring->schema, A);
	assert_true(ring_fingerprint(ring) != before);
	before = ring_fingerprint(ring);
	ring->joining = 1;
	assert_true(ring_fingerprint(ring) != before);
	ring->joining = 0;
	ring->leaving = 1;
	assert_true(ring_fingerprint(ring) != before);
	ring_free(ring);
}

static void
refuses_other_lists(void **state)
{
	static const char *const bodies[] = {
		"", "null", "{}", "[]", "[1]", "[{}]", "[" PAIR("10.0.0.1", A), "[" PAIR("10.0.0.1", A) "]x",
		"[" PAIR("10.0.0.1", "") "]", "[" PAIR("", A) "]", "[" PAIR("db-a-1", A) "]", "[" PAIR("10.0.0.1/x",
		    A) "]",
		"[" PAIR("10.0.0.1", A) "," PAIR("10.0.0.1", B) "]", "[" PAIR("10.0.0.1", A) "," PAIR("10.0.0.2",
		    A) "]",
		"[" PAIR("10.0.0.1", "zzzzzzzz") "]", "[{\"key\":\"10.0.0.1\",\"value\":7}]",
		"[" PAIR("10.0.0.1", A A) "]", "[{\"Key\":\"10.0.0.1\",\"Value\":\"" A "\"}]",
		"{\"message\": \"The gossiper is not ready yet\", \"code\": 500}",
	};
	struct ring *ring = kit_six();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		bool changed = false;
		struct err err = {""};

		if (set_members(ring, bodies[i], &changed, &err) == 0)
			CHECK_FAIL("%s\nis accepted", bodies[i]);
		assert_true(err.text[0]);
		assert_false(changed);
	}
	assert_int_equal(ring->nmembers, 6);
	assert_true(ring_is_up(ring, 0, NULL));
	ring_free(ring);
}

static void
an_unreadable_answer_is_none(void **state)
{
	static const char *const modes[] = {"", "NORMAL", "\"\"", "\"normal\"", "\"NOR MAL\"", "\"NORMAL", "null",
	    "[\"NORMAL\"]",
		"{\"message\": \"Not found\", \"code\": 404}"};
	static const char *const lives[] = {"", "[", "[\"10.0.0.1\"", "[\"10.0.0.1\",]", "[1]", "[null]", "{}",
	    "\"10.0.0.1\"",
		"[[\"10.0.0.1\"]]", "[\"10.0.0.1\"]]"};
	static const char *const gossips[] = {"", "1", "\"true\"", "truely", "tru", "null", "true false"};
	static const char stranger[] = " [ \"10.9.9.9\" , \"10.0.0.2\" ] \n";
	struct ring *ring = kit_six();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		kit_sweep(ring);
		assert_int_equal(ring_set_mode(ring, 0, modes[i], strlen(modes[i]), NULL), -1);
		assert_false(ring->members[0].answered);
		CHECK_TEXT(ring->members[0].mode, "");
	}
	for (size_t i = 0; i < ARRAY_LEN(lives); i++) {
		kit_sweep(ring);
		assert_int_equal(ring_set_live(ring, 0, lives[i], strlen(lives[i]), NULL), -1);
		assert_false(ring_votes(ring, 0));
		assert_false(ring->up[0]);
	}
	for (size_t i = 0; i < ARRAY_LEN(gossips); i++) {
		kit_sweep(ring);
		assert_int_equal(ring_set_gossiping(ring, 0, gossips[i], strlen(gossips[i]), NULL), -1);
		assert_false(ring->members[0].answered);
	}
	assert_int_equal(ring_set_mode(ring, 6, "\"NORMAL\"", 8, NULL), -1);
	assert_int_equal(ring_set_live(ring, 6, "[]", 2, NULL), -1);
	assert_int_equal(ring_set_gossiping(ring, 6, "true", 4, NULL), -1);
	/* Who is live and no member is passed over: it may be joining. */
	kit_sweep(ring);
	assert_int_equal(ring_set_live(ring, 0, stranger, strlen(stranger), NULL), 0);
	assert_false(ring->up[0]);
	assert_true(ring->up[1]);
	ring_free(ring);
}

static int
set_keyspaces(struct ring *ring, const char *all, const char *user, struct err *err)
{
	return ring_set_keyspaces(ring, all, strlen(all), user, strlen(user), err);
}

static void
keyspaces_come_and_go(void **state)
{
	struct ring *ring = kit_six();
	struct err err;

	(void)state;
	assert_int_equal(set_keyspaces(ring, "[\"system_traces\",\"ks\",\"old\"]", "[\"ks\",\"old\"]", NULL), 0);
	assert_int_equal(ring->nkeyspaces, 3);
	CHECK_TEXT(ring->keyspaces[0].name, "ks");
	assert_true(ring->keyspaces[0].user);
	assert_false(ring->keyspaces[2].user);
	kit_ranges(ring, "ks", true, "db-a-1,db-b-1");
	kit_ranges(ring, "old", true, "db-a-1,db-b-1");
	assert_int_equal(set_keyspaces(ring, "[\"ks\",\"system_traces\",\"new\"]", "[\"ks\",\"new\"]", NULL), 0);
	assert_int_equal(ring->nkeyspaces, 3);
	assert_non_null(ring->keyspaces[0].layout);
	assert_int_equal(ring->keyspaces[0].layout->users, 1);
	CHECK_TEXT(ring->keyspaces[1].name, "new");
	assert_null(ring->keyspaces[1].layout);
	assert_int_equal(set_keyspaces(ring, "[]", "[]", &err), -1);
	CHECK_CONTAINS(err.text, "empty");
	assert_int_equal(set_keyspaces(ring, "[\"ks\",1]", "[]", &err), -1);
	assert_int_equal(set_keyspaces(ring, "[\"ks\"]", "", &err), -1);
	CHECK_CONTAINS(err.text, "user keyspaces");
	assert_int_equal(set_keyspaces(ring, "[\"\"]", "[]", &err), -1);
	assert_int_equal(ring->nkeyspaces, 3);
	ring_free(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_follow_host_ids), cmocka_unit_test(same_members_keep_everything),
		cmocka_unit_test(a_change_drops_views_and_ranges),
		    cmocka_unit_test(fingerprint_is_of_the_slow_facts_causes),
		cmocka_unit_test(refuses_other_lists), cmocka_unit_test(an_unreadable_answer_is_none),
		cmocka_unit_test(keyspaces_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
