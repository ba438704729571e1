/* A step's life: attempts, verdicts, timeouts. step_run() is called whenever something it may depend on has
 * changed; it makes a pass when every question of the round is in, and carries its acts on. */
#include "step.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "scylla.h"
#include "stamp.h"
#include "state.h"
#include "task.h"

enum { MOVED_MS = 1000, PASSES_AT_ONCE = 8 };

static void
wake(struct core *core, void *owner)
{
	struct step *step = owner;

	if (!step->task)
		return;
	if (!task_has_open_questions(step->task))
		task_begin_round(step->task);
	op_kick(core, step->task->op);
}

void
step_wake_at(struct core *core, struct step *step, int64_t up_ms)
{
	timer_arm_earlier(&core->timers, &step->timer, up_ms, wake, step);
}

struct step *
step_new(struct op *op, struct lane *lane, const struct plan_step *plan)
{
	struct step *step = xcalloc(1, sizeof *step);

	(void)op;
	step->plan = plan;
	step->lane = lane;
	step->id = lane ? xasprintf("%s/%s", plan->number, lane->node->name) : xstrdup(plan->number);
	for (size_t i = 0; i < ARRAY_LEN(step->windows); i++)
		step->windows[i].since_up_ms = -1;
	return step;
}

struct step *
step_free(struct core *core, struct step *step)
{
	if (!step)
		return NULL;
	timer_disarm(&core->timers, &step->timer);
	acts_clear(core, step);
	task_free(core, step->task);
	for (size_t i = 0; i < step->nmemory; i++)
		free(step->memory[i].value);
	free(step->memory);
	free(step->id);
	free(step);
	return NULL;
}

void
step_record(struct core *core, struct op *op, struct step *step, const char *what)
{
	struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	step->recorded_wall_ms = step_deadline_ms(core, step);
	record_step(step, &value);
	journal_put(op, step->id, buf_str(&value));
	buf_done(&value);
	if (what)
		journal_note(op, "%s: %s", step->id, what);
}

void
step_new_round(struct core *core, struct step *step)
{
	if (step->task) {
		task_begin_round(step->task);
		op_kick(core, step->task->op);
	}
}

/* --- the beginning and the end of an attempt --- */

static void
begin(struct core *core, struct op *op, struct step *step)
{
	bool first = step->state == STEP_WAITING;

	if (first) {
		step->state = STEP_RUNNING;
		step->attempt = 1;
		step->began_wall_ms = core->now.wall_ms;
		say(core, LOG_LEVEL_INFO, op, step->id, step->lane ? step->lane->node->name : NULL, "%s: start",
		    step_kind(step));
	}
	step->observed = step->stamp_checked = step->host_checked = false;
	step->counted_up_ms = core->now.up_ms;
	step->task = task_new(core, op, step);
	recent_check(core, step);
	if (core->config.gate && step_takes_down(step))
		gate_ask_ahead(core, op, step);
	else if (first)
		recent_start(core, step);
}

static void
finish(struct core *core, struct op *op, struct step *step, enum step_state state, const char *sentence)
{
	char duration[INSTANT_TEXT];

	snprintf(step->message, sizeof step->message, "%s", sentence);
	step->state = state;
	acts_drop_intents(core, step);
	/* What was asked for and has no answer yet is dropped: the facts have overtaken it. */
	for (size_t i = 0; i < step->nacts; i++) {
		struct act_record *act = &step->acts[i];

		request_cancel(core, act->request);
		act->request = 0;
		if (act->view.state == ACT_SENT || act->view.state == ACT_UNKNOWN)
			act->view.state = ACT_ANSWERED;
	}
	step_record(core, op, step, state == STEP_DONE ? "done" : "failed");
	recent_end(core, step, state == STEP_DONE ? RECENT_FINISHED : RECENT_FAILED, sentence);
	say(core, state == STEP_DONE ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, op, step->id,
	    step->lane ? step->lane->node->name : NULL, "%s: %s: %s duration=%s", step_kind(step),
	    state == STEP_DONE ? "finished" : "failed", sentence,
	    duration_text(core->now.wall_ms - step->began_wall_ms, duration));
	timer_disarm(&core->timers, &step->timer);
	step->task = task_free(core, step->task);
}

