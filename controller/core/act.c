/* An act's way from intent to outcome (design §5, §7): asked for → gate → intent journaled → gate again → sent →
 * answered, refused, not sent or unknown. One function per state; set_state() is the only place where it changes. */
#include "act.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act_answer.h"
#include "alloc.h"
#include "cluster.h"
#include "impact.h"
#include "log.h"
#include "op.h"
#include "question.h"
#include "reasons.h"
#include "request.h"
#include "shards.h"
#include "state.h"

static void
set_state(struct core *core, struct step *step, struct act_record *act, enum act_state state)
{
	struct op *op = step->task->op;

	say(core, LOG_LEVEL_DEBUG, op, step->id, step->lane ? step->lane->node->name : NULL, "act %s (%s): %s -> %s",
	    act->label, act->target, act_state_name(act->view.state), act_state_name(state));
	act->view.state = state;
}

struct act_record *
act_find(struct step *step, const char *label)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (strcmp(step->acts[i].label, label) == 0)
			return &step->acts[i];
	return NULL;
}

struct act_record *
act_of(struct step *step, const struct act *view)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (&step->acts[i].view == view)
			return &step->acts[i];
	return NULL;
}

struct act_record *
act_add(struct step *step, const char *label)
{
	struct act_record *act;

	if (step->nacts == ACTS_MAX)
		return NULL;
	if (!step->acts)
		step->acts = xcalloc(ACTS_MAX, sizeof *step->acts);
	act = &step->acts[step->nacts++];
	snprintf(act->label, sizeof act->label, "%s", label);
	act->durable_up_ms = -1;
	return act;
}

bool
acts_wanted(const struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].view.state == ACT_NONE && step->acts[i].fresh)
			return true;
	return false;
}

void
acts_clear(struct core *core, struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++) {
		request_cancel(core, step->acts[i].request);
		free((char *)step->acts[i].view.answer);
		free(step->acts[i].target);
		free(step->acts[i].headers);
		free(step->acts[i].body);
	}
	free(step->acts);
	step->acts = NULL;
	step->nacts = 0;
}

/* After a takeover an intent without a result is unknown; nothing of it arrives once the settle time is over. */
void
acts_resume(struct core *core, struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++) {
		struct act_record *act = &step->acts[i];

		if (act->view.state == ACT_ANSWERED && step->lane && !act->upkeep)
			step->lane->touched = true;
		if (act->view.state != ACT_INTENDED && act->view.state != ACT_UNKNOWN && act->view.state != ACT_SENT)
			continue;
		act->view.state = ACT_UNKNOWN;
		act->settled_up_ms = core->now.up_ms + core->config.settle_ms;
		if (step->lane)
			step->lane->touched = true;
	}
}

static void
journal_result(struct core *core, struct op *op, struct step *step, struct act_record *act)
{
	if (act->view.state == ACT_NOT_SENT)
		act_not_sent(core, step, act);
	else
		act_arrived(step, act);
	step_record(core, op, step, NULL);
	journal_note(op, "%s: %s %s", step->id, act->label, act_state_name(act->view.state));
}

/* --- INTENDED → SENT → a result --- */

static void
set_answer(struct act_record *act, const char *text)
{
	free((char *)act->view.answer);
	act->view.answer = xstrndup(text ? text : "", ANSWER_KEPT);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct step *step = owner;
	struct act_record *act = &step->acts[arg];
	struct op *op = step->task->op;
	enum act_state state = act_result(act, event);
	char words[ACT_WORDS];

	act->request = 0;
	act->view.status = event->outcome == OUTCOME_ANSWERED ? event->status : 0;
	act->view.retry_after_ms = event->retry_after_ms;
	set_answer(act, act_words(act, event, words));
	act->settled_up_ms = core->now.up_ms + core->config.settle_ms;
	step->acted_up_ms = core->now.up_ms;
	set_state(core, step, act, state);
	if (state != ACT_ANSWERED)
		say(core, LOG_LEVEL_WARN, op, step->id, step->lane ? step->lane->node->name : NULL, "act %s (%s): %s: %.200s",
		    act->label, act->target, act_state_name(state), act->view.answer);
	journal_result(core, op, step, act);
	step_new_round(core, step);
	op_kick(core, op);
}

