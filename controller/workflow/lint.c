#include "lint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "builtin.h"
#include "impact.h"
#include "instant.h"
#include "known.h"
#include "lint_parts.h"
#include "lint_reach.h"
#include "plan.h"
#include "plan_split.h"
#include "rules.h"
#include "set.h"
#include "types.h"
#include "value.h"
#include "variables.h"

void
lint_say(const struct check *c, enum severity severity, const char *format, ...)
{
	struct err sentence = {""};
	va_list args;

	va_start(args, format);
	err_vset(&sentence, format, args);
	va_end(args);
	c->say(c->user, severity, sentence.text);
}

static void
say_unknown_variable(const struct check *c, const char *place, const char *name)
{
	struct err sentence = {""};
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < c->workflow->nvariables; i++)
		known_offer(&known, c->workflow->variables[i].name);
	known_refuse(&known, &sentence, "%s: variable \"%.80s\" is not declared", place, name);
	c->say(c->user, SEVERITY_ERROR, sentence.text);
}

/* The type of the variable whose name 'at' begins with, which is noted as used; false with a finding. */
static bool
use_variable(struct check *c, const char *place, const char *at, size_t len, enum parameter_type *ret)
{
	CLEANUP_FREE char *name = xstrndup(at, len);
	enum builtin builtin = builtin_find(at, len);

	for (size_t i = 0; i < c->workflow->nvariables; i++)
		if (strcmp(c->workflow->variables[i].name, name) == 0) {
			c->used[i] = true;
			*ret = c->workflow->variables[i].type;
			return true;
		}
	*ret = builtin_type(builtin);
	if (builtin_is_of_lane(builtin) && !c->in_lane)
		lint_say(c, SEVERITY_ERROR, "%s: +%s+ is another one for each node, and has a value only in the steps of an "
		    "eachNode", place, name);
	else if (builtin != BUILTIN_NONE)
		return true;
	else
		say_unknown_variable(c, place, name);
	return false;
}

static bool
fits(enum parameter_type wanted, enum parameter_type given)
{
	return wanted == given || wanted == PARAMETER_STRING || given == PARAMETER_STRING || wanted == PARAMETER_LIST;
}

/* A text without variables, its pluses single. */
static void
check_constant(const struct check *c, const char *place, const char *text, const struct expected *expected)
{
	struct value_check check = {.type = expected->type, .min = expected->min, .max = expected->max};
	struct err sentence = {""};

	if (expected->variable)
		value_expect_offline(expected->variable, &check);

	/* Which nodes there are only the cluster can tell. */
	if (expected->type != PARAMETER_NODE && expected->type != PARAMETER_ZONE &&
	    value_check(&check, place, text, &sentence) < 0)
		c->say(c->user, SEVERITY_ERROR, sentence.text);
}

void
lint_text(struct check *c, const char *place, const char *text, const struct expected *expected)
{
	CLEANUP_BUF struct buf plain = BUF_INIT(BUF_MAX_FILE);
	bool constant = true;

	for (const char *at = text; *at;) {
		size_t len = *at == '+' ? variables_name_len(at + 1) : 0;
		enum parameter_type given;

		if (*at != '+' || at[1] == '+') {
			buf_putc(&plain, *at);
			at += *at == '+' ? 2 : 1;
			continue;
		}
		if (len == 0 || at[len + 1] != '+') {
			lint_say(c, SEVERITY_ERROR, "%s: a \"+\" begins a +variable+; for a plus write \"++\"", place);
			return;
		}
		constant = false;
		if (use_variable(c, place, at + 1, len, &given) && at == text && !at[len + 2] && !fits(expected->type, given))
			lint_say(c, SEVERITY_ERROR, "%s: expected %s, and variable %.*s is %s", place,
			    value_type_name(expected->type), (int)len, at + 1, value_type_name(given));
		at += len + 2;
	}
	if (constant)
		check_constant(c, place, buf_str(&plain), expected);
}

/* 'text' may be NULL. */
static void
check_duration(struct check *c, const char *place, const char *member, const char *text, int64_t least_ms)
{
	const struct expected duration = {.type = PARAMETER_DURATION, .min = least_ms, .max = least_ms ? INT64_MAX : 0};
	CLEANUP_FREE char *at = xasprintf("%s.%s", place, member);

	if (text)
		lint_text(c, at, text, &duration);
}

static const char *
given(const struct workflow_value *with, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(with[i].name, name) == 0)
			return with[i].text;
	return NULL;
}

