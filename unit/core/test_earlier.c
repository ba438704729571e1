/* What another operation must tell before an operation with spec.targets.notDoneBy is planned. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "earlier.h"
#include "op.h"
#include "reasons.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry)};

	small_open(&small, &config);
	small_sweep(&small);
	effects_clear(small.out);
	small.op->object->not_done_by = xstrdup("before");
	return small;
}

static void
check_waits(struct small *small, const char *reason, const char *sentence)
{
	const char *got = NULL;
	struct err err = {""};

	CHECK(!earlier_ready(small->core, small->op, &got, &err));
	CHECK_TEXT(got, reason);
	CHECK_TEXT(err.text, sentence);
}

static bool
is_ready(struct small *small)
{
	const char *reason = NULL;
	struct err err = {""};

	return earlier_ready(small->core, small->op, &reason, &err);
}

static void
answer(struct small *small, int status, const char *body)
{
	small_answer(small, small_last(small, EFFECT_KUBE)->id, OUTCOME_ANSWERED, status, body);
	small_settle(small);
	effects_clear(small->out);
}

#define ENDED(members) "{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"messages-prd\"},\"status\":" \
    "{\"phase\":\"Failed\",\"planHash\":\"abc\",\"counts\":{\"total\":3}" members "}}"
#define PLACE "spec.targets.notDoneBy: "
#define NAME_THEM ": name the nodes that are left in spec.targets.nodes"

static void
nothing_is_asked_for_nothing(void **state)
{
	struct small small = open_small();

	(void)state;
	free(small.op->object->not_done_by);
	small.op->object->not_done_by = NULL;
	CHECK(is_ready(&small));
	CHECK(!earlier_unfit(small.op, NULL, NULL, 0));
	CHECK_INT(small_count(&small, EFFECT_KUBE), 0);
	small_close(&small);
}

static void
its_object_is_read_once(void **state)
{
	struct small small = open_small();
	struct plan_node nodes[SMALL_NODES];
	bool *unfit = xcalloc(SMALL_NODES, sizeof *unfit);

	(void)state;
	check_waits(&small, REASON_Surveying, PLACE "before is asked which nodes it has done");
	check_waits(&small, REASON_Surveying, PLACE "before is asked which nodes it has done");
	CHECK_INT(small_count(&small, EFFECT_KUBE), 1);
	CHECK_TEXT(small_last(&small, EFFECT_KUBE)->kube.path,
	    "/apis/strait.dev/v1alpha1/namespaces/ops/clusteroperations/before");
	/* db-a-1 is another machine by now; db-b-1 is the same under another name; db-c-1 is known by its name alone. */
	answer(&small, 200, ENDED(",\"nodesDone\":[{\"name\":\"db-a-1\",\"hostId\":\"gone\"},{\"name\":\"b\",\"hostId\":"
	    "\"00000000-0000-4000-8000-00000000000b\"},{\"name\":\"db-c-1\"}]"));
	CHECK(is_ready(&small));
	CHECK_INT(small_count(&small, EFFECT_KUBE), 0);
	for (size_t i = 0; i < SMALL_NODES; i++)
		nodes[i] = (struct plan_node){.name = (char *)small_nodes[i].name, .host_id = (char *)small_nodes[i].host_id};
	unfit = earlier_unfit(small.op, unfit, nodes, SMALL_NODES);
	CHECK(!unfit[0] && unfit[1] && unfit[2]);
	free(unfit);
	/* When its turn comes long after it may have been taken up again. */
	small_at(&small, 16000);
	CHECK(!earlier_is_over(small.core, small.op));
	CHECK_TEXT(small.op->reason, "Surveying");
	CHECK_INT(small.op->phase, PHASE_QUEUED);
	small_close(&small);
}

