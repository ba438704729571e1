/* describe_ring, read without a tree: what it gives, what it refuses, how fast it is. */
#include "ring_kit.h"

#include "alloc.h"
#include "buf.h"

static int
set_text(struct ring *ring, const char *body, struct err *err)
{
	/* Exactly as long as its content: a read past the end is seen. */
	CLEANUP_FREE char *copy = xmalloc(strlen(body) + 1);

	memcpy(copy, body, strlen(body));
	return ring_set_ranges(ring, "ks", true, copy, strlen(body), err);
}

static void
sets_are_counted_once_and_sorted(void **state)
{
	struct ring *ring = kit_six();
	const struct ring_layout *layout;

	(void)state;
	kit_ranges(ring, "ks", true, "db-c-1,db-a-1,db-b-1*3 db-a-2,db-b-2,db-c-2 db-b-1,db-c-1,db-a-1*2");
	layout = ring->keyspaces[0].layout;
	assert_true(ring->keyspaces[0].user);
	assert_int_equal(layout->nsets, 2);
	assert_int_equal(layout->ranges[0], 5);
	assert_int_equal(layout->counts[0], 3);
	assert_int_equal(layout->members[0], 0);
	assert_int_equal(layout->members[1], 2);
	assert_int_equal(layout->members[2], 4);
	assert_int_equal(layout->ranges[1], 1);
	kit_ranges(ring, "ks", false, "db-a-1");
	assert_int_equal(ring->nkeyspaces, 1);
	assert_false(ring->keyspaces[0].user);
	assert_int_equal(ring->keyspaces[0].layout->nsets, 1);
	ring_free(ring);
}

static void
equal_layouts_are_shared(void **state)
{
	struct ring *ring = kit_six();

	(void)state;
	kit_ranges(ring, "b", true, "db-a-1,db-b-1 db-a-2,db-b-2");
	kit_ranges(ring, "a", false, "db-a-1,db-b-1 db-a-2,db-b-2");
	kit_ranges(ring, "c", false, "db-a-1,db-b-1*2 db-a-2,db-b-2");
	kit_ranges(ring, "d", false, "db-a-1 db-b-1,db-a-2,db-b-2");
	CHECK_TEXT(ring->keyspaces[0].name, "a");
	assert_ptr_equal(ring->keyspaces[0].layout, ring->keyspaces[1].layout);
	assert_int_equal(ring->keyspaces[0].layout->users, 2);
	assert_ptr_not_equal(ring->keyspaces[0].layout, ring->keyspaces[2].layout);
	assert_ptr_not_equal(ring->keyspaces[0].layout, ring->keyspaces[3].layout);
	kit_ranges(ring, "a", false, "db-c-1");
	assert_int_equal(ring->keyspaces[1].layout->users, 1);
	kit_ranges(ring, "b", true, "db-a-1,db-b-1 db-a-2,db-b-2");
	assert_int_equal(ring->keyspaces[1].layout->nsets, 2);
	ring_free(ring);
}

static void
wide_sets_are_sorted_too(void **state)
{
	CLEANUP_BUF struct buf members = BUF_INIT(BUF_MAX_OBJECT), set = BUF_INIT(400);
	struct ring *ring;

	(void)state;
	for (int i = 0; i < 60; i++)
		buf_printf(&members, "n%d@dc/r%d ", i, i % 3);
	ring = kit_ring(buf_str(&members));
	for (int i = 59; i >= 0; i--)
		buf_printf(&set, "%sn%d", i < 59 ? "," : "", i);
	kit_ranges(ring, "everywhere", false, buf_str(&set));
	for (int i = 0; i < 60; i++)
		assert_int_equal(ring->keyspaces[0].layout->members[i], i);
	ring_free(ring);
}

