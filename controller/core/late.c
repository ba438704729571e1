#include "late.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "counts.h"
#include "set.h"
#include "target_commands.h"
#include "value.h"

const char *
late_value(const struct op *op, const char *name)
{
	const char *text = values_find(&op->values, name);
	const struct plan_set *set = text ? NULL : plan_find_set(op->plan, name);

	return text ? text : set ? set->fallback : NULL;
}

struct looking {
	const struct op *op;
	bool *used;              /* a step was to set something of it */
};

static const char *
look(const void *arg, const char *name)
{
	const struct looking *looking = arg;

	*looking->used = true;
	return late_value(looking->op, name);
}

static char *
text_of(const struct op *op, const struct lane *lane, const struct plan_value *value, bool *ret_late)
{
	*ret_late = false;
	return plan_value_of(value, lane ? lane->node : NULL, look, &(struct looking){op, ret_late});
}

char *
late_text(const struct op *op, const struct lane *lane, const struct plan_value *value)
{
	bool late;

	return text_of(op, lane, value, &late);
}

/* --- before a step begins --- */

/* A word of a host's command stays one, and turns into no option. */
static bool
is_word(const char *text)
{
	return *text && *text != '-' && !text[strspn(text, TARGET_WORD)];
}

static bool
value_fits(const struct op *op, const struct step *step, const struct reconciler *type, const struct plan_value *value,
    struct err *why)
{
	const struct parameter *p = parameter_find(type, value->name);
	bool late;
	CLEANUP_FREE char *text = text_of(op, step->lane, value, &late);
	struct value_check check = {.nodes = op->plan->nodes, .nnodes = op->plan->nnodes};

	if (!text) {
		err_set(why, "%s is %s, and what was to be set has no value: its step was skipped, or has failed, and there is "
		    "no default", value->name, value->text);
		return false;
	}
	if (!late)
		return true;
	if (type->needs_host && !is_word(text)) {
		err_set(why, "%s: \"%.80s\" is no word for a command on a host", value->name, text);
		return false;
	}
	check.type = p ? p->type : PARAMETER_STRING;
	check.min = p ? p->min : 0;
	check.max = p ? p->max : 0;
	return value_check(&check, value->name, text, why) == 0;
}

static bool
all_fit(const struct op *op, const struct step *step, const struct reconciler *type, const struct plan_value *with,
    size_t nwith, struct err *why)
{
	for (size_t i = 0; i < nwith; i++)
		if (with[i].rule && !value_fits(op, step, type, &with[i], why))
			return false;
	return true;
}

bool
late_fits(const struct op *op, const struct step *step, char *why, size_t size)
{
	const struct plan_step *plan = step->plan;
	struct err err = {""};
	bool fits = !plan->type || all_fit(op, step, plan->type, plan->with, plan->nwith, &err);

	for (size_t i = 0; fits && i < plan->nconditions; i++)
		fits = all_fit(op, step, plan->conditions[i].type, plan->conditions[i].with, plan->conditions[i].nwith, &err);
	if (!fits)
		snprintf(why, size, "%s", err.text);
	return fits;
}

/* --- the step that sets it --- */

enum verdict
task_set(struct task *t, const char *value)
{
	const struct plan_set *set = t->step->plan->sets;
	struct value_check check;
	struct err err = {""};

	if (!set)
		return task_halt(t, "the plan does not say what this step sets; it was made by another version");
	check = (struct value_check){.type = set->type, .bounded = set->bounded, .min = set->min, .max = set->max,
	    .choices = set->choices, .nchoices = set->nchoices, .nodes = t->op->plan->nodes, .nnodes = t->op->plan->nnodes};
	if (!*value || strlen(value) > COUNT_MAX_SET_BYTES)
		return task_halt(t, "+%s+: expected a value of 1 to %d bytes, got %zu", set->variable, COUNT_MAX_SET_BYTES,
		    strlen(value));
	if (value_check(&check, set->variable, value, &err) < 0)
		return task_halt(t, "%.300s", err.text);
	values_put(&t->op->values, set->variable, value);
	journal_note(t->op, "variable %s is %.200s", set->variable, value);
	return task_done(t, "%s is %.200s", set->variable, value);
}
