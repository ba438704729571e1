/* Variables: what an operation gives, what a workflow declares, and +name+ in texts. ++ is a plus. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "builtin.h"
#include "plan.h"
#include "workflow.h"

/* A value that a step sets is not there before it, and known after it when the operation runs. */
enum variable_state { VARIABLE_KNOWN, VARIABLE_LATER, VARIABLE_AT_RUN };

struct variables {
	const struct workflow *workflow;
	const char **texts;      /* per variable of the workflow; NULL: it has no value. Borrowed */
	const char *builtins[BUILTINS];         /* NULL: no value. Borrowed */
	enum variable_state *states;            /* per variable of the workflow */
	const struct reconciler *const *types;
};

/* The length of the variable's name that 'text' begins with; 0: none. */
size_t variables_name_len(const char *text);
/* 'text' with every plus doubled, so that it stands for itself; owned. */
char *variables_escape(const char *text);

/* Each variable's value, from 'given', checked against what is declared; a node is one of 'plan'. 'targets' tells node by
 * node who is one, for +known_node+; NULL: nobody. 'place' is where values are given, "spec.variables". Borrows from all
 * of them; variables_done() in any case. */
int variables_open(struct variables *ret, const struct workflow *workflow, const char *place,
    const struct plan_input *given, const struct plan *plan, const bool *targets, struct err *err);
void variables_done(struct variables *vars);
/* The value of the one called so, NULL: it has none. False: it has one only when it is at work. */
bool variables_find(const struct variables *vars, const char *name, const char **ret);
/* Its declaration; NULL: it has none. */
const struct workflow_variable *variables_declared(const struct variables *vars, const char *name);
/* 'text' with its variables in place, owned. A text that is a single variable without a value gives NULL: as if it had
 * not been written. Errors begin with 'place'. */
int variables_expand(const struct variables *vars, const char *place, const char *text, char **ret, struct err *err);
/* The same of a text that may wait: for what a step sets, and in a lane's step for +node+ and +zone+. With one of them it stays
 * a rule: all else is in place, and a plus is "++". */
int variables_expand_rule(const struct variables *vars, bool in_lane, const char *place, const char *text, char **ret,
    bool *ret_rule, struct err *err);
/* The first variable in a rule that a step sets; NULL: there is none. */
const struct workflow_variable *variables_late_in(const struct variables *vars, const char *text);
/* A step sets it that comes later. */
bool variables_late(const struct variables *vars, const char *name);
/* The step that sets it has been compiled, or is left out and sets nothing. */
void variables_set(const struct variables *vars, const char *name, bool left_out);
