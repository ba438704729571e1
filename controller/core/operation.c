/* An operation's life: accepted → its turn → plan journaled → status acknowledged → lanes → ended → status acknowledged →
 * finalizer released. op_run() is called whenever something changed and does whatever can be done now; each function below
 * it is one stage and says true when the next one may follow at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "catalog.h"
#include "cluster.h"
#include "json.h"
#include "kube.h"
#include "lane.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"
#include "workflow.h"

bool
op_is_cancelled(const struct op *op)
{
	return op->gone || op->object->cancel || op->object->meta.deleting;
}

bool
op_may_begin(const struct core *core, const struct op *op)
{
	if (op_is_cancelled(op) || op->object->suspend || roll_has_failed(op) || op->lost || op->ended)
		return false;
	/* Who cannot hear a person's "stop" begins nothing. */
	return !core->stopping && journal_away_ms(core, op) == 0 && op->cluster->ready && informers_connected(core) &&
	    core->now.up_ms < lease_valid_until(core);
}

/* --- accepted? --- */

static struct plan *
compile(struct core *core, struct op *op, struct err *err)
{
	struct operation *object = op->object;
	CLEANUP_FREE struct plan_value *variables = xcalloc(object->nvariables + 1, sizeof *variables);
	struct workflow *own = NULL;
	const struct workflow *workflow;
	struct plan_input input = {.types = core->config.types, .variables = variables, .nvariables = object->nvariables};
	struct plan *plan = NULL;
	struct plan_node *nodes;

	for (size_t i = 0; i < object->nvariables; i++)
		variables[i] = (struct plan_value){object->variables[i].name, object->variables[i].text};
	if (object->workflow)
		workflow = catalog_find(core, op->namespace_, object->workflow, err);
	else
		workflow = own = workflow_of_task(object->node_task ? object->node_task : object->cluster_task, object->with,
		    object->node_task != NULL, err);
	if (!workflow)
		return NULL;
	nodes = cluster_plan_nodes(op->cluster, &input.nnodes);
	input.nodes = nodes;
	input.zones = object->zones;
	input.nzones = object->nzones;
	input.targets = object->nodes;
	input.ntargets = object->nnodes;
	input.max_nodes_down = op->cluster->target->max_nodes_down;
	input.stable_ms = core->config.stable_ms;
	plan = plan_compile(workflow, &input, err);
	cluster_plan_nodes_free(nodes, input.nnodes);
	workflow_free(own);
	return plan;
}

static void
not_accepted(struct core *core, struct op *op, const char *reason, const char *why)
{
	op->accepted = false;
	op_set_phase(core, op, PHASE_PENDING, reason, "%s", why);
}

static bool
accept_cluster(struct core *core, struct op *op)
{
	char why[MESSAGE];

	op->cluster = cluster_find(core, op->namespace_, op->object->cluster);
	if (!op->cluster || !op->cluster->target) {
		snprintf(why, sizeof why, op->cluster ? "spec.cluster: TargetCluster \"%s\" cannot be read: correct it"
		    : "spec.cluster: there is no TargetCluster \"%s\" in this namespace: create it or name another",
		    op->object->cluster);
		not_accepted(core, op, REASON_ClusterNotFound, why);
		return false;
	}
	if (!op->cluster->ready && !op->started) {
		snprintf(why, sizeof why, "TargetCluster %.60s is not ready: %.200s", op->object->cluster,
		    op->cluster->problem[0] ? op->cluster->problem : "its nodes are being asked");
		not_accepted(core, op, op->cluster->reason[0] ? REASON_ClusterNotReady : REASON_Discovering, why);
		return false;
	}
	return true;
}

static bool
accept(struct core *core, struct op *op)
{
	struct err err = {""};
	struct plan *plan;

	if (!accept_cluster(core, op))
		return false;
	if (op->accepted)
		return true;
	/* Seen before its turn, so that a mistake is told at once; the plan itself is made when the turn comes. */
	plan = compile(core, op, &err);
	if (!plan) {
		not_accepted(core, op, op->object->workflow && !strncmp(err.text, "spec.workflow", 13) ? REASON_WorkflowNotFound
		    : REASON_PlanRefused, err.text);
		return false;
	}
	op->accepted = true;
	for (size_t b = 0; core->config.gate && b < plan->nblocks; b++) {
		struct ring_policy policy = cluster_policy(op->cluster);

		if (plan->blocks[b].disruptive && ring_undecided(op->cluster->ring, &policy, &err)) {
			not_accepted(core, op, REASON_KeyspaceUndecided, err.text);
			break;
		}
	}
	plan_free(plan);
	return op->accepted;
}

