/* The shape of a roll: how many at once, canaries, pauses, failures that are borne, approvals. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "json.h"

#define EACH(members) "[{\"eachNode\":{" members ",\"steps\":[{\"task\":\"look\"}]}}]"
#define SHARE(least) "expected an integer from " least " to 1000, or a percentage such as \"20%\", got "
#define AT "workflow roll, spec.steps[0].eachNode."

static const struct refusal {
	const char *steps, *text;
} refusals[] = {
	{EACH("\"concurrencyLimit\":\"0%\""), AT "concurrencyLimit: " SHARE("1") "\"0%\""},
	{EACH("\"concurrencyLimit\":\"101%\""), AT "concurrencyLimit: " SHARE("1") "\"101%\""},
	{EACH("\"concurrencyLimit\":\"2\""), AT "concurrencyLimit: " SHARE("1") "\"2\""},
	{EACH("\"concurrencyLimit\":\"20%%\""), AT "concurrencyLimit: " SHARE("1") "\"20%%\""},
	{EACH("\"concurrencyLimit\":1001"), AT "concurrencyLimit: " SHARE("1") "1001"},
	{EACH("\"maxFailures\":-1"), AT "maxFailures: " SHARE("0") "-1"},
	{EACH("\"maxFailures\":true"), AT "maxFailures: " SHARE("0") "true"},
	{EACH("\"canary\":1"), AT "canary: expected an object, got 1"},
	{EACH("\"canary\":{}"), AT "canary: after its nodes nothing is waited for; set soak, or approval: true"},
	{EACH("\"canary\":{\"nodes\":2,\"approval\":false}"),
	    AT "canary: after its nodes nothing is waited for; set soak, or approval: true"},
	{EACH("\"canary\":{\"nodes\":0,\"soak\":\"1m\"}"),
	    AT "canary.nodes: expected an integer from 1 to 1000, got 0"},
	{EACH("\"canary\":{\"node\":1,\"soak\":\"1m\"}"), AT "canary.node: unknown field; did you mean \"nodes\"?"},
	{EACH("\"canary\":{\"soak\":\"1m\",\"message\":\"m\"}"),
	    AT "canary.message: is said while an approval is awaited; set approval: true"},
	{"[{\"approval\":true}]", "workflow roll, spec.steps[0].approval: expected an object, got true"},
	{"[{\"approval\":{\"text\":\"m\"}}]", "workflow roll, spec.steps[0].approval.text: unknown field"},
	{"[{\"approval\":{},\"timeout\":\"1m\"}]",
	    "workflow roll, spec.steps[0]: with, retries, retryBackoff, timeout and impact belong to a task; a condition has "
	    "its own"},
	{"[{\"task\":\"t\",\"impact\":\"little\"}]", "workflow roll, spec.steps[0].impact: expected none, takesNodeDown, "
	    "bringsNodeUp or changesTopology, got \"little\""},
	{"[{\"eachNode\":{\"steps\":[{\"approval\":{}}]}}]", AT "steps[0].approval: unknown field"},
};

static const struct refusal compiled[] = {
	{EACH("\"canary\":{\"soak\":\"soon\"}"),
	    AT "canary.soak: expected a duration such as 90s or 1h30m of 1ms or more, got \"soon\""},
	{EACH("\"canary\":{\"soak\":\"0s\"}"),
	    AT "canary.soak: expected a duration such as 90s or 1h30m of 1ms or more, got \"0s\""},
	{EACH("\"coolDown\":\"-1s\""),
	    AT "coolDown: expected a duration such as 90s or 1h30m of 1ms or more, got \"-1s\""},
	{EACH("\"coolDown\":\"+x+\""), AT "coolDown: roll has no variable \"x\"; there is none"},
	{EACH("\"gateTimeout\":\"10ms\""),
	    AT "gateTimeout: expected a duration such as 90s or 1h30m of 1s or more, got \"10ms\""},
	{"[{\"approval\":{\"message\":\"a+b\"}}]", "workflow roll, spec.steps[0].approval.message: a \"+\" begins a "
	    "+variable+; for a plus write \"++\""},
	/* Two of two nodes in each rack. */
	{"[{\"eachNode\":{\"concurrencyLimit\":\"100%\",\"steps\":[{\"task\":\"scylla-drain\"}]}}]", AT "concurrencyLimit: "
	    "2 nodes at once, but the TargetCluster's limits.maxNodesDown is 1; lower one or raise the other"},
};

static void
nonsense_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"steps\":%s}}",
		    refusals[i].steps);
		CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);
		struct err err = {""};

		CHECK(json);
		CHECK(!workflow_decode(json, &err));
		CHECK_TEXT(err.text, refusals[i].text);
	}
	for (size_t i = 0; i < sizeof compiled / sizeof *compiled; i++) {
		struct workflow *w = fake_steps(compiled[i].steps);
		struct plan_input input = fake_input();
		struct err err = {""};

		input.max_nodes_down = 1;
		CHECK(!plan_compile(w, &input, &err));
		CHECK_TEXT(err.text, compiled[i].text);
		workflow_free(w);
	}
}