static const struct {
	const char *object, *reason, *sentence;
} refused[] = {
	{"{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"other\"}}", REASON_PlanRefused,
	    PLACE "before is an operation on other, expected one on messages-prd"},
	{"{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"messages-prd\",\"dryRun\":true},\"status\":{\"phase\":"
	    "\"Planned\"}}", REASON_PlanRefused,
	    PLACE "before is a dry run, and has done no node: name the operation that has"},
	{"{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"messages-prd\"},\"status\":{\"phase\":\"Cancelled\"}}",
	    REASON_PlanRefused, PLACE "before has ended before it had a plan, and has done no node: leave notDoneBy out"},
	{"{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"messages-prd\"},\"status\":{\"phase\":\"Succeeded\","
	    "\"planHash\":\"abc\",\"counts\":{\"total\":0},\"nodesDone\":[]}}", REASON_PlanRefused,
	    PLACE "before had no steps for nodes, and so has done none: leave notDoneBy out"},
	{ENDED(""), REASON_PlanRefused, PLACE "before does not tell in its status which nodes it has done" NAME_THEM},
	{ENDED(",\"nodesDone\":[{\"name\":\"db-a-1\"}],\"nodesDoneOmitted\":2"), REASON_PlanRefused,
	    PLACE "the status of before names 1 of 3 nodes that it has done, and not the others" NAME_THEM},
	{"{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"messages-prd\"}}", REASON_OperationNotEnded,
	    PLACE "before has not ended, it is not looked at yet; what it has done is looked at when it has"},
	{"{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"messages-prd\"},\"status\":{\"phase\":\"Paused\","
	    "\"planHash\":\"abc\"}}", REASON_OperationNotEnded,
	    PLACE "before has not ended, it is Paused; what it has done is looked at when it has"},
	{"{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"messages-prd\",\"retry\":2},\"status\":{\"phase\":"
	    "\"Failed\",\"planHash\":\"abc\",\"retryObserved\":1,\"counts\":{\"total\":3},\"nodesDone\":[]}}",
	    REASON_OperationNotEnded,
	    PLACE "before has not ended, it is to be taken up again; what it has done is looked at when it has"},
};

static void
what_does_not_tell_all_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct small small = open_small();

		CHECK(!is_ready(&small));
		answer(&small, 200, refused[i].object);
		check_waits(&small, refused[i].reason, refused[i].sentence);
		CHECK_INT(small_count(&small, EFFECT_KUBE), 0);
		/* What will not change by itself is asked less often. */
		small_at(&small, strcmp(refused[i].reason, REASON_PlanRefused) == 0 ? 59000 : 4900);
		CHECK(!is_ready(&small));
		CHECK_INT(small_count(&small, EFFECT_KUBE), 0);
		small_at(&small, 61000);
		check_waits(&small, refused[i].reason, refused[i].sentence);
		CHECK_INT(small_count(&small, EFFECT_KUBE), 1);
		answer(&small, 200, ENDED(",\"nodesDone\":[]"));
		CHECK(is_ready(&small));
		small_close(&small);
	}
}

static void
what_cannot_be_read_is_asked_again(void **state)
{
	struct small small = open_small();

	(void)state;
	CHECK(!is_ready(&small));
	answer(&small, 404, "{\"message\":\"not found\"}");
	check_waits(&small, REASON_OperationNotFound, PLACE "there is no ClusterOperation \"before\" in this namespace");
	small_at(&small, 5000);
	CHECK(!is_ready(&small));
	answer(&small, 403, "{\"message\":\"forbidden\"}");
	check_waits(&small, REASON_Surveying, PLACE "before cannot be read: HTTP 403: forbidden; it is asked again");
	small_at(&small, 10000);
	CHECK(!is_ready(&small));
	answer(&small, 200, "<html>");
	check_waits(&small, REASON_Surveying, PLACE "before cannot be read: JSON, byte 0: expected a value, not '<'; it is "
	    "asked again");
	small_close(&small);
}

static void
a_retry_of_a_cancelled_one_is_not_waited_for(void **state)
{
	struct small small = open_small();

	(void)state;
	CHECK(!is_ready(&small));
	answer(&small, 200, "{\"metadata\":{\"name\":\"before\"},\"spec\":{\"cluster\":\"messages-prd\",\"cancel\":true,"
	    "\"retry\":1},\"status\":{\"phase\":\"Cancelled\",\"planHash\":\"abc\",\"retryObserved\":0,\"counts\":"
	    "{\"total\":3},\"nodesDone\":[]}}");
	CHECK(is_ready(&small));
	small_close(&small);
}

/* Its turn must not stand in the other's way, which has been taken up again behind it. */
static void
one_that_is_taken_up_again_goes_before(void **state)
{
	struct small small = open_small();

	(void)state;
	small.op->accepted = true;
	CHECK(!earlier_is_over(small.core, small.op));
	CHECK(small.op->accepted);
	answer(&small, 200, refused[ARRAY_LEN(refused) - 1].object);
	CHECK(!earlier_is_over(small.core, small.op));
	CHECK(!small.op->accepted);
	CHECK_INT(small.op->phase, PHASE_PENDING);
	CHECK_TEXT(small.op->reason, "OperationNotEnded");
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_asked_for_nothing),
		cmocka_unit_test(its_object_is_read_once),
		cmocka_unit_test(what_does_not_tell_all_is_refused),
		cmocka_unit_test(what_cannot_be_read_is_asked_again),
		cmocka_unit_test(a_retry_of_a_cancelled_one_is_not_waited_for),
		cmocka_unit_test(one_that_is_taken_up_again_goes_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
