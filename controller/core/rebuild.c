/* A new journal from the status and from what the nodes say, because a person has asked for it by the object's own uid.
 * The status may lag what was done by about a second and tells counts, not names, of what is done; so
 *   - the plan is compiled again and must be the one that the status names by its hash;
 *   - nodes named as held down, and those named as running that do not serve now, are ours: they are brought back, then
 *     go on as after any restoring; running ones that serve begin again under the gate, maybe for a second restart;
 *   - failed and skipped ones stay what they are;
 *   - of the others the first ones in plan order are done, as many as the status counts, unless a retry has mixed the
 *     order: then all of them begin again;
 *   - one of the plan that is still to come and down now was begun after the last status, or the person who asks for
 *     this knows of it: it is brought back too;
 *   - a finished one that is down, and one that is not of the plan, are a stranger's: they close the gate by name.
 * Where that would be guessing (a status that names not all, a plan that visits a node twice, a cluster step that may
 * have acted, or that has set a variable) it is refused, and stays Stalled. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "impact.h"
#include "journal_private.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"
#include "turn.h"

enum { LOOK_AGAIN_MS = 200, FIRST_RETRY_MS = 1000 };

static bool
is_asked_for(const struct op *op)
{
	const struct operation *object = op->object;

	return object->rebuild_journal && object->told && object->meta.generation > object->journal_rebuilt &&
	    (strcmp(op->reason, REASON_JournalLost) == 0 || strcmp(op->reason, REASON_JournalUnreadable) == 0);
}

/* Why it cannot be done, or not yet; told again only when it is something else. */
static void
tell(struct op *op, const char *why)
{
	char text[MESSAGE], reason[sizeof op->reason];

	snprintf(text, sizeof text, "rebuildJournal: %.480s", why);
	if (strcmp(op->message, text) == 0)
		return;
	if (!op->lost_why)
		op->lost_why = xstrdup(op->message);
	snprintf(reason, sizeof reason, "%s", op->reason);
	op_say(op, reason, "%s", text);
	op->lost_told = false;
}

/* Nobody asks any more: what stood in its way is no reason, and is not looked at again. */
static void
withdraw(struct op *op)
{
	if (!op->lost_why)
		return;
	snprintf(op->message, sizeof op->message, "%s", op->lost_why);
	free(op->lost_why);
	op->lost_why = NULL;
	op->lost_told = false;
}

static void
wait_for(struct core *core, struct op *op, int64_t ms)
{
	if (!op->journal.retry.armed)
		timer_arm(&core->timers, &op->journal.retry, core->now.up_ms + ms, op_look, op);
}

/* --- the plan --- */

static bool
make_plan(struct core *core, struct op *op)
{
	struct err err = {""};
	char why[MESSAGE];

	roll_free(core, op);
	plan_free(op->plan);
	op->started = false;
	op->plan = op_compile(core, op, &err);
	if (!op->plan) {
		tell(op, err.text);
		return false;
	}
	if (strcmp(op->plan->hash, op->object->plan_hash) != 0) {
		snprintf(why, sizeof why, "the plan would be %.40s now, and the status names %.40s: the workflow or the "
		    "cluster has changed; look after the nodes of this status and delete the operation", op->plan->hash,
		    op->object->plan_hash);
		op->plan = plan_free(op->plan);
		tell(op, why);
		return false;
	}
	roll_start(core, op);
	return true;
}

/* --- the lanes --- */

static const struct operation_told_node *
told_of(const struct op *op, const struct lane *lane)
{
	const struct operation_told *told = op->object->told;

	for (size_t i = 0; i < told->nnodes; i++)
		if (strcmp(told->nodes[i].name, lane->node->name) == 0)
			return &told->nodes[i];
	return NULL;
}

/* The name of a node that the plan visits twice, or NULL. */
static const char *
twice(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		for (size_t k = i + 1; k < op->nlanes; k++)
			if (op->lanes[i].node == op->lanes[k].node)
				return op->lanes[i].node->name;
	return NULL;
}

