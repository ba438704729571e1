/* An operation's life: accepted → its turn → plan journaled → status acknowledged → lanes → ended → status
 * acknowledged → finalizer released. op_run() is called whenever something changed and does whatever can be done
 * now; each function above it is one stage and says true when the next one may follow at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abandon.h"
#include "alloc.h"
#include "branch.h"
#include "cluster.h"
#include "explain.h"
#include "finished.h"
#include "knobs.h"
#include "lane.h"
#include "log.h"
#include "op.h"
#include "outbox.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"

/* --- its turn --- */

/* It may hold nodes down. Its journal alone knows: its status may never have told that it has begun. What is refused for
 * what it says itself is not read, unless it has. */
static bool
is_to_be_read(const struct op *op)
{
	const struct operation *object = op->object;
	bool begun = operation_phase_is_final(object->phase) ? object->keeps_cluster || object->notices_waiting :
	    object->phase[0] && strcmp(object->phase, "Pending") != 0;

	return !op->journal.taken && !op->abandoned && !object->dry_run &&
	    (begun || !object->problem || object->meta.has_finalizer);
}

/* It is to be looked at in this very step, and may join the queue then. */
static bool
may_join(const struct op *op)
{
	return op->journal.taken && op->dirty && !op->beside && !turn_is_queued(op);
}

static bool
comes_first(const struct op *other, const struct op *op)
{
	return may_join(other) && !op->started && !other->ended && !other->lost && !op_is_cancelled(other) &&
	    (other->object->urgent || !op->object->urgent) && turn_is_older(other, op);
}

/* One that has begun must not be overtaken, after a restart, by one that was read first; nor one that has come first by one
 * that is looked at first. */
static bool
all_are_read(struct core *core, struct op *op)
{
	struct op *other, *next;

	HASH_ITER (hh, core->ops, other, next) {
		if (other == op || strcmp(other->object->cluster, op->object->cluster) != 0 ||
		    strcmp(other->namespace_, op->namespace_) != 0)
			continue;
		if (is_to_be_read(other)) {
			op_say(op, REASON_Behind, "waits for the journal of %s", other->name);
			return false;
		}
		if (!comes_first(other, op))
			continue;
		cluster_kick(core, op->cluster);        /* and look again when it has been looked at */
		return false;
	}
	return true;
}

static bool
has_turn(struct core *core, struct op *op)
{
	if (op->read_only) {
		turn_pass_beside(op);
		return true;
	}
	turn_join(core, op);
	if (!turn_is_ours(op)) {
		turn_explain(core, op);
		return false;
	}
	if (((!op->started || op->phase == PHASE_QUEUED) && !turn_has_settled(core, op)) || !all_are_read(core, op) ||
	    !fleet_admits(core, op))
		return false;
	turn_take(core, op);
	return true;
}

/* The plan is made and frozen, and journaled before anybody is told. */
static bool
start(struct core *core, struct op *op)
{
	struct err err = {""};

	op->plan = op_compile(core, op, &err);
	if (!op->plan) {
		op_refuse(core, op, REASON_PlanRefused, err.text);
		return false;
	}
	op->started = true;
	op->start_wall_ms = core->now.wall_ms;
	roll_start(core, op);
	fleet_note_plan(op, op->plan);
	journal_put_plan(op, op->plan->text);
	op_set_phase(core, op, PHASE_RUNNING, REASON_Starting, "plan %s: %zu nodes", op->plan->hash, op->nlanes);
	op_tell_start(core, op);
	branch_tell_plan(core, op);
	return true;
}

/* True: it has come to its end, and nothing is to be done before that is told. */
static bool
roll_on(struct core *core, struct op *op)
{
	stale_judge(op);
	roll_run(core, op);
	gate_watch(core, op);
	stale_hold(core, op);
	if (roll_has_failed(op) ? roll_at_safe_point(op) : roll_is_done(op) && roll_count(op, LANE_FAILED) > 0)
		return op_explain_failure(core, op);
	if (roll_is_done(op))
		return op_explain_success(core, op);
	return op_is_cancelled(op) && roll_at_safe_point(op) && ending_decide(core, op, PHASE_CANCELLED, REASON_Cancelled,
	    "%zu of %zu nodes done%s", roll_count(op, LANE_DONE), op->nlanes, op->pace.timed_out
	    ? "; an approval was not given in time" : "");
}

