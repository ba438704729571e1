#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "builtin.h"
#include "counts.h"
#include "known.h"
#include "lint_parts.h"
#include "value.h"

enum { LOOKS_MAX = 1000 };

/* From the workflow that is being looked at to itself. */
struct way {
	const char *names[COUNT_MAX_PLAN_DEPTH + 1];
	size_t count;
	int looks;               /* at workflows: many that run each other often would be looked at for ever */
};

static const struct workflow *
find(const struct check *c, const char *name)
{
	if (strcmp(c->workflow->name, name) == 0)
		return c->workflow;
	return c->others ? c->others->find(c->others->arg, name) : NULL;
}

/* Does 'workflow' come back to the one that is being looked at? Then 'way' is how. */
static bool
comes_back(const struct check *c, const struct workflow *workflow, struct way *way)
{
	if (workflow == c->workflow)
		return true;
	for (size_t i = 0; way->count < ARRAY_LEN(way->names) && i < workflow->nblocks; i++) {
		const char *name = workflow->blocks[i].workflow;
		const struct workflow *next = name ? find(c, name) : NULL;

		if (!next || way->looks++ >= LOOKS_MAX)
			continue;
		way->names[way->count++] = name;
		if (comes_back(c, next, way))
			return true;
		way->count--;
	}
	return false;
}

static const struct workflow_variable *
find_variable(const struct workflow *workflow, const char *name)
{
	for (size_t i = 0; i < workflow->nvariables; i++)
		if (strcmp(workflow->variables[i].name, name) == 0)
			return &workflow->variables[i];
	return NULL;
}

static void
unknown(const struct check *c, const struct workflow *workflow, const char *place, const char *name)
{
	struct err sentence = {""};
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < workflow->nvariables; i++)
		known_offer(&known, workflow->variables[i].name);
	known_refuse(&known, &sentence, "%s: %s has no variable \"%.80s\"", place, workflow->name, name);
	c->say(c->user, SEVERITY_ERROR, sentence.text);
}

/* NULL 'workflow': it is not at hand, and its variables are not known. */
static void
check_with(struct check *c, const struct workflow_block *step, const struct workflow *workflow)
{
	for (size_t i = 0; i < step->nwith; i++) {
		const char *name = step->with[i].name;
		const struct workflow_variable *variable = workflow ? find_variable(workflow, name) : NULL;
		CLEANUP_FREE char *place = xasprintf("%s.with.%s", step->place, name);

		if (workflow && !variable && builtin_find(name, strlen(name)) != BUILTIN_KNOWN_NODE)
			unknown(c, workflow, place, name);
		lint_text(c, place, step->with[i].text, &(struct expected){
			.type = variable ? variable->type : PARAMETER_STRING, .variable = variable});
	}
}

static void
check_required(const struct check *c, const struct workflow_block *step, const struct workflow *workflow)
{
	for (size_t i = 0; i < workflow->nvariables; i++) {
		const struct workflow_variable *variable = &workflow->variables[i];
		bool given = false;

		for (size_t k = 0; k < step->nwith; k++)
			given = given || strcmp(step->with[k].name, variable->name) == 0;
		if (variable->required && !given)
			lint_say(c, SEVERITY_ERROR, "%s.with.%s: missing; %s needs it (%s%s%s)", step->place, variable->name,
			    workflow->name, value_type_name(variable->type), variable->description ? ": " : "",
			    variable->description ? variable->description : "");
	}
}

void
lint_nested(struct check *c, const struct workflow_block *step)
{
	const struct workflow *workflow = find(c, step->workflow);
	CLEANUP_BUF struct buf chain = BUF_INIT(BUF_MAX_LINE);
	struct way way = {.names = {step->workflow}, .count = 1};

	check_with(c, step, workflow);
	if (!workflow) {
		lint_say(c, SEVERITY_NOTE, "%s.workflow: Workflow %s is not at hand; it is looked up when the operation is "
		    "planned. Given to lint too, it would be checked here", step->place, step->workflow);
		return;
	}
	check_required(c, step, workflow);
	if (!comes_back(c, workflow, &way))
		return;
	buf_puts(&chain, c->workflow->name);
	for (size_t i = 0; i < way.count; i++)
		buf_printf(&chain, " runs %s", way.names[i]);
	lint_say(c, SEVERITY_ERROR, "%s.workflow: it would run for ever: %s", step->place, buf_str(&chain));
}
