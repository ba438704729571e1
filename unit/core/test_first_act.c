/* What the first act waits for; that questions do not is in the story of test_story.c. */
#include "check.h"

#include "alloc.h"
#include "op.h"
#include "question.h"
#include "registry.h"
#include "small.h"
#include "state.h"
#include "task.h"

static struct small
open_small(void)
{
	const struct small_config config = {
		.core = small_core_config(registry),
		.workflow = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},"
		    "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}",
	};
	struct small small;

	small_open(&small, &config);
	return small;
}

static void
no_act_before_status_and_finalizer(void **state)
{
	static const struct {
		bool status, finalizer, cancelled, gone, may;
	} rows[] = {
		{.status = false, .finalizer = true, .may = false},
		{.status = true, .finalizer = false, .may = false},
		{.status = true, .finalizer = true, .may = true},
		{.status = false, .cancelled = true, .may = false},
		{.status = true, .cancelled = true, .may = true},
		{.gone = true, .may = true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct small small = open_small();
		struct lane *lane = &small.op->lanes[0];
		struct step *step = step_new(small.op, lane, &lane->block->steps[0]);
		struct act_record *act = act_add(step, "drain");

		small.core->config.gate = false;
		lane->step = step;
		step->task = task_new(small.core, small.op, step);
		act->channel = 'r';
		act->target = xstrdup("/storage_service/drain");
		act->view.answer = xstrdup("");
		act->fresh = true;
		small.op->status.running_acknowledged = rows[i].status;
		small.op->object->meta.has_finalizer = rows[i].finalizer;
		small.op->object->cancel = rows[i].cancelled;
		small.op->gone = rows[i].gone;
		acts_run(small.core, small.op, step);
		CHECK_INT(act->view.state, rows[i].may ? ACT_INTENDED : ACT_NONE);
		small_close(&small);
	}
}

/* Read from the journal an act has no channel until its author asks for it. One that only says what became of it has not
 * asked. */
static void
a_refuted_act_of_an_earlier_controller_is_asked_for_before_it_leaves(void **state)
{
	struct small small = open_small();
	struct lane *lane = &small.op->lanes[0];
	struct act_record *act;
	struct step *step;

	(void)state;
	small.core->config.gate = false;
	small.op->status.running_acknowledged = small.op->object->meta.has_finalizer = true;
	CHECK(record_read(small.core, small.op, "1.1/db-a-1", "{\"state\":\"running\",\"attempt\":1,\"acts\":{\"drain\":"
	    "{\"state\":\"sent\",\"kind\":\"once\",\"request\":\"/storage_service/drain\"}}}"));
	step = lane->step;
	step->task = task_new(small.core, small.op, step);
	act = act_find(step, "drain");
	CHECK_INT(act->view.state, ACT_UNKNOWN);
	act->view.settled = true;
	act_refuted(step->task, task_acted(step->task, "drain"));
	acts_run(small.core, small.op, step);
	CHECK_INT(act->view.state, ACT_NONE);
	task_act(step->task, "drain", ACT_ONCE, 'r', "/storage_service/drain");
	acts_run(small.core, small.op, step);
	CHECK_INT(act->view.state, ACT_INTENDED);
	small_close(&small);
}

/* A restart that never left: who has started the node since is somebody else, and what was done to it before is void. */
static void
a_start_that_did_not_leave_is_not_ours(void **state)
{
	static const enum outcome outcomes[] = {OUTCOME_NOT_SENT, OUTCOME_REFUSED, OUTCOME_ANSWERED, OUTCOME_TIMEOUT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		struct small small = open_small();
		struct lane *lane = &small.op->lanes[0];
		struct step *step = step_new(small.op, lane, &lane->block->steps[1]);

		small.core->config.gate = false;
		small.op->status.running_acknowledged = small.op->object->meta.has_finalizer = true;
		lane->at = 1;
		lane->step = step;
		step->task = task_new(small.core, small.op, step);
		task_act(step->task, "restart", ACT_ONCE, 'h', "restart scylla-server");
		acts_run(small.core, small.op, step);
		CHECK(lane->up_act);
		journal_flush(small.core, small.op);
		small_answer(&small, small.op->journal.request, OUTCOME_ANSWERED, 0, "[\"OK\",1]");
		acts_run(small.core, small.op, step);
		CHECK_INT(step->acts[0].view.state, ACT_SENT);
		small_answer(&small, step->acts[0].request, outcomes[i], 0, "");
		CHECK_INT(lane->up_act, i >= 2);
		small_close(&small);
	}
}

/* The drain is intended and sent. */
static struct step *
drain_sent(struct small *small)
{
	struct lane *lane = &small->op->lanes[0];
	struct step *step = step_new(small->op, lane, &lane->block->steps[0]);

	small->core->config.gate = false;
	small->op->status.running_acknowledged = small->op->object->meta.has_finalizer = true;
	lane->state = LANE_RUNNING;
	lane->step = step;
	step->state = STEP_RUNNING;
	step->attempt = 1;
	step->task = task_new(small->core, small->op, step);
	task_act(step->task, "drain", ACT_REPEATABLE, 'r', "/storage_service/drain");
	acts_run(small->core, small->op, step);
	CHECK(lane->held);
	journal_flush(small->core, small->op);
	small_answer(small, small->op->journal.request, OUTCOME_ANSWERED, 0, "[\"OK\",1]");
	acts_run(small->core, small->op, step);
	CHECK_INT(step->acts[0].view.state, ACT_SENT);
	CHECK(lane->held && lane->touched);
	return step;
}

/* What the journal tells of it by now. */
static void
check_taken_over(const struct step *step, bool held, bool touched)
{
	struct small after = open_small();
	CLEANUP_BUF struct buf of_lane = BUF_INIT(BUF_MAX_JOURNAL_VALUE), of_step = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	record_lane(step->lane, &of_lane);
	record_step(step, &of_step);
	CHECK(record_read(after.core, after.op, "lane/1/db-a-1", buf_str(&of_lane)));
	CHECK(record_read(after.core, after.op, step->id, buf_str(&of_step)));
	CHECK_INT(after.op->lanes[0].held, held);
	CHECK_INT(after.op->lanes[0].touched, touched);
	small_settle(&after);
	small_close(&after);
}

/* A node that nothing has reached is up, and not ours to bring back: whoever cancels leaves it as it is. */
static void
a_drain_that_did_not_leave_takes_nothing_down(void **state)
{
	static const enum outcome outcomes[] = {OUTCOME_NOT_SENT, OUTCOME_REFUSED, OUTCOME_ANSWERED, OUTCOME_TIMEOUT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		struct small small = open_small();
		struct step *step = drain_sent(&small);
		struct lane *lane = step->lane;
		bool left = i >= 2;

		small_answer(&small, step->acts[0].request, outcomes[i], 200, "");
		CHECK_INT(lane->held, left);
		CHECK_INT(lane->touched, left);
		check_taken_over(step, left, left);
		small.op->object->cancel = true;
		small.core->leading = true;
		lane_run(small.core, lane);
		CHECK_INT(lane->state, left ? LANE_RUNNING : LANE_WAITING);
		small_settle(&small);
		small_close(&small);
	}
}

/* Something harmless was done to it before: it is begun, and not held down all the same. */
static void
a_drain_that_did_not_leave_releases_a_node_that_was_begun(void **state)
{
	static const bool withdrawn[] = {false, true};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(withdrawn); i++) {
		struct small small = open_small();
		struct lane *lane = &small.op->lanes[0];
		struct step *step;

		lane->touched = true;
		step = drain_sent(&small);
		if (withdrawn[i]) {
			step->acts[0].view.state = ACT_INTENDED;
			lane->restoring = true;
			acts_run(small.core, small.op, step);
			CHECK_INT(step->acts[0].view.state, ACT_NOT_SENT);
		} else {
			small_answer(&small, step->acts[0].request, OUTCOME_NOT_SENT, 0, "");
		}
		CHECK(!lane->held && lane->touched);
		small_settle(&small);
		small_close(&small);
	}
}

/* Another one has left for it meanwhile. */
static void
a_second_act_keeps_the_node_ours(void **state)
{
	struct small small = open_small();
	struct step *step = drain_sent(&small);

	(void)state;
	task_act(step->task, "other", ACT_REPEATABLE, 'r', "/other");
	step->acts[1].fresh = false;
	step->acts[1].view.state = ACT_SENT;
	small_answer(&small, step->acts[0].request, OUTCOME_NOT_SENT, 0, "");
	CHECK(step->lane->held && step->lane->touched);
	small_settle(&small);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_act_before_status_and_finalizer),
		cmocka_unit_test(a_start_that_did_not_leave_is_not_ours),
		cmocka_unit_test(a_drain_that_did_not_leave_takes_nothing_down),
		cmocka_unit_test(a_drain_that_did_not_leave_releases_a_node_that_was_begun),
		cmocka_unit_test(a_second_act_keeps_the_node_ours),
		cmocka_unit_test(a_refuted_act_of_an_earlier_controller_is_asked_for_before_it_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
