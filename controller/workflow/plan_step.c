#include "alloc.h"
#include "instant.h"
#include "known.h"
#include "plan_parts.h"

/* When neither the workflow nor the type says how long. */
static const int64_t default_timeout_ms = MINUTES(10);
static const int64_t default_poll_ms = SECONDS(5), least_poll_ms = 100;
static const int64_t default_wait_ms = MINUTES(30);

static int
unknown_type(const struct compiler *c, const char *place, const char *name, bool condition)
{
	const struct reconciler *const *types = c->input->types;
	struct known known;

	known_init(&known, name);
	for (; *types; types++) {
		if (condition == ((*types)->judge != NULL))
			known_offer(&known, (*types)->name);
	}
	return known_refuse(&known, c->err, "%s: unknown %s \"%.80s\"", place, condition ? "condition" : "task type",
	    name);
}

static const struct reconciler *
find_task(const struct compiler *c, const struct plan_block *block, const char *place, const char *name)
{
	const struct reconciler *type = plan_find_type(c->input->types, name);

	if (!type)
		unknown_type(c, place, name, false);
	else if (!type->reconcile)
		err_set(c->err, "%s: %s is a condition, not a task; it belongs under a step's 'wait'", place, name);
	else if (block->each_node && type->scope == SCOPE_CLUSTER)
		err_set(c->err, "%s: %s works on the whole cluster; it belongs under clusterTask, or outside eachNode",
		    place, name);
	else if (!block->each_node && type->scope == SCOPE_NODE)
		err_set(c->err, "%s: %s works on one node; it belongs under nodeTask, or inside eachNode", place, name);
	else
		return type;
	return NULL;
}

static const struct reconciler *
find_condition(const struct compiler *c, const struct plan_block *block, const char *place, const char *name)
{
	const struct reconciler *type = plan_find_type(c->input->types, name);

	if (!type)
		unknown_type(c, place, name, true);
	else if (!type->judge)
		err_set(c->err, "%s: %s is a task, not a condition; it is a step of its own", place, name);
	else if (!block->each_node && type->scope == SCOPE_NODE)
		err_set(c->err, "%s: %s judges one node; a wait outside eachNode takes conditions of the cluster only, "
		    "in this release", place, name);
	else
		return type;
	return NULL;
}

static int
compile_times(struct compiler *c, const struct workflow_condition *source, const char *place,
    struct plan_condition *condition)
{
	int64_t fallback = condition->type->timeout_ms ? condition->type->timeout_ms : default_wait_ms;
	CLEANUP_FREE char *window = xasprintf("%s.successWindow", place), *poll = xasprintf("%s.pollInterval", place);
	CLEANUP_FREE char *timeout = xasprintf("%s.timeout", place);
	char within[INSTANT_TEXT], longest[INSTANT_TEXT];

	if (plan_compile_duration(c, window, source->success_window, 0, 0, &condition->window_ms) < 0 ||
	    plan_compile_duration(c, poll, source->poll_interval, least_poll_ms, default_poll_ms,
	    &condition->poll_ms) < 0 ||
	    plan_compile_duration(c, timeout, source->timeout, 1, fallback, &condition->timeout_ms) < 0)
		return -1;
	if (condition->window_ms < condition->timeout_ms)
		return 0;
	return err_set(c->err, "%s: %s can never be over within the timeout, %s", window,
	    duration_text(condition->window_ms, within), duration_text(condition->timeout_ms, longest));
}

static int
compile_condition(struct compiler *c, const struct plan_block *block, const struct workflow_condition *source,
    const char *place, struct plan_condition *condition)
{
	condition->type = find_condition(c, block, place, source->type);
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

int
plan_compile_step(struct compiler *c, const struct plan_block *block, const struct workflow_step *source,
    struct plan_step *step)
{
	CLEANUP_FREE char *timeout = NULL;
	int64_t fallback;

	if (source->approval) {
		CLEANUP_FREE char *place = xasprintf("%s.approval.message", source->place);

		step->approval = true;
		return source->message ? variables_expand(&c->vars, place, source->message, &step->message, c->err) : 0;
	}
	if (!source->task)
		return compile_wait(c, block, source, step);
	step->type = find_task(c, block, source->place, source->task);
	if (!step->type)
		return -1;
	step->retries = source->retries < 0 ? WORKFLOW_RETRIES : source->retries;
	timeout = xasprintf("%s.timeout", source->place);
	fallback = step->type->timeout_ms ? step->type->timeout_ms : default_timeout_ms;
	if (plan_compile_duration(c, timeout, source->timeout, 1, fallback, &step->timeout_ms) < 0)
		return -1;
	return plan_compile_with(c, step->type, source->place, source->with, source->nwith, &step->with, &step->nwith);
}
