#include "variables.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "known.h"
#include "set.h"
#include "value.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

size_t
variables_name_len(const char *text)
{
	size_t len = 0;

	while (is_letter(text[len]) || (len > 0 && ((text[len] >= '0' && text[len] <= '9') || text[len] == '-')))
		len++;
	return len;
}

char *
variables_escape(const char *text)
{
	char *copy = xmalloc(2 * strlen(text) + 1), *to = copy;

	for (; *text; text++) {
		if (*text == '+')
			*to++ = '+';
		*to++ = *text;
	}
	*to = '\0';
	return copy;
}

/* A declared variable's number; nvariables when there is none of that name. */
static size_t
find(const struct workflow *w, const char *name, size_t len)
{
	size_t i = 0;

	while (i < w->nvariables && (strncmp(w->variables[i].name, name, len) != 0 || w->variables[i].name[len]))
		i++;
	return i;
}

static int
unknown_variable(const struct workflow *w, const char *place, const char *name, struct err *err)
{
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < w->nvariables; i++)
		known_offer(&known, w->variables[i].name);
	return known_refuse(&known, err, "%s: %s has no variable \"%.80s\"", place, w->name, name);
}

/* Of those that are up and no targets the first; whoever may be asked about them. */
static const char *
known_node(const struct plan_input *input, const struct plan *plan, const bool *targets)
{
	for (size_t i = 0; i < plan->nnodes; i++) {
		size_t at = 0;

		if ((targets && targets[i]) || plan->nodes[i].is_new)
			continue;
		while (at < input->nnodes && strcmp(input->nodes[at].name, plan->nodes[i].name) != 0)
			at++;
		if (!input->up || (at < input->nnodes && input->up[at]))
			return plan->nodes[i].name;
	}
	return NULL;
}

/* Given, though the workflow does not declare it. */
static int
take_known_node(struct variables *vars, const char *place, const char *text, const struct plan *plan, struct err *err)
{
	struct value_check check = {.type = PARAMETER_NODE, .nodes = plan->nodes, .nnodes = plan->nnodes};
	CLEANUP_FREE char *at = xasprintf("%s.known_node", place);

	vars->builtins[BUILTIN_KNOWN_NODE] = text;
	return value_check(&check, at, text, err);
}

static int
take_given(struct variables *vars, const char *place, const struct plan_input *input, const struct plan *plan,
    struct err *err)
{
	const struct workflow *w = vars->workflow;

	for (size_t i = 0; i < input->nvariables; i++) {
		const struct plan_value *given = &input->variables[i];
		size_t at = find(w, given->name, strlen(given->name));

		if (at < w->nvariables && vars->states[at] != VARIABLE_KNOWN)
			return err_set(err, "%s.%s: is set by %s when it runs; leave it out", place, given->name,
			    set_step_of(w, vars->types, given->name)->place);
		if (at < w->nvariables)
			vars->texts[at] = given->text;
		else if (builtin_find(given->name, strlen(given->name)) != BUILTIN_KNOWN_NODE)
			return unknown_variable(w, place, given->name, err);
		else if (take_known_node(vars, place, given->text, plan, err) < 0)
			return -1;
	}
	return 0;
}

static int
check_variable(struct variables *vars, const char *given, size_t at, const struct plan *plan, struct err *err)
{
	const struct workflow_variable *variable = &vars->workflow->variables[at];
	CLEANUP_FREE char *place = NULL;
	struct value_check check;

	value_expect(variable, &check);
	check.nodes = plan->nodes;
	check.nnodes = plan->nnodes;
	if (!vars->texts[at] && variable->required)
		return err_set(err, "%s.%s: missing; %s needs it (%s%s%s)", given, variable->name,
		    vars->workflow->name, value_type_name(variable->type), variable->description ? ": " : "",
		    variable->description ? variable->description : "");
	if (vars->texts[at]) {
		place = xasprintf("%s.%s", given, variable->name);
	} else {
		place = xasprintf("workflow %s, the default of variable %s", vars->workflow->name, variable->name);
		vars->texts[at] = variable->fallback;
	}
	return vars->texts[at] ? value_check(&check, place, vars->texts[at], err) : 0;
}

