/* The shape of a roll: how many nodes at once, the first ones, the pauses between, how many may fail. */
#include <string.h>

#include "alloc.h"
#include "field.h"
#include "json.h"
#include "plan_parts.h"

static bool
in_unit(const struct plan_block *block, const struct plan_node *a, const struct plan_node *b)
{
	return strcmp(plan_unit(block, a), plan_unit(block, b)) == 0;
}

int64_t
plan_limit(const struct plan *plan, const struct plan_block *block, const struct plan_node *node)
{
	int64_t nodes = 0, limit;

	if (block->limit_percent == 0)
		return block->limit;
	for (size_t i = 0; i < plan->nnodes; i++)
		nodes += !plan->nodes[i].is_new && in_unit(block, &plan->nodes[i], node);
	limit = nodes * block->limit_percent / 100;
	return limit > 0 ? limit : 1;
}

static int
compile_canary(struct compiler *c, const struct workflow_block *source, struct plan_block *block)
{
	const struct workflow_canary *canary = &source->canary;
	CLEANUP_FREE char *soak = xasprintf("%s.canary.soak", source->place);
	CLEANUP_FREE char *message = xasprintf("%s.canary.message", source->place);

	block->canary.nodes = canary->nodes;
	block->canary.approval = canary->approval;
	if (canary->message &&
	    variables_expand(&c->vars, message, canary->message, &block->canary.message, c->err) < 0)
		return -1;
	return plan_compile_duration(c, soak, canary->soak, 1, 0, &block->canary.soak_ms);
}

static int64_t
count_lanes(const struct compiler *c, const struct plan_block *block)
{
	return (int64_t)(block->others ? c->plan->nnodes - block->nexcept : block->nlanes);
}

int
plan_compile_roll(struct compiler *c, const struct workflow_block *source, struct plan_block *block)
{
	CLEANUP_FREE char *cool_down = xasprintf("%s.coolDown", source->place);
	CLEANUP_FREE char *gate_timeout = xasprintf("%s.gateTimeout", source->place);
	const struct workflow_share *failures = &source->max_failures;

	/* A build that knows no percentages takes one after the other. */
	block->limit = source->limit.percent ? 1 : source->limit.count;
	block->limit_percent = source->limit.percent;
	block->max_failures = failures->percent ? count_lanes(c, block) * failures->percent / 100 : failures->count;
	if (compile_canary(c, source, block) < 0 ||
	    plan_compile_duration(c, cool_down, source->cool_down, 1, 0, &block->cool_down_ms) < 0)
		return -1;
	return plan_compile_duration(c, gate_timeout, source->gate_timeout, 1000, PLAN_GATE_TIMEOUT_MS,
	    &block->gate_timeout_ms);
}

static void
put_unless(struct json_out *out, const char *key, int64_t value, int64_t usual)
{
	if (value != usual)
		json_put_int(out, key, value);
}

/* What is as it always was is left out. */
void
plan_encode_roll(struct json_out *out, const struct plan_block *block)
{
	const struct plan_canary *canary = &block->canary;

	put_unless(out, "limitPercent", block->limit_percent, 0);
	put_unless(out, "maxFailures", block->max_failures, 0);
	put_unless(out, "coolDownMs", block->cool_down_ms, 0);
	put_unless(out, "gateTimeoutMs", block->gate_timeout_ms, PLAN_GATE_TIMEOUT_MS);
	if (canary->nodes == 0)
		return;
	json_open(out, "canary");
	json_put_int(out, "nodes", canary->nodes);
	json_put_int(out, "soakMs", canary->soak_ms);
	json_put_bool(out, "approval", canary->approval);
	if (canary->message)
		json_put_str(out, "message", canary->message);
	json_close(out);
}

static int
decode_canary(const struct field *f, struct plan_canary *canary, struct err *err)
{
	struct field nodes = field_get(f, "nodes"), soak = field_get(f, "soakMs");
	struct field approval = field_get(f, "approval"), message = field_get(f, "message");

	if (!f->value)
		return 0;
	if (!nodes.value)
		return field_wrong(&nodes, "an integer", err);
	if (field_int(&nodes, 1, INT64_MAX, &canary->nodes, err) < 0 ||
	    field_int(&soak, 0, INT64_MAX, &canary->soak_ms, err) < 0 ||
	    field_bool(&approval, &canary->approval, err) < 0)
		return -1;
	return field_text(&message, &canary->message, err);
}

int
plan_decode_roll(const struct field *f, struct plan_block *block, struct err *err)
{
	struct field percent = field_get(f, "limitPercent"), failures = field_get(f, "maxFailures");
	struct field cool_down = field_get(f, "coolDownMs"), gate = field_get(f, "gateTimeoutMs");
	struct field canary = field_get(f, "canary");

	block->gate_timeout_ms = PLAN_GATE_TIMEOUT_MS;
	if (field_int(&percent, 1, 100, &block->limit_percent, err) < 0 ||
	    field_int(&failures, 0, INT64_MAX, &block->max_failures, err) < 0 ||
	    field_int(&cool_down, 0, INT64_MAX, &block->cool_down_ms, err) < 0 ||
	    field_int(&gate, 1, INT64_MAX, &block->gate_timeout_ms, err) < 0)
		return -1;
	return decode_canary(&canary, &block->canary, err);
}
