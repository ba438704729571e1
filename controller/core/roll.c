/* Blocks, units, the sliding window. Units never overlap; inside one, 'limit' lanes are at work, and the next
 * begins in the very core step in which the last one ended. What a lane does is lane.c's. */
#include "roll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "branch.h"
#include "bystanders.h"
#include "cluster.h"
#include "cluster_steps.h"
#include "knobs.h"
#include "lane.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

void
roll_start(struct core *core, struct op *op)
{
	size_t total = 0, n = 0;

	(void)core;
	for (size_t b = 0; b < op->plan->nblocks; b++)
		total += op->plan->blocks[b].each_node ? op->plan->blocks[b].nlanes : 0;
	op->lanes_most = total + bystanders_most(op->plan);
	op->lanes = xcalloc(op->lanes_most + 1, sizeof *op->lanes);
	op->nlanes = total;
	newcomers_start(op);
	for (size_t b = 0; b < op->plan->nblocks; b++) {
		const struct plan_block *block = &op->plan->blocks[b];

		for (size_t i = 0; block->each_node && i < block->nlanes; i++)
			op->lanes[n++] = (struct lane){
				.op = op,
				.block = block,
				.block_index = b,
				.node = &op->plan->nodes[block->lanes[i]],
			};
	}
}

void
roll_free(struct core *core, struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		lane_done(core, &op->lanes[i]);
	free(op->lanes);
	op->lanes = NULL;
	op->nlanes = op->lanes_most = 0;
	bystanders_free(op);
	newcomers_free(op);
	op->cluster_step = step_free(core, op->cluster_step);
	op->block = op->cluster_at = 0;
}

bool *
roll_held(const struct op *op)
{
	const struct ring *ring = op->cluster->ring;
	bool *held = xcalloc(ring->nmembers ? ring->nmembers : 1, sizeof *held);

	for (size_t i = 0; i < op->nlanes; i++) {
		int member = op->lanes[i].held ? lane_member(&op->lanes[i]) : -1;

		if (member >= 0)
			held[member] = true;
	}
	return held;
}

size_t
roll_count(const struct op *op, enum lane_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < op->nlanes; i++)
		n += op->lanes[i].state == state;
	return n;
}

bool
roll_at_safe_point(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if (lane->state == LANE_RUNNING || lane->restoring ||
		    (lane->step && acts_unresolved(lane->step)))
			return false;
	}
	return !op->cluster_step || !acts_unresolved(op->cluster_step);
}

/* As most of the time none has. */
static bool
any_has_failed(const struct op *op)
{
	bool any = false;

	for (size_t i = 0; i < op->nlanes; i++)
		any |= op->lanes[i].failed | (op->lanes[i].state == LANE_FAILED);
	return any;
}

/* More lanes than may fail, or one of the canaries. */
bool
roll_has_failed(const struct op *op)
{
	const struct plan_block *block = NULL;
	int64_t failed = 0, taken = 0;
	bool any = any_has_failed(op);

	for (size_t i = 0; any && i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if (lane->block != block)
			failed = taken = 0;
		block = lane->block;
		taken += lane->state != LANE_SKIPPED;
		if (!lane->failed && lane->state != LANE_FAILED)
			continue;
		if (++failed > block->max_failures || taken <= block->canary.nodes)
			return true;
	}
	return op->cluster_step && op->cluster_step->state == STEP_FAILED;
}

bool
roll_is_done(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (!lane_is_over(&op->lanes[i]))
			return false;
	return op->block >= plan_main_blocks(op->plan) && !roll_has_failed(op);
}

bool
roll_has_act_in_flight(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].step && acts_in_flight(op->lanes[i].step))
			return true;
	return op->cluster_step && acts_in_flight(op->cluster_step);
}

const struct step *
roll_gated(const struct op *op)
{
	const struct step *gated = op->cluster_step && op->cluster_step->gated ? op->cluster_step : NULL;

	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if (lane->state != LANE_RUNNING || !lane->step)
			continue;
		if (!lane->step->gated)
			return NULL;
		if (!gated)
			gated = lane->step;
	}
	return gated;
}

bool
roll_any_gated(const struct op *op)
{
	bool any = op->cluster_step && op->cluster_step->gated;

	for (size_t i = 0; i < op->nlanes; i++)
		any |= op->lanes[i].state == LANE_RUNNING && op->lanes[i].step && op->lanes[i].step->gated;
	return any;
}

struct lane *
roll_stricken(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].restoring && op->lanes[i].failed && op->lanes[i].block->restore.type)
			return &op->lanes[i];
	return NULL;
}

const struct step *
roll_current(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].step && (op->lanes[i].held || op->lanes[i].state == LANE_RUNNING))
			return op->lanes[i].step;
	return op->cluster_step;
}

void
roll_rearm(struct core *core, struct op *op)
{
	op->pace.gate_paused[0] = '\0';
	for (size_t i = 0; i < op->nlanes; i++)
		if ((op->lanes[i].state == LANE_FAILED || op->lanes[i].state == LANE_SKIPPED || op->lanes[i].out_of_service) &&
		    !skip_on_retry(core, &op->lanes[i]))
			lane_rearm(core, &op->lanes[i]);
	op->cluster_step = step_free(core, op->cluster_step);
	op->cluster_rescue = 0;
}

/* True: all of them are done. */
static bool
run_cluster_block(struct core *core, struct op *op, const struct plan_block *block)
{
	return cluster_steps_run(core, op, block->steps, block->nsteps, &op->cluster_at, &op->cluster_rescue) == PROGRESS_DONE;
}

