/* What comes after a step that has ended: the next one, what it falls back on, or the end of what it is a step of. */
#pragma once

#include "op.h"

enum after { AFTER_NEXT, AFTER_FALLBACK, AFTER_FAILURE };

/* 'step' has ended. 'main' is the step at this place, 'rescue' says which step of its onFailure 'step' is, 0: it is
 * 'main' itself; it is carried on. Told and noted; what is counted the caller journals with its place. */
enum after failure_judge(struct core *core, struct op *op, const struct plan_step *main, const struct step *step,
    size_t *rescue);
/* The step at that place that is to be done. */
const struct plan_step *failure_step(const struct plan_step *main, size_t rescue);
/* ", 1 step rescued, 2 failed and passed over": of an operation's last message; "": there is nothing to say. */
const char *failure_say(const struct op *op, char *text, size_t size);
/* Of the error that ends the operation; NULL: none does. */
const struct op_error *failure_error(const struct op *op);