/* True: it has ended. What needs no act begins at once: its questions are on their way while plan, finalizer and status
 * are being written. */
static bool
work(struct core *core, struct op *op)
{
	if (!op->object->meta.has_finalizer && !op_is_cancelled(op))
		op_patch_finalizer(core, op, true);        /* also of one taken up again: it was released at the first end */
	if (op->ending.phase == PHASE_NONE)
		op->ended = roll_on(core, op);
	if (!op->ended && op->ending.phase != PHASE_NONE)
		op->ended = ending_run(core, op);
	if (!op->ended) {
		op_explain(core, op);
		return false;
	}
	op->pace.timed_out = false;
	core->counters.ops_failed += op->phase == PHASE_FAILED;
	core->counters.ops_succeeded += op->phase == PHASE_SUCCEEDED;
	core->counters.ops_cancelled += op->phase == PHASE_CANCELLED;
	fleet_changed(core);
	return true;
}

/* --- the end --- */

static void
release(struct core *core, struct op *op)
{
	struct finished *finished = finished_add(core, op->uid);

	finished->retry_seen = op->retry_seen;
	finished->round = op->round;
	finished_take(core, finished, op->object);
	op_drop(core, op);
}

/* Journal first, then status, then the finalizer, then the journal may expire. */
static void
end(struct core *core, struct op *op)
{
	if (!journal_is_quiet(op)) {
		op_write_status(core, op);      /* why its end is not told */
		return;
	}
	timer_disarm(&core->timers, &op->start_timer);
	if (!op->gone) {
		if (!op->end_told && !op->status.end_acknowledged && op->started)
			op_event(core, op, op->phase == PHASE_FAILED ? "Warning" : "Normal", op->reason, "%s: %s",
			    op->plan->title, op->message);
		op->end_told = true;
		op_write_status(core, op);
		if (!op->status.end_acknowledged)
			return;
		if (op->object->meta.has_finalizer) {
			op_patch_finalizer(core, op, false);
			return;
		}
	}
	if (turn_is_kept(op))
		turn_keep(core, op);
	else if (outbox_waiting(op) || outbox_is_told(op) || (op->journal.taken && !journal_expire(core, op)))
		turn_leave(core, op);           /* nobody waits for that */
	else
		release(core, op);
}

static bool
wants_more(const struct op *op)
{
	return op->ended && op->object->retry > op->retry_seen && !op_is_cancelled(op);
}

/* A journal that does not know the end yet does not know either what left without it: that must not leave once more. */
static void
rearm(struct core *core, struct op *op)
{
	if (!wants_more(op) || !journal_is_quiet(op))
		return;
	op->retry_seen = op->object->retry;
	if (op->phase == PHASE_SUCCEEDED)
		return;
	/* What it has left down waits for no limit of the fleet's. */
	op->admitted = turn_held_lane(op) != NULL;
	ending_forget(op);
	roll_rearm(core, op);
	op->ended = op->status.end_acknowledged = op->status.sending_end = op->end_told = op->released = false;
	op->end_wall_ms = 0;
	op_set_phase(core, op, PHASE_QUEUED, REASON_Queued, "taken up again");
}

/* Never begun and not wanted any more: nothing to undo. */
static bool
ends_before_beginning(struct core *core, struct op *op)
{
	if (op->started || !op_is_cancelled(op))
		return false;
	if (!phase_is_final(op->phase))
		op_set_phase(core, op, PHASE_CANCELLED, REASON_Cancelled, "cancelled before it began");
	op->ended = true;
	return true;
}

/* Taken over first: only the journal knows whether it has begun. */
static void
take(struct core *core, struct op *op)
{
	bool fresh = op->phase == PHASE_NONE || op->phase == PHASE_PENDING;
	char text[MESSAGE];

	if (op->object->problem && !op->object->plan_hash[0] && !op->object->meta.has_finalizer) {
		op_refuse(core, op, REASON_Invalid, op->object->problem);
		return;
	}
	/* Those at work on the cluster may wait for what its journal has, and hold nodes down meanwhile: it is read before the
	 * cluster is ready. */
	if (fresh && !op_is_cancelled(op) && !op_accept_cluster(core, op) && !op->cluster)
		return;
	journal_take(core, op);
	if (!asking_explain_journal(core, op, text, sizeof text))
		return;
	if (fresh)
		op_set_phase(core, op, PHASE_PENDING, REASON_JournalAway, "%s", text);
	else
		op_say(op, REASON_JournalAway, "%s", text);
}