int
variables_open(struct variables *ret, const struct workflow *workflow, const char *place,
    const struct plan_input *given, const struct plan *plan, const bool *targets, struct err *err)
{
	*ret = (struct variables){
		.workflow = workflow,
		.texts = xcalloc(workflow->nvariables + 1, sizeof *ret->texts),
		.states = xcalloc(workflow->nvariables + 1, sizeof *ret->states),
		.types = given->types,
		.builtins = {
			[BUILTIN_CLUSTER] = given->cluster,
			[BUILTIN_OPERATION] = given->operation,
			[BUILTIN_OWNER] = given->owner,
			[BUILTIN_KNOWN_NODE] = known_node(given, plan, targets),
		},
	};
	for (size_t i = 0; i < workflow->nvariables; i++)
		ret->states[i] = set_step_of(workflow, given->types, workflow->variables[i].name) ? VARIABLE_LATER
		    : VARIABLE_KNOWN;
	if (take_given(ret, place, given, plan, err) < 0)
		return -1;
	for (size_t i = 0; i < workflow->nvariables; i++) {
		if (check_variable(ret, place, i, plan, err) < 0)
			return -1;
	}
	return 0;
}

void
variables_done(struct variables *vars)
{
	free(vars->texts);
	free(vars->states);
	vars->texts = NULL;
	vars->states = NULL;
}

/* --- texts */

struct expansion {
	const struct variables *vars;
	const char *place;
	bool in_lane;            /* +node+ and +zone+ may stand in it */
	bool may_wait;           /* and what a step sets */
	bool rule;               /* and one of them does */
	struct buf out;
	struct err *err;
};

/* Of a name between two pluses: what stands for it. NULL: no value; '*ret_known' false: there is no such variable. */
static const char *
value_of(const struct variables *vars, const char *name, size_t len, bool *ret_known)
{
	size_t variable = find(vars->workflow, name, len);
	enum builtin builtin = builtin_find(name, len);

	*ret_known = variable < vars->workflow->nvariables || builtin != BUILTIN_NONE;
	return variable < vars->workflow->nvariables ? vars->texts[variable] : vars->builtins[builtin];
}

const struct workflow_variable *
variables_declared(const struct variables *vars, const char *name)
{
	size_t at = name ? find(vars->workflow, name, strlen(name)) : vars->workflow->nvariables;

	return at < vars->workflow->nvariables ? &vars->workflow->variables[at] : NULL;
}

bool
variables_find(const struct variables *vars, const char *name, const char **ret)
{
	enum builtin builtin = builtin_find(name, strlen(name));
	bool known;

	*ret = value_of(vars, name, strlen(name), &known);
	return variables_declared(vars, name) ? vars->states[find(vars->workflow, name, strlen(name))] == VARIABLE_KNOWN
	    : !builtin_is_of_lane(builtin);
}

/* Into a rule it goes with its pluses doubled. */
static void
put_text(struct expansion *x, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (x->rule && text[i] == '+')
			buf_putc(&x->out, '+');
		buf_putc(&x->out, text[i]);
	}
}

static int
has_no_value(const struct expansion *x, const char *name, size_t len)
{
	if (find(x->vars->workflow, name, len) < x->vars->workflow->nvariables)
		return err_set(x->err, "%s: variable \"%.*s\" has no value; give it under spec.variables, or declare a default",
		    x->place, (int)len, name);
	if (builtin_find(name, len) == BUILTIN_KNOWN_NODE)
		return err_set(x->err, "%s: +known_node+ is a member that is up and no target, and there is none; give one as "
		    "known_node under spec.variables", x->place);
	return err_set(x->err, "%s: +%.*s+ has no value here%s", x->place, (int)len, name,
	    builtin_find(name, len) == BUILTIN_OWNER ? "; set the operation's spec.owner" : "");
}

static enum variable_state
state_of(const struct variables *vars, const char *name, size_t len)
{
	size_t at = find(vars->workflow, name, len);

	return at < vars->workflow->nvariables ? vars->states[at] : VARIABLE_KNOWN;
}

/* A step sets it. */
static int
expand_late(struct expansion *x, const char *name)
{
	const struct workflow_step *step = set_step_of(x->vars->workflow, x->vars->types, name);

	if (!x->may_wait)
		return err_set(x->err, "%s: +%s+ is known when %s has set it, and here a value is needed when the plan is made",
		    x->place, name, step->place);
	if (state_of(x->vars, name, strlen(name)) == VARIABLE_LATER)
		return err_set(x->err, "%s: +%s+ is set by %s, which comes later", x->place, name, step->place);
	buf_printf(&x->out, "+%s+", name);
	return 0;
}

