#include <string.h>

#include "lint_parts.h"
#include "when.h"

static void
use(struct check *c, const char *name)
{
	for (size_t i = 0; i < c->workflow->nvariables; i++)
		if (strcmp(c->workflow->variables[i].name, name) == 0)
			c->used[i] = true;
}

void
lint_when(struct check *c, const struct workflow_block *block, const struct workflow_step *step,
    const struct workflow_when *whens, size_t count)
{
	const struct when_place at = {.workflow = c->workflow, .block = block, .step = step, .in_lane = c->in_lane};

	for (size_t i = 0; i < count; i++) {
		struct err sentence = {""};
		enum parameter_type type;

		if (whens[i].variable)
			use(c, whens[i].variable);
		if (when_check(&at, &whens[i], &type, &sentence) < 0)
			c->say(c->user, SEVERITY_ERROR, sentence.text);
	}
}