/* --- its turn --- */

/* After a restart an operation that has begun must not be overtaken by one that was read first. */
static bool
all_are_read(struct core *core, const struct op *op)
{
	struct op *other, *next;

	HASH_ITER (hh, core->ops, other, next)
		if (other != op && !other->journal.taken && !other->foreign && other->object->phase[0] &&
		    strcmp(other->object->phase, "Pending") != 0 &&
		    !operation_phase_is_final(other->object->phase) &&
		    strcmp(other->object->cluster, op->object->cluster) == 0 &&
		    strcmp(other->namespace_, op->namespace_) == 0)
			return false;
	return true;
}

static bool
has_turn(struct core *core, struct op *op)
{
	turn_join(core, op);
	if (!turn_is_ours(op)) {
		const struct op *head = op->cluster->queue[0];
		size_t at = 0;

		while (op->cluster->queue[at] != op)
			at++;
		op_set_phase(core, op, PHASE_QUEUED, REASON_Queued, "position %zu, behind %s", at, head->name);
		return false;
	}
	return op->started || all_are_read(core, op);
}

static void
finalizer_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	bool add = arg != 0;
	char problem[300];

	op->finalizer_request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 200) {
		CLEANUP_JSON struct cJSON *json = json_parse(event->body, event->len, NULL);

		op_take_object(core, op, operation_decode(json, NULL));
		op->object->meta.has_finalizer = add;
	} else if (!add && event->outcome == OUTCOME_ANSWERED && event->status == 404) {
		op->object->meta.has_finalizer = false;
	} else {
		say(core, LOG_LEVEL_WARN, op, NULL, NULL, "cannot %s the finalizer: %s", add ? "add" : "remove",
		    kube_problem(event, problem, sizeof problem));
		timer_arm(&core->timers, &op->timer, core->now.up_ms + SECONDS(1), (timer_fire *)op_kick, op);
		return;
	}
	op_kick(core, op);
}

static void
finalizer_patch(struct core *core, struct op *op, bool add)
{
	const struct object_meta *meta = &op->object->meta;
	char *body;

	if (op->finalizer_request || op->timer.armed)
		return;
	if (add && meta->finalizers == 0)
		body = xasprintf("[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"%s\"},"
		    "{\"op\":\"add\",\"path\":\"/metadata/finalizers\",\"value\":[\"" CRD_FINALIZER "\"]}]", op->uid);
	else if (add)
		body = xasprintf("[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"%s\"},"
		    "{\"op\":\"add\",\"path\":\"/metadata/finalizers/-\",\"value\":\"" CRD_FINALIZER "\"}]", op->uid);
	else
		body = xasprintf("[{\"op\":\"test\",\"path\":\"/metadata/finalizers/%d\",\"value\":\"" CRD_FINALIZER "\"},"
		    "{\"op\":\"remove\",\"path\":\"/metadata/finalizers/%d\"}]", meta->finalizer_index,
		    meta->finalizer_index);
	op->finalizer_request = kube_request(core, "PATCH", kube_path(op->namespace_, "clusteroperations", op->name, NULL),
	    KUBE_JSON_PATCH, body, finalizer_answered, op, add)->id;
}

/* The plan is made and frozen, and journaled before anybody is told. */
static bool
start(struct core *core, struct op *op)
{
	struct err err = {""};

	if (!op->object->meta.has_finalizer) {
		finalizer_patch(core, op, true);
		return false;
	}
	op->plan = compile(core, op, &err);
	if (!op->plan) {
		not_accepted(core, op, REASON_PlanRefused, err.text);
		return false;
	}
	op->started = true;
	op->start_wall_ms = core->now.wall_ms;
	roll_start(core, op);
	journal_put_plan(op, op->plan->text);
	op_set_phase(core, op, PHASE_RUNNING, REASON_Starting, "plan %s: %zu nodes", op->plan->hash, op->nlanes);
	op_event(core, op, "Normal", REASON_Started, "%s on %s: %zu nodes, plan %s", op->plan->title, op->object->cluster,
	    op->nlanes, op->plan->hash);
	return true;
}