static void
fail_attempt(struct core *core, struct op *op, struct step *step, const char *reason, const char *sentence)
{
	char text[MESSAGE];
	int64_t delay;
	bool retry = strcmp(reason, REASON_StepRetry) == 0, last = !retry || step->attempt > step->plan->retries;

	snprintf(text, sizeof text, "%s", sentence);
	step->fatal = strcmp(reason, REASON_OutcomeUnknown) == 0 || strcmp(reason, REASON_NodeReplaced) == 0;
	op_error(core, op, step, retry && last ? REASON_StepFailed : reason, text);
	if (last) {
		finish(core, op, step, STEP_FAILED, text);
		return;
	}
	delay = step_begin_pause(core, op, step);
	say(core, LOG_LEVEL_WARN, op, step->id, step->lane ? step->lane->node->name : NULL,
	    "%s: attempt %" PRId64 " failed: %s; again in %" PRId64 " ms", step_kind(step), step->attempt, text, delay);
	recent_end(core, step, RECENT_ATTEMPT_FAILED, text);
	acts_drop_intents(core, step);
	acts_clear(core, step);
	step->task = task_free(core, step->task);
	step->attempt++;
	step->spent_ms = 0;
	snprintf(step->message, sizeof step->message, "%s", text);
	step_record(core, op, step, "attempt failed");
	begin(core, op, step);
	step_wake_at(core, step, step->not_before_up_ms);
}

/* --- a pass and what follows from it --- */

static void
count_time(struct core *core, struct step *step)
{
	int64_t paused = step->not_before_up_ms, counted = step->counted_up_ms;
	int64_t passed = core->now.up_ms - (counted > paused ? counted : paused);

	step->counted_up_ms = core->now.up_ms;
	if (!step->gated && journal_away_ms(core, step->task->op) == 0 && op_may_act(step->task->op))
		step->spent_ms += passed;
}

static void
time_out(struct core *core, struct op *op, struct step *step)
{
	char text[MESSAGE], duration[INSTANT_TEXT];

	if (act_explain_unknown(step, text, sizeof text)) {
		fail_attempt(core, op, step, REASON_OutcomeUnknown, text);
		return;
	}
	snprintf(text, sizeof text, "not done after %s: %.200s", duration_text(step->plan->timeout_ms, duration),
	    step->message);
	fail_attempt(core, op, step, REASON_StepRetry, text);
}

int64_t
step_deadline_ms(const struct core *core, const struct step *step)
{
	bool stands = step->state != STEP_RUNNING || step->gated;

	return stands ? 0 : core->now.wall_ms + step_pause_left(core, step) + step->plan->timeout_ms - step->spent_ms;
}

/* The journal has the deadline as a moment, so that it need be told only where that has moved: the gate or the journal
 * held it up, the clock was set. One that will not wait for a second has none worth telling, and an intent tells its own. */
static void
record_deadline(struct core *core, struct op *op, struct step *step)
{
	int64_t moved = step_deadline_ms(core, step) - step->recorded_wall_ms;

	if ((moved >= MOVED_MS || moved <= -MOVED_MS) &&
	    (step->recorded_wall_ms != 0 || (!acts_wanted(step) && step->spent_ms + step->task->wait_ms > MOVED_MS)))
		step_record(core, op, step, NULL);
}

static bool
is_late(const struct step *step)
{
	return step->spent_ms >= step->plan->timeout_ms && step->observed && !step->gated;
}

static void
wake_when_settled(struct core *core, struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].view.state == ACT_UNKNOWN && !step->acts[i].view.settled)
			step_wake_at(core, step, step->acts[i].settled_up_ms);
}

/* An act of ours may still arrive: until it cannot, nothing is begun anew, and nothing given up. What looks untouched may be
 * down the moment after. */
static bool
awaits_settling(struct core *core, struct step *step)
{
	const struct act_record *act = acts_may_arrive(step);

	if (!act)
		return false;
	snprintf(step->message, sizeof step->message, "our %s may still arrive", act->label);
	step->stamp_checked = false;
	wake_when_settled(core, step);
	return true;
}