/* How long the act may leave. Redis acknowledged its intent under our epoch, so nobody had taken over when that was sent, and
 * whoever does waits for the settle time: for a node that we have already touched that is enough, and it must be, or a lost
 * API server would keep the node down. When the acknowledgement was heard says nothing then: who was stopped hears it late.
 * Beginning a node asks for the Lease besides; so does an act that leaves without an acknowledgement of its own. */
static int64_t
leave_until(const struct core *core, const struct step *step, const struct act_record *act)
{
	const struct op *op = step->task->op;
	int64_t until = act->durable_up_ms + core->config.act_ttl_ms, valid = shard_valid_until(core, op->shard);
	int64_t ours = op->journal.ours_up_ms + core->config.act_ttl_ms;
	bool acknowledged = journal_is_durable(op, act->ticket);
	bool begun = step->lane && step->lane->touched;

	if (begun && acknowledged && ours > valid)
		valid = ours;
	return until < valid ? until : valid;
}

static bool
takes_down(const struct step *step, const struct act_record *act)
{
	return step_takes_down(step) && !act->upkeep;
}

static void
send(struct core *core, struct op *op, struct step *step, struct act_record *act)
{
	struct effect *effect = act_effect(core, step, act, answered);

	act->request = effect->id;
	effect->not_after_up = leave_until(core, step, act);
	core->counters.acts_sent++;
	if (takes_down(step, act))
		op->cluster->last_act_up_ms = core->now.up_ms;
	recent_start(core, step);
	if (step->lane && !act->upkeep) {
		step->touched_first |= !step->lane->touched;
		step->lane->touched = true;
		step->lane->up_act |= impact_may_restart(step->plan);
	}
	set_state(core, step, act, ACT_SENT);
	say(core, LOG_LEVEL_INFO, op, step->id, step->lane ? step->lane->node->name : NULL, "sent %s: %s", act->label,
	    act->target);
	step_new_round(core, step);
}

static void
withdraw(struct core *core, struct op *op, struct step *step, struct act_record *act, const char *why)
{
	set_answer(act, why);
	set_state(core, step, act, ACT_NOT_SENT);
	journal_result(core, op, step, act);
	step_new_round(core, step);
}

/* A lane that is being restored without a journal begins nothing else. */
static bool
is_overtaken(const struct step *step)
{
	return step->lane && step->lane->restoring && step->plan != &step->lane->block->restore;
}

/* It was to make a new node join. To a member it does something else, and that is journaled as such. */
static bool
is_inside_by_now(const struct step *step, const struct act_record *act)
{
	return step->lane && step->lane->node->is_new && takes_down(step, act) && !step->lane->held &&
	    !lane_is_outside(step->lane);
}

static void
run_intended(struct core *core, struct op *op, struct step *step, struct act_record *act)
{
	char why[MESSAGE];
	enum gate gate;

	if (!journal_is_durable(op, act->ticket))
		return;
	if (act->durable_up_ms < 0)
		act->durable_up_ms = core->now.up_ms;
	if (is_overtaken(step)) {
		withdraw(core, op, step, act, "the node is being restored");
		return;
	}
	if (step->lane && lane_is_displaced(core, step->lane, why, sizeof why)) {
		withdraw(core, op, step, act, why);
		return;
	}
	if (is_inside_by_now(step, act)) {
		withdraw(core, op, step, act, "the node has joined the ring meanwhile");
		return;
	}
	if (shard_is_leaving(core, op->shard)) {
		withdraw(core, op, step, act, "another controller takes over");
		return;
	}
	if (core->now.up_ms >= leave_until(core, step, act)) {
		withdraw(core, op, step, act, "it could not leave in time");
		return;
	}
	gate = gate_ask(core, op, step, takes_down(step, act));
	if (gate == GATE_OPEN)
		send(core, op, step, act);
	else if (gate == GATE_CLOSED)
		withdraw(core, op, step, act, op->closed_by);
	else
		step_wake_at(core, step, act->durable_up_ms + core->config.act_ttl_ms);
}

/* --- NONE → INTENDED --- */

/* Restoring acts are in the journal since the act that they restore: with Redis away they leave on that. */
static bool
is_preauthorised(const struct core *core, const struct op *op, const struct step *step)
{
	return step->lane && step->lane->restoring && step->plan == &step->lane->block->restore &&
	    journal_away_ms(core, op) > 0;
}

