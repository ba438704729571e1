/* +node+ and +zone+ reach the author with each lane's own value. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"
#include "task.h"

static enum verdict
reconcile(struct task *t)
{
	return task_wait(t, 1000, "%s and %s", task_text(t, "what"), task_text(t, "else"));
}

static const struct reconciler call = {
	.name = "call", .scope = SCOPE_NODE, .timeout_ms = 60000, .reconcile = reconcile,
	.parameters = {{.name = "what", .type = PARAMETER_STRING}, {.name = "else", .type = PARAMETER_STRING}},
};
static const struct reconciler *const types[] = {&call, NULL};

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"call\",\"with\":"
    "{\"what\":\"+node+ in +zone+ 1++1\",\"else\":\"1++1\"}}]}}]}";

static void
each_lane_has_its_own(void **state)
{
	static const char *const expected[] = {"db-a-1 in dc1/a 1+1 and 1+1", "db-b-1 in dc1/b 1+1 and 1+1",
	    "db-c-1 in dc1/c 1+1 and 1+1"};
	struct small small = small_begun(types, workflow, NULL);

	(void)state;
	for (size_t i = 0; i < SMALL_NODES; i++) {
		struct step *step = small.op->lanes[i].step;

		step->task = task_new(small.core, small.op, step);
		for (int pass = 0; pass < 3; pass++) {
			task_begin_pass(step->task);
			task_pass(step->task);
			CHECK_TEXT(step->task->sentence, expected[i]);
		}
	}
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_lane_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
