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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_act_before_status_and_finalizer),
		cmocka_unit_test(a_start_that_did_not_leave_is_not_ours),
		cmocka_unit_test(a_refuted_act_of_an_earlier_controller_is_asked_for_before_it_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
