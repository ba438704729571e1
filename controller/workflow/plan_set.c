/* A step that sets a variable, in the plan: the variable's declaration goes with it, by which values are judged. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "field.h"
#include "json.h"
#include "plan_parts.h"
#include "set.h"

static const char *const types[] = {"string", "integer", "boolean", "duration", "node", "zone", NULL};

void
plan_set_free(struct plan_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->nchoices; i++)
		free(set->choices[i]);
	free(set->choices);
	free(set->variable);
	free(set->fallback);
	free(set);
}

int
plan_compile_set(struct compiler *c, const struct workflow_step *source, struct plan_step *step)
{
	const struct workflow_variable *variable = variables_declared(&c->vars, set_variable_of(source));

	if (!step->type->sets_variable)
		return 0;
	if (set_check(c->vars.workflow, c->input->types, source, c->err) < 0)
		return -1;
	if (c->vars.workflow != c->workflow)
		return err_set(c->err, "%s: %s is run as a step of another workflow, and %s stands in the operation's own; "
		    "move it there", source->place, c->vars.workflow->name, source->task);
	if (*plan_value(step->with, step->nwith, step->type, "scylla") &&
	    !*plan_value(step->with, step->nwith, step->type, "node"))
		return err_set(c->err, "%s.with.node: has no value here; name a node that is up", source->place);
	step->sets = xcalloc(1, sizeof *step->sets);
	*step->sets = (struct plan_set){.variable = xstrdup(variable->name), .type = variable->type,
	    .bounded = variable->bounded, .min = variable->min, .max = variable->max,
	    .fallback = xstrdup_or_null(variable->fallback)};
	for (size_t i = 0; i < variable->nchoices; i++)
		*ARRAY_GROW(step->sets->choices, step->sets->nchoices) = xstrdup(variable->choices[i]);
	variables_set(&c->vars, variable->name, false);
	return 0;
}

void
plan_skip_set(struct compiler *c, const struct workflow_step *source)
{
	const struct reconciler *type = source->task ? plan_find_type(c->input->types, source->task) : NULL;

	if (type && type->sets_variable && set_variable_of(source))
		variables_set(&c->vars, set_variable_of(source), true);
}

void
plan_encode_set(struct json_out *out, const struct plan_set *set)
{
	if (!set)
		return;
	json_open(out, "sets");
	json_put_str(out, "variable", set->variable);
	json_put_str(out, "type", types[set->type]);
	if (set->bounded && set->min != INT64_MIN)
		json_put_int(out, "min", set->min);
	if (set->bounded && set->max != INT64_MAX)
		json_put_int(out, "max", set->max);
	if (set->nchoices) {
		json_open_array(out, "enum");
		for (size_t i = 0; i < set->nchoices; i++)
			json_put_str(out, NULL, set->choices[i]);
		json_close_array(out);
	}
	if (set->fallback)
		json_put_str(out, "default", set->fallback);
	json_close(out);
}

int
plan_decode_set(const struct field *f, struct plan_set **ret, struct err *err)
{
	struct field sets = field_get(f, "sets"), variable = field_get(&sets, "variable"), type = field_get(&sets, "type");
	struct field min = field_get(&sets, "min"), max = field_get(&sets, "max"), choices = field_get(&sets, "enum");
	struct field fallback = field_get(&sets, "default");
	struct plan_set *set;
	int chosen = -1;

	if (!sets.value)
		return 0;
	set = *ret = xcalloc(1, sizeof *set);
	set->min = INT64_MIN;
	set->max = INT64_MAX;
	if (field_need_object(&sets, err) < 0 || field_need_text(&variable, &set->variable, err) < 0 ||
	    field_choice(&type, types, &chosen, err) < 0 || field_int(&min, INT64_MIN, INT64_MAX, &set->min, err) < 0 ||
	    field_int(&max, INT64_MIN, INT64_MAX, &set->max, err) < 0 ||
	    field_texts(&choices, &set->choices, &set->nchoices, err) < 0 || field_text(&fallback, &set->fallback, err) < 0)
		return -1;
	if (chosen < 0)
		return field_wrong(&type, "a type", err);
	set->type = (enum parameter_type)chosen;
	set->bounded = min.value || max.value;
	return 0;
}
