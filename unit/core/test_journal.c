/* The journal's writing, by hand: what leaves for Redis, and what answers do. */
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

/* The arguments of the newest write from the third on, with blanks between: "digest plan line field value ..." */
static char *
arguments(struct small *small, size_t from)
{
	const struct effect *effect = small_last(small, EFFECT_REDIS);
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	assert_non_null(effect);
	for (size_t i = from; i < effect->redis.nargs; i++)
		buf_printf(&text, "%s%s", i > from ? " " : "", effect->redis.args[i]);
	return buf_take(&text);
}

static void
check_write(struct small *small, const char *expected)
{
	CLEANUP_FREE char *text = arguments(small, 3);

	CHECK_TEXT(text, expected);
}

static void
flush(struct small *small)
{
	journal_flush(small->core, small->op);
}

static void
answer(struct small *small, int status, const char *body)
{
	small_answer(small, small->op->journal.request, OUTCOME_ANSWERED, status, body);
}

static bool
is_known(struct small *small, const char *uid)
{
	struct op *op;

	HASH_FIND_STR(small->core->ops, uid, op);
	return op != NULL;
}

static void
what_is_put_in_one_step_leaves_as_one_write(void **state)
{
	struct small small = open_small(workflow);

	(void)state;
	journal_put(small.op, "1.1/db-b-1", "{\"a\":1}");
	journal_put(small.op, "lane/1/db-b-1", "{}");
	journal_put(small.op, "1.1/db-b-1", "{\"a\":2}");
	journal_note(small.op, "first");
	journal_note(small.op, "second %d", 2);
	flush(&small);
	check_write(&small, " first; second 2 1.1/db-b-1 {\"a\":2} lane/1/db-b-1 {}");
	CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.uid, "uid-op");
	CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.args[0], "1");
	CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.args[1], "1");
	small_close(&small);
}

static void
nothing_to_say_is_no_write(void **state)
{
	struct small small = open_small(workflow);

	(void)state;
	flush(&small);
	CHECK_INT(small_count(&small, EFFECT_REDIS), 0);
	CHECK(journal_is_quiet(small.op));
	small_close(&small);
}

/* It costs no write of its own and keeps no status back; and it is never left behind by what comes after it. */
static void
what_may_wait_leaves_with_the_next(void **state)
{
	struct small small = open_small(workflow);

	(void)state;
	journal_put_later(small.op, "lane/1/db-b-1", "{\"stamp\":1}");
	flush(&small);
	CHECK_INT(small_count(&small, EFFECT_REDIS), 0);
	CHECK(journal_is_quiet(small.op));
	journal_put(small.op, "1.1/db-b-1", "{}");
	CHECK(!journal_is_quiet(small.op));
	journal_put_later(small.op, "lane/1/db-b-1", "{\"stamp\":2}");
	flush(&small);
	check_write(&small, "  lane/1/db-b-1 {\"stamp\":2} 1.1/db-b-1 {}");
	answer(&small, 0, "[\"OK\",1]");
	CHECK(journal_is_quiet(small.op));
	flush(&small);
	CHECK_INT(small_count(&small, EFFECT_REDIS), 1);
	small_close(&small);
}

static void
one_write_is_on_its_way_at_a_time(void **state)
{
	struct small small = open_small(workflow);
	uint64_t first, second;

	(void)state;
	first = journal_put(small.op, "a", "1");
	flush(&small);
	second = journal_put(small.op, "b", "2");
	flush(&small);
	CHECK_INT(small_count(&small, EFFECT_REDIS), 1);
	CHECK(first != second);
	CHECK(!journal_is_durable(small.op, first));
	CHECK(!journal_is_quiet(small.op));
	answer(&small, 0, "[\"OK\",1]");
	CHECK(journal_is_durable(small.op, first));
	CHECK(!journal_is_durable(small.op, second));
	flush(&small);
	check_write(&small, "  b 2");
	CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.args[1], "2");
	answer(&small, 0, "[\"OK\",2]");
	CHECK(journal_is_durable(small.op, second));
	CHECK(journal_is_quiet(small.op));
	small_close(&small);
}

