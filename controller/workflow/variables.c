#include "variables.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "known.h"
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

/* A variable's number; nvariables when there is none of that name. */
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

static int
take_given(struct variables *vars, const struct plan_input *input, struct err *err)
{
	const struct workflow *w = vars->workflow;

	for (size_t i = 0; i < input->nvariables; i++) {
		const struct plan_value *given = &input->variables[i];
		size_t at = find(w, given->name, strlen(given->name));

		if (at == w->nvariables)
			return unknown_variable(w, "spec.variables", given->name, err);
		vars->texts[at] = given->text;
	}
	return 0;
}

static int
check_variable(struct variables *vars, size_t at, const struct plan *plan, struct err *err)
{
	const struct workflow_variable *variable = &vars->workflow->variables[at];
	struct value_check check = {.type = variable->type, .nodes = plan->nodes, .nnodes = plan->nnodes};
	CLEANUP_FREE char *place = NULL;

	if (!vars->texts[at] && variable->required)
		return err_set(err, "spec.variables.%s: missing; %s needs it (%s%s%s)", variable->name,
		    vars->workflow->name, value_type_name(variable->type), variable->description ? ": " : "",
		    variable->description ? variable->description : "");
	if (vars->texts[at]) {
		place = xasprintf("spec.variables.%s", variable->name);
	} else {
		place = xasprintf("workflow %s, the default of variable %s", vars->workflow->name, variable->name);
		vars->texts[at] = variable->fallback;
	}
	return vars->texts[at] ? value_check(&check, place, vars->texts[at], err) : 0;
}

int
variables_open(struct variables *ret, const struct workflow *workflow, const struct plan_input *given,
    const struct plan *plan, struct err *err)
{
	*ret = (struct variables){
		.workflow = workflow,
		.texts = xcalloc(workflow->nvariables + 1, sizeof *ret->texts),
	};
	if (take_given(ret, given, err) < 0)
		return -1;
	for (size_t i = 0; i < workflow->nvariables; i++) {
		if (check_variable(ret, i, plan, err) < 0)
			return -1;
	}
	return 0;
}

void
variables_done(struct variables *vars)
{
	free(vars->texts);
	vars->texts = NULL;
}

/* One "+name+" at 'at', put into 'out'; its length, or 0 with an error. */
static size_t
expand_one(const struct variables *vars, const char *place, const char *at, struct buf *out, struct err *err)
{
	size_t len = variables_name_len(at + 1);
	size_t variable = find(vars->workflow, at + 1, len);
	CLEANUP_FREE char *name = xstrndup(at + 1, len);

	if (len == 0 || at[1 + len] != '+') {
		err_set(err, "%s: a \"+\" begins a +variable+; for a plus write \"++\"", place);
		return 0;
	}
	if (variable == vars->workflow->nvariables) {
		unknown_variable(vars->workflow, place, name, err);
		return 0;
	}
	if (!vars->texts[variable]) {
		err_set(err, "%s: variable \"%s\" has no value; give it under spec.variables, or declare a default",
		    place, name);
		return 0;
	}
	buf_puts(out, vars->texts[variable]);
	return len + 2;
}

/* The whole text is one variable, and it has no value. */
static bool
is_unset(const struct variables *vars, const char *text)
{
	size_t len = *text == '+' ? variables_name_len(text + 1) : 0;
	size_t variable = find(vars->workflow, text + 1, len);

	return len && strcmp(text + 1 + len, "+") == 0 && variable < vars->workflow->nvariables &&
	    !vars->texts[variable];
}

int
variables_expand(const struct variables *vars, const char *place, const char *text, char **ret, struct err *err)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	if (*text && is_unset(vars, text)) {
		*ret = NULL;
		return 0;
	}
	while (*text) {
		size_t plain = strcspn(text, "+"), used;

		buf_put(&out, text, plain);
		text += plain;
		if (!*text)
			break;
		if (text[1] == '+') {
			buf_putc(&out, '+');
			text += 2;
			continue;
		}
		used = expand_one(vars, place, text, &out, err);
		if (used == 0)
			return -1;
		text += used;
	}
	if (!buf_ok(&out))
		return err_set(err, "%s: longer than %d bytes with its variables in place", place,
		    BUF_MAX_JOURNAL_VALUE);
	*ret = xstrdup(buf_str(&out));
	return 0;
}