static void
accepts_other_orders_spaces_and_members(void **state)
{
	static const char *const bodies[] = {
		"[{\"endpoints\":[\"10.0.0.1\"]}]",
		" [ {\n\"endpoint_details\" : [ { \"rack\" : \"r\\u0061ck\" , \"host\" : \"10.0.0.1\" , "
		"\"datacenter\" : \"d\\\\c\" , \"x\" : null } ] , "
		"\"endpoints\" : [ \"10.0.0.1\" ] , \"end_token\" : \"1\" } ]\r\n\t ",
		"[{\"x\":{\"endpoints\":[{},[],[[]],{\"a\":[1,-2.5e+3,true,false,null,\"\\\"]\"]}]},"
		"\"endpoints\":[\"10.0.0.1\"]}]",
		"[{\"endpoints\":[\"10.0.0.1\",\"10.0.0.2\"],\"endpoint_details\":[{\"host\":\"10.0.0.2\","
		"\"datacenter\":\"a\",\"rack\":\"\"},{\"host\":\"10.0.0.1\",\"datacenter\":\"a\",\"rack\":\"r\"}]}]",
		"[{\"endpoints\":[]},{\"endpoints\":[\"10.0.0.1\"],\"endpoints2\":[\"x\"]}]",
	};
	struct ring *ring = kit_six();
	struct err err = {""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		if (set_text(ring, bodies[i], &err) < 0)
			CHECK_FAIL("%s\nis refused: %s", bodies[i], err.text);
		if (i == 1) {
			CHECK_TEXT(ring->members[0].datacenter, "d\\c");
			CHECK_TEXT(ring->members[0].rack, "rack");
		}
	}
	CHECK_TEXT(ring->members[0].datacenter, "a");
	ring_free(ring);
}

#define ONE "\"endpoints\":[\"10.0.0.1\"]"

static void
refuses_what_it_cannot_trust(void **state)
{
	static const char *const rows[][2] = {
		{"", "expected an array"}, {"null", "expected an array"}, {"{}", "expected an array"},
		{"[]", "no ranges"}, {"[1]", "expected an object"}, {"[[]]", "expected an object"},
		{"[{}]", "endpoints"}, {"[{\"endpoints\":\"10.0.0.1\"}]", "expected an array"},
		{"[{\"endpoints\":[1]}]", "expected a string"}, {"[{\"endpoints\":[null]}]", "expected a string"},
		{"[{\"endpoints\":[\"10.0.0.9\"]}]", "10.0.0.9 holds ranges and is no member"},
		{"[{\"endpoints\":[\"10.0.0.1\",\"10.0.0.1\"]}]", "each endpoint once"},
		{"[{" ONE "," ONE "}]", "one list of endpoints"},
		{"[{" ONE "}] x", "the end of the answer"}, {"[{" ONE "}][]", "the end of the answer"},
		{"[{" ONE "},]", "expected an object"}, {"[,{" ONE "}]", "expected an object"},
		{"[{" ONE ",}]", "expected a string"}, {"[{" ONE "} {" ONE "}]", "',' or ']'"},
		{"[{\"endpoints\":[\"10.0.0.1\" \"10.0.0.2\"]}]", "',' or ']'"},
		{"[{\"endpoints\" [\"10.0.0.1\"]}]", "':'"}, {"[{" ONE ",\"a\":}]", "a value"},
		{"[{" ONE ",\"a\":[}]", "a value"}, {"[{" ONE ",\"a\":[1}]", "',' or ']'"},
		{"[{" ONE ",\"a\":{\"b\"}}]", "':'"}, {"[{" ONE ",\"a\":\"\\x\"}]", "a string that ends"},
		{"[{" ONE ",\"a\":\"\\u12g4\"}]", "a string that ends"}, {"[{" ONE ",\"a\":\"\n\"}]",
		    "a string that ends"},
		{"[{" ONE ",\"endpoint_details\":[]}]", "endpoint_details are of its endpoints"},
		{"[{" ONE ",\"endpoint_details\":[{\"host\":\"10.0.0.2\",\"datacenter\":\"a\",\"rack\":\"r\"}]}]",
		    "endpoint_details are of its endpoints"},
		{"[{" ONE ",\"endpoint_details\":[{\"host\":\"10.0.0.7\",\"datacenter\":\"a\",\"rack\":\"r\"}]}]",
		    "no member"},
		{"[{" ONE ",\"endpoint_details\":[{\"datacenter\":\"a\",\"rack\":\"r\"}]}]", "a member's address"},
		{"[{" ONE ",\"endpoint_details\":[{\"host\":\"10.0.0.1\",\"rack\":\"r\"}]}]", "a datacenter and rack"},
		{"[{" ONE ",\"endpoint_details\":[{\"host\":\"10.0.0.1\",\"datacenter\":\"a\",\"rack\":\"r\"}]},"
		    "{" ONE ",\"endpoint_details\":[{\"host\":\"10.0.0.1\",\"datacenter\":\"b\",\"rack\":\"r\"}]}]",
		    "has given this endpoint before"},
		{"[{" ONE ",\"endpoint_details\":[{\"host\":\"10.0.0.1\",\"datacenter\":\"\\ud800\",\"rack\":\"r\"}]}]",
		    "cannot be read"},
		{"<html>502 Bad Gateway</html>", "expected an array"},
		{"{\"message\": \"std::runtime_error (Keyspace ks has tablet table.)\", \"code\": 500}",
		    "expected an array"},
	};
	struct ring *ring = kit_six();
	uint64_t before;

	(void)state;
	kit_ranges(ring, "ks", true, "db-a-1,db-b-1,db-c-1*4");
	before = ring->keyspaces[0].layout->hash;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};

		if (set_text(ring, rows[i][0], &err) == 0)
			CHECK_FAIL("%s\nis accepted", rows[i][0]);
		CHECK_CONTAINS(err.text, "keyspace ks");
		if (!strstr(err.text, rows[i][1]))
			CHECK_FAIL("%s\n      is: %s\nmisses: %s", rows[i][0], err.text, rows[i][1]);
		assert_int_equal(set_text(ring, rows[i][0], NULL), -1);
	}
	assert_int_equal(ring->keyspaces[0].layout->hash, before);
	CHECK_TEXT(ring->members[0].datacenter, "dc1");
	ring_free(ring);
}

