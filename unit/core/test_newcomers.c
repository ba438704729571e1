/* Nodes that were new to the ring when the plan was made: what is known of them, and what that allows. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "newcomers.h"
#include "op.h"
#include "question.h"
#include "registry.h"
#include "small.h"
#include "state.h"
#include "task.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"run-command\",\"impact\":\"none\",\"with\":"
    "{\"command\":\"check\"}},{\"task\":\"salt-highstate\"},{\"task\":\"systemd-start-service\",\"with\":{\"service\":"
    "\"scylla-server\"}}]}}]}";

/* db-a-1 and db-b-1 are to be added, db-c-1 is a member; what the plan knows of them is as if it had been made so. */
static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	small_open(&small, &config);
	roll_free(small.core, small.op);
	for (size_t i = 0; i < 2; i++) {
		struct plan_node *node = &small.op->plan->nodes[i];

		free(node->host_id);
		node->host_id = xstrdup("");
		node->is_new = true;
	}
	roll_start(small.core, small.op);
	return small;
}

static bool
reads(struct small *small, const char *field, const char *value)
{
	return record_read(small->core, small->op, field, value);
}

static bool
is_journaled(const struct small *small, const char *field)
{
	const struct journal_batch *open = &small->op->journal.open;

	for (size_t i = 0; i < open->count; i++)
		if (strcmp(open->entries[i].field, field) == 0)
			return true;
	return false;
}

static enum impact
impact(struct small *small, size_t lane, size_t number)
{
	struct step *step = step_new(small->op, &small->op->lanes[lane], &small->op->lanes[lane].block->steps[number]);
	enum impact is = step_impact(step);

	step_free(small->core, step);
	return is;
}

static void
whatever_may_start_a_new_node_changes_the_topology(void **state)
{
	struct small small = open_small();

	(void)state;
	CHECK(lane_is_outside(&small.op->lanes[0]) && !lane_is_outside(&small.op->lanes[2]));
	CHECK_INT(impact(&small, 0, 0), IMPACT_NONE);
	CHECK_INT(impact(&small, 0, 1), IMPACT_CHANGES_TOPOLOGY);
	CHECK_INT(impact(&small, 0, 2), IMPACT_CHANGES_TOPOLOGY);
	CHECK_INT(impact(&small, 2, 1), IMPACT_TAKES_NODE_DOWN);
	CHECK_INT(impact(&small, 2, 2), IMPACT_BRINGS_NODE_UP);
	/* A member like others, once it is up. */
	CHECK(reads(&small, "new/db-a-1", "{\"hostId\":\"id\",\"joins\":true,\"joined\":true}"));
	CHECK(!lane_is_outside(&small.op->lanes[0]));
	CHECK_INT(impact(&small, 0, 1), IMPACT_TAKES_NODE_DOWN);
	small_close(&small);
}

/* Seen first while it is not up yet: its host id is kept. Of one that was made anew meanwhile the new one. */
static void
a_host_id_is_journaled_on_first_sight(void **state)
{
	struct small small = open_small();
	struct op *op = small.op;

	(void)state;
	small_sweep(&small);
	small_crash(&small, "db-a-1");
	CHECK(!is_journaled(&small, "new/db-a-1"));
	newcomers_look(small.core, op);
	CHECK_TEXT(op->plan->nodes[0].host_id, small_nodes[0].host_id);
	CHECK(lane_is_outside(&op->lanes[0]));
	CHECK(is_journaled(&small, "new/db-a-1"));
	CHECK(!lane_is_outside(&op->lanes[1]));
	snprintf(small.cluster->ring->members[0].host_id, RING_HOST_ID, "another");
	newcomers_look(small.core, op);
	CHECK_TEXT(op->plan->nodes[0].host_id, "another");
	small_close(&small);
}

