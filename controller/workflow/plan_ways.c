/* What becomes of a step beside its own doing, in the plan. */
#include "alloc.h"
#include "field.h"
#include "json.h"
#include "plan_parts.h"
#include "when.h"

static const char *const outcomes[] = {"fail", "continue", "cancel", NULL};

int
plan_check_stated(struct compiler *c, const struct workflow_step *source, const struct plan_step *step)
{
	if (!step->assumed)
		return 0;
	return err_set(c->err, "%s.impact: missing; what %s does to the cluster nobody is asked about here: state it",
	    source->place, step->type->name);
}

int
plan_compile_ways(struct compiler *c, const struct plan_block *block, const struct workflow_step *source,
    struct plan_step *step)
{
	step->borne = source->borne;
	step->any = source->any;
	step->on_timeout = source->on_timeout;
	for (size_t i = 0; i < source->nfallbacks; i++) {
		struct plan_step *fallback = ARRAY_GROW(step->on_failure, step->nfallbacks);

		fallback->number = xasprintf("%s.onFailure.%zu", step->number, i + 1);
		if (plan_compile_step(c, block, &source->on_failure[i], fallback) < 0)
			return -1;
		if (!block->each_node && plan_check_stated(c, &source->on_failure[i], fallback) < 0)
			return -1;
	}
	return 0;
}

/* One of the steps between batches, when it is to be done. */
static int
compile_then(struct compiler *c, const struct workflow_block *source, struct plan_block *block, size_t number, size_t index)
{
	const struct plan_block outside = {.each_node = false};
	const struct workflow_step *then = &source->batch.then[index];
	const struct when_place at = {.workflow = c->vars.workflow, .block = source, .step = then, .nodes = c->plan->nodes,
	    .nnodes = c->plan->nnodes};
	struct plan_step *step = ARRAY_GROW(block->batch.then, block->batch.nthen);
	CLEANUP_FREE char *why = NULL;

	step->number = xasprintf("%zu.batch.%zu", number, index + 1);
	if (plan_compile_when(c, &at, then->when, then->nwhen, &step->when, &step->nwhen, &why) < 0)
		return -1;
	if (!why)
		return plan_compile_step(c, &outside, then, step) < 0 ? -1 : plan_check_stated(c, then, step);
	plan_leave_out(block, step->number, then->name ? then->name : then->task ? then->task : "wait", why);
	plan_step_done(step);
	block->batch.nthen--;
	return 0;
}

int
plan_compile_batch(struct compiler *c, const struct workflow_block *source, struct plan_block *block, size_t number)
{
	const struct workflow_share *size = &source->batch.size;

	if (size->count + size->percent > 0 && block->others)
		return err_set(c->err, "%s.batch: of the others nobody knows how many there are before the block begins",
		    source->place);
	if (source->order != WORKFLOW_ORDER_PLAN && block->others)
		return err_set(c->err, "%s.order: the others are taken in the plan's order", source->place);
	block->batch.size = size->percent ? (int64_t)block->nlanes * size->percent / 100 : size->count;
	if (size->percent && block->batch.size == 0)
		block->batch.size = 1;
	for (size_t i = 0; i < source->batch.nthen; i++)
		if (compile_then(c, source, block, number, i) < 0)
			return -1;
	if (block->batch.nthen == 0)
		block->batch.size = 0;
	return 0;
}

/* What is as it always was is left out. */
void
plan_encode_ways(struct json_out *out, const struct plan_step *step)
{
	if (step->any)
		json_put_bool(out, "any", true);
	if (step->approval && step->timeout_ms)
		json_put_str(out, "onTimeout", outcomes[step->on_timeout]);
	if (step->borne)
		json_put_bool(out, "abortOnFailure", false);
	plan_encode_whens(out, step->when, step->nwhen);
	plan_encode_set(out, step->sets);
}

int
plan_decode_ways(const struct field *f, struct plan_step *step, struct err *err)
{
	struct field abort_on_failure = field_get(f, "abortOnFailure"), any = field_get(f, "any");
	struct field on_timeout = field_get(f, "onTimeout");
	bool ends = true;
	int chosen = WORKFLOW_FAIL;

	if (field_bool(&abort_on_failure, &ends, err) < 0 || field_bool(&any, &step->any, err) < 0 ||
	    field_choice(&on_timeout, outcomes, &chosen, err) < 0)
		return -1;
	step->on_timeout = (enum workflow_on_timeout)chosen;
	step->borne = !ends;
	return plan_decode_whens(f, &step->when, &step->nwhen, err) < 0 ? -1 : plan_decode_set(f, &step->sets, err);
}
