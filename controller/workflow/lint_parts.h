/* What the files of lint share; nobody else includes it. */
#pragma once

#include <stdbool.h>

#include "lint.h"

struct check {
	const struct workflow *workflow;
	const struct reconciler *const *types;
	const struct lint_others *others;       /* or NULL */
	bool in_lane;            /* the steps of an eachNode are being looked at */
	lint_fn *say;
	void *user;
	bool *used;              /* per variable */
};

/* What a text must be when its variables are in place. */
struct expected {
	enum parameter_type type;
	int64_t min, max;
	const struct workflow_variable *variable;       /* whose value it is to be; or NULL */
};

void lint_say(const struct check *c, enum severity severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void lint_text(struct check *c, const char *place, const char *text, const struct expected *expected);

/* lint_when.c: the tests of 'step', or of 'block' when that is NULL. */
void lint_when(struct check *c, const struct workflow_block *block, const struct workflow_step *step,
    const struct workflow_when *whens, size_t count);

/* lint_nested.c: a step that runs another workflow. */
void lint_nested(struct check *c, const struct workflow_block *step);
