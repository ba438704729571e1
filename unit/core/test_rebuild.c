/* A journal asked to be rebuilt from a status that does not tell enough: refused with the reason, and nothing is done. The
 * rebuilding itself is unit/sim/test_rebuild.c's. */
#include "check.h"

#include "alloc.h"
#include "catalog.h"
#include "cluster.h"
#include "informer.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

enum { TYPES_MAX = 128 };

#define DRAIN "{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}"
/* That would be refused of one that has not begun. */
#define PAIR "{\"eachNode\":{\"concurrencyUnit\":\"all\",\"concurrencyLimit\":2,\"steps\":[{\"task\":\"scylla-drain\"}]}}"
#define NAMED(node) "\"nodes\":[{\"name\":\"" node "\",\"state\":\"running\"}]"
#define LOST "Redis holds sequence 0, but 31 has been reported"
#define LOOK "{\"wait\":[{\"condition\":\"cluster-normal\"}]}"

/* None of those that exist acts on a whole cluster. */
static enum verdict
act_on_all(struct task *t)
{
	return task_done(t, "done");
}

static const struct reconciler rebalance = {
	.name = "rebalance-everything",
	.scope = SCOPE_CLUSTER,
	.impact = IMPACT_CHANGES_TOPOLOGY,
	.summary = "Acts on a whole cluster.",
	.timeout_ms = MINUTES(1),
	.reconcile = act_on_all,
};

static void
see(struct small *small, const struct informer_kind *kind, const char *text)
{
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);

	CHECK(object != NULL);
	kind->seen(small->core, NULL, object, 1);
}

/* The journal is lost and all that is left is this status; 'hash' NULL: that of today's plan. The settle time is over and
 * every node was asked. */
static struct small
open_unasked(const char *steps, const char *status, const char *hash)
{
	static const struct reconciler *types[TYPES_MAX];
	CLEANUP_FREE char *workflow = xasprintf("{\"metadata\":{\"name\":\"own\",\"namespace\":\"ops\",\"uid\":\"uid-own\","
	    "\"resourceVersion\":\"1\"},\"spec\":{\"steps\":[%s]}}", steps), *object = NULL;
	struct err err = {""};
	struct small small;
	struct plan *plan;
	size_t n = 0;

	for (; registry[n]; n++)
		types[n] = registry[n];
	types[n] = &rebalance;
	small_open(&small, &(struct small_config){.core = small_core_config(types)});
	small_at(&small, 60000);
	small_sweep(&small);
	see(&small, &catalog_kind, workflow);
	small.op->lost = true;
	plan = op_compile(small.core, small.op, &err);
	if (!plan)
		CHECK_FAIL("%s", err.text);
	object = xasprintf("{\"metadata\":{\"name\":\"restart\",\"namespace\":\"ops\",\"uid\":\"uid-op\","
	    "\"resourceVersion\":\"8\",\"generation\":2},\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":\"own\","
	    "\"rebuildJournal\":\"uid-op\"},"
	    "\"status\":{\"phase\":\"Running\",\"planHash\":\"%s\",%s}}", hash ? hash : plan->hash, status);
	plan_free(plan);
	see(&small, &operation_kind, object);
	small.op->journal.taken = true;
	small.op->journal.taken_up_ms = 0;
	op_say(small.op, "JournalLost", LOST);
	small_settle(&small);
	effects_clear(small.out);
	return small;
}

static struct small
open_lost(const char *steps, const char *status, const char *hash)
{
	struct small small = open_unasked(steps, status, hash);

	CHECK(journal_rebuild(small.core, small.op));
	if (small_count(&small, EFFECT_REDIS) == 0)
		return small;
	CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_TAKEOVER);
	small_answer(&small, small.op->journal.request, OUTCOME_ANSWERED, 0, "[4,0,\"\",\"2\",\"\"]");
	return small;
}

