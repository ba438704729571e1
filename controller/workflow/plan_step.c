#include "alloc.h"
#include "impact.h"
#include "instant.h"
#include "plan_parts.h"
#include "rules.h"
#include "types.h"

/* When neither the workflow nor the type says how long. */
static const int64_t default_timeout_ms = MINUTES(10);
static const int64_t default_poll_ms = SECONDS(5);

static int
compile_times(struct compiler *c, const struct workflow_condition *source, const char *place,
    struct plan_condition *condition)
{
	int64_t fallback = condition->type->timeout_ms ? condition->type->timeout_ms : PLAN_WAIT_MS;
	CLEANUP_FREE char *window = xasprintf("%s.successWindow", place), *poll = xasprintf("%s.pollInterval", place);
	CLEANUP_FREE char *timeout = xasprintf("%s.timeout", place);

	if (plan_compile_duration(c, window, source->success_window, 0, 0, &condition->window_ms) < 0 ||
	    plan_compile_duration(c, poll, source->poll_interval, PLAN_POLL_LEAST_MS, default_poll_ms,
	    &condition->poll_ms) < 0 ||
	    plan_compile_duration(c, timeout, source->timeout, 1, fallback, &condition->timeout_ms) < 0)
		return -1;
	return rule_window(place, condition->window_ms, condition->timeout_ms, c->err);
}

static int
compile_condition(struct compiler *c, const struct plan_block *block, const struct workflow_condition *source,
    const char *place, struct plan_condition *condition)
{
	condition->type = type_of_condition(c->input->types, block->each_node, place, source->type, c->err);
	if (!condition->type || compile_times(c, source, place, condition) < 0)
		return -1;
	return plan_compile_with(c, condition->type, place, source->with, source->nwith, &condition->with,
	    &condition->nwith);
}

static int
compile_wait(struct compiler *c, const struct plan_block *block, const struct workflow_step *source,
    struct plan_step *step)
{
	for (size_t i = 0; i < source->nconditions; i++) {
		CLEANUP_FREE char *place = xasprintf("%s.wait[%zu]", source->place, i);
		struct plan_condition *condition = ARRAY_GROW(step->conditions, step->nconditions);

		if (compile_condition(c, block, &source->conditions[i], place, condition) < 0)
			return -1;
		/* The conditions are waited for side by side. */
		if (condition->timeout_ms > step->timeout_ms)
			step->timeout_ms = condition->timeout_ms;
	}
	return 0;
}

static int
compile_approval(struct compiler *c, const struct workflow_step *source, struct plan_step *step)
{
	CLEANUP_FREE char *place = xasprintf("%s.approval.message", source->place);
	CLEANUP_FREE char *within = xasprintf("%s.approval.timeout", source->place);

	step->approval = true;
	if (plan_compile_duration(c, within, source->timeout, SECONDS(1), 0, &step->timeout_ms) < 0)
		return -1;
	return source->message ? variables_expand(&c->vars, place, source->message, &step->message, c->err) : 0;
}

int
plan_compile_step(struct compiler *c, const struct plan_block *block, const struct workflow_step *source,
    struct plan_step *step)
{
	CLEANUP_FREE char *timeout = xasprintf("%s.timeout", source->place);
	CLEANUP_FREE char *backoff = xasprintf("%s.retryBackoff", source->place);
	int64_t fallback;

	if (plan_compile_ways(c, block, source, step) < 0)
		return -1;
	if (source->approval)
		return compile_approval(c, source, step);
	if (!source->task)
		return compile_wait(c, block, source, step);
	step->type = type_of_task(c->input->types, block->each_node, source->place, source->task, c->err);
	if (!step->type ||
	    impact_of_step(source, step->type, block->each_node, &step->impact, &step->assumed, c->err) < 0)
		return -1;
	/* A command that has failed is not run once more unless the workflow says so. */
	step->retries = source->retries >= 0 ? source->retries : step->type->arguments ? 0 : WORKFLOW_RETRIES;
	if (plan_compile_with(c, step->type, source->place, source->with, source->nwith, &step->with, &step->nwith) < 0 ||
	    plan_compile_set(c, source, step) < 0)
		return -1;
	fallback = step->type->timeout_ms ? step->type->timeout_ms : default_timeout_ms;
	if (plan_command_defaults(c, source->place, step, &fallback) < 0)
		return -1;
	if (plan_compile_duration(c, timeout, source->timeout, 1, fallback, &step->timeout_ms) < 0 ||
	    plan_compile_duration(c, backoff, source->retry_backoff, 1, 0, &step->retry_backoff_ms) < 0)
		return -1;
	return 0;
}