static void
one_joins_at_a_time(void **state)
{
	struct small small = open_small();
	struct op *op = small.op;
	char why[200];

	(void)state;
	CHECK(newcomers_allow(op, &op->lanes[0], why, sizeof why) && newcomers_allow(op, &op->lanes[2], why, sizeof why));
	newcomer_joins(&op->lanes[0]);
	CHECK(is_journaled(&small, "new/db-a-1"));
	CHECK(newcomers_allow(op, &op->lanes[0], why, sizeof why));
	CHECK(!newcomers_allow(op, &op->lanes[1], why, sizeof why));
	CHECK_TEXT(why, "db-a-1 is being added: one node joins at a time");
	CHECK(!newcomers_allow(op, &op->lanes[2], why, sizeof why) && !newcomers_allow(op, NULL, why, sizeof why));
	/* Failed: it may join all the same. Left out by a person: it is theirs. */
	op->lanes[0].state = LANE_FAILED;
	CHECK(!newcomers_allow(op, &op->lanes[1], why, sizeof why));
	op->lanes[0].state = LANE_SKIPPED;
	CHECK(newcomers_allow(op, &op->lanes[1], why, sizeof why));
	op->lanes[0].state = LANE_RUNNING;
	CHECK(reads(&small, "new/db-a-1", "{\"hostId\":\"id\",\"joins\":true,\"joined\":true}"));
	CHECK(newcomers_allow(op, &op->lanes[1], why, sizeof why));
	CHECK(newcomers_are_open(op));
	CHECK(reads(&small, "new/db-b-1", "{\"hostId\":\"id-2\",\"joined\":true}"));
	CHECK(!newcomers_are_open(op));
	small_close(&small);
}

/* An act that would make db-a-1 join, intended and sent. */
static struct step *
start_sent(struct small *small)
{
	struct lane *lane = &small->op->lanes[0];
	struct step *step = step_new(small->op, lane, &lane->block->steps[2]);

	small->core->config.gate = false;
	small->op->status.running_acknowledged = small->op->object->meta.has_finalizer = true;
	lane->step = step;
	step->task = task_new(small->core, small->op, step);
	task_act(step->task, "start", ACT_ONCE, 'h', "start scylla-server");
	acts_run(small->core, small->op, step);
	CHECK(lane_is_joining(lane));
	journal_flush(small->core, small->op);
	small_answer(small, small->op->journal.request, OUTCOME_ANSWERED, 0, "[\"OK\",1]");
	acts_run(small->core, small->op, step);
	CHECK_INT(step->acts[0].view.state, ACT_SENT);
	return step;
}

/* Nobody waits for a node to join that nothing has reached. */
static void
a_start_that_did_not_leave_makes_nobody_join(void **state)
{
	static const enum outcome outcomes[] = {OUTCOME_NOT_SENT, OUTCOME_REFUSED, OUTCOME_ANSWERED, OUTCOME_TIMEOUT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		struct small small = open_small();
		struct step *step = start_sent(&small);
		struct op *op = small.op;
		char why[200];

		small_answer(&small, step->acts[0].request, outcomes[i], 0, "");
		CHECK_INT(lane_is_joining(&op->lanes[0]), i >= 2);
		CHECK_INT(newcomers_allow(op, &op->lanes[1], why, sizeof why), i < 2);
		CHECK_INT(is_journaled(&small, "new/db-a-1"), i < 2);
		small_settle(&small);
		small_close(&small);
	}
}

static void
what_is_not_so_is_not_read(void **state)
{
	static const char *const broken[][2] = {
		{"new/db-c-1", "{\"hostId\":\"id\"}"},
		{"new/db-x-1", "{\"hostId\":\"id\"}"},
		{"new/", "{\"hostId\":\"id\"}"},
		{"new/db-a-1", "{\"hostId\":1}"},
		{"new/db-a-1", "{\"hostId\":\"id\",\"joins\":\"true\"}"},
		{"new/db-a-1", "{\"hostId\":\"id\",\"joined\":1}"},
		{"new/db-a-1", "[]"},
	};
	struct small small = open_small();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		if (reads(&small, broken[i][0], broken[i][1]))
			CHECK_FAIL("taken: %s %s", broken[i][0], broken[i][1]);
	CHECK(lane_is_outside(&small.op->lanes[0]));
	CHECK_TEXT(small.op->plan->nodes[0].host_id, "");
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_may_start_a_new_node_changes_the_topology),
		cmocka_unit_test(a_host_id_is_journaled_on_first_sight),
		cmocka_unit_test(one_joins_at_a_time),
		cmocka_unit_test(a_start_that_did_not_leave_makes_nobody_join),
		cmocka_unit_test(what_is_not_so_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