static void
what_would_be_guessing_is_refused(void **state)
{
	static const struct {
		const char *steps, *status, *hash, *why;
	} cases[] = {
		{DRAIN, "\"counts\":{\"total\":3,\"done\":1,\"running\":1,\"waiting\":1}," NAMED("db-b-1"), "0123456789abcdef",
		    "and the status names 0123456789abcdef: the workflow or the cluster has changed"},
		{DRAIN, "\"counts\":{\"total\":3,\"running\":1,\"failed\":1,\"waiting\":1}," NAMED("db-b-1"), NULL,
		    "the status names 1 of 2 nodes that are neither done nor waiting"},
		{DRAIN, "\"counts\":{\"total\":300,\"done\":300}", NULL, "look after them by hand"},
		{DRAIN "," LOOK "," DRAIN, "\"counts\":{\"total\":6,\"done\":3,\"waiting\":3}", NULL,
		    "the plan visits db-a-1 more than once"},
		{DRAIN ",{\"task\":\"rebalance-everything\"}", "\"counts\":{\"total\":3,\"done\":3}", NULL,
		    "a step of the whole cluster may have been carried out"},
		{DRAIN ",{\"task\":\"rebalance-everything\"}", "\"counts\":{\"total\":3,\"done\":2,\"running\":1},"
		    NAMED("db-c-1"), NULL, NULL},
		{DRAIN "," LOOK, "\"counts\":{\"total\":3,\"done\":3}", NULL, NULL},
		{PAIR, "\"counts\":{\"total\":3,\"done\":3}", NULL, NULL},
		{DRAIN, "\"counts\":{\"total\":3,\"done\":1,\"running\":1,\"waiting\":1}," NAMED("db-b-1")
		    ",\"nodesHeldDown\":[\"db-b-1\"]", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = open_lost(cases[i].steps, cases[i].status, cases[i].hash);

		if (cases[i].why) {
			if (!small.op->lost || small.op->started || !strstr(small.op->message, cases[i].why))
				CHECK_FAIL("case %zu: expected \"%s\", it says \"%s\"", i, cases[i].why, small.op->message);
			/* Nothing is taken over, written or sent; it is looked at again. */
			CHECK_INT(small_count(&small, EFFECT_REDIS), 0);
			CHECK_TEXT(small.op->reason, "JournalLost");
			CHECK(small.op->journal.retry.armed);
		} else {
			if (small.op->lost || !small.op->started)
				CHECK_FAIL("case %zu: it was refused: %s", i, small.op->message);
			CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_WRITE);
			CHECK_TEXT(small.op->reason, "JournalRebuilt");
		}
		small_close(&small);
	}
}

/* Those that are skipped are counted for themselves, and named: they are none of the finished ones. */
static void
what_is_finished_stays_so_beside_what_was_skipped(void **state)
{
	struct small small = open_lost(DRAIN, "\"counts\":{\"total\":3,\"done\":2,\"skipped\":1},"
	    "\"nodes\":[{\"name\":\"db-b-1\",\"state\":\"skipped\"}]", NULL);

	(void)state;
	CHECK_TEXT(small.op->reason, "JournalRebuilt");
	CHECK_INT(small.op->lanes[0].state, LANE_DONE);
	CHECK_INT(small.op->lanes[1].state, LANE_SKIPPED);
	CHECK_INT(small.op->lanes[2].state, LANE_DONE);
	small_close(&small);
}

/* Who withdraws the word reads again why it is wanted, not what stood in the way. */
static void
a_refusal_goes_with_the_word_that_was_refused(void **state)
{
	struct small small = open_lost(DRAIN, "\"counts\":{\"total\":3,\"done\":1,\"waiting\":2}", "0123456789abcdef");

	(void)state;
	CHECK_CONTAINS(small.op->message, "rebuildJournal: the plan would be");
	see(&small, &operation_kind, "{\"metadata\":{\"name\":\"restart\",\"namespace\":\"ops\",\"uid\":\"uid-op\","
	    "\"resourceVersion\":\"9\",\"generation\":3},\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":\"own\"},"
	    "\"status\":{\"phase\":\"Running\",\"planHash\":\"0123456789abcdef\",\"counts\":{\"total\":3}}}");
	small.op->lost_told = true;
	CHECK(!journal_rebuild(small.core, small.op));
	CHECK_TEXT(small.op->message, LOST);
	CHECK_TEXT(small.op->reason, "JournalLost");
	CHECK(small.op->lost && !small.op->lost_told);
	/* Said once. */
	small.op->lost_told = true;
	CHECK(!journal_rebuild(small.core, small.op));
	CHECK(small.op->lost_told);
	small_settle(&small);
	small_close(&small);
}

