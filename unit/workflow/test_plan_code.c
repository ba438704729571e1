/* A plan's text and back. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "plan_parts.h"

static const char steps[] = "[{\"wait\":[{\"condition\":\"cluster-normal\"}]},{\"eachNode\":{\"concurrencyUnit\":"
    "\"datacenter\",\"concurrencyLimit\":2,\"steps\":[{\"task\":\"scylla-drain\",\"timeout\":\"5m\"},{\"task\":"
    "\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"},\"retries\":7},{\"wait\":[{\"condition\":"
    "\"is-up-normal\",\"with\":{\"known_node\":\"db-a-1\"},\"successWindow\":\"60s\"},{\"condition\":"
    "\"compactions-nominal\"}]}]}},{\"eachNode\":{\"concurrencyUnit\":\"all\",\"steps\":[{\"task\":\"unplug\"}]}}]";

static struct plan *
plan_of(const char *text)
{
	struct plan_input input = fake_input();
	struct workflow *w = fake_steps(text);
	struct err err = {""};
	struct plan *plan = plan_compile(w, &input, &err);

	workflow_free(w);
	if (!plan)
		CHECK_FAIL("%s", err.text);
	return plan;
}

static void
a_plan_survives_its_text(void **state)
{
	struct plan *plan = plan_of(steps);
	struct err err = {""};
	struct plan *back = plan_decode(plan->text, fake_types, &err);
	CLEANUP_FREE char *again = NULL;

	(void)state;
	if (!back)
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(back->text, plan->text);
	CHECK_TEXT(back->hash, plan->hash);
	CHECK_TEXT(back->title, "roll");
	CHECK_INT(back->nblocks, 3);
	CHECK_INT(back->blocks[1].unit, WORKFLOW_UNIT_DATACENTER);
	CHECK_INT(back->blocks[1].limit, 2);
	CHECK_INT(back->blocks[1].steps[1].retries, 7);
	CHECK(back->blocks[1].disruptive && !back->blocks[1].leaves_down);
	CHECK(back->blocks[1].restore.implied && back->blocks[1].stable.implied);
	CHECK(back->blocks[2].leaves_down && !back->blocks[2].restore.type);
	/* Nothing is lost on the way: what was read is written as it was. */
	again = TAKE_PTR(back->text);
	CHECK_INT(plan_encode(back, &err), 0);
	CHECK_TEXT(back->text, again);
	plan_free(back);
	plan_free(plan);
}

