#include "pace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ending.h"
#include "instant.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "outbox.h"
#include "reasons.h"
#include "state.h"

void
pace_hold(struct op *op, int phase, const char *reason, const char *format, ...)
{
	va_list args;

	op->pace.phase = phase;
	op->pace.awaited_step[0] = '\0';
	snprintf(op->pace.reason, sizeof op->pace.reason, "%s", reason);
	va_start(args, format);
	vsnprintf(op->pace.why, sizeof op->pace.why, format, args);
	va_end(args);
}

void
pace_release(struct op *op)
{
	op->pace.reason[0] = '\0';
	op->pace.awaited_step[0] = '\0';
}

/* The journal's absence is told as a reason of its own, and is no news of this. */
static bool
is_news(const struct op *op)
{
	return (int)op->phase != op->pace.phase ||
	    (strcmp(op->reason, op->pace.reason) != 0 && strcmp(op->reason, REASON_JournalAway) != 0);
}

/* Another plan is to be approved than people were told: what they have in hand would be refused. */
static bool
asks_for_another(const struct op *op)
{
	return op->pace.awaited_step[0] && strcmp(op->pace.told_hash, op->pace.awaited_hash) != 0;
}

bool
pace_explain(struct core *core, struct op *op)
{
	struct pace *pace = &op->pace;
	bool another = asks_for_another(op);

	if (!pace->reason[0])
		return false;
	if (pace->phase != PHASE_RUNNING && (is_news(op) || (another && pace->told_hash[0])))
		op_event(core, op, pace->phase == PHASE_PAUSED ? "Warning" : "Normal", pace->reason, "%s", pace->why);
	op_set_phase(core, op, (enum phase)pace->phase, pace->reason, "%s", pace->why);
	if (another) {
		snprintf(pace->told_hash, sizeof pace->told_hash, "%s", pace->awaited_hash);
		notices_of_phase(core, op);
	}
	return true;
}

void
pace_wake_at(struct core *core, struct op *op, int64_t up_ms)
{
	timer_arm_earlier(&core->timers, &op->pace.timer, up_ms, op_look, op);
}

int64_t
pace_up_ms(const struct core *core, int64_t wall_ms, int64_t most_ms)
{
	int64_t left = wall_ms - core->now.wall_ms;

	return core->now.up_ms + (left < 0 ? 0 : left > most_ms ? most_ms : left);
}

/* --- canaries --- */

static bool
has_soaked(struct core *core, struct op *op, const struct plan_canary *canary)
{
	struct pace *pace = &op->pace;
	char until[INSTANT_TEXT];

	if (canary->soak_ms == 0)
		return true;
	if (pace->soak_until_wall_ms == 0) {
		pace->soak_until_wall_ms = core->now.wall_ms + canary->soak_ms;
		pace->soak_until_up_ms = core->now.up_ms + canary->soak_ms;
		op_record(op);
		journal_note(op, "canary soaks until %s", instant_clock(pace->soak_until_wall_ms, until));
	}
	if (core->now.up_ms >= pace->soak_until_up_ms)
		return true;
	pace_hold(op, PHASE_RUNNING, REASON_Soaking, "canary soaks until %s",
	    instant_clock(pace->soak_until_wall_ms, until));
	pace_wake_at(core, op, pace->soak_until_up_ms);
	return false;
}

static bool
canary_passes(struct core *core, struct op *op, const struct lane *lane)
{
	const struct plan_canary *canary = &lane->block->canary;
	char step[32];

	snprintf(step, sizeof step, "%zu.canary", lane->block_index + 1);
	if (!has_soaked(core, op, canary) ||
	    (canary->approval && !approval_given(core, op, step, op->plan->hash, canary->message)))
		return false;
	op->pace.canary_passed = lane->block_index + 1;
	op->pace.soak_until_wall_ms = 0;
	op_record(op);
	say(core, LOG_LEVEL_INFO, op, step, NULL, "the canary has passed");
	return true;
}

bool
pace_allows(struct core *core, struct op *op, const struct lane *lane)
{
	const struct plan_canary *canary = &lane->block->canary;
	int64_t before = 0;
	bool done = true;

	if (canary->nodes == 0 || op->pace.canary_passed > lane->block_index)
		return true;
	for (const struct lane *other = lane; other-- > op->lanes && other->block == lane->block;)
		before += other->state != LANE_SKIPPED;
	if (before < canary->nodes)
		return true;
	for (const struct lane *other = lane; other-- > op->lanes && other->block == lane->block;)
		done &= other->state == LANE_DONE || other->state == LANE_SKIPPED;
	if (done)
		return canary_passes(core, op, lane);
	if (op->pace.soak_until_wall_ms != 0) {
		op->pace.soak_until_wall_ms = 0;        /* one of them is taken up again, and soaks again */
		op_record(op);
	}
	return false;
}