/* What stands in the way may change at once, and is told as soon as a status may follow the last one. */
static void
another_refusal_is_told_within_the_second(void **state)
{
	struct small small = open_lost(DRAIN, "\"counts\":{\"total\":3,\"done\":1,\"waiting\":2}", "0123456789abcdef");

	(void)state;
	op_write_lost(small.core, small.op);
	CHECK_CONTAINS(small_last(&small, EFFECT_KUBE)->kube.body, "rebuildJournal: the plan would be");
	small_answer(&small, small.op->status.request, OUTCOME_ANSWERED, 200, "{}");
	see(&small, &operation_kind, "{\"metadata\":{\"name\":\"restart\",\"namespace\":\"ops\",\"uid\":\"uid-op\","
	    "\"resourceVersion\":\"9\",\"generation\":3},\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":\"own\"},"
	    "\"status\":{\"phase\":\"Running\",\"planHash\":\"0123456789abcdef\",\"counts\":{\"total\":3}}}");
	CHECK(!journal_rebuild(small.core, small.op));
	op_write_lost(small.core, small.op);
	CHECK_INT(small.op->status.request, 0);
	small_at(&small, 61000);
	timers_run(small.core, &small.core->timers, small.core->now.up_ms);
	op_write_lost(small.core, small.op);
	CHECK_CONTAINS(small_last(&small, EFFECT_KUBE)->kube.body, LOST);
	small_settle(&small);
	small_close(&small);
}

/* Somebody else may lead by now, and the journal be his. */
static void
without_a_valid_lease_it_is_not_begun(void **state)
{
	struct small small = open_unasked(DRAIN, "\"counts\":{\"total\":3,\"done\":1,\"waiting\":2}", NULL);
	struct lease *lease = &small.core->shards.list[0];

	(void)state;
	small.core->shards.count = 1;
	small.core->config.lease_namespace = (char *)(uintptr_t)"strait";
	small.core->config.lease_ms = SECONDS(15);
	lease->held = true;
	lease->renewed_up_ms = small.core->now.up_ms - SECONDS(60);
	CHECK(journal_rebuild(small.core, small.op));
	CHECK_INT(small_count(&small, EFFECT_REDIS), 0);
	lease->renewed_up_ms = small.core->now.up_ms;
	CHECK(journal_rebuild(small.core, small.op));
	CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_TAKEOVER);
	small.core->config.lease_namespace = NULL;
	small_close(&small);
}

/* What is intended from then on is durable when its own write is acknowledged, not that of the new journal. */
static void
an_act_waits_for_its_own_write(void **state)
{
	struct small small = open_lost(DRAIN, "\"counts\":{\"total\":3,\"done\":1,\"waiting\":2}", NULL);
	uint64_t ticket;

	(void)state;
	CHECK_INT(small_last(&small, EFFECT_REDIS)->redis.script, REDIS_WRITE);
	small_answer(&small, small.op->journal.request, OUTCOME_ANSWERED, 0, "[\"OK\",1]");
	ticket = journal_put(small.op, "1.1/db-b-1", "{}");
	CHECK(!journal_is_durable(small.op, ticket));
	journal_flush(small.core, small.op);
	CHECK(!journal_is_durable(small.op, ticket));
	small_answer(&small, small.op->journal.request, OUTCOME_ANSWERED, 0, "[\"OK\",2]");
	CHECK(journal_is_durable(small.op, ticket));
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_would_be_guessing_is_refused),
		cmocka_unit_test(what_is_finished_stays_so_beside_what_was_skipped),
		cmocka_unit_test(a_refusal_goes_with_the_word_that_was_refused),
		cmocka_unit_test(another_refusal_is_told_within_the_second),
		cmocka_unit_test(without_a_valid_lease_it_is_not_begun),
		cmocka_unit_test(an_act_waits_for_its_own_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
