/* spec.dryRun: what would be done, and what the gate says of the first nodes now. Nothing is: no turn, no finalizer, no
 * journal, no act. It ends as Planned. */
#include "knobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "impact.h"
#include "json.h"
#include "reasons.h"
#include "state.h"
#include "status_private.h"

/* A status of a thousand nodes must stay small. */
enum { JUDGED = 5, BLOCKS_SHOWN = 16, STEPS_SHOWN = 32, ZONES_SHOWN = 32, NODES_SHOWN = 200, ASK_AGAIN_MS = 50 };

static const struct plan_step *
first_disruptive_step(const struct plan_block *block)
{
	for (size_t i = 0; block->disruptive && plan_any_step(block, i); i++)
		if (impact_takes_down(plan_any_step(block, i)))
			return plan_any_step(block, i);
	return NULL;
}

/* The lanes that would ask the gate first: how many, and where they begin. */
static size_t
first_judged(const struct op *op, size_t *ret_first)
{
	size_t n = 0;

	for (size_t i = 0; i < op->nlanes && n < JUDGED; i++) {
		if (!first_disruptive_step(op->lanes[i].block))
			continue;
		if (n == 0)
			*ret_first = i;
		else if (op->lanes[i].block != op->lanes[*ret_first].block)
			break;
		n++;
	}
	return n;
}

/* False: the ring is still being asked. The first node comes last: what closes the gate for it is what the operation
 * would tell. */
static bool
judge_gate(struct core *core, struct op *op)
{
	size_t first = 0, count = first_judged(op, &first);

	for (size_t i = first + count; i-- > first;) {
		struct lane *lane = &op->lanes[i];
		enum gate gate;

		if (!lane->step)
			lane->step = step_new(op, lane, first_disruptive_step(lane->block));
		gate = gate_check(core, op, lane->step);
		if (gate == GATE_ASKING)
			return false;
		lane->step->gated = gate == GATE_CLOSED;
		snprintf(lane->step->message, sizeof lane->step->message, "%s", gate == GATE_CLOSED ? op->closed_by : "");
	}
	return true;
}

/* True: nothing is missing from what is to be told. */
static bool
make_plan(struct core *core, struct op *op)
{
	struct err err = {""};

	if (!op->plan) {
		op->plan = op_compile(core, op, &err);
		if (!op->plan) {
			op_refuse(core, op, REASON_PlanRefused, err.text);
			return false;
		}
		roll_start(core, op);
	}
	if (judge_gate(core, op))
		return true;
	op_set_phase(core, op, PHASE_PENDING, REASON_Progressing, "the members are being asked for what they see");
	timer_arm_earlier(&core->timers, &op->timer, core->now.up_ms + ASK_AGAIN_MS, op_look, op);
	return false;
}

bool
dry_run(struct core *core, struct op *op)
{
	size_t first = 0, judged;

	if (op->ended)
		return true;
	if (!op_accept(core, op) || !make_plan(core, op))
		return false;
	judged = first_judged(op, &first);
	op_set_phase(core, op, PHASE_PLANNED, REASON_Planned, "%zu nodes planned%s%s", op->nlanes, judged == 0 ? ""
	    : op->closed_since_wall_ms ? "; the gate is closed for " : "; the gate is open for ",
	    judged == 0 ? "" : op->lanes[first].node->name);
	op->ended = true;
	return true;
}

/* --- what is told of it --- */

static void
put_zones(const struct op *op, const struct plan_block *block, struct json_out *out, size_t *nodes)
{
	size_t i = 0;

	json_open_array(out, "zones");
	for (size_t zones = 0; i < block->nlanes && zones < ZONES_SHOWN; zones++) {
		const char *zone = op->plan->nodes[block->lanes[i]].zone;
		int64_t total = 0;

		json_open(out, NULL);
		json_put_str(out, "zone", zone);
		json_open_array(out, "nodes");
		for (; i < block->nlanes && strcmp(op->plan->nodes[block->lanes[i]].zone, zone) == 0; i++, total++) {
			if (*nodes >= NODES_SHOWN)
				continue;
			json_put_str(out, NULL, op->plan->nodes[block->lanes[i]].name);
			++*nodes;
		}
		json_close_array(out);
		json_put_int(out, "total", total);
		json_close(out);
	}
	json_close_array(out);
}

static void
put_steps(const struct plan_block *block, struct json_out *out)
{
	char text[200];

	json_open_array(out, "steps");
	for (size_t i = 0; plan_every_step(block, i) && i < STEPS_SHOWN; i++) {
		const struct plan_step *step = plan_every_step(block, i);

		snprintf(text, sizeof text, "%s %s%s%s", step->number,
		    step->type ? step->type->name : step->approval ? "approval" : "wait",
		    step->assumed ? ", impact not stated: " : "", step->assumed ? impact_names[step->impact] : "");
		for (size_t c = 0; !step->type && c < step->nconditions; c++) {
			size_t len = strlen(text);

			snprintf(text + len, sizeof text - len, "%s %s", c ? "," : "", step->conditions[c].type->name);
		}
		json_put_str(out, NULL, text);
	}
	json_close_array(out);
}

static void
put_gate(const struct op *op, struct json_out *out)
{
	size_t first = 0, count = first_judged(op, &first);

	json_open_array(out, "gate");
	for (size_t i = first; i < first + count; i++) {
		const struct lane *lane = &op->lanes[i];

		json_open(out, NULL);
		json_put_str(out, "node", lane->node->name);
		json_put_bool(out, "open", lane->step && !lane->step->gated);
		json_put_str(out, "message", lane->step ? lane->step->message : "");
		json_close(out);
	}
	json_close_array(out);
}

void
status_put_plan(const struct op *op, struct json_out *out)
{
	static const char *const units[] = {"zone", "datacenter", "all"};
	size_t nodes = 0;

	json_put_str(out, "planHash", op->plan->hash);
	json_open(out, "plan");
	json_put_str(out, "title", op->plan->title);
	json_open_array(out, "blocks");
	for (size_t b = 0; b < op->plan->nblocks && b < BLOCKS_SHOWN; b++) {
		const struct plan_block *block = &op->plan->blocks[b];

		json_open(out, NULL);
		if (block->from)
			json_put_str(out, "from", block->from);
		if (block->others)
			json_put_str(out, "nodes", "others");
		if (block->each_node) {
			json_put_str(out, "concurrencyUnit", units[block->unit]);
			json_put_int(out, "concurrencyLimit", block->limit);
		}
		put_steps(block, out);
		if (block->each_node)
			put_zones(op, block, out, &nodes);
		json_close(out);
	}
	json_close_array(out);
	put_gate(op, out);
	json_close(out);
}