/* Compiled, written, read back: what comes out is what went in, and is written the same. */
static struct plan *
round_trip(const char *steps)
{
	struct workflow *w = fake_steps(steps);
	struct plan_input input = fake_input();
	struct err err = {""};
	struct plan *plan = plan_compile(w, &input, &err), *again;

	if (!plan)
		CHECK_FAIL("%s", err.text);
	again = plan_decode(plan->text, fake_types, &err);
	if (!again)
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(again->hash, plan->hash);
	CHECK(plan_rebind(again, &again->nodes[0], plan->nodes[0].address, plan->nodes[0].zone, &err) == 0);
	CHECK_TEXT(again->text, plan->text);
	plan_free(plan);
	workflow_free(w);
	return again;
}

static void
a_shape_is_kept_by_the_plan(void **state)
{
	struct plan *plan = round_trip("[{\"eachNode\":{\"concurrencyUnit\":\"global\",\"concurrencyLimit\":\"50%\","
	    "\"canary\":{\"nodes\":2,\"soak\":\"10m\",\"approval\":true,\"message\":\"look at p99\"},\"coolDown\":\"5m\","
	    "\"maxFailures\":\"20%\",\"gateTimeout\":\"1h\",\"steps\":[{\"task\":\"look\"}]}},"
	    "{\"approval\":{\"message\":\"and now?\"}},{\"approval\":{}}]");
	const struct plan_block *block = &plan->blocks[0];

	(void)state;
	CHECK_INT(block->unit, WORKFLOW_UNIT_ALL);
	CHECK_INT(plan_limit(plan, block, &plan->nodes[0]), 3);
	CHECK_INT(block->canary.nodes, 2);
	CHECK_INT(block->canary.soak_ms, 600000);
	CHECK(block->canary.approval);
	CHECK_TEXT(block->canary.message, "look at p99");
	CHECK_INT(block->cool_down_ms, 300000);
	CHECK_INT(block->max_failures, 1);
	CHECK_INT(block->gate_timeout_ms, 3600000);
	CHECK(plan->blocks[1].steps[0].approval);
	CHECK_TEXT(plan->blocks[1].steps[0].message, "and now?");
	CHECK_TEXT(plan->blocks[1].steps[0].number, "2.1");
	CHECK(plan->blocks[1].steps[1].approval);
	CHECK(!plan->blocks[1].steps[1].message);
	CHECK(strncmp(plan->text, "{\"format\":2,", 12) == 0);
	plan_free(plan);
}

static void
a_plain_plan_is_written_as_ever(void **state)
{
	struct plan *plan = round_trip(EACH("\"concurrencyLimit\":2"));

	(void)state;
	CHECK(strncmp(plan->text, "{\"format\":1,", 12) == 0);
	CHECK_INT(plan->blocks[0].gate_timeout_ms, PLAN_GATE_TIMEOUT_MS);
	CHECK_INT(plan->blocks[0].max_failures, 0);
	plan_free(plan);
	/* An older build takes these one node at a time, and waits at the gate as long as it ever did. */
	plan = round_trip(EACH("\"concurrencyLimit\":\"50%\",\"gateTimeout\":\"1h\""));
	CHECK(strncmp(plan->text, "{\"format\":1,", 12) == 0);
	CHECK_INT(plan->blocks[0].limit, 1);
	plan_free(plan);
}

static void
a_percentage_is_of_the_units_nodes_and_at_least_one(void **state)
{
	static const struct {
		const char *unit, *limit;
		int64_t expected;
	} cases[] = {
		{"zone", "100%", 2}, {"zonal", "50%", 1}, {"rack", "1%", 1}, {"zone", "99%", 1}, {"all", "34%", 2},
		{"all", "33%", 1}, {"datacenter", "100%", 6}, {"global", "20%", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_FREE char *steps = xasprintf("[{\"eachNode\":{\"concurrencyUnit\":\"%s\",\"concurrencyLimit\":\"%s\","
		    "\"steps\":[{\"task\":\"look\"}]}}]", cases[i].unit, cases[i].limit);
		struct plan *plan = round_trip(steps);

		CHECK_INT(plan_limit(plan, &plan->blocks[0], &plan->nodes[5]), cases[i].expected);
		plan_free(plan);
	}
}

static void
a_plan_bound_anew_has_another_name(void **state)
{
	struct plan *plan = round_trip(EACH("\"concurrencyLimit\":1")), *read;
	struct err err = {""};
	char hash[17];

	(void)state;
	snprintf(hash, sizeof hash, "%s", plan->hash);
	CHECK(plan_rebind(plan, &plan->nodes[2], "10.9.9.9", "dc1/x", &err) == 0);
	CHECK(strcmp(hash, plan->hash) != 0);
	read = plan_decode(plan->text, fake_types, &err);
	CHECK(read);
	CHECK_TEXT(read->hash, plan->hash);
	CHECK_TEXT(read->nodes[2].zone, "dc1/x");
	CHECK_TEXT(read->nodes[2].address, "10.9.9.9");
	plan_free(read);
	plan_free(plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused_with_its_place),
		cmocka_unit_test(a_shape_is_kept_by_the_plan),
		cmocka_unit_test(a_plain_plan_is_written_as_ever),
		cmocka_unit_test(a_percentage_is_of_the_units_nodes_and_at_least_one),
		cmocka_unit_test(a_plan_bound_anew_has_another_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
