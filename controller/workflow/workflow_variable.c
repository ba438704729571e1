#include "workflow_variable.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "builtin.h"
#include "json.h"
#include "value.h"
#include "variables.h"

enum { CHOICES_MAX = 64 };

/* Is it one that the last variable may be called? */
static int
check_name(const struct workflow *w, const struct field *f, const char *name, struct err *err)
{
	if (variables_name_len(name) != strlen(name))
		return field_wrong(f, "letters, digits, '_' and '-', beginning with a letter or '_'", err);
	if (builtin_is_reserved(name))
		return field_error(f, err, "+%s+ is there in every workflow; give the variable another name", name);
	for (size_t i = 0; i + 1 < w->nvariables; i++) {
		/* One that was mistaken may have none. */
		if (w->variables[i].name && strcmp(w->variables[i].name, name) == 0)
			return field_error(f, err, "\"%s\" is the name of variables[%zu] too", name, i);
	}
	return 0;
}

static bool
has_size(enum parameter_type type)
{
	return type == PARAMETER_INTEGER || type == PARAMETER_DURATION;
}

static int
read_bound(const struct workflow_variable *variable, const struct field *f, int64_t *ret, struct err *err)
{
	CLEANUP_FREE char *text = NULL;

	if (!f->value)
		return 0;
	if (!has_size(variable->type))
		return field_error(f, err, "bounds an integer or a duration, and the variable is %s",
		    value_type_name(variable->type));
	if (field_scalar(f, &text, err) < 0)
		return -1;
	return value_number(variable->type, text, ret) ? 0 : field_wrong(f, value_type_name(variable->type), err);
}

static int
read_bounds(struct workflow_variable *variable, const struct field *f, struct err *err)
{
	struct field min = field_get(f, "min"), max = field_get(f, "max");

	variable->min = INT64_MIN;
	variable->max = INT64_MAX;
	variable->bounded = min.value || max.value;
	if (read_bound(variable, &min, &variable->min, err) < 0 || read_bound(variable, &max, &variable->max, err) < 0)
		return -1;
	return variable->min <= variable->max ? 0 : field_error(&min, err, "above max: no value is left");
}

/* One entry: of the variable's type, and there once. */
static int
read_choice(struct workflow_variable *variable, const struct field *f, struct err *err)
{
	struct value_check check;
	CLEANUP_FREE char *place = NULL, *text = NULL;

	if (field_scalar(f, &text, err) < 0)
		return -1;
	for (size_t i = 0; i < variable->nchoices; i++) {
		if (strcmp(variable->choices[i], text) == 0)
			return field_error(f, err, "\"%.80s\" comes twice", text);
	}
	value_expect_offline(variable, &check);
	check.nchoices = 0;
	place = field_place(f);
	if (value_check(&check, place, text, err) < 0)
		return -1;
	*ARRAY_GROW(variable->choices, variable->nchoices) = TAKE_PTR(text);
	return 0;
}

static int
read_choices(struct workflow_variable *variable, const struct field *list, struct err *err)
{
	size_t index = 0;

	if (!list->value)
		return 0;
	if (variable->type == PARAMETER_BOOLEAN)
		return field_error(list, err, "a boolean is true or false; nothing is left to choose");
	if (field_need_array(list, err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (index > CHOICES_MAX)
			return field_error(list, err, "more than %d values", CHOICES_MAX);
		if (read_choice(variable, &f, err) < 0)
			return -1;
	}
	return index ? 0 : field_error(list, err, "allows nothing; expected at least one value");
}

static int
read_type(struct workflow_variable *variable, const struct field *type, struct err *err)
{
	static const char *const types[] = {"string", "integer", "boolean", "duration", "node", "zone", "list", NULL};
	static const enum parameter_type meant[] = {PARAMETER_STRING, PARAMETER_INTEGER, PARAMETER_BOOLEAN,
	    PARAMETER_DURATION, PARAMETER_NODE, PARAMETER_ZONE, PARAMETER_LIST};
	int chosen = -1;

	if (field_choice(type, types, &chosen, err) < 0)
		return -1;
	if (chosen < 0)
		return field_wrong(type, "string, integer, boolean, duration, node, zone or list", err);
	variable->type = meant[chosen];
	return 0;
}

static int
read_default(struct workflow_variable *variable, const struct field *f, struct err *err)
{
	bool list = false;

	if (!f->value)
		return 0;
	if (variable->required)
		return field_error(f->up, err, "a required variable takes no default");
	if (field_value(f, &variable->fallback, &list, err) < 0)
		return -1;
	return list && variable->type != PARAMETER_LIST ? field_wrong(f, value_type_name(variable->type), err) : 0;
}

int
workflow_read_variable(struct workflow *w, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"name", "type", "description", "default", "required", "enum", "min", "max", NULL};
	struct field name = field_get(f, "name"), type = field_get(f, "type"), fallback = field_get(f, "default");
	struct field description = field_get(f, "description"), required = field_get(f, "required");
	struct field choices = field_get(f, "enum");
	struct workflow_variable *variable = ARRAY_GROW(w->variables, w->nvariables);

	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0 ||
	    field_need_text(&name, &variable->name, err) < 0 || read_type(variable, &type, err) < 0 ||
	    field_text(&description, &variable->description, err) < 0 ||
	    field_bool(&required, &variable->required, err) < 0 ||
	    read_default(variable, &fallback, err) < 0)
		return -1;
	if (check_name(w, &name, variable->name, err) < 0 || read_bounds(variable, f, err) < 0)
		return -1;
	return read_choices(variable, &choices, err);
}