static void
run_untaken(struct core *core, struct op *op)
{
	take(core, op);
	if (op->object->plan_hash[0])
		op_write_message(core, op);     /* the rest of its status is not known yet */
	else
		op_write_status(core, op);
}

static void
run_dry(struct core *core, struct op *op)
{
	if (op->ended || ends_before_beginning(core, op) || dry_run(core, op))
		end(core, op);
	else
		op_write_status(core, op);
}

static void
run_taken(struct core *core, struct op *op)
{
	/* At the takeover there may have been none. */
	if (!op->cluster)
		op->cluster = cluster_find(core, op->namespace_, op->object->cluster);
	rearm(core, op);
	turn_acknowledge(core, op);
	if (op->cluster)
		hints_acknowledge(core, op);
	if (op->ended || ends_before_beginning(core, op) ||
	    (op_accept(core, op) && has_turn(core, op) && (op->started || start(core, op)) && work(core, op)))
		end(core, op);
	else
		op_write_status(core, op);
}

static void
op_run(struct core *core, struct op *op)
{
	if (!shard_is_led(core, op->shard) || !informers_synced(core))
		return;
	if (abandon_run(core, op))
		return;
	if (op->lost) {
		turn_lost_run(core, op);
	} else if (op->object->dry_run) {
		run_dry(core, op);
	} else if (op->journal.expiring && wants_more(op)) {
		op_let_go(core, op);    /* an expiry that arrives after the next takeover is refused */
	} else if (!op->journal.taken) {
		run_untaken(core, op);
	} else {
		run_taken(core, op);
	}
}

void
op_taken_over(struct core *core, struct op *op)
{
	struct operation *object = op->object;

	op->accepted = op->started;     /* its plan is frozen */
	op->cluster = cluster_find(core, op->namespace_, object->cluster);
	if (op->plan)
		fleet_note_plan(op, op->plan);
	op->admitted = op->started && op->phase != PHASE_QUEUED;
	op->status.running_acknowledged = op->started && op->plan && strcmp(object->plan_hash, op->plan->hash) == 0;
	if (!op->lost && object->journal_seq > op->journal.seq) {
		op->lost = true;
		op_say(op, REASON_JournalLost, "Redis holds sequence %lld, but %lld has been reported: restore "
		    "Redis' data, or set spec.rebuildJournal to the object's uid, or check the nodes in this status and "
		    "delete it; until then no other operation begins here, unless spec.acknowledge says why it may",
		    (long long)op->journal.seq, (long long)object->journal_seq);
	}
	if (op->ended)
		op->status.end_acknowledged = strcmp(object->phase, phase_name(op->phase)) == 0 &&
		    (!object->keeps_cluster || turn_is_kept(op)) && (!object->notices_waiting || outbox_waiting(op));
	if (op->started)
		say(core, LOG_LEVEL_INFO, op, NULL, NULL, "taken over at epoch %lld, sequence %lld: %zu of %zu nodes done",
		    (long long)op->journal.epoch, (long long)op->journal.seq, roll_count(op, LANE_DONE), op->nlanes);
	if (op->lost) {
		turn_lose(core, op);
		timer_disarm(&core->timers, &op->status.timer);         /* that Redis is away is not to be said again */
	}
	if (op->cluster)
		turn_kick(core, op->cluster);   /* whoever has waited for what it would say; after it */
	op_kick(core, op);
}

void
op_kick(struct core *core, struct op *op)
{
	if (op->dirty)
		return;
	op->dirty = true;
	op->next_dirty = core->dirty_ops;
	core->dirty_ops = op;
}

void
op_look(struct core *core, void *op)
{
	op_kick(core, op);
}

void
ops_run(struct core *core)
{
	while (core->dirty_ops) {
		struct op *op = core->dirty_ops;
		CLEANUP_FREE char *uid = xstrdup(op->uid);

		core->dirty_ops = op->next_dirty;
		op->dirty = false;
		op_run(core, op);
		HASH_FIND_STR(core->ops, uid, op);
		if (op)
			outbox_run(core, op);
		if (op)
			journal_flush(core, op);
	}
}