static void
another_content_has_another_digest(void **state)
{
	static const char *const contents[][3] = {{"a", "1", "x"}, {"a", "2", "x"}, {"b", "1", "x"}, {"a", "1", "y"}};
	char digests[ARRAY_LEN(contents)][32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(contents); i++) {
		struct small small = open_small(workflow);

		journal_put(small.op, contents[i][0], contents[i][1]);
		journal_note(small.op, "%s", contents[i][2]);
		flush(&small);
		snprintf(digests[i], sizeof digests[i], "%s", small_last(&small, EFFECT_REDIS)->redis.args[2]);
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(digests[i], digests[k]) != 0);
		small_close(&small);
	}
}

/* Whatever became of it, the same write goes out again, and what was put meanwhile waits behind it. */
static void
an_unanswered_write_is_sent_again_unchanged(void **state)
{
	static const enum outcome outcomes[] = {OUTCOME_TIMEOUT, OUTCOME_BROKEN, OUTCOME_REFUSED, OUTCOME_NOT_SENT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		struct small small = open_small(workflow);
		uint64_t id;

		journal_put(small.op, "a", "1");
		journal_note(small.op, "one");
		flush(&small);
		CLEANUP_FREE char *before = arguments(&small, 0), *after = NULL;
		id = small.op->journal.request;
		small_answer(&small, id, outcomes[i], 0, "no answer in time");
		CHECK(journal_away_ms(small.core, small.op) > 0);
		journal_put(small.op, "a", "2");
		flush(&small);
		small_at(&small, 5000);
		timers_run(small.core, &small.core->timers, small.core->now.up_ms);
		CHECK_INT(small_count(&small, EFFECT_REDIS), 2);
		CHECK(small.op->journal.request != id);
		after = arguments(&small, 0);
		CHECK_TEXT(after, before);
		answer(&small, 0, "[\"OK\",1]");
		CHECK_INT(journal_away_ms(small.core, small.op), 0);
		flush(&small);
		check_write(&small, "  a 2");
		small_close(&small);
	}
}

static void
an_error_reply_is_no_acknowledgement(void **state)
{
	struct small small = open_small(workflow);
	uint64_t ticket;

	(void)state;
	ticket = journal_put(small.op, "a", "1");
	flush(&small);
	answer(&small, 1, "OOM command not allowed when used memory > 'maxmemory'");
	CHECK(!journal_is_durable(small.op, ticket));
	CHECK(!journal_is_up(small.core));
	CHECK_CONTAINS(small.op->journal.problem, "OOM");
	CHECK(!small.op->lost);
	small_close(&small);
}

/* Redis is away for long: it is asked at least once a second, and hardly more often than twenty times. */
static void
trying_again_slows_down_and_never_stops(void **state)
{
	struct small small = open_small(workflow);
	size_t tries;

	(void)state;
	journal_put(small.op, "a", "1");
	flush(&small);
	for (int64_t ms = 0; ms < 10000; ms += 10) {
		small_at(&small, ms);
		if (small.op->journal.request)
			small_answer(&small, small.op->journal.request, OUTCOME_REFUSED, 0, "connection refused");
		timers_run(small.core, &small.core->timers, small.core->now.up_ms);
	}
	tries = small_count(&small, EFFECT_REDIS);
	CHECK(tries >= 10 && tries <= 25);
	small_close(&small);
}

static void
a_stale_epoch_lets_go_of_the_operation(void **state)
{
	struct small small = open_small(workflow);
	const struct op *op;

	(void)state;
	journal_put(small.op, "a", "1");
	flush(&small);
	answer(&small, 0, "[\"STALE\",2]");
	HASH_FIND_STR(small.core->ops, "uid-op", op);
	/* Anew: nothing of what it knew counts until it has been taken over again. */
	CHECK(op && !op->journal.taken && !op->plan);
	small_settle(&small);
	small_close(&small);
}

static void
nonsense_is_no_answer(void **state)
{
	static const char *const replies[] = {"[]", "[7]", "nonsense", "[\"what\"]"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		struct small small = open_small(workflow);
		size_t writes;

		journal_put(small.op, "a", "1");
		flush(&small);
		answer(&small, 0, replies[i]);
		CHECK(is_known(&small, "uid-op") && !small.op->lost);
		CHECK(!journal_is_durable(small.op, 1));
		writes = small_count(&small, EFFECT_REDIS);
		small_at(&small, 60000);
		timers_run(small.core, &small.core->timers, small.core->now.up_ms);
		CHECK_INT(small_count(&small, EFFECT_REDIS), writes + 1);
		small_close(&small);
	}
}