static void
after_wait(struct core *core, struct op *op, struct step *step)
{
	struct task *t = step->task;

	if (step->gated) {
		if (step->recorded_wall_ms > 0)
			step_record(core, op, step, NULL);      /* its time stands still, in the journal too */
		step_wake_at(core, step, core->now.up_ms + step_gate_poll_ms(op));
		return;
	}
	snprintf(step->message, sizeof step->message, "%.*s", MESSAGE - 1, t->sentence);
	record_deadline(core, op, step);
	if (t->wait_ms > 0)
		step_wake_at(core, step, step_next_look(step, core->now.up_ms));
	if (!is_late(step))
		step_wake_at(core, step, core->now.up_ms + step->plan->timeout_ms - step->spent_ms + 1);
	wake_when_settled(core, step);
}

/* True: the step has ended, or waits for something outside. */
static bool
take_verdict(struct core *core, struct op *op, struct step *step, enum verdict verdict)
{
	char sentence[MESSAGE];

	snprintf(sentence, sizeof sentence, "%.*s", MESSAGE - 1, step->task->sentence);
	switch (verdict) {
	case VERDICT_DONE:
		finish(core, op, step, STEP_DONE, sentence);
		return true;
	case VERDICT_HALT:
		if (awaits_settling(core, step))
			break;
		fail_attempt(core, op, step, REASON_StepFailed, sentence);
		return true;
	case VERDICT_RETRY:
		if (acts_unresolved(step) || awaits_settling(core, step))
			break;
		fail_attempt(core, op, step, REASON_StepRetry, sentence);
		return true;
	default:
		break;
	}
	if (!is_late(step) || acts_may_arrive(step))
		return false;
	time_out(core, op, step);
	return true;
}

/* A ring that cannot be read is an answer too: said, and counted. */
static void
after_blindness(struct core *core, struct op *op, struct step *step)
{
	const struct sweep *sweep = &op->cluster->sweep;

	if (!step->task->ring_used || !sweep->failed || task_has_open_questions(step->task))
		return;
	snprintf(step->message, sizeof step->message, "the ring cannot be read: %.250s", sweep->problem);
	if (awaits_settling(core, step))
		return;
	if (step->spent_ms >= step->plan->timeout_ms)
		time_out(core, op, step);
	else
		step_wake_at(core, step, core->now.up_ms + step->plan->timeout_ms - step->spent_ms + 1);
}

/* One pass, if everything it needs is in. False: nothing more to do now. */
static bool
pass(struct core *core, struct op *op, struct step *step)
{
	struct task *t = step->task;
	enum verdict verdict;
	enum stamp stamp;

	if (task_waits_for_answers(t)) {
		after_blindness(core, op, step);
		return false;
	}
	if (!t->news && t->asked == 0)
		return false;
	task_begin_pass(t);
	stamp = step_check_boot(step);
	if (stamp == STAMP_VOID)
		finish(core, op, step, STEP_DONE, "it is booting already");
	if (stamp != STAMP_GOOD)
		return false;
	stamp = step_check_stamp(core, op, step);
	if (stamp == STAMP_VOID && awaits_settling(core, step))
		return false;
	if (stamp == STAMP_VOID) {
		char why[STAMP_TEXT];

		lane_void(core, step->lane, step_say_restart(step, why));
		return false;
	}
	if (stamp == STAMP_ASKING)
		return false;
	verdict = task_pass(t);
	if (verdict == VERDICT_WAIT && t->asked > 0)
		return false;
	step->observed = true;
	step->gated &= acts_wanted(step);
	if (take_verdict(core, op, step, verdict))
		return false;
	if (acts_run(core, op, step))
		return true;
	after_wait(core, op, step);
	return false;
}

void
step_run(struct core *core, struct op *op, struct step *step)
{
	char why[MESSAGE];
	const char *reason;

	if (step->state == STEP_DONE || step->state == STEP_FAILED)
		return;
	if (!step->task)
		begin(core, op, step);
	if (step_pause_left(core, step) > 0) {
		step_wake_at(core, step, step->not_before_up_ms);
		return;
	}
	count_time(core, step);
	reason = step_obstacle(core, step, why, sizeof why);
	if (reason) {
		fail_attempt(core, op, step, reason, why);
		return;
	}
	/* Acts go on between passes: an acknowledgement has come, the gate has opened, a settle time is over. */
	if (step->observed || step->nacts > 0) {
		acts_run(core, op, step);
		if (step->gated)
			step_wake_at(core, step, core->now.up_ms + step_gate_poll_ms(op));
	}
	for (int i = 0; i < PASSES_AT_ONCE && step->task; i++)
		if (!pass(core, op, step))
			return;
}
