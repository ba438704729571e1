/* What Redis can lose, by its own settings: told in one sentence with its remedy. */
#include "check.h"

#include "journal.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static void
a_setting_that_loses_writes_is_named(void **state)
{
	static const struct {
		const char *settings, *risk;
	} cases[] = {
		{"[\"yes\",\"always\",\"noeviction\",\"master\",0,0]", ""},
		{"[\"yes\",\"always\",\"noeviction\",\"master\"]", ""},
		{"[\"unknown\",\"unknown\",\"unknown\",\"unknown\",-1,0]", ""},
		{"[\"no\",\"always\",\"noeviction\",\"master\",0,0]", "appendonly no"},
		{"[\"yes\",\"everysec\",\"noeviction\",\"master\",0,0]", "appendfsync"},
		{"[\"yes\",\"no\",\"noeviction\",\"master\",0,0]", "appendfsync"},
		{"[\"yes\",\"always\",\"allkeys-lru\",\"master\",0,0]", "maxmemory-policy"},
		{"[\"yes\",\"always\",\"noeviction\",\"master\",2,0]", "no write waits for them"},
		{"[\"yes\",\"always\",\"noeviction\",\"master\",2,1]", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct small_config config = {.core = small_core_config(registry)};
		struct small small;

		small_open(&small, &config);
		durability_start(small.core);
		small_answer(&small, small_last(&small, EFFECT_REDIS)->id, OUTCOME_ANSWERED, 0, cases[i].settings);
		CHECK(small.core->journal_judged);
		if (cases[i].risk[0])
			CHECK_CONTAINS(small.core->journal_risk, cases[i].risk);
		else
			CHECK_TEXT(small.core->journal_risk, "");
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
