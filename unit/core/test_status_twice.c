/* A status that arrives twice: the second one is refused, and only that is heard. */
#include "check.h"

#include "alloc.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

/* What is written is not known then: what was told before is told again. */
static void
a_conflict_may_be_with_ourselves(void **state)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	(void)state;
	small_open(&small, &config);
	op_say(small.op, "Progressing", "one");
	op_write_status(small.core, small.op);
	small_answer(&small, small.op->status.request, OUTCOME_ANSWERED, 200, "{}");
	small_at(&small, 3000);
	op_say(small.op, "Progressing", "another");
	op_write_status(small.core, small.op);
	CHECK(small.op->status.request > 0);
	small_answer(&small, small.op->status.request, OUTCOME_ANSWERED, 409, "{}");
	op_say(small.op, "Progressing", "one");
	small_at(&small, 9000);
	timers_run(small.core, &small.core->timers, small.core->now.up_ms);
	op_write_status(small.core, small.op);
	CHECK(small.op->status.request > 0);
	CHECK_CONTAINS(small_last(&small, EFFECT_KUBE)->kube.body, "\"message\":\"one\"");
	small_settle(&small);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conflict_may_be_with_ourselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