static int
expand_name(struct expansion *x, const char *name, size_t len)
{
	CLEANUP_FREE char *copy = xstrndup(name, len);
	bool known;
	const char *text = value_of(x->vars, name, len, &known);

	if (!known)
		return unknown_variable(x->vars->workflow, x->place, copy, x->err);
	if (state_of(x->vars, name, len) != VARIABLE_KNOWN)
		return expand_late(x, copy);
	if (builtin_is_of_lane(builtin_find(name, len))) {
		if (!x->in_lane)
			return err_set(x->err, "%s: +%s+ is another one for each node, and has a value only in the steps of an "
			    "eachNode", x->place, copy);
		buf_printf(&x->out, "+%s+", copy);
		return 0;
	}
	if (!text)
		return has_no_value(x, name, len);
	put_text(x, text, strlen(text));
	return 0;
}

static int
expand(struct expansion *x, const char *text)
{
	while (*text) {
		size_t plain = strcspn(text, "+"), len;

		put_text(x, text, plain);
		text += plain;
		if (!*text)
			break;
		if (text[1] == '+') {
			put_text(x, "+", 1);
			text += 2;
			continue;
		}
		len = variables_name_len(text + 1);
		if (len == 0 || text[1 + len] != '+')
			return err_set(x->err, "%s: a \"+\" begins a +variable+; for a plus write \"++\"", x->place);
		if (expand_name(x, text + 1, len) < 0)
			return -1;
		text += len + 2;
	}
	return buf_ok(&x->out) ? 0 : err_set(x->err, "%s: longer than %d bytes with its variables in place", x->place,
	    BUF_MAX_JOURNAL_VALUE);
}

/* The whole text is one variable, and it has no value. */
static bool
is_unset(const struct variables *vars, const char *text)
{
	size_t len = *text == '+' ? variables_name_len(text + 1) : 0;
	bool known;

	return len && strcmp(text + 1 + len, "+") == 0 && state_of(vars, text + 1, len) == VARIABLE_KNOWN &&
	    !builtin_is_of_lane(builtin_find(text + 1, len)) &&
	    !value_of(vars, text + 1, len, &known) && known;
}

static int
expand_text(struct expansion *x, const char *text, char **ret)
{
	int result;

	if (is_unset(x->vars, text)) {
		*ret = NULL;
		return 0;
	}
	x->out = (struct buf)BUF_INIT(BUF_MAX_JOURNAL_VALUE);
	result = expand(x, text);
	if (result == 0)
		*ret = xstrdup(buf_str(&x->out));
	buf_done(&x->out);
	return result;
}

int
variables_expand(const struct variables *vars, const char *place, const char *text, char **ret, struct err *err)
{
	struct expansion x = {.vars = vars, .place = place, .err = err};

	return expand_text(&x, text, ret);
}

const struct workflow_variable *
variables_late_in(const struct variables *vars, const char *text)
{
	while ((text = strchr(text, '+'))) {
		size_t len = variables_name_len(text + 1);
		bool whole = len > 0 && text[1 + len] == '+';

		if (whole && state_of(vars, text + 1, len) != VARIABLE_KNOWN)
			return &vars->workflow->variables[find(vars->workflow, text + 1, len)];
		text += whole ? len + 2 : text[1] == '+' ? 2 : 1;
	}
	return NULL;
}

bool
variables_late(const struct variables *vars, const char *name)
{
	return name && state_of(vars, name, strlen(name)) == VARIABLE_LATER;
}

void
variables_set(const struct variables *vars, const char *name, bool left_out)
{
	size_t at = find(vars->workflow, name, strlen(name));

	if (at < vars->workflow->nvariables)
		vars->states[at] = left_out ? VARIABLE_KNOWN : VARIABLE_AT_RUN;
}

int
variables_expand_rule(const struct variables *vars, bool in_lane, const char *place, const char *text, char **ret,
    bool *ret_rule, struct err *err)
{
	struct expansion x = {.vars = vars, .place = place, .in_lane = in_lane, .may_wait = true, .err = err};

	x.rule = (in_lane && builtin_of_lane_in(text)) || variables_late_in(vars, text);

	*ret_rule = x.rule;
	return expand_text(&x, text, ret);
}
