/* What Redis can lose, by its own settings: told in one sentence with its remedy. */
#include "check.h"

#include <stdlib.h>

#include "alloc.h"
#include "journal.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

/* The condition and the metrics say the same; nothing else of the status depends on it. */
static void
check_told(struct small *small, const char *status)
{
	CLEANUP_BUF struct buf metrics = BUF_INIT(BUF_MAX_OBJECT);
	bool is_unknown = strcmp(status, "Unknown") == 0;
	char *expected = xasprintf("\"type\":\"JournalDurable\",\"status\":\"%s\"", status);
	char *reason = xasprintf("\"reason\":\"%s\"", is_unknown ? "DurabilityUnknown" :
	    strcmp(status, "True") == 0 ? "JournalDurable" : "JournalAtRisk");

	op_write_status(small->core, small->op);
	CHECK_CONTAINS(small_last(small, EFFECT_KUBE)->kube.body, expected);
	CHECK_CONTAINS(small_last(small, EFFECT_KUBE)->kube.body, reason);
	CHECK_CONTAINS(small_last(small, EFFECT_KUBE)->kube.body, "\"type\":\"Stalled\",\"status\":\"False\"");
	core_metrics(small->core, &metrics);
	CHECK_CONTAINS(buf_str(&metrics), strcmp(status, "True") == 0 ? "journal_durable 1\n" : "journal_durable 0\n");
	CHECK_CONTAINS(buf_str(&metrics), is_unknown ? "durability_unknown 1\n" : "durability_unknown 0\n");
	free(expected);
	free(reason);
}

static void
a_setting_that_loses_writes_is_named(void **state)
{
	static const struct {
		const char *settings, *status, *risk;
	} cases[] = {
		{"[\"yes\",\"always\",\"noeviction\",\"master\",0,0]", "True", ""},
		{"[\"yes\",\"always\",\"noeviction\",\"master\"]", "True", ""},
		{"[\"stated\",\"stated\",\"stated\",\"stated\",-1,0]", "True", ""},
		{"[\"unknown\",\"unknown\",\"unknown\",\"unknown\",-1,0]", "Unknown", "durable=1"},
		{"[\"unknown\",\"unknown\",\"unknown\",\"master\",0,0]", "Unknown", "hides its settings"},
		{"[\"yes\",\"always\",\"unknown\",\"master\",0,0]", "Unknown", "hides its settings"},
		{"[\"yes\",\"always\",\"noeviction\",\"unknown\",-1,0]", "Unknown", "whether it has replicas"},
		{"[\"stated\",\"no\",\"stated\",\"master\",0,0]", "False", "appendfsync"},
		{"[\"unknown\",\"unknown\",\"unknown\",\"master\",2,0]", "False", "no write waits for them"},
		{"[\"no\",\"always\",\"noeviction\",\"master\",0,0]", "False", "appendonly no"},
		{"[\"yes\",\"everysec\",\"noeviction\",\"master\",0,0]", "False", "appendfsync"},
		{"[\"yes\",\"no\",\"noeviction\",\"master\",0,0]", "False", "appendfsync"},
		{"[\"yes\",\"always\",\"allkeys-lru\",\"master\",0,0]", "False", "maxmemory-policy"},
		{"[\"yes\",\"always\",\"noeviction\",\"master\",2,0]", "False", "no write waits for them"},
		{"[\"yes\",\"always\",\"noeviction\",\"master\",2,1]", "True", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};
		struct small small;

		small_open(&small, &config);
		op_say(small.op, "Progressing", "next node");
		durability_start(small.core);
		small_answer(&small, small_last(&small, EFFECT_REDIS)->id, OUTCOME_ANSWERED, 0, cases[i].settings);
		CHECK(small.core->journal_judged);
		if (cases[i].risk[0])
			CHECK_CONTAINS(small.core->journal_risk, cases[i].risk);
		else
			CHECK_TEXT(small.core->journal_risk, "");
		check_told(&small, cases[i].status);
		small_close(&small);
	}
}

static void
an_answer_that_is_none_leaves_it_open(void **state)
{
	static const char *const answers[] = {"", "[]", "{}", "[1,2]", "nonsense"};

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		const struct small_config config = {.core = small_core_config(registry)};
		struct small small;

		small_open(&small, &config);
		durability_start(small.core);
		small_answer(&small, small_last(&small, EFFECT_REDIS)->id, OUTCOME_ANSWERED, 0, answers[i]);
		CHECK(!small.core->journal_judged);
		small_close(&small);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_setting_that_loses_writes_is_named),
		cmocka_unit_test(an_answer_that_is_none_leaves_it_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
