/* Taking an operation over: what its journal says, and what is no journal. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static struct small
open_small(const char *text)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = text};

	small_open(&small, &config);
	return small;
}

static void
answer(struct small *small, int status, const char *body)
{
	small_answer(small, small->op->journal.request, OUTCOME_ANSWERED, status, body);
}

/* An operation of which only the object is known. */
static struct small
open_fresh(void)
{
	struct small small = open_small(NULL);

	journal_take(small.core, small.op);
	return small;
}

static char *
quoted(const char *text)
{
	struct buf buf = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&buf);

	json_put_str(&out, NULL, text);
	return buf_take(&buf);
}

/* The whole journal of an operation as its takeover answers it, with 'rest' for its fields. */
static char *
journal_reply(const char *rest)
{
	struct small small = open_small(workflow);
	CLEANUP_FREE char *plan = quoted(small.op->plan->text);
	char *reply = xasprintf("[4,17,\"digest\",\"1\",%s%s]", plan, rest);

	small_close(&small);
	return reply;
}

static void
an_empty_journal_is_one_that_has_not_begun(void **state)
{
	struct small small = open_fresh();

	(void)state;
	CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_TAKEOVER);
	CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.args[0], "2");
	answer(&small, 0, "[1,0,\"\",\"1\",\"\"]");
	CHECK(small.op->journal.taken);
	CHECK(!small.op->started);
	CHECK(!small.op->lost);
	CHECK_INT(small.op->journal.epoch, 1);
	small_close(&small);
}

/* Redis may have lost an epoch: the highest that was ever heard of goes along, whoever has told it. */
static void
a_takeover_is_given_the_highest_epoch_known(void **state)
{
	static const struct {
		int64_t told;
		const char *given;
	} cases[] = {{0, "0"}, {7, "7"}, {-3, "0"}, {INT64_MAX, "0"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = open_small(NULL);

		small.op->object->journal_epoch = cases[i].told;
		journal_take(small.core, small.op);
		CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.args[1], cases[i].given);
		answer(&small, 0, "[9,0,\"\",\"1\",\"\"]");
		op_let_go(small.core, small.op);
		small.op = small.core->ops;
		journal_take(small.core, small.op);
		CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.args[1], "9");
		small_close(&small);
	}
}

static void
a_takeover_reads_plan_phase_lanes_and_steps(void **state)
{
	CLEANUP_FREE char *reply = journal_reply(
	    ",\"op\",\"{\\\"phase\\\":\\\"Running\\\",\\\"start\\\":1795248000000}\""
	    ",\"lane/1/db-a-1\",\"{\\\"state\\\":\\\"done\\\",\\\"at\\\":1}\""
	    ",\"lane/1/db-b-1\",\"{\\\"state\\\":\\\"running\\\",\\\"at\\\":0,\\\"held\\\":true}\""
	    ",\"1.1/db-b-1\",\"{\\\"state\\\":\\\"running\\\",\\\"attempt\\\":2,"
	    "\\\"acts\\\":{\\\"drain\\\":{\\\"state\\\":"
	    "\\\"sent\\\",\\\"kind\\\":\\\"repeatable\\\",\\\"request\\\":\\\"/storage_service/drain\\\"}}}\"");
	struct small small = open_fresh();

	(void)state;
	answer(&small, 0, reply);
	if (small.op->lost)
		CHECK_FAIL("%s", small.op->message);
	CHECK(small.op->started);
	CHECK_INT(small.op->journal.epoch, 4);
	CHECK_INT(small.op->journal.seq, 17);
	CHECK_INT(small.op->phase, PHASE_RUNNING);
	CHECK_INT(small.op->nlanes, SMALL_NODES);
	CHECK_INT(small.op->lanes[0].state, LANE_DONE);
	CHECK(small.op->lanes[1].held && small.op->lanes[1].touched);
	CHECK_INT(small.op->lanes[1].step->attempt, 2);
	/* Nobody knows what became of what was on its way. */
	CHECK_INT(small.op->lanes[1].step->acts[0].view.state, ACT_UNKNOWN);
	CHECK(!small.op->lanes[1].step->acts[0].view.settled);
	CHECK(small.op->lanes[1].step->acts[0].settled_up_ms >= small.core->now.up_ms + small.core->config.settle_ms);
	small_close(&small);
}