/* --- cool-down --- */

void
pace_lane_ended(struct core *core, struct lane *lane)
{
	if (lane->block->cool_down_ms == 0)
		return;
	lane->cool_until_wall_ms = core->now.wall_ms + lane->block->cool_down_ms;
	lane->cool_until_up_ms = core->now.up_ms + lane->block->cool_down_ms;
}

int64_t
pace_cooling(struct core *core, struct op *op, size_t block)
{
	const struct lane *last = NULL;
	int64_t cooling = 0;
	char until[INSTANT_TEXT];

	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if (lane->block_index != block || lane->cool_until_wall_ms == 0 || core->now.up_ms >= lane->cool_until_up_ms)
			continue;
		cooling++;
		if (!last || lane->cool_until_up_ms < last->cool_until_up_ms)
			last = lane;
	}
	if (!last)
		return 0;
	pace_wake_at(core, op, last->cool_until_up_ms);
	pace_hold(op, PHASE_RUNNING, REASON_CoolingDown, "cools down until %s after %s",
	    instant_clock(last->cool_until_wall_ms, until), last->node->name);
	return cooling;
}

/* --- in the journal --- */

void
pace_record(const struct op *op, struct json_out *out)
{
	/* Else told by the records of cluster steps alone, which a journal written anew does not have. */
	json_put_int(out, "block", (int64_t)op->block);
	json_put_int(out, "clusterAt", (int64_t)op->cluster_at);
	ending_record(op, out);
	if (op->cluster_rescue)
		json_put_int(out, "clusterRescue", (int64_t)op->cluster_rescue);
	if (op->pace.batches)
		json_put_int(out, "batches", (int64_t)op->pace.batches);
	if (op->pace.canary_passed)
		json_put_int(out, "canaryPassed", (int64_t)op->pace.canary_passed);
	if (op->pace.soak_until_wall_ms)
		json_put_int(out, "soakUntil", op->pace.soak_until_wall_ms);
	if (op->pace.approval_until_wall_ms)
		json_put_int(out, "approvalUntil", op->pace.approval_until_wall_ms);
	if (op->pace.gate_paused[0])
		json_put_str(out, "gatePaused", op->pace.gate_paused);
	if (op->phase == PHASE_FROZEN && op->closed_since_wall_ms) {
		json_put_int(out, "closedSince", op->closed_since_wall_ms);
		json_put_str(out, "closedBy", op->closed_by);
		if (op->pace.gate_moved_ms)
			json_put_int(out, "closedMoved", op->pace.gate_moved_ms);
	}
}

/* The records of cluster steps may tell of a later place. */
static void
read_place(struct op *op, const struct cJSON *value)
{
	int64_t block = json_int(value, "block", 0), at = json_int(value, "clusterAt", 0);
	int64_t rescue = json_int(value, "clusterRescue", 0), batches = json_int(value, "batches", 0);

	if (!op->plan || block < (int64_t)op->block || block > (int64_t)op->plan->nblocks ||
	    (block == (int64_t)op->block && at < (int64_t)op->cluster_at))
		return;
	op->block = (size_t)block;
	op->cluster_at = at > 0 ? (size_t)at : 0;
	op->cluster_rescue = rescue > 0 && rescue <= WORKFLOW_FALLBACKS ? (size_t)rescue : 0;
	op->pace.batches = batches > 0 ? (size_t)batches : 0;
}

/* A soak is clamped to the longest of the plan. */
void
pace_read(struct core *core, struct op *op, const struct cJSON *value)
{
	struct pace *pace = &op->pace;
	int64_t passed = json_int(value, "canaryPassed", 0), longest = 0;

	for (size_t b = 0; op->plan && b < op->plan->nblocks; b++)
		if (op->plan->blocks[b].canary.soak_ms > longest)
			longest = op->plan->blocks[b].canary.soak_ms;
	read_place(op, value);
	ending_read(op, value);
	pace->canary_passed = passed > 0 ? (size_t)passed : 0;
	pace->soak_until_wall_ms = json_int(value, "soakUntil", 0);
	snprintf(pace->gate_paused, sizeof pace->gate_paused, "%s", json_str_or(value, "gatePaused", ""));
	op->closed_since_wall_ms = json_int(value, "closedSince", 0);
	pace->gate_moved_ms = json_int(value, "closedMoved", 0);
	snprintf(op->closed_by, sizeof op->closed_by, "%s", json_str_or(value, "closedBy", ""));
	pace->gate_recalled = op->closed_since_wall_ms != 0;
	pace->gate_since_up_ms = -1;
	pace->approval_until_wall_ms = json_int(value, "approvalUntil", 0);
	pace->approval_until_up_ms = -1;
	pace->soak_until_up_ms = pace_up_ms(core, pace->soak_until_wall_ms, longest);
}