static bool
may_be_told(struct op *op)
{
	const struct operation_told *told = op->object->told;
	int64_t named = 0;
	char why[MESSAGE];

	for (size_t i = 0; i < told->nnodes; i++)
		named += told->nodes[i].state[0] != '\0';
	if (told->total != (int64_t)op->nlanes || named < told->running + told->failed + told->skipped) {
		snprintf(why, sizeof why, "the status names %" PRId64 " of %" PRId64 " nodes that are neither done nor "
		    "waiting: look after them by hand and delete the operation", named,
		    told->running + told->failed + told->skipped);
		tell(op, why);
		return false;
	}
	if (newcomers_are_open(op)) {
		tell(op, "the plan adds nodes that have not joined, and the status does not tell what was ordered for them: "
		    "look after them by hand and delete the operation");
		return false;
	}
	if (twice(op)) {
		snprintf(why, sizeof why, "the plan visits %.100s more than once, and the status does not tell which time: "
		    "look after the nodes by hand and delete the operation", twice(op));
		tell(op, why);
		return false;
	}
	return true;
}

static void
take_down_as_ours(struct core *core, struct lane *lane)
{
	lane->state = LANE_RUNNING;
	lane->held = lane->touched = lane->restoring = true;
	lane->restore_since_up_ms = core->now.up_ms;
}

static void
place_named(struct core *core, struct op *op, struct lane *lane, const struct operation_told_node *told)
{
	bool up = gate_node_is_up(op, lane);

	if (strcmp(told->state, "skipped") == 0) {
		lane->state = LANE_SKIPPED;
	} else if (strcmp(told->state, "failed") == 0) {
		lane->state = LANE_FAILED;
		lane->failed = true;
		lane->held = lane->touched = lane->out_of_service = told->held && !up;
	} else if (!up) {
		take_down_as_ours(core, lane);
	}
}

static void
place_lanes(struct core *core, struct op *op)
{
	const struct operation_told *told = op->object->told;
	bool mixed = op->object->retry_seen > 0 && told->waiting > 0;
	int64_t done = mixed ? 0 : told->done;

	for (size_t i = 0; i < op->nlanes; i++) {
		const struct operation_told_node *named = told_of(op, &op->lanes[i]);

		if (named)
			place_named(core, op, &op->lanes[i], named);
		else if (done-- > 0)
			op->lanes[i].state = LANE_DONE;
		else if (!gate_node_is_up(op, &op->lanes[i]))
			take_down_as_ours(core, &op->lanes[i]);
	}
}

/* --- the blocks --- */

static bool
is_done_or_skipped(const struct lane *lane)
{
	return lane->state == LANE_DONE || lane->state == LANE_SKIPPED;
}

static bool
may_be_repeated(const struct plan_block *block)
{
	for (size_t i = 0; plan_every_step(block, i); i++)
		if (impact_is_change(plan_every_step(block, i)))
			return false;
	return true;
}

/* Cluster steps before the last node that was begun are done; those that may have been at work are done again, if they
 * only look. */
static bool
place_block(struct op *op)
{
	size_t begun = 0, open = op->plan->nblocks;
	bool any = false;

	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if (lane->state != LANE_WAITING && (!any || lane->block_index > begun))
			begun = lane->block_index;
		any |= lane->state != LANE_WAITING;
		if (!is_done_or_skipped(lane) && lane->block_index < open)
			open = lane->block_index;
	}
	op->block = !any ? 0 : open < begun ? open : begun;
	for (size_t b = op->block; b < op->plan->nblocks && b < open; b++)
		if (!op->plan->blocks[b].each_node && !may_be_repeated(&op->plan->blocks[b])) {
			tell(op, "a step of the whole cluster may have been carried out, and nothing tells: look after it by "
			    "hand and delete the operation");
			return false;
		}
	return true;
}

/* --- the new journal --- */

static const struct lane *
left_down(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].out_of_service)
			return &op->lanes[i];
	return NULL;
}

