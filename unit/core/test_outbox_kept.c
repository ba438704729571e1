/* The outbox's bounds, and its form in the journal. */
#include "outbox.h"

#include "alloc.h"
#include "check.h"
#include "op.h"
#include "outbox_kit.h"
#include "state.h"
#include "target.h"

/* One wait after another until the oldest must go: it is counted, and never told again. */
static void
a_flood_keeps_the_newest(void **state)
{
	struct small small = outbox_small(outbox_log);
	char key[32];

	(void)state;
	for (int i = 0; i <= OUTBOX_MAX; i++) {
		snprintf(key, sizeof key, "frozen/%d", i);
		outbox_tell(small.core, small.op, TARGET_NOTIFY_FROZEN, key, "%s", key);
	}
	CHECK_INT(outbox_waiting(small.op), OUTBOX_MAX);
	CHECK_INT(small.core->counters.notices_given_up, 1);
	CHECK(!outbox_find(small.op, "frozen/0") && outbox_has_told(small.op, "frozen/0"));
	CHECK(outbox_find(small.op, "frozen/12") != NULL);
	small_close(&small);
}

/* A hand was at the journal: what is no outbox is refused, and what is of an older build is none. */
static void
an_outbox_is_read_only_when_it_is_one(void **state)
{
	static const struct {
		const char *members;
		bool good;
	} cases[] = {
		{"", true},
		{",\"told\":[],\"outbox\":[]", true},
		{",\"told\":\"x\"", false},
		{",\"told\":[1]", false},
		{",\"outbox\":{}", false},
		{",\"outbox\":[{\"key\":\"a\"}]", false},
		{",\"outbox\":[{\"key\":\"a\",\"event\":1,\"at\":1,\"text\":\"t\",\"posts\":[{\"to\":1}]}]", false},
		{",\"outbox\":[{\"key\":\"a\",\"event\":1,\"at\":1,\"text\":\"t\",\"posts\":[{\"to\":\"log\","
		    "\"state\":\"sending\",\"tries\":2}]}]", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = outbox_small(outbox_log);
		CLEANUP_FREE char *value = xasprintf("{\"phase\":\"Running\",\"retrySeen\":0,\"errors\":[]%s}",
		    cases[i].members);

		CHECK_INT(record_read(small.core, small.op, "op", value), cases[i].good);
		small_close(&small);
	}
}

/* After a takeover the step at work is not made again before the cluster is ready: its message is not told meanwhile. */
static void
a_message_waits_for_its_step(void **state)
{
	struct small small = outbox_small(outbox_log);

	(void)state;
	small.op->journal.taken = true;
	CHECK(record_read(small.core, small.op, "op", "{\"phase\":\"Running\",\"retrySeen\":0,\"errors\":[],"
	    "\"outbox\":[{\"key\":\"message/9.1\",\"event\":0,\"at\":1,\"text\":\"hello\",\"posts\":[{\"to\":\"log\","
	    "\"state\":\"waiting\",\"tries\":1}]}]}"));
	outbox_run(small.core, small.op);
	CHECK_INT(outbox_waiting(small.op), 1);
	CHECK(!outbox_has_told(small.op, "message/9.1"));
	small.op->ended = true;
	outbox_run(small.core, small.op);
	CHECK_INT(outbox_waiting(small.op), 0);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_keeps_the_newest),
		cmocka_unit_test(a_message_waits_for_its_step),
		cmocka_unit_test(an_outbox_is_read_only_when_it_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
