/* A wait of the cluster for what judges nodes: on every target, all of them at once, in its place among the steps. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"

static struct plan *
compile(const char *steps)
{
	struct workflow *workflow = fake_steps(steps);
	struct plan_input input = fake_input();
	struct err err = {""};
	struct plan *plan = plan_compile(workflow, &input, &err);

	workflow_free(workflow);
	if (!plan)
		CHECK_FAIL("%s: %s", steps, err.text);
	return plan;
}

#define LOOK "{\"task\":\"look\"}"
#define UP "{\"wait\":[{\"condition\":\"cluster-normal\"},{\"condition\":\"is-up-normal\",\"successWindow\":\"5s\"}]}"
#define NORMAL "{\"wait\":[{\"condition\":\"cluster-normal\"}]}"

/* One letter for a block, one digit for its steps: C the cluster's, N a wait of all nodes. */
static char *
shape(const struct plan *plan)
{
	struct buf out = BUF_INIT(BUF_MAX_LINE);

	for (size_t b = 0; b < plan->nblocks; b++)
		buf_printf(&out, "%c%zu", plan->blocks[b].each_node ? 'N' : 'C', plan->blocks[b].nsteps);
	return buf_take(&out);
}

static void
it_is_a_block_of_its_own(void **state)
{
	static const char *const cases[][2] = {
		{"[" UP "]", "N1"},
		{"[" LOOK "," NORMAL "]", "C2"},
		{"[" LOOK "," UP "," NORMAL "," LOOK "]", "C1N1C2"},
		{"[" UP "," UP "," LOOK "]", "N1N1C1"},
		{"[{\"eachNode\":{\"steps\":[" UP "," LOOK "]}}," LOOK "," UP "]", "N2C1N1"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plan *plan = compile(cases[i][0]);
		CLEANUP_FREE char *got = shape(plan);

		CHECK_TEXT(got, cases[i][1]);
		plan_free(plan);
	}
}

static void
all_targets_wait_at_once(void **state)
{
	struct plan *plan = compile("[" LOOK "," UP "]");
	const struct plan_block *block = &plan->blocks[1];

	(void)state;
	CHECK_TEXT(plan->blocks[0].steps[0].number, "1.1");
	CHECK_TEXT(block->steps[0].number, "2.1");
	CHECK_INT(block->nlanes, FAKE_NODES);
	CHECK_INT(plan_limit(plan, block, &plan->nodes[0]), FAKE_NODES);
	CHECK(!block->disruptive);
	CHECK_INT(block->steps[0].nconditions, 2);
	CHECK_INT(block->steps[0].conditions[1].window_ms, 5000);
	plan_free(plan);
}

/* Read back from the journal it is the same. */
static void
it_outlives_a_restart(void **state)
{
	struct plan *plan = compile("[" UP "]"), *again;
	struct err err = {""};

	(void)state;
	again = plan_decode(plan->text, fake_types, &err);
	CHECK(again);
	CHECK_TEXT(again->hash, plan->hash);
	CHECK_INT(plan_limit(again, &again->blocks[0], &again->nodes[0]), FAKE_NODES);
	plan_free(plan);
	plan_free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_a_block_of_its_own),
		cmocka_unit_test(all_targets_wait_at_once),
		cmocka_unit_test(it_outlives_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
