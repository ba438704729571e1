/* Why an operation does not move: the sentence of its status, which must be true. */
#include "check.h"

#include "alloc.h"
#include "api.h"
#include "cluster.h"
#include "explain.h"
#include "op.h"
#include "question.h"
#include "reasons.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"steps\":["
    "{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

enum { BEGUN_MS = 60000 };

/* The first node is at work. */
static struct small
open_at_work(void)
{
	struct small small = small_begun(registry, workflow, NULL);

	small_at(&small, BEGUN_MS);
	small_sweep(&small);
	for (size_t i = 1; i < small.op->nlanes; i++) {
		small.op->lanes[i].step = step_free(small.core, small.op->lanes[i].step);
		small.op->lanes[i].state = LANE_WAITING;
	}
	return small;
}

static const char *
explained(struct small *small)
{
	op_explain(small->core, small->op);
	return small->op->message;
}

/* --- the gate --- */

/* 'name' has not answered the last sweep, and the others call it up. */
static void
leave_unheard(struct small *small, size_t silent)
{
	struct ring *ring = small->cluster->ring;

	ring_begin_sweep(ring);
	for (size_t i = 0; i < SMALL_NODES; i++) {
		if (i == silent)
			continue;
		ring_set_mode(ring, i, "\"NORMAL\"", 8, NULL);
		ring_set_gossiping(ring, i, "true", 4, NULL);
		ring_set_live(ring, i, "[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\"]", 34, NULL);
	}
}

static void
close_gate(struct small *small)
{
	struct step *step = small->op->lanes[0].step;

	step->gated = gate_check(small->core, small->op, step) == GATE_CLOSED;
	for (size_t i = 0; i < RAFT_ASKED && !step->gated; i++)
		if (small->cluster->raft.slots[i].request)
			small_answer(small, small->cluster->raft.slots[i].request, OUTCOME_ANSWERED, 200, "");
	step->gated = step->gated || gate_check(small->core, small->op, step) == GATE_CLOSED;
	CHECK(step->gated);
}

static void
who_is_down_is_named_with_the_time(void **state)
{
	struct small small = open_at_work();

	(void)state;
	small_crash(&small, "db-c-1");
	close_gate(&small);
	CHECK_CONTAINS(explained(&small), "db-c-1 down since ");
	small_close(&small);
}

/* One that hangs, or is slow, is not down: whoever is called would look for the wrong thing. */
static void
who_only_does_not_answer_is_not_called_down(void **state)
{
	struct small small = open_at_work();

	(void)state;
	leave_unheard(&small, 2);
	close_gate(&small);
	CHECK_CONTAINS(explained(&small), "db-c-1 does not answer, though db-");
	assert_null(strstr(small.op->message, "down since"));
	small_close(&small);
}

/* --- whom it waits for --- */

/* The step's questions are asked, and nobody answers. */
static struct small
open_asking(void)
{
	struct small small = open_at_work();

	step_run(small.core, small.op, small.op->lanes[0].step);
	CHECK(small.op->lanes[0].step->task->nquestions > 0);
	return small;
}

static void
whom_a_step_waits_for_is_named_after_a_second(void **state)
{
	struct small small = open_asking();

	(void)state;
	CHECK_TEXT(explained(&small), "db-a-1: scylla-drain");
	/* Then it is looked at again by itself. */
	CHECK(timers_next(&small.core->timers) <= small.core->now.up_ms + 1000);
	small_at(&small, BEGUN_MS + 1000);
	CHECK_CONTAINS(explained(&small), "db-a-1: the host of db-a-1 has not answered yet (asked ");
	small_close(&small);
}

