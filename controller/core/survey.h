/* What spec.targets asks of nodes beside their names: the release that each runs, and since when. Every member is asked when
 * a plan is to be made; what one does not tell is not guessed. */
#pragma once

#include <stdbool.h>

#include "err.h"

struct core;
struct op;

/* The members' answers are there and young. False: they are asked now, and 'why' says who has not told what; the operation
 * is kicked when there is news. */
bool survey_ready(struct core *core, struct op *op, struct err *why);
/* The same, of one whose turn it is; else it says why it is not begun yet. */
bool survey_is_over(struct core *core, struct op *op);
/* Member by member: it does not meet what is asked; free() it. NULL: nothing is asked. After survey_ready(). */
bool *survey_unfit(struct core *core, struct op *op);
void survey_drop(struct core *core, struct op *op);