/* A flush, a fail-over, a restored backup: the controller at work still knows, and writes it anew under a fresh epoch. */
static void
a_journal_that_lost_what_it_had_is_written_anew(void **state)
{
	static const char *const replies[] = {"[\"GAP\",0]", "[\"STALE\",0]"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		struct small small = open_small(workflow);
		CLEANUP_FREE char *text = NULL;

		journal_put(small.op, "a", "1");
		flush(&small);
		answer(&small, 0, "[\"OK\",1]");
		journal_put(small.op, "b", "2");
		flush(&small);
		answer(&small, 0, replies[i]);
		CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_TAKEOVER);
		answer(&small, 0, "[5,0,\"\",\"1\",\"\",\"1.1/db-c-1\",\"{}\"]");
		text = arguments(&small, 0);
		CHECK(strncmp(text, "5 1 ", 4) == 0);
		CHECK_CONTAINS(text, "\"format\":1");
		CHECK_CONTAINS(text, "lane/1/db-b-1");
		CHECK_CONTAINS(text, " op {");
		/* What an older copy still holds is removed: nobody may take it for a step at work. */
		CHECK_CONTAINS(text, " 1.1/db-c-1  ");
		answer(&small, 0, "[\"OK\",1]");
		CHECK(journal_is_durable(small.op, 2));
		small_close(&small);
	}
}

/* spec.ttlSecondsAfterFinished; a week without it. */
static void
a_journal_expires_as_its_operation_says(void **state)
{
	static const struct {
		int64_t ttl;
		const char *seconds;
	} cases[] = {{-1, "604800"}, {60, "60"}, {315360000, "315360000"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = open_small(workflow);

		small.op->object->ttl_seconds = cases[i].ttl;
		journal_expire(small.core, small.op);
		CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_EXPIRE);
		CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.args[0], "1");
		CHECK_TEXT(small_last(&small, EFFECT_REDIS)->redis.args[1], cases[i].seconds);
		small_close(&small);
	}
}

/* A leader that was stopped meets a loss that another one may have dealt with: the Lease says first whose the journal is. */
static void
without_a_valid_lease_nothing_is_written_anew(void **state)
{
	struct small small = open_small(workflow);
	struct lease *lease = &small.core->shards.list[0];

	(void)state;
	small.core->shards.count = 1;
	small.core->config.lease_namespace = (char *)(uintptr_t)"strait";
	small.core->config.lease_ms = SECONDS(15);
	lease->held = true;
	lease->renewed_up_ms = small.core->now.up_ms - SECONDS(60);
	small.op->journal.seq = 3;
	journal_put(small.op, "a", "1");
	flush(&small);
	for (int tries = 0; tries < 3; tries++) {
		answer(&small, 0, "[\"GAP\",1]");
		CHECK_INT(small.op->journal.request, 0);
		CHECK(journal_away_ms(small.core, small.op) > 0);
		small_at(&small, 1000 * (tries + 1));
		timers_run(small.core, &small.core->timers, small.core->now.up_ms);
		CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_WRITE);
	}
	lease->renewed_up_ms = small.core->now.up_ms;
	answer(&small, 0, "[\"GAP\",1]");
	CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_TAKEOVER);
	CHECK(journal_is_up(small.core));
	small.core->config.lease_namespace = NULL;
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_in_one_step_leaves_as_one_write),
		cmocka_unit_test(nothing_to_say_is_no_write),
		cmocka_unit_test(what_may_wait_leaves_with_the_next),
		cmocka_unit_test(one_write_is_on_its_way_at_a_time),
		cmocka_unit_test(another_content_has_another_digest),
		cmocka_unit_test(an_unanswered_write_is_sent_again_unchanged),
		cmocka_unit_test(an_error_reply_is_no_acknowledgement),
		cmocka_unit_test(trying_again_slows_down_and_never_stops),
		cmocka_unit_test(a_stale_epoch_lets_go_of_the_operation),
		cmocka_unit_test(nonsense_is_no_answer),
		cmocka_unit_test(a_journal_expires_as_its_operation_says),
		cmocka_unit_test(a_journal_that_lost_what_it_had_is_written_anew),
		cmocka_unit_test(without_a_valid_lease_nothing_is_written_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
