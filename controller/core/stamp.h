/* What must be true before a pass. ASKING: not known yet, or not true and told so. VOID: the lane's finished
 * steps count no more. */
#pragma once

#include "op.h"

enum stamp { STAMP_ASKING, STAMP_GOOD, STAMP_VOID };

enum { STAMP_TEXT = 120 };

enum stamp step_check_stamp(struct core *core, struct op *op, struct step *step);
/* VOID: systemd is starting already what the step is to restart. */
enum stamp step_check_boot(struct step *step);
/* Why it is VOID: that somebody has restarted the node, and when, where its new generation tells. 'why' holds STAMP_TEXT. */
const char *step_say_restart(struct step *step, char *why);
/* A reason, and why: its attempt fails before it has asked for anything. NULL: it does not. */
const char *step_obstacle(const struct core *core, const struct step *step, char *why, size_t size);