/* --- lanes --- */

/* What a planned node has left, so that there is nothing to do for it; NULL: nothing. */
static const char *
left(const struct core *core, const struct lane *lane)
{
	const struct ring *ring = lane->op->cluster->ring;

	if (!core->config.gate || ring->nmembers == 0)
		return NULL;
	if (lane_is_outside(lane))
		return newcomer_is_withdrawn(lane) ? "spec.nodes" : NULL;
	/* Another one at its address is no node that has left but one that was replaced: as it begins it finds that out, and
	 * nothing goes on before a person has looked. */
	if (ring_find_host_id(ring, lane->node->host_id) >= 0 || ring_find_address(ring, lane_address(lane)) >= 0)
		return NULL;
	return "the ring";
}

/* It is skipped, and said. */
static bool
skip_if_gone(struct core *core, struct op *op, struct lane *lane)
{
	const char *from = left(core, lane);
	char text[48];

	if (!from)
		return false;
	op_event(core, op, "Normal", REASON_NodeLeft, "%s has left %s since the plan was made: it is skipped",
	    lane->node->name, from);
	snprintf(text, sizeof text, "the node has left %s", from);
	lane_set_state(core, lane, LANE_SKIPPED, text);
	return true;
}

/* So is one that left while it was at work: what is no member needs not be brought back. */
static bool
skip_if_left(struct core *core, struct op *op, struct lane *lane)
{
	if (!lane_has_left(core, lane) || (lane->step && acts_unresolved(lane->step)))
		return false;
	op_event(core, op, "Normal", REASON_NodeLeft, "%s has left the ring while it was at work: it is skipped",
	    lane->node->name);
	lane->step = step_free(core, lane->step);
	lane->held = lane->restoring = lane->stabilising = lane->failed = lane->out_of_service = false;
	lane_set_state(core, lane, LANE_SKIPPED, "the node has left the ring");
	return true;
}

static void
begin_lanes(struct core *core, struct op *op, const struct plan_block *block, size_t first)
{
	const char *unit = plan_unit(block, op->lanes[first].node);
	int64_t limit = plan_limit(op->plan, block, op->lanes[first].node);
	int64_t active = block->cool_down_ms ? pace_cooling(core, op, op->lanes[first].block_index) : 0;

	for (size_t i = first; i < op->nlanes && op->lanes[i].block == block; i++)
		active += op->lanes[i].state == LANE_RUNNING;
	for (size_t i = first; i < op->nlanes && op->lanes[i].block == block && active < limit; i++) {
		struct lane *lane = &op->lanes[i];

		if (strcmp(plan_unit(block, lane->node), unit) != 0)
			return;
		if (lane->state != LANE_WAITING)
			continue;
		if (!batch_allows(op, lane) || !pace_allows(core, op, lane))
			return;
		if (!op_may_begin(core, op) || skip_if_gone(core, op, lane) || stale_lane(core, op, lane))
			continue;
		lane_set_state(core, lane, LANE_RUNNING, "begins");
		active++;
	}
}

/* True: some lane has ended, so that another may begin at once. */
static bool
run_lanes(struct core *core, struct op *op, const struct plan_block *block, size_t first)
{
	bool ended = false;

	for (size_t i = first; i < op->nlanes && op->lanes[i].block == block; i++) {
		struct lane *lane = &op->lanes[i];

		if (lane->state != LANE_RUNNING)
			continue;
		if (!skip_if_left(core, op, lane))
			lane_run(core, lane);
		ended |= lane->state != LANE_RUNNING;
	}
	return ended;
}

/* True: every lane has come to an end, and the roll goes on. */
static bool
run_node_block(struct core *core, struct op *op, const struct plan_block *block)
{
	for (;;) {
		bool failed;
		size_t first = 0;

		if (!batch_passes(core, op, block))
			return false;
		failed = roll_has_failed(op);
		while (first < op->nlanes && (op->lanes[first].block != block || lane_is_over(&op->lanes[first])))
			first++;
		if (first == op->nlanes)
			return !failed;
		if (!failed)
			begin_lanes(core, op, block, first);
		if (!run_lanes(core, op, block, first))
			return false;
	}
}

/* True: it is done, or left out. */
static bool
run_block(struct core *core, struct op *op, size_t number)
{
	const struct plan_block *block = &op->plan->blocks[number];

	if (branch_skips_block(core, op, number))
		return true;
	if (block->others && !bystanders_begin(core, op, number))
		return false;
	return (block->each_node ? run_node_block : run_cluster_block)(core, op, block);
}

/* From the first block on: behind the one at work a retry may have taken lanes up again. */
static void
run_blocks(struct core *core, struct op *op)
{
	for (size_t b = 0; b < plan_main_blocks(op->plan); b++) {
		const struct plan_block *block = &op->plan->blocks[b];

		if (b < op->block && !block->each_node)
			continue;
		if (!run_block(core, op, b))
			return;
		if (b < op->block)
			continue;
		op->block = b + 1;
		op->cluster_at = op->pace.batches = 0;
	}
}

void
roll_run(struct core *core, struct op *op)
{
	pace_release(op);
	newcomers_look(core, op);
	skips_run(core, op);
	run_blocks(core, op);
	/* One at work may have failed meanwhile: it does not end an operation that was to leave it out. */
	if (skips_run(core, op))
		op_kick(core, op);
}