static void
intend(struct core *core, struct op *op, struct step *step, struct act_record *act)
{
	act->fresh = act->resend = false;
	act->durable_up_ms = -1;
	act->view.settled = false;
	set_state(core, step, act, ACT_INTENDED);
	if (step->lane && takes_down(step, act) && lane_is_outside(step->lane)) {
		step->joins_first |= newcomer_joins(step->lane);
	} else if (step->lane && takes_down(step, act) && !step->lane->held) {
		step->lane->held = step->held_first = true;
		step->lane->down_wall_ms = core->now.wall_ms;
		step->lane->down_moved_ms = 0;
		step->lane->down_accepted = false;
		lane_record(core, step->lane);
	}
	if (step->lane && impact_may_restart(step->plan) && !act->upkeep) {
		/* Known before it leaves: a crash in between must not take our own start for a stranger's. */
		act->first_start = !step->lane->up_act;
		step->lane->up_act = true;
		lane_record(core, step->lane);
	}
	act->ticket = op->journal.open_ticket;
	step_record(core, op, step, NULL);
	journal_note(op, "%s: %s intended (%s)", step->id, act->label, act->target);
	if (is_preauthorised(core, op, step)) {
		act->durable_up_ms = core->now.up_ms;
		send(core, op, step, act);
	}
}

/* Who had the node before us may have brought it back while Redis was away, so that the journal does not tell: until that
 * has arrived or never will, the node is not started besides. Then it is looked at anew. */
static bool
may_be_restored(struct core *core, struct step *step)
{
	if (!step->lane || !impact_may_restart(step->plan) || core->now.up_ms >= step->lane->unsettled_up_ms)
		return false;
	step_wake_at(core, step, step->lane->unsettled_up_ms);
	return true;
}

static void
run_wanted(struct core *core, struct op *op, struct step *step, struct act_record *act)
{
	char why[MESSAGE];
	enum gate gate;

	if (is_overtaken(step) || shard_is_leaving(core, op->shard) || may_be_restored(core, step))
		return;
	if (step->lane && lane_is_displaced(core, step->lane, why, sizeof why)) {
		step_new_round(core, step);
		return;
	}
	recent_check(core, step);
	gate = gate_ask(core, op, step, takes_down(step, act));
	if (gate == GATE_ASKING && step->gate_asked_up_ms == 0)
		step->gate_asked_up_ms = core->now.up_ms;
	if (gate == GATE_ASKING)
		return;         /* what it said last stands */
	step->gate_asked_up_ms = 0;
	if (gate == GATE_CLOSED)
		recent_gate_closed(core, step);
	step->gated = gate == GATE_CLOSED;
	if (gate == GATE_CLOSED) {
		snprintf(step->message, sizeof step->message, "%s", op->closed_by);
		return;
	}
	step->gated = !hostlock_take(core, step);
	if (step->gated)
		return;
	if (!step_looked_lately(core, step))
		return;
	recent_gate_open(core, step);
	intend(core, op, step, act);
}

static void
run_unknown(struct core *core, struct op *op, struct step *step, struct act_record *act)
{
	(void)op;
	if (act->view.settled && act->kind == ACT_REPEATABLE && act->resend) {
		act->view.answer = act->view.answer ? act->view.answer : xstrdup("");
		set_state(core, step, act, ACT_NONE);
		act->fresh = true;
	} else if (!act->view.settled && core->now.up_ms >= act->settled_up_ms) {
		act->view.settled = true;
		/* The process may be another one by now: what was done on the one before would be void. */
		step->stamp_checked = false;
		step_new_round(core, step);
	}
}

bool
acts_run(struct core *core, struct op *op, struct step *step)
{
	bool again = false;

	if (!op_may_act(op))
		return false;
	for (size_t i = 0; i < step->nacts && step->task; i++) {
		struct act_record *act = &step->acts[i];
		enum act_state before = act->view.state;

		if (act->view.state == ACT_UNKNOWN)
			run_unknown(core, op, step, act);
		if (act->view.state == ACT_NONE && act->fresh)
			run_wanted(core, op, step, act);
		if (act->view.state == ACT_INTENDED)
			run_intended(core, op, step, act);
		again |= act->view.state != before;
	}
	return again;
}