/* A core before this one may have ordered it, and its journal does not tell. */
static void
what_may_still_arrive_of_before_is_said(void **state)
{
	struct small small = open_at_work();
	struct lane *lane = &small.op->lanes[0];
	struct act_record *act;

	(void)state;
	lane->step = step_free(small.core, lane->step);
	lane->at = 1;
	lane->step = step_new(small.op, lane, &lane->block->steps[1]);
	step_run(small.core, small.op, lane->step);
	act = act_add(lane->step, "restart");
	act->fresh = true;
	lane->unsettled_up_ms = small.core->now.up_ms + 8000;
	CHECK_TEXT(explained(&small), "db-a-1: a start of before the takeover may still arrive");
	small_at(&small, BEGUN_MS + 8000);
	explained(&small);
	assert_null(strstr(small.op->message, "may still arrive"));
	small_close(&small);
}

static void
what_was_said_stands_while_answers_are_quick(void **state)
{
	struct small small = open_asking();

	(void)state;
	snprintf(small.op->lanes[0].step->message, MESSAGE, "asked to drain, still NORMAL");
	small_at(&small, BEGUN_MS + 400);
	CHECK_TEXT(explained(&small), "db-a-1: asked to drain, still NORMAL");
	small_close(&small);
}

/* --- knobs --- */

static void
until_it_is_suspended_it_says_what_it_still_does(void **state)
{
	struct small small = open_at_work();

	(void)state;
	small.op->object->suspend = true;
	snprintf(small.op->lanes[0].step->message, MESSAGE, "asked to drain, still NORMAL");
	CHECK_TEXT(explained(&small), "suspends after db-a-1: asked to drain, still NORMAL");
	CHECK_INT(small.op->phase, PHASE_RUNNING);
	small.op->lanes[0].step = step_free(small.core, small.op->lanes[0].step);
	small.op->lanes[0].state = LANE_WAITING;
	CHECK_TEXT(explained(&small), "spec.suspend is set");
	CHECK_INT(small.op->phase, PHASE_PAUSED);
	small_close(&small);
}

static void
until_it_is_cancelled_it_says_what_it_still_does(void **state)
{
	struct small small = open_at_work();

	(void)state;
	small.op->object->cancel = true;
	snprintf(small.op->lanes[0].step->message, MESSAGE, "asked to drain, still NORMAL");
	CHECK_TEXT(explained(&small), "cancels after db-a-1: asked to drain, still NORMAL");
	CHECK_INT(small.op->phase, PHASE_CANCELLING);
	small_close(&small);
}

/* A node that is down by our doing matters more than what was asked for since. */
static void
a_node_out_of_service_is_shouted_in_a_cancelled_one_too(void **state)
{
	struct small small = open_at_work();

	(void)state;
	small.op->object->cancel = true;
	small.op->lanes[0].failed = small.op->lanes[0].restoring = true;
	CHECK_CONTAINS(explained(&small), "db-a-1 is OUT OF SERVICE and being brought back: ");
	CHECK_INT(small.op->phase, PHASE_CANCELLING);
	small_close(&small);
}

/* --- rest --- */

static void
a_controller_that_hands_over_says_so(void **state)
{
	struct small small = open_at_work();

	(void)state;
	small.op->lanes[0].step = step_free(small.core, small.op->lanes[0].step);
	small.op->lanes[0].state = LANE_WAITING;
	small.core->stopping = true;
	CHECK_TEXT(explained(&small), "this controller hands over: no node is begun");
	small_close(&small);
}

/* --- the journal is away --- */

static void
what_nobody_has_heard_is_told_again_within_a_second(void **state)
{
	struct small small = open_at_work();

	(void)state;
	small.op->journal.away_since_up_ms = small.core->now.up_ms - 1000;
	CHECK_CONTAINS(explained(&small), "Redis does not answer");
	op_write_message(small.core, small.op);
	CHECK(small.op->status.request != 0);
	small_answer(&small, small.op->status.request, OUTCOME_ANSWERED, 503, "{}");
	CHECK(small.op->status.timer.armed);
	CHECK(small.op->status.timer.due_up_ms <= small.core->now.up_ms + 1000);
	small_close(&small);
}