/* --- at work --- */

static void
explain_running(struct core *core, struct op *op)
{
	const struct step *gated = roll_gated(op), *current = roll_current(op);
	const struct lane *stricken = roll_stricken(op);
	char since[INSTANT_TEXT];

	if (stricken) {
		op_set_phase(core, op, PHASE_RUNNING, REASON_OutOfService, "%s is OUT OF SERVICE and being brought back: %s",
		    stricken->node->name, stricken->step ? stricken->step->message : "");
	} else if (gated && op->closed_since_wall_ms) {
		instant_clock(op->closed_since_wall_ms, since);
		if (op->closed_node[0])
			op_set_phase(core, op, PHASE_FROZEN, REASON_GateClosed, "%s down since %s", op->closed_node, since);
		else
			op_set_phase(core, op, PHASE_FROZEN, op->cluster->target->frozen ? REASON_ClusterFrozen
			    : REASON_GateClosed, "%s (since %s)", op->closed_by, since);
	} else if (current) {
		op_set_phase(core, op, PHASE_RUNNING, REASON_Progressing, "%s%s%s", current->lane
		    ? current->lane->node->name : "", current->lane ? ": " : "", current->message[0]
		    ? current->message : step_kind(current));
	} else if (!op->cluster->ready) {
		op_set_phase(core, op, PHASE_FROZEN, REASON_ClusterNotReady, "%s", op->cluster->problem);
	} else {
		op_set_phase(core, op, PHASE_RUNNING, REASON_Progressing, "%s", "next node");
	}
}

static void
explain(struct core *core, struct op *op)
{
	if (journal_away_ms(core, op) > 0)
		op_say(op, REASON_JournalAway, "Redis does not answer: %s", core->journal_problem);
	else if (op_is_cancelled(op))
		op_set_phase(core, op, PHASE_CANCELLING, REASON_Cancelling, "%zu nodes are finished first",
		    roll_count(op, LANE_RUNNING));
	else if (op->object->suspend && roll_at_safe_point(op))
		op_set_phase(core, op, PHASE_PAUSED, REASON_Suspended, "spec.suspend is set");
	else if (op->object->suspend)
		op_set_phase(core, op, PHASE_RUNNING, REASON_Suspending, "spec.suspend is set; finishing %zu nodes first",
		    roll_count(op, LANE_RUNNING));
	else
		explain_running(core, op);
}

static void
end_failed(struct core *core, struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if (lane->out_of_service) {
			op_set_phase(core, op, PHASE_FAILED, REASON_OutOfService, "%s is OUT OF SERVICE: %s", lane->node->name,
			    lane->message);
			return;
		}
	}
	op_set_phase(core, op, PHASE_FAILED, REASON_StepFailed, "%s%s%s", op->nerrors
	    ? op->errors[op->nerrors - 1].node : "", op->nerrors && op->errors[op->nerrors - 1].node[0] ? ": " : "",
	    op->nerrors ? op->errors[op->nerrors - 1].message : "a step failed");
}

/* True: it has ended. */
static bool
work(struct core *core, struct op *op)
{
	if (!op->object->meta.has_finalizer && !op_is_cancelled(op)) {
		finalizer_patch(core, op, true);        /* taken up again: it was released at the first end */
		return false;
	}
	if (!op->running_acknowledged)
		return false;
	roll_run(core, op);
	if (roll_is_done(op)) {
		op_set_phase(core, op, PHASE_SUCCEEDED, REASON_Succeeded, "%zu nodes done", roll_count(op, LANE_DONE));
		op_event(core, op, "Normal", REASON_Succeeded, "%s: %zu nodes done", op->plan->title,
		    roll_count(op, LANE_DONE));
		core->counters.ops_succeeded++;
	} else if (roll_has_failed(op) && roll_at_safe_point(op)) {
		end_failed(core, op);
		op_event(core, op, "Warning", op->reason, "%s", op->message);
		core->counters.ops_failed++;
	} else if (op_is_cancelled(op) && roll_at_safe_point(op)) {
		op_set_phase(core, op, PHASE_CANCELLED, REASON_Cancelled, "%zu of %zu nodes done", roll_count(op, LANE_DONE),
		    op->nlanes);
		core->counters.ops_cancelled++;
	} else {
		explain(core, op);
		return false;
	}
	op->ended = true;
	return true;
}

