/* An operation that has begun, and whose TargetCluster is not there, or cannot be read, when another controller takes it
 * over: nothing of it is judged anew, and it goes on when the object is there again. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "desk.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

#define WATCH(PLURAL) "GET /apis/strait.dev/v1alpha1/" PLURAL "?watch"
#define STATUS "PATCH /apis/strait.dev/v1alpha1/namespaces/ops/clusteroperations/restart/status"

#define TARGET(SPEC) "{\"metadata\":{\"name\":\"messages-prd\",\"namespace\":\"ops\",\"uid\":\"uid-target\"," \
    "\"resourceVersion\":\"120\",\"generation\":1},\"spec\":{" SPEC "\"contactPoints\":[\"10.0.0.1\"]," \
    "\"limits\":{\"maxNodesDown\":1}}}"
#define GOOD_TARGET TARGET("\"clusterName\":\"messages-prd\",")
#define BAD_TARGET TARGET("\"clusterName\":7,")

#define HELD "\"lane/1/db-b-1\",\"{\\\"state\\\":\\\"%s\\\",\\\"at\\\":1,\\\"held\\\":true%s}\""

static char *
operation(const char *phase, int version, const char *knobs)
{
	return xasprintf("{\"metadata\":{\"name\":\"restart\",\"namespace\":\"ops\",\"uid\":\"uid-op\","
	    "\"resourceVersion\":\"%d\",\"generation\":1,\"finalizers\":[\"strait.dev/operation\"]},\"spec\":{\"cluster\":"
	    "\"messages-prd\",\"workflow\":\"own\"%s},\"status\":{\"phase\":\"%s\",\"planHash\":\"h\",\"journal\":"
	    "{\"epoch\":1,\"seq\":3}}}", version, knobs, phase);
}

/* Its journal: db-b-1 is held down. There is no workflow "own" any more. */
static char *
journal_reply(const char *phase, const char *lane_state, const char *lane_more)
{
	static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":"
	    "\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};
	struct buf plan CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&plan);
	struct small small;
	char *reply;

	small_open(&small, &config);
	json_put_str(&out, NULL, small.op->plan->text);
	reply = xasprintf("[4,17,\"digest\",\"2\",%s,\"op\",\"{\\\"phase\\\":\\\"%s\\\","
	    "\\\"start\\\":1795248000000}\"," HELD "]", buf_str(&plan), phase, lane_state, lane_more);
	small_close(&small);
	return reply;
}

/* Taken over while there is no TargetCluster, or only that 'target'. */
static struct desk
open_desk(const char *target, const char *phase, const char *knobs, const char *reply)
{
	static const char *const none[] = {NULL};
	struct core_config config = small_core_config(registry);
	CLEANUP_FREE char *object = operation(phase, 110, knobs);
	struct desk desk;

	config.workflows = none;
	desk = desk_open(&config);
	desk_event(&desk, EVENT_START);
	desk_sync(&desk, target, "", object);
	desk_answer(&desk, desk_find(&desk, "REDIS takeover"), 0, reply);
	return desk;
}

static struct op *
op_of(struct desk *desk)
{
	struct op *op;

	HASH_FIND_STR(desk->core->ops, "uid-op", op);
	CHECK(op != NULL);
	return op;
}

static void
put_target_back(struct desk *desk)
{
	CLEANUP_FREE char *line = xasprintf("{\"type\":\"ADDED\",\"object\":%s}", GOOD_TARGET);

	desk_line(desk, desk_find(desk, WATCH("targetclusters")), line);
}

static void
its_plan_stays_frozen(const char *target)
{
	CLEANUP_FREE char *reply = journal_reply("Running", "running", "");
	struct desk desk = open_desk(target, "Running", "", reply);

	if (op_of(&desk)->lost)
		CHECK_FAIL("%s", op_of(&desk)->message);
	CHECK(op_of(&desk)->started && op_of(&desk)->accepted);
	CHECK_INT(op_of(&desk)->phase, PHASE_RUNNING);
	CHECK_TEXT(op_of(&desk)->reason, "ClusterNotFound");
	CHECK_CONTAINS(op_of(&desk)->message, "TargetCluster \"messages-prd\"");
	desk_pass(&desk, 2000);
	CHECK_CONTAINS(desk_find(&desk, STATUS)->body, "TargetCluster \\\"messages-prd\\\"");
	put_target_back(&desk);
	CHECK(op_of(&desk)->cluster && turn_is_ours(op_of(&desk)) && op_of(&desk)->has_turn);
	CHECK(op_of(&desk)->phase == PHASE_RUNNING || op_of(&desk)->phase == PHASE_FROZEN);
	CHECK(op_of(&desk)->lanes[1].held);
	CHECK(!desk_logged(&desk, "Pending") && !desk_logged(&desk, "WorkflowNotFound"));
	desk_close(&desk);
}

static void
one_whose_target_is_gone_keeps_its_plan(void **state)
{
	(void)state;
	its_plan_stays_frozen("");
}

static void
one_whose_target_cannot_be_read_keeps_its_plan(void **state)
{
	(void)state;
	its_plan_stays_frozen(BAD_TARGET);
}

/* It has left a node down, and nobody has said that this is known. */
static void
one_that_ended_keeps_its_cluster(void **state)
{
	static const char *const targets[] = {"", BAD_TARGET};
	CLEANUP_FREE char *reply = journal_reply("Failed", "failed", ",\\\"outOfService\\\":true");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct desk desk = open_desk(targets[i], "Failed", "", reply);

		if (op_of(&desk)->lost)
			CHECK_FAIL("%s", op_of(&desk)->message);
		CHECK(op_of(&desk)->ended);
		for (int n = 0; n < 5; n++) {
			if (desk_look(&desk, "PATCH "))
				desk_answer(&desk, desk_find(&desk, "PATCH "), 200, "{}");
			desk_pass(&desk, 1000);
		}
		put_target_back(&desk);
		CHECK(turn_is_ours(op_of(&desk)) && turn_is_kept(op_of(&desk)));
		desk_close(&desk);
	}
}

/* It is taken up as soon as there is what it is to be taken up on. */
static void
one_that_is_to_be_taken_up_again_waits_for_it(void **state)
{
	CLEANUP_FREE char *reply = journal_reply("Failed", "failed", ",\\\"outOfService\\\":true");
	struct desk desk = open_desk("", "Failed", ",\"retry\":1,\"acknowledge\":\"known\"", reply);

	(void)state;
	desk_pass(&desk, 2000);
	for (int n = 0; n < 5; n++) {
		if (desk_look(&desk, "REDIS write"))
			desk_answer(&desk, desk_find(&desk, "REDIS write"), 0, "[\"OK\"]");
		if (desk_look(&desk, "PATCH "))
			desk_answer(&desk, desk_find(&desk, "PATCH "), 200, "{}");
		desk_pass(&desk, 1000);
	}
	CHECK_TEXT(op_of(&desk)->reason, "ClusterNotFound");
	put_target_back(&desk);
	CHECK(turn_is_ours(op_of(&desk)) && !op_of(&desk)->ended);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_whose_target_is_gone_keeps_its_plan),
		cmocka_unit_test(one_whose_target_cannot_be_read_keeps_its_plan),
		cmocka_unit_test(one_that_ended_keeps_its_cluster),
		cmocka_unit_test(one_that_is_to_be_taken_up_again_waits_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
