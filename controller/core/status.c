/* An operation's status: a projection of the acknowledged journal, written by server-side apply, at once when the
 * phase changes and otherwise at most about once a second. It may lag behind the journal, never lead: a body is
 * made only while nothing is open or on its way; with the journal away the last body is kept and only the reason
 * why is added. */
#include "status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "explain.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "outbox.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"
#include "status_private.h"

/* VAGUE_MS: what has only begun has a reason to tell before that, and the status that told nothing would be in its way. */
enum { COALESCE_MS = 1000, LOOK_MS = 250, VAGUE_MS = 500 };
enum { RETRY_MS = 1000, CONFLICT_MS = 100, CONFLICTS_TOLD = 10, NODES_SHOWN = 100 };

/* --- conditions --- */

static void
set(struct core *core, struct op *op, const char *type, const char *status, const char *reason, const char *message)
{
	conditions_set(op->status.conditions, type, status, reason, message, core->now.wall_ms);
}

/* kubernetes.md §2.2: Stalled must not follow a true Reconciling, or tools never see the failure. */
static const char *
truth(bool is)
{
	return is ? "True" : "False";
}

static void
set_accepted(struct core *core, struct op *op, const char *reason)
{
	if (op->started && op->object->problem)
		set(core, op, "Accepted", "False", REASON_Invalid, op->object->problem);
	else if (op->accepted)
		set(core, op, "Accepted", "True", REASON_Accepted, "");
	else if (op->phase == PHASE_PENDING)
		set(core, op, "Accepted", "False", reason, op->message);
}

static void
set_conditions(struct core *core, struct op *op)
{
	bool final = phase_is_final(op->phase), good = op->phase == PHASE_SUCCEEDED;
	bool planned = op->phase == PHASE_PLANNED, stalled = op->lost || (final && !good && !planned);
	bool works = !final && !op->lost && op->phase != PHASE_PAUSED && op->phase != PHASE_AWAITING_APPROVAL;
	const char *reason = op->reason[0] ? op->reason : REASON_Progressing;

	set_accepted(core, op, reason);
	status_set_gate(core, op);
	if (core->journal_judged)
		set(core, op, "JournalDurable", core->journal_unknown ? "Unknown" : truth(!core->journal_risk[0]),
		    durability_reason(core), core->journal_risk);
	set(core, op, "Succeeded", final ? truth(good) : "Unknown", reason, op->message);
	set(core, op, "Ready", truth(good || planned), reason, op->message);
	set(core, op, "Reconciling", truth(works), reason, op->message);
	set(core, op, "Stalled", truth(stalled), reason, stalled ? op->message : "");
}

/* --- the body --- */

static void
put_time(struct json_out *out, const char *key, int64_t wall_ms)
{
	char text[INSTANT_TEXT];

	if (wall_ms > 0)
		json_put_str(out, key, instant_rfc3339(wall_ms, text));
}

static void
put_counts(struct op *op, struct json_out *out)
{
	size_t done = roll_count(op, LANE_DONE);
	char progress[48];

	snprintf(progress, sizeof progress, "%zu/%zu", done, op->nlanes);
	json_put_str(out, "progress", progress);
	json_open(out, "counts");
	json_put_int(out, "total", (int64_t)op->nlanes);
	json_put_int(out, "done", (int64_t)done);
	json_put_int(out, "skipped", (int64_t)roll_count(op, LANE_SKIPPED));
	json_put_int(out, "failed", (int64_t)roll_count(op, LANE_FAILED));
	json_put_int(out, "running", (int64_t)roll_count(op, LANE_RUNNING));
	json_put_int(out, "waiting", (int64_t)roll_count(op, LANE_WAITING));
	if (op->rescued)
		json_put_int(out, "stepsRescued", op->rescued);
	if (op->passed_over)
		json_put_int(out, "stepsPassedOver", op->passed_over);
	json_close(out);
}

static void
put_current(struct op *op, struct json_out *out)
{
	const struct step *step = op->ended ? NULL : roll_current(op);
	char current[300];

	json_put_str(out, "zone", step && step->lane ? step->lane->node->zone : "");
	snprintf(current, sizeof current, "%s%s%s", step ? step_kind(step) : "", step && step->lane ? " " : "",
	    step && step->lane ? step->lane->node->name : "");
	json_put_str(out, "current", current);
}