/* --- the end --- */

static bool
keeps_turn(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].out_of_service)
			return true;
	return false;
}

static void
release(struct core *core, struct op *op)
{
	struct finished *finished = xcalloc(1, sizeof *finished);

	finished->uid = xstrdup(op->uid);
	finished->retry_seen = op->retry_seen;
	finished->round = op->round;
	HASH_ADD_KEYPTR(hh, core->finished, finished->uid, strlen(finished->uid), finished);
	if (op->started)
		journal_expire(core, op);
	op_drop(core, op);
}

/* Journal first, then status, then the finalizer, then the journal may expire. */
static void
end(struct core *core, struct op *op)
{
	if (!journal_is_quiet(op))
		return;
	if (!op->gone) {
		op_write_status(core, op);
		if (!op->end_acknowledged)
			return;
		if (op->object->meta.has_finalizer) {
			finalizer_patch(core, op, false);
			return;
		}
	}
	if (keeps_turn(op) && !op->gone && !op->object->meta.deleting)
		return;
	release(core, op);
}

static void
rearm(struct core *core, struct op *op)
{
	op->retry_seen = op->object->retry;
	if (op->phase != PHASE_FAILED && op->phase != PHASE_CANCELLED)
		return;
	roll_rearm(core, op);
	op->ended = op->end_acknowledged = false;
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

	if (fresh && !op_is_cancelled(op) && !accept_cluster(core, op))
		return;
	journal_take(core, op);
	if (journal_away_ms(core, op) == 0)
		return;
	if (fresh)
		op_set_phase(core, op, PHASE_PENDING, REASON_JournalAway, "Redis does not answer: %s", core->journal_problem);
	else
		op_say(op, REASON_JournalAway, "Redis does not answer: %s", core->journal_problem);
}

static void
op_run(struct core *core, struct op *op)
{
	if (!core->leading || !informers_synced(core) || op->foreign)
		return;
	if (op->lost) {
		op_write_status(core, op);
		return;
	}
	if (op->object->meta.abandon && op->object->meta.deleting && op->object->meta.has_finalizer) {
		finalizer_patch(core, op, false);
		return;
	}
	if (!op->journal.taken) {
		take(core, op);
		if (op->object->plan_hash[0])
			op_write_message(core, op);     /* the rest of its status is not known yet */
		else
			op_write_status(core, op);
		return;
	}
	if (op->ended && op->object->retry > op->retry_seen && !op_is_cancelled(op))
		rearm(core, op);
	if (op->ended || ends_before_beginning(core, op)) {
		end(core, op);
		return;
	}
	if (accept(core, op) && has_turn(core, op) && (op->started || start(core, op)) && work(core, op))
		end(core, op);
	else
		op_write_status(core, op);
}

void
op_taken_over(struct core *core, struct op *op)
{
	struct operation *object = op->object;

	op->accepted = op->started;     /* its plan is frozen */
	op->running_acknowledged = op->started && op->plan && strcmp(object->plan_hash, op->plan->hash) == 0;
	if (!op->lost && object->journal_seq > op->journal.seq) {
		op->lost = true;
		op_say(op, REASON_JournalLost, "Redis holds sequence %lld of this operation, but %lld has been reported: restore "
		    "Redis' data, or check the nodes in this status and delete the operation",
		    (long long)op->journal.seq, (long long)object->journal_seq);
	}
	if (op->ended)
		op->end_acknowledged = strcmp(object->phase, phase_name(op->phase)) == 0;
	if (op->started)
		say(core, LOG_LEVEL_INFO, op, NULL, NULL, "taken over at epoch %lld, sequence %lld: %zu of %zu nodes done",
		    (long long)op->journal.epoch, (long long)op->journal.seq, roll_count(op, LANE_DONE), op->nlanes);
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
			journal_flush(core, op);
	}
}