/* The good plan with one part of its text replaced. */
static const struct {
	const char *from, *to, *text;
} damages[] = {
	{"\"format\":1", "\"format\":6",
	    "plan, format: this controller reads plans of formats 1 to 5, not 6; run the version that made the plan"},
	{"\"format\":1,", "",
	    "plan, format: this controller reads plans of formats 1 to 5, not 0; run the version that made the plan"},
	{"\"title\":\"roll\"", "\"title\":3", "plan, title: expected a string, got 3"},
	{"\"hostId\"", "\"host\"", "plan, nodes[0].hostId: missing; expected a string"},
	{"\"type\":\"scylla-drain\"", "\"type\":\"scylla-dry\"", "plan, blocks[1].steps[0].type: this controller has no "
	    "task type \"scylla-dry\"; run the version that made the plan"},
	{"\"type\":\"scylla-drain\"", "\"type\":\"is-up-normal\"", "plan, blocks[1].steps[0].type: this controller has "
	    "no task type \"is-up-normal\"; run the version that made the plan"},
	{"\"type\":\"cluster-normal\"", "\"type\":\"look\"", "plan, blocks[0].steps[0].wait[0].type: this controller has "
	    "no condition \"look\"; run the version that made the plan"},
	{"\"service\":", "\"servise\":",
	    "plan, blocks[1].steps[1].with.servise: this controller's systemd-restart-service has no such parameter"},
	{"\"threshold\":\"100\"", "\"threshold\":\"many\"",
	    "plan, blocks[1].steps[2].wait[1].with.threshold: expected an integer, got \"many\""},
	{"\"threshold\":\"100\"", "\"threshold\":100",
	    "plan, blocks[1].steps[2].wait[1].with.threshold: expected a string, got 100"},
	{"\"unit\":\"datacenter\"", "\"unit\":\"rack\"",
	    "plan, blocks[1].unit: expected zone, datacenter or all, got \"rack\""},
	{"\"limit\":2", "\"limit\":0", "plan, blocks[1].limit: expected an integer of 1 or more, got 0"},
	{"\"retries\":7", "\"retries\":-7", "plan, blocks[1].steps[1].retries: expected an integer of 0 or more, got -7"},
	{"\"timeoutMs\":300000", "\"timeout\":300000", "plan, blocks[1].steps[0].timeoutMs: missing; expected an integer"},
	{"\"pollMs\":5000", "\"pollMs\":0",
	    "plan, blocks[0].steps[0].wait[0].pollMs: expected an integer of 1 or more, got 0"},
	{"\"wait\":[", "\"wait\":[1,2,3,4,5,6,7,8,", "plan, blocks[0].steps[0].wait: more than 8 conditions"},
	{"[0,1,2,3,4,5]", "[0,1,2,3,4,6]", "plan, blocks[1].lanes[5]: expected an integer from 5 to 5, got 6"},
	{"[0,1,2,3,4,5]", "[0,1,1,3,4,5]", "plan, blocks[1].lanes[2]: expected an integer from 2 to 5, got 1"},
	{"[0,1,2,3,4,5]", "[5,5]", "plan, blocks[1].lanes[1]: there is no such node left"},
	{"[0,1,2,3,4,5]", "[]", "plan, blocks[1].lanes: does not fit eachNode"},
	{"\"lanes\":[]", "\"lanes\":[0]", "plan, blocks[0].lanes: does not fit eachNode"},
	{"\"stable\":", "\"sstable\":", "plan, blocks[1].stable.number: missing; expected a string"},
};

static char *
replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		CHECK_FAIL("%s is not in %s", from, text);
	return xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void
damaged_plans_are_refused(void **state)
{
	struct plan *plan = plan_of(steps);

	(void)state;
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		CLEANUP_FREE char *text = replaced(plan->text, damages[i].from, damages[i].to);
		struct err err = {""};

		CHECK(!plan_decode(text, fake_types, &err));
		CHECK_TEXT(err.text, damages[i].text);
	}
	plan_free(plan);
}

/* A build that reads format 1 would wait too short a time. */
static void
a_retry_backoff_makes_it_format_2(void **state)
{
	struct plan *plan = plan_of("[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\",\"retryBackoff\":\"90s\"}]}}]");
	struct err err = {""};
	struct plan *back = plan_decode(plan->text, fake_types, &err);

	(void)state;
	if (!back)
		CHECK_FAIL("%s", err.text);
	CHECK_CONTAINS(plan->text, "{\"format\":2,");
	CHECK_INT(back->blocks[0].steps[0].retry_backoff_ms, 90000);
	CHECK_TEXT(back->hash, plan->hash);
	plan_free(plan);
	plan_free(back);
}

static void
what_is_no_plan_is_refused(void **state)
{
	struct err err = {""};

	(void)state;
	CHECK(!plan_decode("", fake_types, &err));
	CHECK(*err.text);
	CHECK(!plan_decode("[]", fake_types, &err));
	CHECK(!plan_decode("{\"format\":1,\"title\":\"t\",\"nodes\":3}", fake_types, &err));
	CHECK_TEXT(err.text, "plan, nodes: expected a list, got 3");
	CHECK(!plan_free(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_survives_its_text),
		cmocka_unit_test(damaged_plans_are_refused),
		cmocka_unit_test(a_retry_backoff_makes_it_format_2),
		cmocka_unit_test(what_is_no_plan_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
