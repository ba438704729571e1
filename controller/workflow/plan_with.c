#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "builtin.h"
#include "instant.h"
#include "plan_channels.h"
#include "plan_parts.h"
#include "rules.h"
#include "types.h"
#include "value.h"

static const struct workflow_value *
find_given(const struct workflow_value *given, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(given[i].name, name) == 0)
			return &given[i];
	}
	return NULL;
}

/* What differs from lane to lane is text, of any kind, unless it is a name that is to be one. */
static int
check_rule(const struct compiler *c, const struct parameter *p, const char *place, const char *text, struct err *err)
{
	const struct workflow_variable *late = variables_late_in(&c->vars, text);
	enum builtin builtin = builtin_of_lane_in(text);
	CLEANUP_FREE char *whole = xasprintf("+%s+", late ? late->name : builtin_name(builtin));
	bool alone = strcmp(whole, text) == 0;
	enum parameter_type given = !alone ? PARAMETER_STRING : late ? late->type : builtin_type(builtin);
	bool is_text = p->type != PARAMETER_INTEGER && p->type != PARAMETER_BOOLEAN && p->type != PARAMETER_DURATION &&
	    p->type != PARAMETER_NODE && p->type != PARAMETER_ZONE;

	if (late && (p->type == PARAMETER_MANIFEST || p->type == PARAMETER_YAML))
		return err_set(err, "%s: +%s+ is known when it runs; objects are read when the plan is made", place,
		    late->name);
	if (is_text || p->type == given)
		return 0;
	return err_set(err, "%s: expected %s, and %s is %s", place, value_type_name(p->type), text,
	    value_type_name(given));
}

static int
check_value(struct compiler *c, const struct parameter *p, const char *place, const char *text)
{
	struct value_check check = {
		.type = p->type, .min = p->min, .max = p->max,
		.nodes = c->plan->nodes, .nnodes = c->plan->nnodes,
	};

	/* The default of an optional parameter may be "": none. */
	if (!*text && (p->type == PARAMETER_NODE || p->type == PARAMETER_ZONE))
		return 0;
	return value_check(&check, place, text, c->err);
}

static int
expand_given(struct compiler *c, const char *place, const struct workflow_value *given, const struct parameter *p,
    char **ret, bool *ret_rule)
{
	if (given->list && p->type != PARAMETER_LIST)
		return err_set(c->err, "%s: expected %s, got a list", place, value_type_name(p->type));
	return variables_expand_rule(&c->vars, c->in_lane, place, given->text, ret, ret_rule, c->err);
}

/* One row of the table; '*ret' stays NULL when there is neither a value nor a default. */
static int
compile_parameter(struct compiler *c, const struct parameter *p, const char *place, const struct workflow_value *given,
    char **ret, bool *ret_rule)
{
	CLEANUP_FREE char *text = NULL;

	*ret_rule = false;
	if (given && expand_given(c, place, given, p, &text, ret_rule) < 0)
		return -1;
	if (!text)
		text = xstrdup_or_null(p->fallback);
	if (p->required && (!text || !*text))
		return rule_missing(place, p, c->err);
	if (!text)
		return 0;
	if ((*ret_rule ? check_rule(c, p, place, text, c->err) : check_value(c, p, place, text)) < 0)
		return -1;
	if (p->channels && !*ret_rule && plan_check_channels(c->input, place, text, c->err) < 0)
		return -1;
	*ret = TAKE_PTR(text);
	return 0;
}

int
plan_compile_with(struct compiler *c, const struct reconciler *type, const char *place,
    const struct workflow_value *given, size_t ngiven, struct plan_value **ret, size_t *nret)
{
	for (size_t i = 0; i < ngiven; i++) {
		if (!type_parameter(type, place, given[i].name, c->err))
			return -1;
	}
	for (size_t i = 0; i < TASK_PARAMETERS && type->parameters[i].name; i++) {
		const struct parameter *p = &type->parameters[i];
		CLEANUP_FREE char *at = xasprintf("%s.with.%s", place, p->name);
		struct plan_value *value;
		char *text = NULL;
		bool rule;

		if (compile_parameter(c, p, at, find_given(given, ngiven, p->name), &text, &rule) < 0)
			return -1;
		if (!text)
			continue;
		value = ARRAY_GROW(*ret, *nret);
		value->name = xstrdup(p->name);
		value->text = text;
		value->rule = rule;
	}
	return type->arguments ? plan_compile_command(c, place, given, ngiven, ret, nret) : 0;
}

int
plan_compile_duration(struct compiler *c, const char *place, const char *text, int64_t min_ms, int64_t fallback_ms,
    int64_t *ret)
{
	struct value_check check = {.type = PARAMETER_DURATION, .min = min_ms, .max = min_ms ? INT64_MAX : 0};
	CLEANUP_FREE char *resolved = NULL;

	if (text && variables_expand(&c->vars, place, text, &resolved, c->err) < 0)
		return -1;
	if (!resolved) {
		*ret = fallback_ms;
		return 0;
	}
	if (value_check(&check, place, resolved, c->err) < 0)
		return -1;
	*ret = duration_parse(resolved);
	return 0;
}
