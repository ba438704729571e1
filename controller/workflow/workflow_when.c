/* Whether a step is done at all: a test of a variable, or of what has become of a step before it; or several. */
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "variables.h"
#include "workflow_parts.h"

const char *const workflow_outcomes[] = {"done", "rescued", "failed", "skipped", NULL};

/* "+upgrade+" alone. */
static bool
is_variable(const char *text)
{
	size_t len = text[0] == '+' ? variables_name_len(text + 1) : 0;

	return len > 0 && text[1 + len] == '+' && !text[2 + len];
}

static void
add_value(struct workflow_when *when, const char *text)
{
	*ARRAY_GROW(when->values, when->nvalues) = xstrdup(text);
}

static int
read_value(struct workflow_when *when, const struct field *f, struct err *err)
{
	char *text = NULL;

	if (field_scalar(f, &text, err) < 0)
		return -1;
	*ARRAY_GROW(when->values, when->nvalues) = text;
	return *text ? 0 : field_error(f, err, "is empty; expected a value");
}

/* One value, or a list of which one is enough. */
static int
read_values(struct workflow_when *when, const struct field *f, struct err *err)
{
	size_t index = 0;

	if (!json_is_array(f->value))
		return read_value(when, f, err);
	if (json_count(f->value) > WORKFLOW_LIST)
		return field_error(f, err, "more than %d values", WORKFLOW_LIST);
	JSON_EACH(element, f->value) {
		struct field at = field_at(f, index++, element);

		if (read_value(when, &at, err) < 0)
			return -1;
	}
	return index ? 0 : field_error(f, err, "names no value; expected at least one");
}

static int
check_outcomes(const struct workflow_when *when, const struct field *f, struct err *err)
{
	for (size_t i = 0; i < when->nvalues; i++) {
		size_t known = 0;

		while (workflow_outcomes[known] && strcmp(workflow_outcomes[known], when->values[i]) != 0)
			known++;
		if (!workflow_outcomes[known])
			return field_error(f, err, "a step is done, rescued, failed or skipped, got \"%.80s\"",
			    when->values[i]);
	}
	return 0;
}

static int
read_object(struct workflow_when *when, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"variable", "step", "is", "not", NULL};
	struct field variable = field_get(f, "variable"), step = field_get(f, "step");
	struct field is = field_get(f, "is"), not = field_get(f, "not");
	const struct field *values = is.value ? &is : &not;

	if (field_known(f, keys, err) < 0 || field_text(&variable, &when->variable, err) < 0 ||
	    field_text(&step, &when->step, err) < 0)
		return -1;
	if (!when->variable == !when->step)
		return field_error(f, err, "exactly one of variable and step must be set");
	if (when->variable && variables_name_len(when->variable) != strlen(when->variable))
		return field_error(&variable, err, "expected a variable's name, without pluses, got \"%.80s\"", when->variable);
	if (!is.value == !not.value)
		return field_error(f, err, "exactly one of is and not must be set");
	when->negated = not.value != NULL;
	if (read_values(when, values, err) < 0)
		return -1;
	return when->step ? check_outcomes(when, values, err) : 0;
}

static int
read_test(struct workflow_when *when, const struct field *f, struct err *err)
{
	const char *text = json_text(f->value);

	when->place = field_place(f);
	if (json_is_object(f->value))
		return read_object(when, f, err);
	if (!text || !is_variable(text))
		return field_wrong(f, "+name+ of a boolean, or {variable: name, is: value}, or {step: name, is: outcome}", err);
	when->variable = xstrndup(text + 1, strlen(text) - 2);
	add_value(when, "true");
	return 0;
}

int
workflow_read_when(const struct field *f, struct workflow_when **ret, size_t *count, struct err *err)
{
	size_t index = 0;

	if (!f->value)
		return 0;
	if (!json_is_array(f->value))
		return read_test(ARRAY_GROW(*ret, *count), f, err);
	if (json_count(f->value) > WORKFLOW_WHENS)
		return field_error(f, err, "more than %d tests", WORKFLOW_WHENS);
	JSON_EACH(element, f->value) {
		struct field at = field_at(f, index++, element);

		if (read_test(ARRAY_GROW(*ret, *count), &at, err) < 0)
			return -1;
	}
	return index ? 0 : field_error(f, err, "tests nothing; expected at least one test");
}

static bool
is_among(const struct workflow_step *steps, size_t count, const struct workflow_step *step)
{
	for (size_t i = 0; i < count; i++)
		if (&steps[i] == step)
			return true;
	return false;
}

struct search {
	const char *name;
	const struct workflow_step *before;      /* or NULL */
	const struct workflow_step *found;
	bool twice, end;
};

static void
search_block(struct search *s, const struct workflow_block *block)
{
	for (size_t i = 0; i < block->nsteps && !s->end; i++) {
		const struct workflow_step *at = &block->steps[i];

		s->end = at == s->before;
		if (s->end || !at->name || strcmp(at->name, s->name) != 0)
			continue;
		s->twice = s->twice || s->found;
		s->found = at;
	}
}

const struct workflow_step *
workflow_find_named(const struct workflow *w, const struct workflow_block *in, const struct workflow_step *step,
    const char *place, const char *name, struct err *err)
{
	struct search s = {.name = name, .before = step};

	for (size_t b = 0; b < w->nblocks && !s.end; b++) {
		const struct workflow_block *block = &w->blocks[b];
		bool lane = step && block->each_node && is_among(block->steps, block->nsteps, step);

		s.end = step ? is_among(block->batch.then, block->batch.nthen, step) : block->place == in->place;
		if (!s.end && (!block->each_node || lane))
			search_block(&s, block);
	}
	if (!s.found)
		err_set(err, "%s: no step before this one is named \"%.80s\" whose outcome is known here: one of the "
		    "cluster's, or of the same eachNode", place, name);
	else if (s.twice)
		err_set(err, "%s: two steps before this one are named \"%.80s\"; name one of them otherwise", place, name);
	else if (s.found->approval)
		err_set(err, "%s: \"%.80s\" is an approval, which has no outcome but that it was given", place, name);
	else
		return s.found;
	return NULL;
}