static void
answer_status(struct small *small, enum outcome outcome, int status)
{
	op_write_status(small->core, small->op);
	CHECK(small->op->status.request != 0);
	small_answer(small, small->op->status.request, outcome, status, "{\"metadata\":{\"resourceVersion\":\"9\"}}");
}

/* The connection broke: the status may have arrived, and what it said may be true no more. */
static void
a_status_of_unknown_fate_is_overwritten(void **state)
{
	struct small small = open_at_work();

	(void)state;
	op_say(small.op, REASON_Progressing, "draining");
	answer_status(&small, OUTCOME_ANSWERED, 200);
	small_at(&small, BEGUN_MS + 3000);
	op_say(small.op, REASON_Progressing, "is starting");
	answer_status(&small, OUTCOME_BROKEN, 0);
	timer_disarm(&small.core->timers, &small.op->status.timer);
	small_at(&small, BEGUN_MS + 9000);
	op_say(small.op, REASON_Progressing, "draining");
	answer_status(&small, OUTCOME_ANSWERED, 200);
	small_at(&small, BEGUN_MS + 12000);
	op_write_status(small.core, small.op);
	CHECK_INT(small.op->status.request, 0);
	small_close(&small);
}

/* Before its deadline is over, too. */
static void
a_write_that_waits_for_its_answer_is_said(void **state)
{
	struct small small = open_at_work();

	(void)state;
	journal_put(small.op, "a", "1");
	journal_flush(small.core, small.op);
	CHECK(small.op->journal.request != 0);
	small_at(&small, BEGUN_MS + JOURNAL_PATIENCE_MS - 1);
	assert_null(strstr(explained(&small), "Redis"));
	CHECK(small.op->pace.timer.armed && small.op->pace.timer.due_up_ms <= small.core->now.up_ms + 1);
	small_at(&small, BEGUN_MS + JOURNAL_PATIENCE_MS);
	CHECK_CONTAINS(explained(&small), "Redis does not answer: asked ");
	CHECK_CONTAINS(small.op->message, ", no answer yet");
	op_write_status(small.core, small.op);
	CHECK(small.op->status.request != 0);
	small_close(&small);
}

/* Who waits for no answer keeps nobody waiting: the sweep is another one's, and has only begun. */
static void
a_sweep_of_others_is_not_waited_for_from_before_it_began(void **state)
{
	struct small small = open_asking();
	struct step *step = small.op->lanes[0].step;

	(void)state;
	for (size_t i = 0; i < step->task->nquestions; i++)
		step->task->questions[i]->request = 0;
	step->gate_asked_up_ms = small.core->now.up_ms;
	small_at(&small, BEGUN_MS + 1200);
	small.cluster->sweep.running = true;
	small.cluster->sweep.asked_up_ms = small.core->now.up_ms;
	assert_null(strstr(explained(&small), "has not answered yet"));
	small_at(&small, BEGUN_MS + 1700);
	CHECK_CONTAINS(explained(&small), "has not answered yet (asked ");
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_down_is_named_with_the_time),
		cmocka_unit_test(who_only_does_not_answer_is_not_called_down),
		cmocka_unit_test(whom_a_step_waits_for_is_named_after_a_second),
		cmocka_unit_test(what_may_still_arrive_of_before_is_said),
		cmocka_unit_test(what_was_said_stands_while_answers_are_quick),
		cmocka_unit_test(until_it_is_suspended_it_says_what_it_still_does),
		cmocka_unit_test(until_it_is_cancelled_it_says_what_it_still_does),
		cmocka_unit_test(a_node_out_of_service_is_shouted_in_a_cancelled_one_too),
		cmocka_unit_test(a_controller_that_hands_over_says_so),
		cmocka_unit_test(what_nobody_has_heard_is_told_again_within_a_second),
		cmocka_unit_test(a_status_of_unknown_fate_is_overwritten),
		cmocka_unit_test(a_write_that_waits_for_its_answer_is_said),
		cmocka_unit_test(a_sweep_of_others_is_not_waited_for_from_before_it_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