static void
check_with(struct check *c, const struct reconciler *type, const char *place, const struct workflow_value *with,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct err sentence = {""};
		const struct parameter *p = type_parameter(type, place, with[i].name, &sentence);
		CLEANUP_FREE char *at = xasprintf("%s.with.%s", place, with[i].name);

		if (!p)
			c->say(c->user, SEVERITY_ERROR, sentence.text);
		else if (with[i].list && p->type != PARAMETER_LIST)
			lint_say(c, SEVERITY_ERROR, "%s: expected %s, got a list", at, value_type_name(p->type));
		else
			lint_text(c, at, with[i].text, &(struct expected){p->type, p->min, p->max, NULL});
	}
	for (size_t i = 0; i < TASK_PARAMETERS && type->parameters[i].name; i++) {
		const struct parameter *p = &type->parameters[i];

		CLEANUP_FREE char *at = xasprintf("%s.with.%s", place, p->name);
		struct err sentence = {""};

		if (p->required && !p->fallback && !given(with, count, p->name)) {
			rule_missing(at, p, &sentence);
			c->say(c->user, SEVERITY_ERROR, sentence.text);
		}
	}
}

/* What a duration is when nothing has to be known for it; -1: a variable, or none at all. */
static int64_t
constant_ms(const char *text)
{
	return text && !strchr(text, '+') ? duration_parse(text) : -1;
}

static void
check_condition(struct check *c, const struct workflow_block *block, const struct workflow_condition *condition,
    const char *place)
{
	CLEANUP_FREE char *named = xasprintf("%s.condition", place);
	struct err sentence = {""};
	const struct reconciler *type = type_of_condition(c->types, block->each_node, named, condition->type, &sentence);
	int64_t window = constant_ms(condition->success_window), timeout = constant_ms(condition->timeout);

	check_duration(c, place, "successWindow", condition->success_window, 0);
	check_duration(c, place, "pollInterval", condition->poll_interval, PLAN_POLL_LEAST_MS);
	check_duration(c, place, "timeout", condition->timeout, 1);
	if (!type) {
		c->say(c->user, SEVERITY_ERROR, sentence.text);
		return;
	}
	check_with(c, type, place, condition->with, condition->nwith);
	if (!condition->timeout)
		timeout = type->timeout_ms ? type->timeout_ms : PLAN_WAIT_MS;
	if (timeout >= 0 && window >= 0 && rule_window(place, window, timeout, &sentence) < 0)
		c->say(c->user, SEVERITY_ERROR, sentence.text);
}

static void
check_impact(const struct check *c, const struct workflow_block *block, const struct workflow_step *step,
    const struct reconciler *type)
{
	struct err sentence = {""};
	enum impact impact;
	bool assumed;

	if (impact_of_step(step, type, block->each_node, &impact, &assumed, &sentence) < 0)
		c->say(c->user, SEVERITY_ERROR, sentence.text);
	else if (assumed)
		lint_say(c, SEVERITY_NOTE, "%s.task: what %s does only the workflow knows, and it states no impact: the "
		    "worst is assumed, %s%s", step->place, type->name, impact_names[impact], block->each_node ? ""
		    : ", and a person is asked for approval before it");
}

static const struct reconciler *
check_step(struct check *c, const struct workflow_block *block, const struct workflow_step *step)
{
	CLEANUP_FREE char *named = NULL;
	const struct reconciler *type;
	struct err sentence = {""};

	lint_when(c, block, step, step->when, step->nwhen);
	for (size_t i = 0; i < step->nconditions; i++) {
		CLEANUP_FREE char *place = xasprintf("%s.wait[%zu]", step->place, i);

		check_condition(c, block, &step->conditions[i], place);
	}
	if (step->approval)
		check_duration(c, step->place, "approval.timeout", step->timeout, SECONDS(1));
	if (step->message) {
		CLEANUP_FREE char *place = xasprintf("%s.approval.message", step->place);

		lint_text(c, place, step->message, &(struct expected){.type = PARAMETER_STRING});
	}
	if (!step->task)
		return NULL;
	check_duration(c, step->place, "timeout", step->timeout, 1);
	check_duration(c, step->place, "retryBackoff", step->retry_backoff, 1);
	named = xasprintf("%s.task", step->place);
	type = type_of_task(c->types, block->each_node, named, step->task, &sentence);
	if (type)
		check_with(c, type, step->place, step->with, step->nwith);
	else
		c->say(c->user, SEVERITY_ERROR, sentence.text);
	if (type)
		check_impact(c, block, step, type);
	if (type && type->sets_variable && set_check(c->workflow, c->types, step, &sentence) < 0)
		c->say(c->user, SEVERITY_ERROR, sentence.text);
	return type;
}