static void
every_truncation_is_refused(void **state)
{
	struct ring *ring = kit_six();
	CLEANUP_FREE char *body = kit_describe(ring, "db-a-1,db-b-1,db-c-1*2 db-a-2,db-b-2,db-c-2");
	size_t len = strlen(body);

	(void)state;
	assert_int_equal(ring_set_ranges(ring, "ks", true, body, len, NULL), 0);
	for (size_t cut = 0; cut < len; cut++) {
		CLEANUP_FREE char *copy = xmalloc(cut + 1);

		memcpy(copy, body, cut);
		assert_int_equal(ring_set_ranges(ring, "ks", true, copy, cut, NULL), -1);
	}
	ring_free(ring);
}

/* Any one byte changed: refused or not, nothing breaks, and a NUL is always refused. */
static void
every_changed_byte_is_survived(void **state)
{
	static const char bytes[] = {'\0', '"', '\\', '[', ']', '{', '}', ',', ':', '9', 'n', '\x1f', '\xff'};
	struct ring *ring = kit_six();
	CLEANUP_FREE char *body = kit_describe(ring, "db-a-1,db-b-1,db-c-1*2 db-a-2,db-b-2,db-c-2");
	size_t len = strlen(body);

	(void)state;
	for (size_t at = 0; at < len; at++) {
		char was = body[at];

		for (size_t i = 0; i < sizeof bytes; i++) {
			body[at] = bytes[i];
			if (ring_set_ranges(ring, "ks", true, body, len, NULL) == 0)
				assert_int_not_equal(bytes[i], '\0');
		}
		body[at] = was;
	}
	ring_free(ring);
}

static void
depth_is_bounded(void **state)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_ANSWER);
	struct ring *ring = kit_six();
	struct err err;

	(void)state;
	buf_puts(&body, "[{\"x\":");
	for (int i = 0; i < 1000000; i++)
		buf_putc(&body, '[');
	assert_int_equal(ring_set_ranges(ring, "ks", true, buf_str(&body), body.len, &err), -1);
	CHECK_CONTAINS(err.text, "fewer nested values");
	ring_free(ring);
}

static void
members_come_first(void **state)
{
	struct ring *ring = ring_new();
	struct err err;

	(void)state;
	assert_int_equal(set_text(ring, "[{\"endpoints\":[]}]", &err), -1);
	CHECK_CONTAINS(err.text, "before the members");
	ring_free(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_counted_once_and_sorted), cmocka_unit_test(equal_layouts_are_shared),
		cmocka_unit_test(wide_sets_are_sorted_too), cmocka_unit_test(accepts_other_orders_spaces_and_members),
		cmocka_unit_test(refuses_what_it_cannot_trust), cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_changed_byte_is_survived), cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(members_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