static void
put_nodes(struct op *op, struct json_out *out)
{
	int shown = 0;

	json_open_array(out, "nodesHeldDown");
	for (size_t i = 0; i < op->nlanes && shown < NODES_SHOWN; i++)
		if (op->lanes[i].held) {
			json_put_str(out, NULL, op->lanes[i].node->name);
			shown++;
		}
	json_close_array(out);
	json_open_array(out, "nodes");
	for (size_t i = 0, n = 0; i < op->nlanes && n < NODES_SHOWN; i++) {
		const struct lane *lane = &op->lanes[i];

		if (lane->state == LANE_DONE || lane->state == LANE_WAITING)
			continue;
		n++;
		json_open(out, NULL);
		json_put_str(out, "name", lane->node->name);
		json_put_str(out, "zone", lane->node->zone);
		json_put_str(out, "state", lane_state_names[lane->state]);
		json_put_str(out, "step", lane->step ? step_kind(lane->step) : NULL);
		json_put_str(out, "message", lane->step ? lane->step->message : lane->message);
		json_close(out);
	}
	json_close_array(out);
}

static void
put_errors(struct op *op, struct json_out *out)
{
	json_open_array(out, "recentErrors");
	for (size_t i = op->nerrors; i-- > 0;) {        /* the newest first */
		const struct op_error *error = &op->errors[i];

		json_open(out, NULL);
		put_time(out, "time", error->wall_ms);
		json_put_str(out, "step", error->step);
		json_put_str(out, "node", error->node);
		json_put_str(out, "message", error->message);
		json_put_str(out, "remedy", error->remedy);
		json_close(out);
	}
	json_close_array(out);
}

static const char *
title_of(const struct op *op)
{
	const struct operation *object = op->object;

	return object->workflow ? object->workflow : object->node_task ? object->node_task
	    : object->cluster_task ? object->cluster_task : "";
}

static void
put_status(struct core *core, struct op *op, struct json_out *out)
{
	set_conditions(core, op);
	json_put_int(out, "observedGeneration", op->object->meta.generation);
	json_put_str(out, "operation", title_of(op));
	json_put_str(out, "phase", phase_name(op->phase));
	status_put_why(out, op->message);
	if (op->started) {
		put_counts(op, out);
		put_current(op, out);
		put_nodes(op, out);
		if (op->ended)
			status_put_done(op, out);
		if (op->ended && turn_held_lane(op))
			json_put_bool(out, "keepsCluster", turn_is_kept(op));
		if (outbox_waiting(op))
			json_put_int(out, "notificationsWaiting", (int64_t)outbox_waiting(op));
		if (op->acknowledged)
			json_put_str(out, "acknowledged", op->acknowledged);
		json_put_str(out, "planHash", op->plan->hash);
		approval_write(op, out);
		json_open(out, "journal");
		json_put_int(out, "epoch", op->journal.epoch);
		json_put_int(out, "seq", op->journal.seq);
		if (op->rebuilt_generation)
			json_put_int(out, "rebuilt", op->rebuilt_generation);
		json_close(out);
	}
	if (op->phase == PHASE_PLANNED) {
		put_counts(op, out);
		status_put_plan(op, out);
	}
	put_time(out, "startTime", op->start_wall_ms);
	put_time(out, "completionTime", op->end_wall_ms);
	json_put_int(out, "retryObserved", op->retry_seen);
	put_errors(op, out);
	recent_write(op, out);
	conditions_write(op->status.conditions, out, op->object->meta.generation);
}

static char *
body_of(struct core *core, struct op *op)
{
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&body);

	json_open(&out, NULL);
	put_status(core, op, &out);
	json_close(&out);
	return buf_take(&body);
}

/* --- writing --- */

/* Somebody else has written the object meanwhile, or it is another one by now: told again as of what it is then. At once
 * when that is known already; else the watch tells it. */
static void
conflicted(struct core *core, struct op *op)
{
	bool newer = kube_is_older(op->status.version, op->object->meta.resource_version);
	int64_t wait_ms = CONFLICT_MS << (op->status.conflicts < 4 ? op->status.conflicts : 4);

	op->status.conflicts++;
	if (op->status.conflicts % CONFLICTS_TOLD == 0)
		say(core, LOG_LEVEL_WARN, op, NULL, NULL, "cannot write the status: somebody writes the object all the time; "
		    "%u times in a row it was no more what had been seen of it", op->status.conflicts);
	if (newer && op->status.conflicts == 1) {
		op->status.failed = false;
		op_kick(core, op);
		return;
	}
	timer_arm(&core->timers, &op->status.timer, core->now.up_ms + (wait_ms < RETRY_MS ? wait_ms : RETRY_MS), op_look, op);
}