static void
revive(struct core *core, struct op *op)
{
	const struct lane *down = left_down(op);
	const struct operation *object = op->object;
	enum phase phase = phase_parse(object->phase);

	op->lost = op->lost_told = op->released = false;
	free(op->lost_why);
	op->lost_why = NULL;
	op->started = op->accepted = op->admitted = true;
	op->status.running_acknowledged = false;
	op->start_wall_ms = object->start_ms;
	op->retry_seen = object->retry_seen;
	op->rebuilt_generation = object->meta.generation;
	op->ended = phase_is_final(phase);
	op->end_wall_ms = op->ended ? object->completion_ms : 0;
	fleet_note_plan(op, op->plan);
	op_set_phase(core, op, op->ended ? phase : PHASE_RUNNING, REASON_JournalRebuilt,
	    "%s%sthe journal was rebuilt: %zu of %zu nodes are taken for done", down ? down->node->name : "",
	    down ? " is OUT OF SERVICE; " : "", roll_count(op, LANE_DONE), op->nlanes);
	op_event(core, op, "Warning", REASON_JournalRebuilt, "spec.rebuildJournal: a new journal was made from the status "
	    "and the nodes: %zu of %zu nodes are taken for done, %zu are brought back, the others begin (again)",
	    roll_count(op, LANE_DONE), op->nlanes, roll_count(op, LANE_RUNNING));
}

/* Can it be done, as status and nodes are now? It says why not. */
static bool
place_all(struct core *core, struct op *op)
{
	char why[MESSAGE];

	if (!make_plan(core, op) || !may_be_told(op))
		return false;
	place_lanes(core, op);
	if (!place_block(op))
		return false;
	if (!journal_rebuild_forgets(op, why, sizeof why))
		return true;
	tell(op, why);
	return false;
}

static void
taken(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	CLEANUP_JSON struct cJSON *reply = NULL;

	(void)arg;
	op->journal.request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 0)
		reply = json_parse(event->body, event->len, NULL);
	if (!json_is_array(reply) || !place_all(core, op)) {
		wait_for(core, op, FIRST_RETRY_MS);
		return;
	}
	timer_disarm(&core->timers, &op->journal.retry);
	revive(core, op);
	journal_write_all(core, op, reply, "rebuilt from the status and the nodes, as spec.rebuildJournal asks");
	op_kick(core, op);
}

/* Nothing of an earlier epoch may still arrive, and every node has been asked since. */
static bool
is_time(struct core *core, struct op *op)
{
	int64_t since = op->journal.taken_up_ms + core->config.settle_ms;

	if (core->now.up_ms < since) {
		wait_for(core, op, since - core->now.up_ms);
		return false;
	}
	if (sweep_want(core, op->cluster, since))
		return true;
	wait_for(core, op, LOOK_AGAIN_MS);
	return false;
}

bool
journal_rebuild(struct core *core, struct op *op)
{
	char why[MESSAGE];
	bool may;

	if (!is_asked_for(op)) {
		withdraw(op);
		return false;
	}
	if (op->journal.request || op->journal.retry.armed)
		return true;
	if (strcmp(op->object->rebuild_journal, op->uid) != 0) {
		snprintf(why, sizeof why, "it is %.64s, expected this object's metadata.uid %s", op->object->rebuild_journal,
		    op->uid);
		tell(op, why);
	} else if (!op->cluster || !op->cluster->ready) {
		snprintf(why, sizeof why, "TargetCluster %.60s is not ready: %.300s", op->object->cluster,
		    !op->cluster ? "there is none of that name" : op->cluster->problem[0] ? op->cluster->problem :
		    "its nodes are being asked");
		tell(op, why);
		wait_for(core, op, FIRST_RETRY_MS);
	} else if (op->cluster->nqueue > 0 && !turn_is_ours(op)) {
		/* What another one holds down now would be taken for its own. */
		snprintf(why, sizeof why, "waits behind %.100s", op->cluster->queue[0]->name);
		tell(op, why);
	} else if (shard_is_valid(core, op->shard) && is_time(core, op)) {      /* else kicked when the Lease is renewed */
		/* Each takeover raises the epoch: what is refused takes nothing over. */
		may = place_all(core, op);
		roll_free(core, op);
		if (!may) {
			wait_for(core, op, FIRST_RETRY_MS);
			return true;
		}
		journal_ask_takeover(core, op, taken);
	}
	return true;
}
