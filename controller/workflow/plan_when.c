/* Whether a step is done at all: what can be told when the plan is made is decided there, the rest stays with the step. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "builtin.h"
#include "field.h"
#include "json.h"
#include "plan_parts.h"
#include "value.h"
#include "when.h"

static const char *const types[] = {"string", "integer", "boolean", "duration", "node", "zone", NULL};

/* --- what a test says */

/* "90s" and "1m30s" are one. */
static bool
is_same(enum parameter_type type, const char *a, const char *b)
{
	int64_t x, y;

	if ((type == PARAMETER_INTEGER || type == PARAMETER_DURATION) && value_number(type, a, &x) && value_number(type, b, &y))
		return x == y;
	return strcmp(a, b) == 0;
}

static void
put_values(const struct plan_when *when, struct buf *out)
{
	for (size_t i = 0; i < when->nvalues; i++)
		buf_printf(out, "%s%s", i ? ", " : "", when->values[i]);
}

static void
put_subject(const struct plan_when *when, struct buf *out)
{
	if (when->step)
		buf_printf(out, "step %s", when->step);
	else
		buf_printf(out, "+%s+", when->variable);
}

void
plan_when_text(const struct plan_when *when, struct buf *out)
{
	put_subject(when, out);
	buf_printf(out, " is %s%s", when->negated ? "not " : "", when->nvalues > 1 ? "one of " : "");
	put_values(when, out);
}

bool
plan_when_holds(const struct plan_when *when, const char *value, struct buf *why)
{
	bool among = false;

	for (size_t i = 0; i < when->nvalues && value; i++)
		among = among || is_same(when->type, value, when->values[i]);
	if (among != when->negated)
		return true;
	buf_puts(why, "when: ");
	put_subject(when, why);
	if (value)
		buf_printf(why, " is %.120s", value);
	else
		buf_puts(why, when->step ? " has not been reached" : " has no value");
	/* Of true and false, of what it is not to be, and of nothing, nothing is left to say. */
	if (!value || when->negated || when->type == PARAMETER_BOOLEAN)
		return false;
	buf_puts(why, when->nvalues > 1 ? ", not one of " : ", not ");
	put_values(when, why);
	return false;
}

/* --- compiling */

static void
when_done(struct plan_when *when)
{
	free(when->variable);
	free(when->step);
	for (size_t i = 0; i < when->nvalues; i++)
		free(when->values[i]);
	free(when->values);
}

void
plan_whens_free(struct plan_when *whens, size_t count)
{
	for (size_t i = 0; i < count; i++)
		when_done(&whens[i]);
	free(whens);
}

void
plan_whens_copy(const struct plan_when *whens, size_t count, struct plan_when **ret, size_t *nret)
{
	for (size_t i = 0; i < count; i++) {
		struct plan_when *copy = ARRAY_GROW(*ret, *nret);

		*copy = (struct plan_when){.negated = whens[i].negated, .type = whens[i].type};
		copy->variable = xstrdup_or_null(whens[i].variable);
		copy->step = xstrdup_or_null(whens[i].step);
		for (size_t v = 0; v < whens[i].nvalues; v++)
			*ARRAY_GROW(copy->values, copy->nvalues) = xstrdup(whens[i].values[v]);
	}
}

static void
fill(const struct workflow_when *source, enum parameter_type type, struct plan_when *ret)
{
	*ret = (struct plan_when){.negated = source->negated, .type = type, .variable = xstrdup_or_null(source->variable)};
	for (size_t i = 0; i < source->nvalues; i++)
		*ARRAY_GROW(ret->values, ret->nvalues) = xstrdup(source->values[i]);
}

void
plan_note_step(struct compiler *c, const struct workflow_step *source, const char *number, bool in_lane, bool left_out)
{
	if (source->name)
		*ARRAY_GROW(c->noted, c->nnoted) = (struct plan_noted){source, xstrdup(number), in_lane, left_out};
}

/* Where it stands in the plan: of a workflow that is run twice, the last time. */
static const struct plan_noted *
find_noted(const struct compiler *c, const struct workflow_step *source)
{
	for (size_t i = c->nnoted; i-- > 0;)
		if (c->noted[i].source == source)
			return &c->noted[i];
	return NULL;
}

/* True in *ret_known: its outcome is, when the plan is made. */
static int
bind_step(struct compiler *c, const struct when_place *at, const struct workflow_when *source, struct plan_when *when,
    bool *ret_known)
{
	const struct workflow_step *step = workflow_find_named(at->workflow, at->block, at->step, source->place, source->step,
	    c->err);
	const struct plan_noted *noted = step ? find_noted(c, step) : NULL;

	if (!noted)
		return step ? err_set(c->err, "%s: \"%.80s\" is not in the plan before this", source->place, source->step) : -1;
	if (noted->in_lane && !at->in_lane)
		return err_set(c->err, "%s: \"%.80s\" is done on each node, and has no outcome for the cluster", source->place,
		    source->step);
	when->step = xstrdup(noted->number);
	*ret_known = noted->left_out;
	return 0;
}