static void
check_fallbacks(struct check *c, const struct workflow_block *block, const struct workflow_step *step)
{
	for (size_t i = 0; i < step->nfallbacks; i++)
		check_step(c, block, &step->on_failure[i]);
}

static void
check_batch(struct check *c, const struct workflow_batch *batch)
{
	const struct workflow_block outside = {.each_node = false};

	for (size_t i = 0; i < batch->nthen; i++) {
		check_step(c, &outside, &batch->then[i]);
		check_fallbacks(c, &outside, &batch->then[i]);
	}
}

static void
check_block(struct check *c, const struct workflow_block *block)
{
	const struct workflow_step *down = NULL;     /* takes its node down, and no wait has come since */

	lint_when(c, block, NULL, block->when, block->nwhen);
	if (block->workflow)
		lint_nested(c, block);
	if (block->names) {
		CLEANUP_FREE char *place = xasprintf("%s.nodes", block->place);

		lint_text(c, place, block->names, &(struct expected){.type = PARAMETER_LIST});
	}
	c->in_lane = block->each_node;
	for (size_t i = 0; i < block->nsteps; i++) {
		const struct workflow_step *step = &block->steps[i];
		const struct reconciler *type = check_step(c, block, step);

		check_fallbacks(c, block, step);

		if (type && type->impact == IMPACT_TAKES_NODE_DOWN)
			down = step;
		else if (step->nconditions > 0)
			down = NULL;
	}
	c->in_lane = false;
	check_batch(c, &block->batch);
	check_duration(c, block->place, "coolDown", block->cool_down, 0);
	check_duration(c, block->place, "gateTimeout", block->gate_timeout, 1);
	check_duration(c, block->place, "canary.soak", block->canary.soak, 0);
	if (block->canary.message) {
		CLEANUP_FREE char *place = xasprintf("%s.canary.message", block->place);

		lint_text(c, place, block->canary.message, &(struct expected){.type = PARAMETER_STRING});
	}
	lint_reach(block, c->types, c->say, c->user);
	if (down)
		lint_say(c, SEVERITY_NOTE, "%s.task: %s takes a node down and no wait comes after it; before the next node "
		    "begins, the engine waits until it has been up for the stable window", down->place, down->task);
}

static void
check_variables(const struct check *c)
{
	for (size_t i = 0; i < c->workflow->nvariables; i++) {
		const struct workflow_variable *variable = &c->workflow->variables[i];
		CLEANUP_FREE char *place = xasprintf("spec.variables[%zu]", i);

		if (variable->fallback) {
			CLEANUP_FREE char *at = xasprintf("%s.default", place);

			check_constant(c, at, variable->fallback, &(struct expected){.type = variable->type,
			    .variable = variable});
		}
		if (!c->used[i])
			lint_say(c, SEVERITY_WARNING, "%s: variable \"%.80s\" is used nowhere", place, variable->name);
	}
}

void
workflow_lint(const struct workflow *workflow, const struct reconciler *const *types, const struct lint_others *others,
    lint_fn *tell, void *user)
{
	struct check c = {.workflow = workflow, .types = types, .others = others, .say = tell, .user = user,
	    .used = xcalloc(workflow->nvariables + 1, sizeof(bool))};

	for (size_t i = 0; i < workflow->nblocks; i++) {
		size_t from = 0;

		do {
			const struct workflow_block part = plan_split(&workflow->blocks[i], &from, types);

			check_block(&c, &part);
		} while (from < workflow->blocks[i].nsteps);
	}
	check_variables(&c);
	free(c.used);
}

struct first {
	bool found;
	struct err *err;
};

static void
keep_first(void *user, enum severity severity, const char *sentence)
{
	struct first *first = user;

	if (severity != SEVERITY_ERROR || first->found)
		return;
	first->found = true;
	err_set(first->err, "%s", sentence);
}

int
workflow_check(const struct workflow *workflow, const struct reconciler *const *types, struct err *err)
{
	struct first first = {.err = err};

	workflow_lint(workflow, types, NULL, keep_first, &first);
	return first.found ? -1 : 0;
}
