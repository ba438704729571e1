/* What the author's calls (pass.c, channels.c) need of an attempt. */
#pragma once

#include <stdbool.h>

#include "op.h"

/* The target that systemd reaches once in each boot: its InvocationID tells one boot from another, in the same answer as the
 * unit's own. */
#define HOST_BOOT_UNIT "sysinit.target"

/* The answer of this round, or NULL while it is being asked. */
const struct answer *task_question(struct task *t, enum question_channel channel, const char *address,
    const char *what);
/* A complete sweep of this round is there. */
bool task_has_ring(struct task *t);
/* The author asks for an act; 'channel' is 'r' for REST, 'h' for the host. */
const struct act *task_act(struct task *t, const char *label, enum act_kind kind, char channel, const char *target);
