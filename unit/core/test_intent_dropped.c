/* A step that ends while an intent of its waits for Redis: the act leaves no more, and the journal says so. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "question.h"
#include "small.h"
#include "state.h"
#include "task.h"

static enum verdict
halt(struct task *t)
{
	if (task_acted(t, "ask"))
		return task_halt(t, "it is not allowed");
	task_act(t, "ask", ACT_ONCE, 'w', "POST http://tickets/new");
	return task_wait(t, SECONDS(1), "asks");
}

static enum verdict
be_done(struct task *t)
{
	return task_acted(t, "ask") ? task_done(t, "somebody else was faster") : halt(t);
}

static enum verdict
go_on_waiting(struct task *t)
{
	task_act(t, "ask", ACT_ONCE, 'w', "POST http://tickets/new");
	return task_wait(t, SECONDS(1), "asks");
}

static const struct reconciler whole = {
	.name = "whole",
	.scope = SCOPE_CLUSTER,
	.impact = IMPACT_NONE,
	.summary = "Orders something, then halts.",
	.timeout_ms = MINUTES(1),
	.reconcile = halt,
}, drains = {
	.name = "drains",
	.scope = SCOPE_NODE,
	.impact = IMPACT_TAKES_NODE_DOWN,
	.summary = "Orders something, then halts.",
	.timeout_ms = MINUTES(1),
	.reconcile = halt,
}, adopts = {
	.name = "adopts",
	.scope = SCOPE_NODE,
	.impact = IMPACT_TAKES_NODE_DOWN,
	.summary = "Orders something, then is done all the same.",
	.timeout_ms = MINUTES(1),
	.reconcile = be_done,
}, waits = {
	.name = "waits",
	.scope = SCOPE_NODE,
	.impact = IMPACT_TAKES_NODE_DOWN,
	.summary = "Orders something and waits for it.",
	.timeout_ms = MINUTES(1),
	.reconcile = go_on_waiting,
};

static const struct reconciler *const types[] = {&whole, &drains, &adopts, &waits, NULL};

static struct small
open_small(const char *workflow)
{
	const struct small_config config = {.core = small_core_config(types), .workflow = workflow};
	struct small small;

	small_open(&small, &config);
	small.core->config.gate = false;
	small.op->status.running_acknowledged = small.op->object->meta.has_finalizer = true;
	return small;
}

/* It runs, and what it asks the node has no answer. */
static void
run(struct small *small, struct step *step)
{
	step_run(small->core, small->op, step);
	for (size_t i = 0; i < small->out->count; i++)
		if (small->out->list[i].kind == EFFECT_HOST || small->out->list[i].kind == EFFECT_REST)
			small_answer(small, small->out->list[i].id, OUTCOME_REFUSED, 0, "");
	effects_clear(small->out);
	step_run(small->core, small->op, step);
}

/* Intended, and Redis has not answered. */
static void
intend(struct small *small, struct step *step)
{
	run(small, step);
	CHECK_INT(step->nacts, 1);
	CHECK_INT(step->acts[0].view.state, ACT_INTENDED);
}

static void
look_again(struct small *small, struct step *step)
{
	step_new_round(small->core, step);
	run(small, step);
}

static void
check_journaled(const struct step *step)
{
	CLEANUP_BUF struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	record_step(step, &value);
	CHECK_CONTAINS(buf_str(&value), "\"ask\":{\"state\":\"not_sent\"");
}

static void
a_step_of_the_cluster_that_fails_is_at_a_safe_point(void **state)
{
	struct small small = open_small("{\"steps\":[{\"task\":\"whole\"}]}");
	struct step *step = step_new(small.op, NULL, &small.op->plan->blocks[0].steps[0]);

	(void)state;
	small.op->cluster_step = step;
	intend(&small, step);
	CHECK(!roll_at_safe_point(small.op));
	look_again(&small, step);
	CHECK_INT(step->state, STEP_FAILED);
	CHECK(roll_has_failed(small.op));
	CHECK(roll_at_safe_point(small.op));
	check_journaled(step);
	/* Nor does it leave when Redis answers. */
	journal_flush(small.core, small.op);
	small_answer(&small, small.op->journal.request, OUTCOME_ANSWERED, 0, "[\"OK\",1]");
	step_run(small.core, small.op, step);
	CHECK_INT(small_count(&small, EFFECT_WEB), 0);
	small_settle(&small);
	small_close(&small);
}

/* Nor is a node ours that nothing was sent to. */
static void
a_node_that_nothing_was_sent_to_is_not_held_down(void **state)
{
	static const struct {
		const char *workflow;
		enum step_state state;
	} rows[] = {
		{"{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"drains\"}]}}]}", STEP_FAILED},
		{"{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"adopts\"}]}}]}", STEP_DONE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct small small = open_small(rows[i].workflow);
		struct lane *lane = &small.op->lanes[0];

		lane->state = LANE_RUNNING;
		lane->step = step_new(small.op, lane, &lane->block->steps[0]);
		intend(&small, lane->step);
		CHECK(lane->held);
		look_again(&small, lane->step);
		CHECK_INT(lane->step->state, rows[i].state);
		CHECK(!lane->held);
		check_journaled(lane->step);
		small_settle(&small);
		small_close(&small);
	}
}

/* An attempt whose time runs out meanwhile gives it up, too. */
static void
an_attempt_that_runs_out_of_time_releases_the_node(void **state)
{
	struct small small = open_small("{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"waits\",\"retries\":1}]}}]}");
	struct lane *lane = &small.op->lanes[0];

	(void)state;
	lane->state = LANE_RUNNING;
	lane->step = step_new(small.op, lane, &lane->block->steps[0]);
	intend(&small, lane->step);
	small_at(&small, 61000);
	look_again(&small, lane->step);
	CHECK_INT(lane->step->attempt, 2);
	CHECK(!lane->held);
	small_settle(&small);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_of_the_cluster_that_fails_is_at_a_safe_point),
		cmocka_unit_test(a_node_that_nothing_was_sent_to_is_not_held_down),
		cmocka_unit_test(an_attempt_that_runs_out_of_time_releases_the_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
