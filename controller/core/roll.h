/* Blocks, units, the window: which lane may go, and what they have come to together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lane.h"

struct core;
struct op;
struct step;

void roll_start(struct core *core, struct op *op);
void roll_run(struct core *core, struct op *op);
bool roll_at_safe_point(const struct op *op);
/* Retry: failed and not-started lanes are taken up again. */
void roll_rearm(struct core *core, struct op *op);
bool roll_is_done(const struct op *op);
bool roll_has_failed(const struct op *op);
/* One that is intended or has left has no outcome yet. */
bool roll_has_act_in_flight(const struct op *op);
/* A step that the gate holds back while nothing else is at work; NULL: none. */
const struct step *roll_gated(const struct op *op);
/* The gate holds back some step, whatever others do. */
bool roll_any_gated(const struct op *op);
/* The step that a person would look at: of the first lane at work, or the cluster step; NULL: none. */
const struct step *roll_current(const struct op *op);
/* A lane whose node we took down, failed with, and are bringing back; NULL: none. */
struct lane *roll_stricken(const struct op *op);
void roll_free(struct core *core, struct op *op);
size_t roll_count(const struct op *op, enum lane_state state);
/* Members of the cluster's ring that this operation holds down or is about to; free() it. */
bool *roll_held(const struct op *op);