/* Of the test '*when' whether it is decided already, and how. */
static int
decide(struct compiler *c, const struct when_place *at, const struct workflow_when *source, struct plan_when *when,
    char **ret_why, bool *ret_known)
{
	CLEANUP_BUF struct buf why = BUF_INIT(BUF_MAX_FILE);
	const char *value = NULL;

	*ret_known = false;
	if (variables_late(&c->vars, source->variable))
		return err_set(c->err, "%s: +%s+ is set by a step that comes later", source->place, source->variable);
	if (source->step && bind_step(c, at, source, when, ret_known) < 0)
		return -1;
	if (source->step)
		value = "skipped";
	else
		*ret_known = variables_find(&c->vars, source->variable, &value);
	if (*ret_known && !plan_when_holds(when, value, &why) && !*ret_why)
		*ret_why = xstrdup(buf_str(&why));
	return 0;
}

int
plan_compile_when(struct compiler *c, const struct when_place *at, const struct workflow_when *sources, size_t count,
    struct plan_when **ret, size_t *nret, char **ret_why)
{
	for (size_t i = 0; i < count; i++) {
		enum parameter_type type;
		struct plan_when when;
		bool known;
		int result;

		if (when_check(at, &sources[i], &type, c->err) < 0)
			return -1;
		fill(&sources[i], type, &when);
		result = decide(c, at, &sources[i], &when, ret_why, &known);
		if (result == 0 && !known)
			*ARRAY_GROW(*ret, *nret) = when;
		else
			when_done(&when);
		if (result < 0)
			return -1;
	}
	return 0;
}

bool
plan_is_left_out(const struct variables *vars, const struct workflow_when *whens, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP_BUF struct buf why = BUF_INIT(BUF_MAX_FILE);
		const struct workflow_variable *declared = variables_declared(vars, whens[i].variable);
		struct plan_when when;
		const char *value;
		bool out;

		if (!whens[i].variable || !variables_find(vars, whens[i].variable, &value))
			continue;
		fill(&whens[i], declared ? declared->type : PARAMETER_STRING, &when);
		out = !plan_when_holds(&when, value, &why);
		when_done(&when);
		if (out)
			return true;
	}
	return false;
}

void
plan_leave_out(struct plan_block *block, const char *number, const char *what, const char *why)
{
	*ARRAY_GROW(block->left_out, block->nleft_out) = (struct plan_left_out){xstrdup(number), xstrdup(what), xstrdup(why)};
}

/* --- as text */

void
plan_encode_whens(struct json_out *out, const struct plan_when *whens, size_t count)
{
	if (count == 0)
		return;
	json_open_array(out, "when");
	for (size_t i = 0; i < count; i++) {
		json_open(out, NULL);
		if (whens[i].step)
			json_put_str(out, "step", whens[i].step);
		else
			json_put_str(out, "variable", whens[i].variable);
		json_put_str(out, "type", types[whens[i].type]);
		json_open_array(out, whens[i].negated ? "not" : "is");
		for (size_t v = 0; v < whens[i].nvalues; v++)
			json_put_str(out, NULL, whens[i].values[v]);
		json_close_array(out);
		json_close(out);
	}
	json_close_array(out);
}

void
plan_put_left_out(struct json_out *out, const char *key, const struct plan_block *block)
{
	if (block->nleft_out == 0)
		return;
	json_open_array(out, key);
	for (size_t i = 0; i < block->nleft_out; i++) {
		json_open(out, NULL);
		json_put_str(out, "number", block->left_out[i].number);
		json_put_str(out, "what", block->left_out[i].what);
		json_put_str(out, "why", block->left_out[i].why);
		json_close(out);
	}
	json_close_array(out);
}

static int
decode_when(const struct field *f, struct plan_when *when, struct err *err)
{
	struct field variable = field_get(f, "variable"), step = field_get(f, "step"), type = field_get(f, "type");
	struct field is = field_get(f, "is"), not = field_get(f, "not");
	int chosen = -1;

	if (field_text(&variable, &when->variable, err) < 0 || field_text(&step, &when->step, err) < 0 ||
	    field_choice(&type, types, &chosen, err) < 0)
		return -1;
	if (chosen < 0)
		return field_wrong(&type, "a type", err);
	if (!when->variable == !when->step || !is.value == !not.value)
		return field_error(f, err, "expected one of variable and step, and one of is and not");
	when->type = (enum parameter_type)chosen;
	when->negated = not.value != NULL;
	return field_texts(is.value ? &is : &not, &when->values, &when->nvalues, err);
}

int
plan_decode_whens(const struct field *f, struct plan_when **ret, size_t *count, struct err *err)
{
	struct field list = field_get(f, "when");
	size_t index = 0;

	if (list.value && field_need_array(&list, err) < 0)
		return -1;
	JSON_EACH(element, list.value) {
		struct field at = field_at(&list, index++, element);

		if (field_need_object(&at, err) < 0 || decode_when(&at, ARRAY_GROW(*ret, *count), err) < 0)
			return -1;
	}
	return 0;
}

int
plan_decode_left_out(const struct field *f, struct plan_block *block, struct err *err)
{
	struct field list = field_get(f, "leftOut");
	size_t index = 0;

	if (list.value && field_need_array(&list, err) < 0)
		return -1;
	JSON_EACH(element, list.value) {
		struct field at = field_at(&list, index++, element);
		struct field number = field_get(&at, "number"), what = field_get(&at, "what"), why = field_get(&at, "why");
		struct plan_left_out *left = ARRAY_GROW(block->left_out, block->nleft_out);

		if (field_need_text(&number, &left->number, err) < 0 || field_need_text(&what, &left->what, err) < 0 ||
		    field_need_text(&why, &left->why, err) < 0)
			return -1;
	}
	return 0;
}
