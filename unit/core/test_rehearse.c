/* A plan on modelled time: what the engine waits for, counted by hand. */
#include "check.h"

#include "alloc.h"
#include "json.h"
#include "registry.h"
#include "rehearse.h"
#include "workflow.h"

enum { NODES = 6, STABLE_S = 30, SLACK_MS = 2000 };

#define TEXT(literal) (char *)(uintptr_t)(literal)
#define NODE(rack, number) {TEXT("db-" rack "-" number), TEXT("id-" rack number), TEXT("10.0.0." number), TEXT("dc"), \
	TEXT("dc/" rack), false}
static const struct plan_node nodes[NODES] = {
	NODE("a", "1"), NODE("a", "2"), NODE("b", "3"), NODE("b", "4"), NODE("c", "5"), NODE("c", "6"),
};

static int64_t
a_minute_each(void *user, const struct reconciler *type, const struct plan_value *with, size_t nwith)
{
	(void)user;
	(void)type;
	(void)with;
	(void)nwith;
	return MINUTES(1);
}

static struct plan *
compile(const char *steps, size_t count, const struct plan_node *of)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"own\"},\"spec\":{\"steps\":%s}}", steps);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);
	struct plan_input input = {.types = registry, .nodes = of, .nnodes = count, .stable_ms = SECONDS(STABLE_S)};
	struct err err = {""};
	struct workflow *workflow = workflow_decode(object, &err);
	struct plan *plan = workflow ? plan_compile(workflow, &input, &err) : NULL;

	workflow_free(workflow);
	if (!plan)
		CHECK_FAIL("%s: %s", steps, err.text);
	return plan;
}

static struct rehearsal *
play(const struct plan *plan)
{
	struct err err = {""};
	struct rehearsal *rehearsal = rehearse(plan, registry, a_minute_each, NULL, &err);

	if (!rehearsal)
		CHECK_FAIL("%s", err.text);
	return rehearsal;
}

static void
check_total(const char *steps, int64_t expected_s)
{
	struct plan *plan = compile(steps, NODES, nodes);
	struct rehearsal *rehearsal = play(plan);

	if (rehearsal->total_ms < SECONDS(expected_s) || rehearsal->total_ms > SECONDS(expected_s) + SLACK_MS)
		CHECK_FAIL("%s takes %lld ms, expected %lld s", steps, (long long)rehearsal->total_ms, (long long)expected_s);
	rehearsal_free(rehearsal);
	plan_free(plan);
}

#define ROLL(shape) "{\"eachNode\":{" shape "\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\"," \
	"\"with\":{\"service\":\"scylla-server\"}}]}}"

static void
time_is_what_the_engine_makes_of_it(void **state)
{
	(void)state;
	check_total("[" ROLL("") "]", NODES * (120 + STABLE_S));
	/* Two of a zone side by side, three zones. */
	check_total("[" ROLL("\"concurrencyLimit\":2,") "]", 3 * (120 + STABLE_S));
	check_total("[" ROLL("\"concurrencyUnit\":\"all\",\"concurrencyLimit\":6,") "]", 120 + STABLE_S);
	check_total("[" ROLL("\"coolDown\":\"5m\",") "]", NODES * (120 + STABLE_S) + (NODES - 1) * 300);
	check_total("[" ROLL("\"canary\":{\"soak\":\"10m\",\"approval\":true},") "]", NODES * (120 + STABLE_S) + 600);
	/* An approval takes no time, a window does. */
	check_total("[{\"approval\":{}},{\"wait\":[{\"condition\":\"cluster-normal\",\"successWindow\":\"90s\"}]}]", 90);
}

static void
each_stay_at_a_node_is_told(void **state)
{
	struct plan *plan = compile("[" ROLL("") "]", NODES, nodes);
	struct rehearsal *rehearsal = play(plan);
	static const char *const numbers[] = {"1.1", "1.2", "1.stable"};

	(void)state;
	CHECK_INT(rehearsal->nspans, NODES * ARRAY_LEN(numbers));
	for (size_t i = 0; i < rehearsal->nspans; i++) {
		const struct rehearsal_span *span = &rehearsal->spans[i];

		CHECK_TEXT(span->number, numbers[i % ARRAY_LEN(numbers)]);
		CHECK_INT(span->node, i / ARRAY_LEN(numbers));
		CHECK(span->begin_ms <= span->end_ms && span->end_ms <= rehearsal->total_ms);
		if (i > 0)
			CHECK(span->begin_ms >= rehearsal->spans[i - 1].end_ms);
	}
	rehearsal_free(rehearsal);
	plan_free(plan);
}

/* Who is none is known when the block begins: all but the two of rack a. */
static void
those_that_are_no_targets_count_too(void **state)
{
	static const char steps[] = "[" ROLL("") ",{\"eachNode\":{\"nodes\":\"others\",\"steps\":[{\"wait\":[{\"condition\":"
	    "\"is-up-normal\",\"successWindow\":\"60s\"}]}]}}]";
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"own\"},\"spec\":{\"steps\":%s}}", steps);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);
	static char rack[] = "dc/a";
	char *zones[] = {rack};
	struct plan_node here[NODES];
	struct plan_input input = {.types = registry, .nodes = here, .nnodes = NODES, .stable_ms = SECONDS(STABLE_S),
	    .zones = zones, .nzones = 1};
	struct err err = {""};
	struct workflow *workflow = workflow_decode(object, &err);
	struct rehearsal *rehearsal;
	struct plan *plan;

	(void)state;
	memcpy(here, nodes, sizeof here);
	for (size_t i = 0; i < NODES; i++)
		here[i].host_id = NULL;
	plan = plan_compile(workflow, &input, &err);
	workflow_free(workflow);
	if (!plan)
		CHECK_FAIL("%s", err.text);
	rehearsal = play(plan);
	CHECK_INT((rehearsal->total_ms + 999) / 1000, 2 * (120 + STABLE_S) + 4 * 60);
	CHECK_INT(rehearsal->nspans, 2 * 3 + 4);
	rehearsal_free(rehearsal);
	plan_free(plan);
}

/* What takes longer than its timeout is taken for just below it: an estimate of failures is of no use. */
static void
a_timeout_is_not_reached(void **state)
{
	(void)state;
	check_total("[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\",\"timeout\":\"10s\"}]}}]", NODES * 10 - 1);
}

static void
the_same_plan_takes_the_same_time(void **state)
{
	struct plan *plan = compile("[" ROLL("\"concurrencyLimit\":2,\"canary\":{\"soak\":\"1m\"},") "]", NODES, nodes);
	struct rehearsal *first = play(plan), *second = play(plan);

	(void)state;
	CHECK_INT(first->total_ms, second->total_ms);
	CHECK_INT(first->events, second->events);
	rehearsal_free(first);
	rehearsal_free(second);
	plan_free(plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_what_the_engine_makes_of_it),
		cmocka_unit_test(each_stay_at_a_node_is_told),
		cmocka_unit_test(those_that_are_no_targets_count_too),
		cmocka_unit_test(a_timeout_is_not_reached),
		cmocka_unit_test(the_same_plan_takes_the_same_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