static void
refused(struct core *core, struct op *op, const struct event *event)
{
	bool answer = event->outcome == OUTCOME_ANSWERED;
	char problem[300];

	free(op->status.sending_quiet ? op->status.unheard : op->status.sending);
	if (op->status.sending_quiet)
		op->status.unheard = op->status.sending;
	op->status.sending = NULL;
	op->status.failed = true;
	if (answer && event->status == 404)
		return;         /* its DELETED is on the way */
	if (answer && event->status == 409) {
		/* It may be our own that came before: a request can arrive twice. */
		op->status.unsure = true;
		conflicted(core, op);
		return;
	}
	op->status.unsure |= event->outcome == OUTCOME_TIMEOUT || event->outcome == OUTCOME_BROKEN;
	say(core, LOG_LEVEL_WARN, op, NULL, NULL, "cannot write the status: %s", kube_problem(event, problem, sizeof problem));
	timer_arm(&core->timers, &op->status.timer, core->now.up_ms + RETRY_MS, op_look, op);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;

	(void)arg;
	op->status.request = 0;
	if (event->outcome != OUTCOME_ANSWERED || event->status != 200) {
		refused(core, op, event);
		return;
	}
	core->counters.status_writes++;
	informers_reached(core);
	kube_take_answered(&op->object->meta, event);
	op->status.failed = op->status.unsure = false;
	op->status.conflicts = 0;
	free(op->status.written);
	op->status.written = TAKE_PTR(op->status.sending);
	free(op->status.unheard);
	op->status.unheard = NULL;
	op->status.running_acknowledged |= op->status.sending_plan;
	op->status.end_acknowledged |= op->status.sending_end;
	op_kick(core, op);
}

static void
send(struct core *core, struct op *op, char *body)
{
	op->status.sending = body;
	op->status.sending_quiet = journal_is_quiet(op);
	op->status.sending_plan = op->started && op->status.sending_quiet;
	op->status.sending_end = op->ended && op->status.sending_quiet;
	op->status.phase = op->phase;
	op->status.sent_up_ms = core->now.up_ms;
	free(op->status.version);
	op->status.version = xstrdup(op->object->meta.resource_version);
	op->status.request = kube_apply_status(core, "clusteroperations", "ClusterOperation", &op->object->meta, body,
	    answered, op);
}

/* A status that leads the journal would be believed after a crash that the journal did not survive. */
static bool
must_wait_for_journal(struct core *core, struct op *op)
{
	char why[MESSAGE];

	if (!op->started || op->lost || journal_is_quiet(op))
		return false;
	return !asking_explain_journal(core, op, why, sizeof why) || !(op->status.written || op->status.unheard);
}

/* Coalesced: false and a timer while the last write is too young, or nothing new was found just now, unless a person
 * waits for this one. */
static bool
is_due(struct core *core, struct op *op)
{
	bool urgent = op->phase != op->status.phase || (op->started && !op->status.running_acknowledged) || !op->status.written;
	int64_t next = op->status.sent_up_ms + COALESCE_MS;

	if (next < op->status.same_up_ms + LOOK_MS)
		next = op->status.same_up_ms + LOOK_MS;
	if (op->status.vague_since_up_ms > 0 && next < op->status.vague_since_up_ms + VAGUE_MS)
		next = op->status.vague_since_up_ms + VAGUE_MS;
	if (op->status.failed && op->status.timer.armed)
		return false;
	if (urgent || core->now.up_ms >= next)
		return true;
	if (!op->status.timer.armed)
		timer_arm(&core->timers, &op->status.timer, next, op_look, op);
	return false;
}

static bool
is_written(const struct core *core, struct op *op, const char *body)
{
	if (!op->status.written || op->status.unsure || strcmp(op->status.written, body) != 0)
		return false;
	op->status.phase = op->phase;
	op->status.same_up_ms = core->now.up_ms;
	/* What is told while the journal is away says nothing of the plan or the end. */
	op->status.running_acknowledged |= op->started && journal_is_quiet(op);
	op->status.end_acknowledged |= op->ended && journal_is_quiet(op);
	return true;
}

void
op_write_status(struct core *core, struct op *op)
{
	char *body;

	if (op->status.request || op->gone || op->phase == PHASE_NONE || !shard_is_valid(core, op->shard))
		return;
	/* Its answer brings the version that this write is of. */
	if (op->finalizer_request)
		return;
	if (must_wait_for_journal(core, op)) {
		op_write_message(core, op);
		return;
	}
	if (!is_due(core, op))
		return;
	body = op->started && !op->lost && !journal_is_quiet(op) ? status_body_while_away(core, op) : body_of(core, op);
	if (is_written(core, op, body)) {
		free(body);
		return;
	}
	timer_disarm(&core->timers, &op->status.timer);
	send(core, op, body);
}
