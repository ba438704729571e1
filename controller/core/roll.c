/* Blocks, units, the sliding window. Units never overlap; inside one, 'limit' lanes are at work, and the next
 * begins in the very core step in which the last one ended. What a lane does is lane.c's. */
#include "lane.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "knobs.h"
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
	op->lanes = xcalloc(total ? total : 1, sizeof *op->lanes);
	op->nlanes = total;
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
	op->nlanes = 0;
	op->cluster_step = step_free(core, op->cluster_step);
	op->block = op->cluster_at = 0;
}

bool *
roll_held(const struct op *op)
{
	const struct ring *ring = op->cluster->ring;
	bool *held = xcalloc(ring->nmembers ? ring->nmembers : 1, sizeof *held);

	for (size_t i = 0; i < op->nlanes; i++) {
		int member = op->lanes[i].held ? ring_find_host_id(ring, op->lanes[i].node->host_id) : -1;

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

bool
roll_has_failed(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].failed || op->lanes[i].state == LANE_FAILED)
			return true;
	return op->cluster_step && op->cluster_step->state == STEP_FAILED;
}

bool
roll_is_done(const struct op *op)
{
	return op->block >= op->plan->nblocks;
}

static bool
has_act_in_flight(const struct step *step)
{
	for (size_t i = 0; step && i < step->nacts; i++)
		if (step->acts[i].view.state == ACT_INTENDED || step->acts[i].view.state == ACT_SENT)
			return true;
	return false;
}

bool
roll_has_act_in_flight(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (has_act_in_flight(op->lanes[i].step))
			return true;
	return has_act_in_flight(op->cluster_step);
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

const struct lane *
roll_stricken(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].restoring && op->lanes[i].failed)
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
	for (size_t i = 0; i < op->nlanes; i++)
		if ((op->lanes[i].state == LANE_FAILED || op->lanes[i].state == LANE_SKIPPED || op->lanes[i].out_of_service) &&
		    !skip_on_retry(core, &op->lanes[i]))
			lane_rearm(core, &op->lanes[i]);
	op->cluster_step = step_free(core, op->cluster_step);
}

/* --- cluster steps --- */

static void
run_cluster_block(struct core *core, struct op *op, const struct plan_block *block)
{
	while (op->cluster_at < block->nsteps) {
		if (!op->cluster_step) {
			if (!op_may_begin(core, op))
				return;
			op->cluster_step = step_new(op, NULL, &block->steps[op->cluster_at]);
		}
		step_run(core, op, op->cluster_step);
		if (op->cluster_step->state != STEP_DONE)
			return;
		op->cluster_step = step_free(core, op->cluster_step);
		op->cluster_at++;
	}
	op->block++;
	op->cluster_at = 0;
}

/* --- lanes --- */

static bool
is_finished(const struct lane *lane)
{
	return lane->state == LANE_DONE || lane->state == LANE_SKIPPED;
}

/* A planned node that left the ring is skipped, and said. */
static bool
skip_if_gone(struct core *core, struct op *op, struct lane *lane)
{
	if (!core->config.gate || op->cluster->ring->nmembers == 0 ||
	    ring_find_host_id(op->cluster->ring, lane->node->host_id) >= 0)
		return false;
	lane_set_state(core, lane, LANE_SKIPPED, "the node has left the ring");
	return true;
}

static void
begin_lanes(struct core *core, struct op *op, const struct plan_block *block, size_t first)
{
	const char *unit = plan_unit(block, op->lanes[first].node);
	int64_t active = 0;

	for (size_t i = first; i < op->nlanes && op->lanes[i].block == block; i++)
		active += op->lanes[i].state == LANE_RUNNING;
	for (size_t i = first; i < op->nlanes && op->lanes[i].block == block && active < block->limit; i++) {
		struct lane *lane = &op->lanes[i];

		if (strcmp(plan_unit(block, lane->node), unit) != 0)
			return;
		if (lane->state != LANE_WAITING || !op_may_begin(core, op) || skip_if_gone(core, op, lane))
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
		lane_run(core, lane);
		ended |= lane->state != LANE_RUNNING;
	}
	return ended;
}

static void
run_node_block(struct core *core, struct op *op, const struct plan_block *block)
{
	for (;;) {
		size_t first = 0;

		while (first < op->nlanes && (op->lanes[first].block != block || is_finished(&op->lanes[first])))
			first++;
		if (first == op->nlanes) {
			op->block++;
			return;
		}
		if (!roll_has_failed(op))
			begin_lanes(core, op, block, first);
		if (!run_lanes(core, op, block, first))
			return;
	}
}

void
roll_run(struct core *core, struct op *op)
{
	skips_run(core, op);
	while (op->block < op->plan->nblocks) {
		size_t before = op->block;
		const struct plan_block *block = &op->plan->blocks[before];

		if (block->each_node)
			run_node_block(core, op, block);
		else
			run_cluster_block(core, op, block);
		if (op->block == before)
			return;
	}
}
