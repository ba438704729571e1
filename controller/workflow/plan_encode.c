/* The canonical text: fields in one fixed order, so that equal plans are equal texts. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "impact.h"
#include "json.h"
#include "plan_parts.h"

static const char *const units[] = {
	[WORKFLOW_UNIT_ZONE] = "zone",
	[WORKFLOW_UNIT_DATACENTER] = "datacenter",
	[WORKFLOW_UNIT_ALL] = "all",
};

static void
put_node(struct json_out *out, const struct plan_node *node)
{
	json_open(out, NULL);
	json_put_str(out, "name", node->name);
	json_put_str(out, "hostId", node->is_new ? "" : node->host_id);
	json_put_str(out, "address", node->address);
	json_put_str(out, "datacenter", node->datacenter);
	json_put_str(out, "zone", node->zone);
	if (node->is_new)
		json_put_bool(out, "new", true);
	json_close(out);
}

static void
put_with(struct json_out *out, const struct plan_value *with, size_t count)
{
	json_open(out, "with");
	for (size_t i = 0; i < count; i++) {
		if (!with[i].rule) {
			json_put_str(out, with[i].name, with[i].text);
			continue;
		}
		json_open(out, with[i].name);
		json_put_str(out, "rule", with[i].text);
		json_close(out);
	}
	json_close(out);
}

static void
put_condition(struct json_out *out, const struct plan_condition *condition)
{
	json_open(out, NULL);
	json_put_str(out, "type", condition->type->name);
	put_with(out, condition->with, condition->nwith);
	json_put_int(out, "windowMs", condition->window_ms);
	json_put_int(out, "pollMs", condition->poll_ms);
	json_put_int(out, "timeoutMs", condition->timeout_ms);
	json_close(out);
}

/* Only what the type does not tell. */
static void
put_impact(struct json_out *out, const struct plan_step *step)
{
	if (step->type->opaque)
		json_put_str(out, "impact", impact_names[step->impact]);
	if (step->assumed)
		json_put_bool(out, "assumed", true);
}

static void put_step(struct json_out *out, const char *key, const struct plan_step *step);

static void
put_steps(struct json_out *out, const char *key, const struct plan_step *steps, size_t count)
{
	json_open_array(out, key);
	for (size_t i = 0; i < count; i++)
		put_step(out, NULL, &steps[i]);
	json_close_array(out);
}

static void
put_batch(struct json_out *out, const struct plan_batch *batch)
{
	json_open(out, "batch");
	json_put_int(out, "size", batch->size);
	put_steps(out, "then", batch->then, batch->nthen);
	json_close(out);
}

/* A task has "type", a wait has "wait", an approval "approval"; a restore that nothing is known for has neither. */
static void
put_step(struct json_out *out, const char *key, const struct plan_step *step)
{
	json_open(out, key);
	json_put_str(out, "number", step->number);
	if (step->approval) {
		json_open(out, "approval");
		if (step->message)
			json_put_str(out, "message", step->message);
		json_close(out);
	} else if (step->type) {
		json_put_str(out, "type", step->type->name);
		put_impact(out, step);
		put_with(out, step->with, step->nwith);
	} else {
		json_open_array(out, "wait");
		for (size_t i = 0; i < step->nconditions; i++)
			put_condition(out, &step->conditions[i]);
		json_close_array(out);
	}
	json_put_int(out, "retries", step->retries);
	if (step->retry_backoff_ms)
		json_put_int(out, "retryBackoffMs", step->retry_backoff_ms);
	json_put_int(out, "timeoutMs", step->timeout_ms);
	plan_encode_ways(out, step);
	if (step->nfallbacks)
		put_steps(out, "onFailure", step->on_failure, step->nfallbacks);
	json_close(out);
}

static void
put_block(struct json_out *out, const struct plan_block *block)
{
	json_open(out, NULL);
	if (block->from)
		json_put_str(out, "from", block->from);
	json_put_bool(out, "eachNode", block->each_node);
	json_put_str(out, "unit", units[block->unit]);
	json_put_int(out, "limit", block->limit);
	plan_encode_roll(out, block);
	if (block->order != WORKFLOW_ORDER_PLAN)
		json_put_str(out, "order", block->order == WORKFLOW_ORDER_REVERSE ? "reverse" : "targets");
	if (block->finally)
		json_put_bool(out, "finally", true);
	plan_encode_whens(out, block->when, block->nwhen);
	plan_put_left_out(out, "leftOut", block);
	if (block->batch.size)
		put_batch(out, &block->batch);
	put_steps(out, "steps", block->steps, block->nsteps);
	if (block->others) {
		json_put_str(out, "nodes", "others");
		json_open_array(out, "except");
		for (size_t i = 0; i < block->nexcept; i++)
			json_put_int(out, NULL, (int64_t)block->except[i]);
		json_close_array(out);
	}
	json_open_array(out, "lanes");
	for (size_t i = 0; i < block->nlanes; i++)
		json_put_int(out, NULL, (int64_t)block->lanes[i]);
	json_close_array(out);
	if (block->disruptive) {
		json_put_bool(out, "leavesDown", block->leaves_down);
		put_step(out, "restore", &block->restore);
		put_step(out, "stable", &block->stable);
	}
	json_close(out);
}

void
plan_hash(struct plan *plan)
{
	hash_text(hash_str(HASH_SEED, plan->text), plan->hash);
}

int
plan_rebind(struct plan *plan, struct plan_node *node, const char *address, const char *zone, struct err *err)
{
	free(node->address);
	free(node->zone);
	free(plan->text);
	plan->text = NULL;
	node->address = xstrdup(address);
	node->zone = xstrdup(zone);
	return plan_encode(plan, err);
}

int
plan_encode(struct plan *plan, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&text);

	json_open(&out, NULL);
	json_put_int(&out, "format", plan_format(plan));
	json_put_str(&out, "title", plan->title);
	json_open_array(&out, "nodes");
	for (size_t i = 0; i < plan->nnodes; i++)
		put_node(&out, &plan->nodes[i]);
	json_close_array(&out);
	json_open_array(&out, "blocks");
	for (size_t i = 0; i < plan->nblocks; i++)
		put_block(&out, &plan->blocks[i]);
	json_close_array(&out);
	json_close(&out);
	if (!buf_ok(&text))
		return err_set(err, "the plan is longer than %d bytes; choose fewer nodes as targets", BUF_MAX_OBJECT);
	plan->text = buf_take(&text);
	plan_hash(plan);
	return 0;
}