static void
what_cannot_be_read_is_named(void **state)
{
	static const struct {
		const char *rest, *named;
	} cases[] = {
		{",\"op\",\"{\\\"phase\\\":\\\"Dancing\\\"}\"", "\"op\""},
		{",\"lane/1/db-x-9\",\"{\\\"state\\\":\\\"done\\\"}\"", "\"lane/1/db-x-9\""},
		{",\"lane/7/db-b-1\",\"{\\\"state\\\":\\\"done\\\"}\"", "\"lane/7/db-b-1\""},
		{",\"1.1/db-b-1\",\"not json\"", "\"1.1/db-b-1\""},
		{",\"9.9/db-b-1\",\"{\\\"state\\\":\\\"running\\\"}\"", "\"9.9/db-b-1\""},
		{",\"1.1/db-b-1\"", "\"1.1/db-b-1\""},
		{",\"strange\",\"{}\"", "\"strange\""},
		{",\"strange\",7", "\"strange\""},
		{",\"op\",\"{\\\"phase\\\":\\\"Running\\\",\\\"start\\\":\\\"now\\\"}\"", "\"op\""},
		{",\"lane/1/db-a-1\",\"{\\\"state\\\":\\\"running\\\",\\\"at\\\":0,\\\"held\\\":\\\"true\\\"}\"",
			"\"lane/1/db-a-1\", strait:{uid-op}:steps"},
		{",\"lane/1/db-a-1\",\"{\\\"state\\\":\\\"running\\\",\\\"at\\\":0,\\\"memory\\\":{\\\"a\\\":1}}\"",
			"\"lane/1/db-a-1\""},
		{",\"1.1/db-b-1\",\"{\\\"state\\\":\\\"running\\\",\\\"acts\\\":[]}\"", "\"1.1/db-b-1\""},
		{",\"1.1/db-b-1\",\"{\\\"state\\\":\\\"running\\\",\\\"acts\\\":{\\\"drain\\\":{\\\"state\\\":1}}}\"",
			"\"1.1/db-b-1\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *reply = journal_reply(cases[i].rest);
		struct small small = open_fresh();

		answer(&small, 0, reply);
		CHECK(small.op->lost);
		CHECK_TEXT(small.op->reason, "JournalUnreadable");
		CHECK_CONTAINS(small.op->message, cases[i].named);
		CHECK_CONTAINS(small.op->message, "strait:{uid-op}");
		small_close(&small);
	}
}

static void
a_value_that_is_too_large_is_named(void **state)
{
	char *large = xcalloc(1, BUF_MAX_JOURNAL_VALUE + 1), *text, *reply;
	struct small small = open_fresh();

	(void)state;
	memset(large, ' ', BUF_MAX_JOURNAL_VALUE);
	text = xasprintf(",\"op\",\"{\\\"phase\\\":\\\"Running\\\"%s}\"", large);
	reply = journal_reply(text);
	answer(&small, 0, reply);
	CHECK_TEXT(small.op->reason, "JournalUnreadable");
	CHECK_CONTAINS(small.op->message, "\"op\"");
	CHECK_CONTAINS(small.op->message, "16 KiB");
	free(large);
	free(text);
	free(reply);
	small_close(&small);
}

/* Others go on: the journal itself answers. */
static void
a_newer_format_is_refused_with_both_named(void **state)
{
	struct small small = open_fresh();

	(void)state;
	answer(&small, 1, "NEWERFORMAT stored=7 ours=2");
	CHECK(small.op->lost);
	CHECK_TEXT(small.op->reason, "JournalTooNew");
	CHECK_CONTAINS(small.op->message, "of format 7");
	CHECK_CONTAINS(small.op->message, "up to 2");
	CHECK(journal_is_up(small.core));
	CHECK_INT(journal_away_ms(small.core, small.op), 0);
	small_at(&small, 60000);
	timers_run(small.core, &small.core->timers, small.core->now.up_ms);
	CHECK_INT(small_count(&small, EFFECT_REDIS), 1);
	small_close(&small);
}

static void
an_unreadable_plan_is_named(void **state)
{
	static const char *const plans[] = {"{}", "nonsense", "{\"format\":0}", "{\"format\":\"9\"}", "{\"format\":1}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		CLEANUP_FREE char *plan = quoted(plans[i]), *reply = xasprintf("[2,3,\"d\",\"1\",%s]", plan);
		struct small small = open_fresh();

		answer(&small, 0, reply);
		CHECK(small.op->lost);
		CHECK_TEXT(small.op->reason, "JournalUnreadable");
		CHECK_CONTAINS(small.op->message, "strait:{uid-op}:plan");
		CHECK_CONTAINS(small.op->message, "spec.rebuildJournal");
		small_close(&small);
	}
}

/* Of a journal whose own format is ours: a hand at it would do harm, and nothing is wrong with it. */
static void
a_plan_of_a_newer_format_is_refused_with_both_named(void **state)
{
	CLEANUP_FREE char *ours = xasprintf("reads plans up to %d", PLAN_FORMAT), *newer = NULL, *text = NULL, *plan = NULL;
	CLEANUP_FREE char *reply = NULL;
	struct small small = open_fresh();

	(void)state;
	newer = xasprintf("the plan is of format %d;", PLAN_FORMAT + 1);
	text = xasprintf("{\"format\":%d,\"title\":\"t\",\"steps\":{}}", PLAN_FORMAT + 1);
	plan = quoted(text);
	reply = xasprintf("[2,3,\"d\",\"%d\",%s,\"op\",\"{\\\"phase\\\":\\\"Running\\\"}\"]", JOURNAL_FORMAT, plan);
	answer(&small, 0, reply);
	CHECK(small.op->lost);
	CHECK_TEXT(small.op->reason, "JournalTooNew");
	CHECK_CONTAINS(small.op->message, newer);
	CHECK_CONTAINS(small.op->message, ours);
	CHECK_CONTAINS(small.op->message, "run the newer controller");
	CHECK_CONTAINS(small.op->message, "strait:{uid-op}");
	CHECK(!strstr(small.op->message, "redis-cli"));
	small_close(&small);
}

static void
a_reply_that_is_no_journal_is_not_believed(void **state)
{
	static const char *const replies[] = {"", "null", "{}", "[]", "[\"a\",\"b\"]", "[1]", "[1,2,3,4"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		struct small small = open_fresh();

		answer(&small, 0, replies[i]);
		if (!small.op->lost)
			CHECK_FAIL("\"%s\" was taken for a journal", replies[i]);
		small_close(&small);
	}
}

static void
a_status_ahead_of_the_journal_tells_that_it_is_lost(void **state)
{
	struct small small = open_fresh();

	(void)state;
	small.op->object->journal_seq = 12;
	answer(&small, 0, "[1,0,\"\",\"1\",\"\"]");
	CHECK(small.op->lost);
	CHECK_TEXT(small.op->reason, "JournalLost");
	CHECK_CONTAINS(small.op->message, "12");
	small_close(&small);
}

static void
a_takeover_without_an_answer_is_tried_again(void **state)
{
	struct small small = open_fresh();

	(void)state;
	small_answer(&small, small.op->journal.request, OUTCOME_REFUSED, 0, "connection refused");
	CHECK(!small.op->journal.taken);
	small_at(&small, 2000);
	timers_run(small.core, &small.core->timers, small.core->now.up_ms);
	CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_TAKEOVER);
	CHECK_INT(small_count(&small, EFFECT_REDIS), 2);
	answer(&small, 0, "[1,0,\"\",\"1\",\"\"]");
	CHECK(small.op->journal.taken);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_journal_is_one_that_has_not_begun),
		cmocka_unit_test(a_takeover_is_given_the_highest_epoch_known),
		cmocka_unit_test(a_takeover_reads_plan_phase_lanes_and_steps),
		cmocka_unit_test(what_cannot_be_read_is_named),
		cmocka_unit_test(a_value_that_is_too_large_is_named),
		cmocka_unit_test(a_newer_format_is_refused_with_both_named),
		cmocka_unit_test(an_unreadable_plan_is_named),
		cmocka_unit_test(a_plan_of_a_newer_format_is_refused_with_both_named),
		cmocka_unit_test(a_reply_that_is_no_journal_is_not_believed),
		cmocka_unit_test(a_status_ahead_of_the_journal_tells_that_it_is_lost),
		cmocka_unit_test(a_takeover_without_an_answer_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
