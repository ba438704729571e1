/* One planned node's way through a block's steps. */
#pragma once

#include "op.h"

/* The one place where a lane changes state: logged, journaled. */
void lane_set_state(struct core *core, struct lane *lane, enum lane_state state, const char *why);
/* Carry it on as far as it goes now: its steps, then the stable window; or its restoring, if that is needed. */
void lane_run(struct core *core, struct lane *lane);
/* Retry: from its first step; one that is held down is brought back first, and what that has done is not done again. */
void lane_rearm(struct core *core, struct lane *lane);
/* Nothing of it has happened: no act has left, no step is done. */
bool lane_is_untouched(const struct lane *lane);
void lane_done(struct core *core, struct lane *lane);
/* What it knows of one of its steps, or of all: as if it had never been begun. */
void lane_forget_step(struct lane *lane, const struct plan_step *step);
void lane_forget_steps(struct core *core, struct lane *lane);
/* restore.c. From here on its node is brought back, whatever it was at; 'why' is told. */
void lane_restore(struct core *core, struct lane *lane, const char *why);
void lane_restore_run(struct core *core, struct lane *lane);
/* It cannot be brought back, only be looked at: whether it is down. */
bool lane_is_only_looked_at(const struct core *core, const struct lane *lane);
/* No act of the step at work has left, whatever was wanted or intended. */
bool lane_has_ordered_nothing(const struct lane *lane);
/* Its restoring act has not been ordered yet, or has not left. */
bool lane_restore_is_open(const struct lane *lane);
/* Its node would stay down for as long as the journal is away. */
bool lane_is_stranded(const struct core *core, const struct lane *lane);
/* identity.c. Tell when its node has another address. */
void lane_follow(struct core *core, struct lane *lane);
/* Its host id has been no member for a while, and nobody has its address. */
bool lane_has_left(const struct core *core, const struct lane *lane);
