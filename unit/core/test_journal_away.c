/* A journal that is away, alone among others, or at the moment when it is to expire. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "explain.h"
#include "informer.h"
#include "journal_private.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	small_open(&small, &config);
	return small;
}

static struct op *
add_other(struct small *small)
{
	static const char text[] = "{\"metadata\":{\"name\":\"other\",\"namespace\":\"ops\",\"uid\":\"uid-other\","
	    "\"resourceVersion\":\"1\"},\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":\"own\"}}";
	CLEANUP_JSON struct cJSON *object = json_parse(text, sizeof text - 1, NULL);
	struct op *op;

	operation_kind.seen(small->core, NULL, object, 1);
	HASH_FIND_STR(small->core->ops, "uid-other", op);
	return op;
}

/* One part of Redis is away, and the others answer: whose journal lies there says why, and it is logged once. */
static void
one_that_answers_does_not_speak_for_another(void **state)
{
	struct small small = open_small();
	struct op *other = add_other(&small);
	const struct event refused = {.outcome = OUTCOME_ANSWERED, .status = 1, .body = "CLUSTERDOWN slot 7"};
	char text[MESSAGE];
	size_t lines;

	(void)state;
	journal_problem(small.core, small.op, &refused);
	lines = small_count(&small, EFFECT_LOG);
	for (int i = 0; i < 3; i++) {
		journal_answers(small.core, other);
		CHECK(!journal_is_up(small.core));
		CHECK(asking_explain_journal(small.core, small.op, text, sizeof text));
		CHECK_TEXT(text, "Redis does not answer: CLUSTERDOWN slot 7");
		journal_problem(small.core, small.op, &refused);
	}
	CHECK_INT(small_count(&small, EFFECT_LOG), lines);
	journal_answers(small.core, small.op);
	CHECK(journal_is_up(small.core));
	CHECK_INT(small_count(&small, EFFECT_LOG), lines + 1);
	small_settle(&small);
	small_close(&small);
}

/* Why nothing moves was told after a status that had failed: once the journal answers nothing waits for either. */
static void
what_it_kept_back_is_told_as_soon_as_it_answers(void **state)
{
	struct small small = open_small();
	struct op *op = small.op;

	(void)state;
	op_write_status(small.core, op);
	journal_put(op, "a", "1");
	journal_flush(small.core, op);
	small_at(&small, 3000);
	small_answer(&small, op->status.request, OUTCOME_TIMEOUT, 0, "no answer in time");
	small_answer(&small, op->journal.request, OUTCOME_REFUSED, 0, "connection refused");
	small_at(&small, 5000);
	timers_run(small.core, &small.core->timers, small.core->now.up_ms);
	op_explain(small.core, op);
	op_write_status(small.core, op);
	CHECK_CONTAINS(small_last(&small, EFFECT_KUBE)->kube.body, "Redis does not answer: connection refused");
	small_answer(&small, op->status.request, OUTCOME_ANSWERED, 200, "{}");
	small_answer(&small, op->journal.request, OUTCOME_ANSWERED, 0, "[\"OK\",1]");
	CHECK(journal_is_up(small.core));
	small_at(&small, 6000);
	op_explain(small.core, op);
	op_write_status(small.core, op);
	CHECK(op->status.request > 0);
	CHECK_CONTAINS(small_last(&small, EFFECT_KUBE)->kube.body, "\"phase\":\"Running\"");
	small_settle(&small);
	small_close(&small);
}

/* Without an answer it is asked for again; nothing of the operation is left once it is there, or another has taken it over. */
static void
an_expiry_is_asked_for_until_it_is_answered(void **state)
{
	static const char *const answers[] = {"[\"OK\"]", "[\"STALE\",2]"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct small small = open_small();

		CHECK(!journal_expire(small.core, small.op));
		CHECK(!journal_expire(small.core, small.op));
		CHECK_INT(small_count(&small, EFFECT_REDIS), 1);
		small_answer(&small, small.op->journal.request, OUTCOME_REFUSED, 0, "connection refused");
		CHECK(!journal_expire(small.core, small.op));
		CHECK_INT(small_count(&small, EFFECT_REDIS), 1);
		small_at(&small, 5000);
		timers_run(small.core, &small.core->timers, small.core->now.up_ms);
		CHECK(!journal_expire(small.core, small.op));
		CHECK_INT(small_count(&small, EFFECT_REDIS), 2);
		CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_EXPIRE);
		small_answer(&small, small.op->journal.request, OUTCOME_ANSWERED, 0, answers[i]);
		CHECK(journal_expire(small.core, small.op));
		CHECK_INT(small_count(&small, EFFECT_REDIS), 2);
		small_settle(&small);
		small_close(&small);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_answers_does_not_speak_for_another),
		cmocka_unit_test(what_it_kept_back_is_told_as_soon_as_it_answers),
		cmocka_unit_test(an_expiry_is_asked_for_until_it_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
