/* Lanes that are found when their block begins: read from a journal before anything else of them. That they are found,
 * and found once, unit/sim/test_crashes tells. */
#include "check.h"

#include "alloc.h"
#include "bystanders.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"nodes\":\"others\",\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow,
	    .targets = {"db-b-1"}, .ntargets = 1};

	small_open(&small, &config);
	small_sweep(&small);
	return small;
}

static bool
reads(struct small *small, const char *field, const char *value)
{
	return record_read(small->core, small->op, field, value);
}

static void
the_plan_has_a_rule_and_no_lanes(void **state)
{
	struct small small = open_small();
	struct err err = {""};
	struct plan *again = plan_decode(small.op->plan->text, registry, &err);

	(void)state;
	CHECK(small.op->plan->blocks[0].others);
	CHECK_INT(small.op->nlanes, 0);
	CHECK(small.op->lanes_most >= SMALL_NODES);
	CHECK_CONTAINS(small.op->plan->text, "\"nodes\":\"others\",\"except\":[1],\"lanes\":[]");
	CHECK(again && again->blocks[0].others && again->blocks[0].nexcept == 1 && again->blocks[0].except[0] == 1);
	plan_free(again);
	small_close(&small);
}

static const char whole[] = "{\"of\":2,\"nodes\":[{\"name\":\"db-a-1\",\"hostId\":\"00000000-0000-4000-8000-00000000000a\"},"
    "{\"name\":\"new-1\",\"hostId\":\"id-new\",\"address\":\"10.0.0.9\",\"datacenter\":\"dc1\",\"zone\":\"dc1/a\"}]}";

static void
who_takes_over_has_the_very_same_lanes(void **state)
{
	struct small small = open_small();
	struct op *op = small.op;

	(void)state;
	CHECK(!reads(&small, "lane/1/new-1", "{\"state\":\"done\",\"at\":1}"));
	CHECK(reads(&small, "others/1/0", whole));
	CHECK(bystanders_are_whole(op));
	CHECK_INT(op->nlanes, 2);
	CHECK(op->lanes[0].node == &op->plan->nodes[0]);
	CHECK_TEXT(op->lanes[1].node->name, "new-1");
	CHECK_TEXT(op->lanes[1].node->zone, "dc1/a");
	CHECK(reads(&small, "lane/1/new-1", "{\"state\":\"done\",\"at\":1}"));
	CHECK_INT(op->lanes[1].state, LANE_DONE);
	/* The ring is not asked again: what was found stays. */
	CHECK(bystanders_begin(small.core, op, 0));
	CHECK_INT(op->nlanes, 2);
	small_close(&small);
}

static void
what_is_not_whole_is_not_taken(void **state)
{
	static const char *const broken[][2] = {
		{"others/2/0", "{\"of\":0,\"nodes\":[]}"},
		{"others/0/0", "{\"of\":0,\"nodes\":[]}"},
		{"others/1", "{\"of\":0,\"nodes\":[]}"},
		{"others/1/0", "{\"nodes\":[]}"},
		{"others/1/0", "{\"of\":-1,\"nodes\":[]}"},
		{"others/1/0", "{\"of\":1000000,\"nodes\":[]}"},
		{"others/1/0", "{\"of\":2,\"nodes\":[{\"name\":\"a\",\"hostId\":\"b\"}]}"},
		{"others/1/0", "{\"of\":1,\"nodes\":[{\"name\":\"a\"}]}"},
		{"others/1/9", "{\"of\":1,\"nodes\":[]}"},
	};
	struct small small = open_small();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		if (reads(&small, broken[i][0], broken[i][1]))
			CHECK_FAIL("taken: %s %s", broken[i][0], broken[i][1]);
		roll_free(small.core, small.op);
		roll_start(small.core, small.op);
	}
	CHECK(reads(&small, "others/1/0", "{\"of\":0,\"nodes\":[]}"));
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plan_has_a_rule_and_no_lanes),
		cmocka_unit_test(who_takes_over_has_the_very_same_lanes),
		cmocka_unit_test(what_is_not_whole_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
